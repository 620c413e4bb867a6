/**
 * Who pays whom in an activity with a source and a destination. Streams are ('activity', name, purpose) with the purposes
 * source, destination and amount; every payment takes one draw of each, so that a change of one argument moves the draws
 * of no other.
 */

import { RandomStream } from '../../base/random.ts';
import type { Distribution } from '../../spec/distribution.ts';
import { boundsOf } from '../../spec/distributions.ts';
import type { Arguments } from '../arguments.ts';
import type { JsonSchema, PlanContext } from '../kind.ts';
import type { PaymentList } from '../payment-list.ts';
import { ROUTE_PROPERTY, readRoute } from '../route.ts';
import { sampler } from '../sample.ts';

export const PARTNER_PROPERTIES: { readonly [key: string]: JsonSchema } = {
  source: { $ref: '#/$defs/selector', description: 'Who pays; of several nodes, one is drawn for each payment.' },
  destination: {
    $ref: '#/$defs/selector',
    description: 'Who is paid, never the source itself; of several nodes, one is drawn for each payment.',
  },
  amount: {
    $ref: '#/$defs/amountDistribution',
    description: 'Amount of a payment: one, `[min, max]`, or a distribution.',
  },
  ...ROUTE_PROPERTY,
};

export interface Partners {
  /** Indexes of nodes, at least one each; some pair of them differs for every source. */
  readonly sources: readonly number[];
  readonly destinations: readonly number[];
  /** msat */
  readonly amounts: Distribution;
}

/** Reads source, destination, amount and route; null after a report. */
export function readPartners(args: Arguments, context: PlanContext): Partners | null {
  const sources = args.nodes('source');
  const destinations = args.nodes('destination');
  const amounts = args.amounts('amount');
  const { low, high } = boundsOf(amounts);
  const isPlain = amounts.kind === 'constant' || amounts.kind === 'uniform';
  if (high === 0 || (isPlain && low === 0)) {
    args.report('E303', ['amount'], 'a payment must have an amount above 0');
  }
  if (sources === null || destinations === null) return null;
  if (destinations.length === 1 && sources.includes(destinations[0] as number)) {
    const name = context.network.nodes[destinations[0] as number]?.name ?? '';
    args.report('E602', ['destination'], `${name} would pay itself: it is a source and the only destination`);
    return null;
  }
  const route = readRoute(args, context, { sources, destinations });
  if (route !== undefined) args.takeOptions({ route });
  return { sources, destinations, amounts };
}

/** A function that adds a payment at a time (µs) to a list, with everything else drawn. */
export function payer(
  name: string,
  { sources, destinations, amounts }: Partners,
  context: Pick<PlanContext, 'samples'> & { readonly scenario: { readonly seed: number } },
): (list: PaymentList, timeUs: number) => void {
  const stream = (purpose: string): RandomStream =>
    RandomStream.named(context.scenario.seed, 'activity', name, purpose);
  const amount = sampler(amounts, stream('amount'), { minimum: 1, samples: context.samples });
  const fromStream = stream('source');
  const toStream = stream('destination');
  return (list, timeUs) => {
    const source = sources[fromStream.integer(0, sources.length - 1)] as number;
    list.push(timeUs, source, drawOther(destinations, source, toStream), amount());
  };
}

/** One of the list that is not `source`, by a single draw. */
function drawOther(list: readonly number[], source: number, stream: RandomStream): number {
  const own = list.indexOf(source);
  const pick = stream.integer(0, list.length - (own < 0 ? 1 : 2));
  return list[own >= 0 && pick >= own ? pick + 1 : pick] as number;
}
