/** What connect_peer and disconnect_peer share: two different nodes. */
import type { EventSpec } from '../../spec/scenario.ts';
import type { Action } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { JsonSchema, PlanContext } from '../kind.ts';

export const PEER_PROPERTIES: { readonly [key: string]: JsonSchema } = {
  a: { $ref: '#/$defs/nodeName', description: 'One node.' },
  b: { $ref: '#/$defs/nodeName', description: 'The other node.' },
};

/** Resolves the two names. */
export function planPeers(use: EventSpec, context: PlanContext): Action['args'] | null {
  const args = new Arguments(use.args, context);
  const a = args.node('a');
  const b = args.node('b');
  if (!args.failed && a === b) args.report('E607', ['b'], 'a node has no connection to itself');
  return args.failed ? null : { a, b };
}

/** Both nodes. */
export function peersOf(args: Action['args']): readonly number[] {
  return [args.a as number, args.b as number];
}
