/** JSON Schema of snapshot files; schemas/snapshot.v1.schema.json is written from this and checked against it by a test. */
import { STATE_NAMES } from '../simulate/channel-lifecycle.ts';
import { INVOICE_NAMES } from '../simulate/invoices.ts';
import { PHYSICS_NAMES } from '../simulate/world.ts';
import { JOURNAL_CALLS } from '../timeline/journal.ts';
import { chain } from './schema/chain.ts';
import { channel, node, oldHtlc, policy } from './schema/channels.ts';
import { defences } from './schema/defences.ts';
import { attempt, htlc, payment } from './schema/payments.ts';
import { prefix, run } from './schema/run.ts';
import {
  count,
  enumOf,
  flag,
  int,
  list,
  object,
  orNone,
  pair,
  positive,
  type Schema,
  said,
  sha256,
  text,
  tuple,
} from './schema/words.ts';

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
