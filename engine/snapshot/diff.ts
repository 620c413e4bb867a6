/**
 * What differs between two snapshots, by node and by channel: money and state first, then what is in flight, what models
 * remember, and the run. Nodes are matched by name, channels by name and by how many of that name came before.
 */
import { canonicalJson, type Json } from '../base/json.ts';
import { type ChannelState, isJournal, type SnapshotDocument } from './document.ts';
import { journalChannels, journalNodes, journalWhole } from './journal.ts';

/** One field that differs; absent where a side does not have it. */
export interface FieldChange {
  readonly field: string;
  readonly before: Json;
  readonly after: Json;
  /** after − before, of numbers. */
  readonly change?: number;
}

export interface EntryChange {
  readonly kind: 'node' | 'channel';
  readonly name: string;
  /** `changed`, or there in one of the snapshots only. */
  readonly what: 'changed' | 'added' | 'removed';
  readonly fields: readonly FieldChange[];
}

export interface SnapshotDiff {
  readonly identical: boolean;
  /** Time, chain and totals. */
  readonly whole: readonly FieldChange[];
  readonly entries: readonly EntryChange[];
}

type Fields = ReadonlyMap<string, Json>;

/** Backend of the states that name none. */
const SIMULATOR = 'simulator';

const POLICY = [
  'fee_base_msat',
  'fee_rate_ppm',
  'cltv_expiry_delta',
  'htlc_minimum_msat',
  'htlc_maximum_msat',
  'policy_version',
  'disabled',
  'inbound_fee_base_msat',
  'inbound_fee_rate_ppm',
];
const POLICY_REST = [1, 0, 0, 0];
const LIMITS = [
  'dust_sat',
  'reserve_sat',
  'max_accepted_htlcs',
  'max_in_flight_msat',
  'htlc_minimum_of_peer_msat',
  'to_self_delay',
];

export function diffSnapshots(a: SnapshotDocument, b: SnapshotDocument): SnapshotDiff {
  const whole = changes(wholeFields(a), wholeFields(b));
  const entries = [
    ...entryChanges('node', nodeFields(a), nodeFields(b)),
    ...entryChanges('channel', channelFields(a), channelFields(b)),
  ];
  return { identical: whole.length === 0 && entries.length === 0, whole, entries };
}

/** The difference as JSON. */
export function diffJson(diff: SnapshotDiff): Json {
  const field = ({ field: name, before, after, change }: FieldChange): Json => ({
    field: name,
    before,
    after,
    ...(change === undefined ? {} : { change }),
  });
  return {
    identical: diff.identical,
    whole: diff.whole.map(field),
    entries: diff.entries.map(({ kind, name, what, fields }) => ({ kind, name, what, fields: fields.map(field) })),
  };
}

function wholeFields({ engine, run, scenario, state }: SnapshotDocument): Fields {
  const common: readonly (readonly [string, Json])[] = [
    ['engine', engine],
    ['backend', isJournal(state) ? state.backend : SIMULATOR],
    ['scenario', scenario.name],
    ['seed', scenario.seed],
    ['timeline', scenario.timeline],
    ['time_us', state.time_us],
    ['height', state.chain.height],
    ['feerate_per_kw', state.chain.feerate_per_kw],
    ['minted_sat', state.chain.minted_sat],
    ['fees_sat', state.chain.fees_sat],
  ];
  const last: readonly (readonly [string, Json])[] = [
    ['records', run === undefined ? null : run.records.trace.records],
    ['run', (run ?? null) as unknown as Json],
  ];
  if (isJournal(state)) return new Map([...common, ...journalWhole(state), ...last]);
  const { chain } = state;
  return new Map<string, Json>([
    ...common,
    ['abandoned_sat', chain.abandoned_sat],
    ['transactions', chain.transactions],
    ['mempool', chain.mempool as unknown as Json],
    ['unspent_outputs', chain.outputs.filter(({ spent }) => spent !== true) as unknown as Json],
    ['blocks', (chain.blocks ?? []) as unknown as Json],
    ['payments_in_flight', state.payments as unknown as Json],
    ['attempts', state.attempts as unknown as Json],
    ['htlcs', state.htlcs as unknown as Json],
    ['pending_events', state.events as unknown as Json],
    ['announcements_under_way', state.gossip as unknown as Json],
    ['pairs_apart', [...state.apart]],
    ['pools', [state.htlc_pool, state.attempt_pool] as unknown as Json],
    ['closings', [state.openings, state.closings, state.outputs_open] as unknown as Json],
    ...last,
  ]);
}

function nodeFields({ state }: SnapshotDocument): ReadonlyMap<string, Fields> {
  if (isJournal(state)) return journalNodes(state);
  const entries = state.nodes.map((node): readonly [string, Fields] => [
    node.name,
    new Map<string, Json>([
      ['model', node.model],
      ['running', node.running ?? true],
      ['wallet_sat', node.wallet_sat],
      ['owed_sat', node.owed_sat ?? 0],
      ['forwards', node.forwards ?? 0],
      ['fees_earned_msat', node.fees_earned_msat ?? 0],
      ['group', node.group ?? 0],
      ['starts', node.starts ?? 0],
      ['labels', node.labels ?? {}],
      ['options', node.options ?? {}],
      ['deferred_events', node.deferred ?? []],
      ['memory', node.memory ?? null],
    ]),
  ]);
  return new Map(entries);
}

function channelFields({ state }: SnapshotDocument): ReadonlyMap<string, Fields> {
  if (isJournal(state)) return journalChannels(state);
  const amounts = new Map(state.htlcs.map(({ slot, amount_msat }) => [slot, amount_msat]));
  const seen = new Map<string, number>();
  return new Map(
    state.channels.map((channel): readonly [string, Fields] => {
      const before = seen.get(channel.name) ?? 0;
      seen.set(channel.name, before + 1);
      return [before === 0 ? channel.name : `${channel.name} (${before + 1})`, fieldsOf(channel, amounts)];
    }),
  );
}

function fieldsOf(channel: ChannelState, amounts: ReadonlyMap<number, number>): Fields {
  const slots = channel.htlcs ?? [];
  const sides = [0, 1] as const;
  const of = (side: 0 | 1, field: string): string => `${channel.between[side]}.${field}`;
  return new Map<string, Json>([
    ['state', channel.state],
    ['capacity_sat', channel.capacity_sat],
    ...sides.map((side) => [of(side, 'balance_msat'), channel.balance_msat[side]] as const),
    ['htlcs', slots.length],
    ['htlc_msat', slots.reduce((sum, slot) => sum + (amounts.get(slot) ?? 0), 0)],
    ['connected', channel.connected ?? channel.state === 'open'],
    ...sides.flatMap((side) =>
      POLICY.map((field, i) => [of(side, field), channel.policies[side][i] ?? POLICY_REST[i - 5] ?? 0] as const),
    ),
    ...sides.flatMap((side) => LIMITS.map((field, i) => [of(side, field), channel.limits[side][i] ?? 0] as const)),
    ['feerate_per_kw', channel.feerate_per_kw],
    ['latency_us', channel.latency_us],
    ['announced', channel.announced ?? true],
    ['known_policies', (channel.known ?? null) as unknown as Json],
    ['funded_at', channel.funded_at ?? 0],
    ['closed_at', channel.closed_at ?? -1],
    ['commitment', (channel.commitment ?? null) as unknown as Json],
    ['exchange', (channel.exchange ?? null) as unknown as Json],
    ['disconnections', channel.connection ?? 0],
  ]);
}

function entryChanges(
  kind: EntryChange['kind'],
  a: ReadonlyMap<string, Fields>,
  b: ReadonlyMap<string, Fields>,
): readonly EntryChange[] {
  const found: EntryChange[] = [];
  for (const [name, before] of a) {
    const after = b.get(name);
    if (after === undefined) found.push({ kind, name, what: 'removed', fields: [] });
    else {
      const fields = changes(before, after);
      if (fields.length > 0) found.push({ kind, name, what: 'changed', fields });
    }
  }
  for (const name of b.keys()) if (!a.has(name)) found.push({ kind, name, what: 'added', fields: [] });
  return found;
}

function changes(a: Fields, b: Fields): readonly FieldChange[] {
  const found: FieldChange[] = [];
  for (const field of new Set([...a.keys(), ...b.keys()])) {
    const before = a.get(field) ?? null;
    const after = b.get(field) ?? null;
    if (before === after || canonicalJson(before) === canonicalJson(after)) continue;
    const numbers = typeof before === 'number' && typeof after === 'number';
    found.push({ field, before, after, ...(numbers ? { change: after - before } : {}) });
  }
  return found;
}
