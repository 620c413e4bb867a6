/** JSON Schema of snapshot files; schemas/snapshot.v1.schema.json is written from this and checked against it by a test. */
import { STATE_NAMES } from '../simulate/channel-lifecycle.ts';
import { HTLC_NAMES } from '../simulate/htlcs.ts';
import { INVOICE_NAMES } from '../simulate/invoices.ts';
import { TX_NAMES } from '../simulate/records.ts';
import { PHYSICS_NAMES } from '../simulate/world.ts';
import { JOURNAL_CALLS } from '../timeline/journal.ts';

type Schema = { readonly [key: string]: unknown };

const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const sha256 = { type: 'string', pattern: '^[0-9a-f]{64}$' } as const;
const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const count = { type: 'integer', minimum: 0, maximum: MAX_SAFE } as const;
const int = { type: 'integer', minimum: -MAX_SAFE, maximum: MAX_SAFE } as const;
const positive = { type: 'integer', minimum: 1, maximum: MAX_SAFE } as const;
const side = { type: 'integer', minimum: 0, maximum: 1 } as const;
/** A number of something, or −1 for none. */
const orNone = { type: 'integer', minimum: -1, maximum: MAX_SAFE } as const;

const list = (items: Schema): Schema => ({ type: 'array', items });
const tuple = (...items: readonly Schema[]): Schema => ({
  type: 'array',
  items,
  minItems: items.length,
  maxItems: items.length,
});
const pair = (item: Schema): Schema => tuple(item, item);
const enumOf = (names: readonly string[]): Schema => ({ enum: [...names] });
const said = (schema: Schema, description: string): Schema => ({ ...schema, description });

/** An object in which everything but what is named in `optional` must be there. */
function object(properties: { readonly [key: string]: Schema }, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((key) => !optional.includes(key));
  return { type: 'object', additionalProperties: false, required, properties };
}

const policy: Schema = {
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

const oldHtlc: Schema = said(
  tuple(count, count, count, count, orNone, side),
  'Edge, amount msat, expiry, number of its attempt, its slot while it is pending or −1, whether it left its channel with a known preimage.',
);

const channel = object(
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

const node = object(
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

const htlc = object(
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

const attempt = object(
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

const payment = object(
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

const transaction = object(
  {
    bid: said(tuple(count, count, count), 'Height and feerate of its node’s first bid, height of the latest.'),
    channel: orNone,
    fee_sat: count,
    id: count,
    kind: enumOf(TX_NAMES),
    node: count,
    output: orNone,
    value_sat: count,
    weight: count,
  },
  ['bid', 'weight'],
);

const block = object(
  {
    outputs: said(count, 'Outputs that there were before it.'),
    steps: list({
      oneOf: [
        said(count, 'An output that was given up before the next block.'),
        object({ balance_msat: pair(count), close: tuple(count, count, count), tx: transaction }, [
          'balance_msat',
          'close',
        ]),
      ],
    }),
    strangers: said(list(tuple(positive, positive)), '[feerate, weight] of strangers’ transactions in it.'),
  },
  ['strangers'],
);

const chain = object(
  {
    abandoned_sat: count,
    backlog: said(
      object({
        bands: list(tuple(positive, positive)),
        inflows: list(tuple(positive, positive, positive, positive)),
        minimum_per_kw: count,
      }),
      'Strangers in the mempool: [feerate, weight] from the highest feerate on; [lowest and highest feerate, weight with each block, blocks that it lasts]. Feerates sat per 1000 weight units.',
    ),
    blocks: said(list(block), 'The last blocks, the latest last, as far as a reorganisation may undo them.'),
    blocks_undone: count,
    feerate_changes: count,
    feerate_per_kw: count,
    fees_sat: count,
    height: count,
    mempool: list(transaction),
    minted_sat: count,
    outputs: list(
      object(
        {
          channel: count,
          htlc: orNone,
          index: count,
          kind: { enum: ['local', 'remote', 'htlc', 'delayed', 'revoked'] },
          mature_at: count,
          owner: count,
          spender: orNone,
          spent: { const: true },
          value_sat: count,
        },
        ['spent'],
      ),
    ),
    outputs_made: count,
    transactions: count,
  },
  ['backlog', 'blocks', 'blocks_undone'],
);

const behaviour = object({
  agents: list(
    object({
      ended: list(
        object({
          amount_msat: count,
          attempts: count,
          failure: tuple(count, int),
          fee_msat: int,
          number: count,
          outcome: count,
          resolved_us: count,
        }),
      ),
      figures: { type: 'object', additionalProperties: { type: 'number' } },
      in_flight: list(object({ amount_msat: count, destination: text, number: count })),
      memory: {},
      node: text,
      paid: count,
    }),
  ),
  name: text,
  woken: count,
});

const run = object(
  {
    activities: list(
      object({
        activity: text,
        amount_msat: count,
        attempts: count,
        fee_msat: int,
        max_us: count,
        outcomes: list(count),
        started: count,
        success_us: count,
      }),
    ),
    behaviours: list(behaviour),
    down: list(object({ down_us: count, downs: count, node: text, since_us: { oneOf: [count, { type: 'null' }] } })),
    ended_us: { oneOf: [count, { type: 'null' }] },
    expectations: list(
      object({
        at_us: count,
        measured: text,
        message: text,
        status: { enum: ['passed', 'failed', 'skipped'] },
        that: text,
      }),
    ),
    loops: list(object({ activity: text, due: list(tuple(count, count)), given: count })),
    origin_us: count,
    payments: object({
      outcome: list(orNone),
      resolved_us: list(orNone),
      row: list(count),
      started_us: list(count),
    }),
    reactions: list(object({ activity: text, failures: count, quiet_until_us: { oneOf: [count, { type: 'null' }] } })),
    records: object({
      checkpoints: list(object({ at_us: count, digest: sha256, records: count })),
      hash: object({
        bytes: count,
        tail: { type: 'string', pattern: '^([0-9a-f]{2}){0,63}$' },
        words: sha256,
      }),
      interval_us: { ...count, minimum: 1 },
      last_us: count,
      trace: object({
        fingerprints: { type: 'string', pattern: '^([A-Za-z0-9+/]{4}){0,2048}$' },
        records: count,
        stride: { ...count, minimum: 1 },
      }),
    }),
    rows: count,
    triggers: list(object({ fired: count, next_us: { oneOf: [count, { type: 'null' }] }, was: flag })),
  },
  ['behaviours', 'down'],
);

const prefix = object(
  {
    actions: sha256,
    behaviours: sha256,
    conditions: sha256,
    loops: sha256,
    network: sha256,
    payments: sha256,
    setting: sha256,
  },
  ['behaviours'],
);

/** Decaying averages are no integers. */
const figures: Schema = list({ type: 'number' });

const defences = object({
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

/** What every snapshot begins with. */
const heading = {
  format: { const: 'blast-snapshot/1' },
  engine: said(text, 'Version of the engine that wrote the file.'),
  digest: said(sha256, 'SHA-256 of the canonical form (RFC 8785) of everything else.'),
  scenario: said(
    object({ name: text, prefix, seed: count, timeline: sha256 }),
    'The scenario that made the state, with digests of what of it had been played, and of the whole.',
  ),
} as const;

const simulated = object(
  {
    ...heading,
    time_us: said(count, 'The clock of the simulator, µs.'),
    chain,
    nodes: said(list(node), 'A node’s number is its place here.'),
    channels: said(list(channel), 'A channel’s number is its place here; closed ones stay. edge = 2 · channel + side.'),
    payments: said(list(payment), 'Payments in flight, and those of which something is left.'),
    attempts: list(attempt),
    attempt_pool: object({ free: list(count), made: count, used: count }),
    htlcs: list(htlc),
    htlc_pool: object({ free: list(count), generations: list(count) }),
    defences: said(defences, 'What defences against jamming hold; absent when no node runs one.'),
    events: said(
      list(tuple(count, enumOf(PHYSICS_NAMES), int, int)),
      'What will happen by itself: instant, kind, and two numbers whose meaning is the kind’s.',
    ),
    endings: said(
      list(tuple(count, { enum: [0, 1, 2] }, count)),
      'HTLCs that have ended on-chain and are kept: [slot; 0 by preimage, 1 by timeout, 2 without an output; height].',
    ),
    endings_told: said(
      list(tuple(count, { enum: [0, 1, 2] }, count)),
      'The same of those of which upstream has heard, kept since a reorganisation may undo their endings.',
    ),
    ended_channels: said(
      list(count),
      'Channels of which nothing is left to claim, in order; absent when that is the order of their numbers.',
    ),
    former_policies: said(
      list(object({ edge: count, policy, until_us: count })),
      'Policies that nodes still accept though they announced others.',
    ),
    invoices: said(
      list(
        object(
          {
            amount_msat: orNone,
            created_us: count,
            expiry_us: positive,
            hold: flag,
            index: count,
            name: text,
            node: text,
            payer: text,
            payment: count,
            state: enumOf(INVOICE_NAMES.slice(1)),
          },
          ['expiry_us', 'hold', 'payer', 'payment'],
        ),
      ),
      'Invoices with a name that have been made.',
    ),
    gossip: list(object({ edge: count, number: count, policy })),
    gossip_made: count,
    cheats: said(
      tuple(count, count, count),
      'Revoked commitments that were broadcast, sat that the victims took of them, sat that the cheaters kept.',
    ),
    lost_data: said(list(count), 'Edges whose side has lost the newest states of its channel.'),
    old_states: said(
      list(
        object(
          {
            channel: text,
            choice: tuple(text, orNone),
            instance: count,
            kept: object({ balance_msat: pair(count), feerate_per_kw: count, htlcs: list(oldHtlc), number: count }),
            node: text,
            revoked: count,
          },
          ['kept'],
        ),
      ),
      'Old states of channels that are remembered because an event may want them.',
    ),
    openings: list(count),
    closings: object({ signed: list(tuple(count, count, count, count)), waiting: list(count) }),
    outputs_open: list(count),
    apart: list(count),
    texts: list(text),
    physics_events: count,
    run: said(run, 'Where the run was; absent in a file that keeps the network only.'),
  },
  [
    'cheats',
    'defences',
    'ended_channels',
    'endings',
    'endings_told',
    'former_policies',
    'invoices',
    'lost_data',
    'old_states',
    'run',
  ],
);

const journalled = object({
  ...heading,
  backend: said({ const: 'ldk' }, 'The backend that made the state; absent in those of the simulator.'),
  replay: object({
    events: said(count, 'Events of the backend since time 0.'),
    software: said(text, 'What must play the journal: package and version.'),
    state: said(sha256, 'Digest of all that the nodes would write of themselves, the chain and the wallets.'),
  }),
  time_us: said(count, 'The clock of the backend, µs.'),
  chain: object({ feerate_per_kw: count, fees_sat: count, height: count, mempool: count, minted_sat: count }),
  nodes: said(
    list(
      object({
        fees_earned_msat: count,
        forwards: count,
        model: text,
        name: text,
        running: flag,
        wallet_sat: count,
      }),
    ),
    'A node’s number is its place here.',
  ),
  channels: said(
    list(
      object({
        active: flag,
        announced: flag,
        balance_msat: said(pair(count), 'Of the opener and of the other side, HTLCs not counted.'),
        between: said(pair(text), 'The opener, then the other node.'),
        capacity_sat: count,
        htlcs: count,
        latency_us: count,
        name: text,
        state: enumOf(STATE_NAMES),
      }),
    ),
    'A channel’s number is its place here; closed ones stay.',
  ),
  payments: said(
    list(
      object({
        activity: text,
        amount_msat: count,
        attempts: count,
        destination: text,
        nth: count,
        row: count,
        source: text,
        started_us: count,
      }),
    ),
    'Payments in flight.',
  ),
  journal: said(
    list(tuple(count, count, enumOf(JOURNAL_CALLS), list({}))),
    'All that was asked of the backend: [instant; events of the backend before it; operation; its arguments].',
  ),
  texts: said(list(text), 'Texts that records refer to, by number.'),
  run: said(run, 'Where the run was.'),
});

export const SNAPSHOT_SCHEMA: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'https://blast-ln.dev/schemas/snapshot.v1.schema.json',
  title: 'BLAST snapshot, version 1',
  description:
    'The state of a network at an instant: that of the simulator, or a journal that leads to the state of another backend. Written by `blast run`.',
  type: 'object',
  if: { required: ['backend'], properties: { backend: text } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: journalled,
  else: simulated,
};
