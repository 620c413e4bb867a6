/** What a snapshot says of defences against jamming. */
import { count, list, object, pair, type Schema, tuple } from './words.ts';

/** Decaying averages are no integers. */
const figures: Schema = list({ type: 'number' });

export const defences: Schema = object({
  admitted: list(tuple(count, count)),
  breakers: list(object({ node: count, peers: list({ ...list(count), minItems: 4 }) })),
  counters: list(tuple(count, count, count)),
  forwards: list({ ...list(count), minItems: 9 }),
  reputations: list(
    object({
      channels: list({ ...figures, minItems: 6, maxItems: 6 }),
      misuses: list(tuple(count, count, count)),
      node: count,
      since: pair(count),
    }),
  ),
});
