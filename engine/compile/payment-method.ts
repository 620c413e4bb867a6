/** Refuses payments by a method that the implementation of a payer does not have. */
import type { Json } from '../base/json.ts';
import { modelKind } from '../kinds/registry.ts';
import type { PaymentOptions, Placed } from '../spec/scenario.ts';
import type { Planner } from './planner.ts';

/** @param sources nodes that pay, one for each payment */
export function checkMethod(
  args: Placed<Json>,
  { method }: Pick<PaymentOptions, 'method'>,
  sources: ArrayLike<number>,
  planner: Planner,
): void {
  if (method !== 'amp') return;
  const { nodes } = planner.network;
  const without = new Set<number>();
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i] as number;
    if (modelKind(nodes[source]?.model ?? '')?.paysByAmp !== true) without.add(source);
  }
  const [first] = without;
  if (first === undefined) return;
  const more = without.size > 1 ? ` and ${without.size - 1} more` : '';
  const message = `${nodes[first]?.name}${more} cannot pay by AMP: ${nodes[first]?.model} has no such payments`;
  planner.report('E610', planner.place(args, 'method'), message);
}
