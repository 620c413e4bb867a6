/** What a snapshot says of nodes and channels. */
import { STATE_NAMES } from '../../simulate/channel-lifecycle.ts';
import { count, enumOf, flag, int, list, object, orNone, pair, type Schema, said, side, text, tuple } from './words.ts';

export const policy: Schema = {
  type: 'array',
  description:
    'fee_base_msat, fee_rate_ppm, cltv_expiry_delta, htlc_minimum_msat, htlc_maximum_msat, then as far as they are not 1, 0, 0, 0: version, disabled, inbound fee_base_msat, inbound fee_rate_ppm.',
  items: int,
  minItems: 5,
  maxItems: 9,
};

const limits: Schema = {
  ...tuple(count, count, count, count, count, count),
  description:
    'What binds one side: its dust_limit sat, its reserve sat, HTLCs it may have offered, their sum msat, smallest HTLC msat, delay of its own balance in blocks.',
};

export const oldHtlc: Schema = said(
  tuple(count, count, count, count, orNone, side),
  'Edge, amount msat, expiry, number of its attempt, its slot while it is pending or −1, whether it left its channel with a known preimage.',
);

export const channel: Schema = object(
  {
    announced: { const: false },
    arrives_us: pair(count),
    balance_msat: said(pair(count), 'Of the opener and of the other side, HTLCs not counted.'),
    between: said(pair(text), 'The opener, then the other node.'),
    broadcaster: side,
    capacity_sat: count,
    closed_at: count,
    commitment: object(
      {
        anchors: count,
        done_at: said(count, 'Height at which nothing was left to claim.'),
        dust: list(count),
        fee_sat: count,
        fulfilled: list(count),
        local_sat: count,
        outputs: list(count),
        remote_sat: count,
        returned: list(count),
        revoked: said(list(oldHtlc), 'HTLCs with an output, when the commitment is a revoked one.'),
        side,
      },
      ['done_at', 'revoked'],
    ),
    connected: flag,
    connection: count,
    exchange: object({
      awaiting_revocation: pair(side),
      lists: { ...list(list(count)), minItems: 8, maxItems: 8 },
      pending: pair(count),
      sign_timer: pair(side),
      signature_delivered: pair(side),
    }),
    feerate_per_kw: count,
    funded_at: orNone,
    htlcs: list(count),
    known: pair({ oneOf: [policy, { type: 'null' }] }),
    latency_us: count,
    limits: pair(limits),
    minimum_depth: count,
    name: text,
    policies: pair(policy),
    state: enumOf(STATE_NAMES),
  },
  [
    'announced',
    'arrives_us',
    'broadcaster',
    'closed_at',
    'commitment',
    'connected',
    'connection',
    'exchange',
    'funded_at',
    'htlcs',
    'known',
    'minimum_depth',
  ],
);

export const node: Schema = object(
  {
    channels: list(count),
    deferred: list(int),
    fees_earned_msat: int,
    forwards: count,
    group: count,
    labels: { type: 'object', additionalProperties: text },
    memory: { description: 'What the model of the node remembers; its form is the model’s.' },
    model: text,
    name: text,
    options: { type: 'object' },
    owed_sat: said(count, 'Coins that it has spent and that a reorganisation took from it.'),
    pubkey: { type: 'string', pattern: '^0[23][0-9a-fA-F]{64}$' },
    running: { const: false },
    starts: count,
    wallet_sat: count,
  },
  [
    'channels',
    'deferred',
    'fees_earned_msat',
    'forwards',
    'group',
    'labels',
    'memory',
    'options',
    'owed_sat',
    'pubkey',
    'running',
    'starts',
  ],
);
