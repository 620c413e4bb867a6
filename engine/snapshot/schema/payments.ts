/** What a snapshot says of payments, their attempts and their HTLCs. */
import { HTLC_NAMES } from '../../simulate/htlcs.ts';
import { count, enumOf, int, list, object, orNone, pair, type Schema, text, tuple } from './words.ts';

export const htlc: Schema = object(
  {
    amount_msat: { ...count, minimum: 1 },
    attempt: count,
    edge: count,
    expiry: count,
    hop: count,
    preimage: { const: true },
    settled_upstream: { const: true },
    slot: count,
    state: enumOf(HTLC_NAMES.filter((name) => name !== 'free')),
  },
  ['preimage', 'settled_upstream'],
);

export const attempt: Schema = object(
  {
    attempt: count,
    failure: pair(count),
    live: count,
    ordinal: count,
    payment: count,
    resolved: { const: true },
    route: { ...list(tuple(count, count, count, orNone)), minItems: 1, maxItems: 27 },
    slot: count,
  },
  ['failure', 'resolved'],
);

export const payment: Schema = object(
  {
    activity: text,
    amount_msat: count,
    attempts: count,
    destination: text,
    failure: tuple(count, orNone),
    fee_msat: int,
    held: list(count),
    key: pair(int),
    kind: text,
    nth: count,
    parts: count,
    profile: { type: 'object' },
    receipt: { enum: [0, 1, 2, 3] },
    received_msat: count,
    route: object({ channels: list(count), nodes: list(count) }),
    row: count,
    source: text,
    started_us: int,
    state: { enum: [0, 1, 2] },
  },
  ['failure', 'held', 'route'],
);
