/**
 * Names behind the numbers of records: nodes, channel instances, edges, announced texts.
 *
 * A channel instance is a number that is never used again, while a channel's name may be. The instances of the
 * network are its channels in order; a later instance is first seen while an open_channel action is applied or, at
 * the latest, when it becomes active.
 */
import { EVENT_NAMES, STATE_NAMES } from '../simulate/channel-lifecycle.ts';
import { failureName } from '../simulate/failure.ts';
import { INVOICE_NAMES } from '../simulate/invoices.ts';
import { OUTCOME_NAMES, RECORD, type RecordCode, TX_NAMES } from '../simulate/records.ts';
import type { ChannelPlan } from '../timeline/network.ts';
import type { Action, Timeline } from '../timeline/timeline.ts';
import type { RunStart } from './run-start.ts';

interface Instance {
  readonly name: string;
  /** Names of the nodes of side 0 and side 1; null when not known. */
  readonly nodes: readonly [string, string] | null;
}

/** One field of a described record. */
export type RecordField = readonly [name: string, value: string | number | boolean];

export interface DescribedRecord {
  /** `htlc_offered` and the like. */
  readonly event: string;
  readonly fields: readonly RecordField[];
}

const EVENTS: ReadonlyMap<number, string> = new Map(
  Object.entries(RECORD).map(([name, code]) => [code, name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]),
);
const DEFENCES: readonly string[] = [
  '',
  'refused_pending',
  'refused_rate',
  'refused_all',
  'queued',
  'released',
  'refused_resources',
];
const REVOKED_OUTPUTS = ['', 'balance', 'htlc', 'second_level'];
const TAKEN_BY = ['', 'victim', 'cheater', 'nobody'];
const ON_CHAIN = ['', 'preimage', 'timeout', 'trimmed'];

export class RecordNames {
  readonly #timeline: Timeline;
  /** Channels of the plan are the first instances, unless the run begins with a state; named when somebody asks. */
  #planned: readonly ChannelPlan[];
  readonly #instances: Map<number, Instance> = new Map();
  readonly #texts: string[] = [];
  #opening: Instance | null = null;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
    this.#planned = timeline.network.channels;
  }

  /** To be told when the run begins with a state. */
  started({ snapshot: { state } }: RunStart): void {
    const known = new Set(state.channels.map(({ name }) => name));
    const more = this.#planned.filter(({ name }) => !known.has(name)).map((plan) => this.#named(plan));
    this.#planned = [];
    this.#instances.clear();
    for (const { name, between } of state.channels) this.#instances.set(this.#instances.size, { name, nodes: between });
    for (const instance of more) this.#instances.set(this.#instances.size, instance);
    state.texts.forEach((text, number) => {
      this.text(number, text);
    });
  }

  /** To be told of every action before it is applied. */
  action(action: Action): void {
    const { channel, from, to } = action.args;
    this.#opening = null;
    if (action.kind !== 'open_channel' || typeof channel !== 'number') return;
    const nodes =
      typeof from === 'number' && typeof to === 'number' ? ([this.node(from), this.node(to)] as const) : null;
    this.#opening = { name: this.channelName(channel), nodes };
  }

  text(number: number, text: string): void {
    this.#texts[number] = text;
  }

  /** To be told of every record before it is described. */
  note(code: RecordCode, a: number, b: number): void {
    if (code === RECORD.channelState) {
      if (this.#opening !== null && !this.#has(a)) this.#instances.set(a, this.#opening);
    } else if (code === RECORD.channelActive || code === RECORD.openRejected) {
      if (!this.#has(a)) this.#instances.set(a, { name: this.channelName(b), nodes: null });
    }
  }

  node(index: number): string {
    return this.#timeline.network.nodes[index]?.name ?? `#${index}`;
  }

  channelName(nameIndex: number): string {
    return this.#timeline.channelNames[nameIndex] ?? `#${nameIndex}`;
  }

  instance(index: number): string {
    return this.#instances.get(index)?.name ?? this.#planned[index]?.name ?? `#${index}`;
  }

  #has(index: number): boolean {
    return this.#planned[index] !== undefined || this.#instances.has(index);
  }

  #named({ name, node0, node1 }: ChannelPlan): Instance {
    return { name, nodes: [this.node(node0), this.node(node1)] };
  }

  /** The record as an event with named fields; amounts msat or sat as the field's name says. */
  describe(code: RecordCode, a: number, b: number, c: number, amount: number): DescribedRecord {
    return { event: EVENTS.get(code) ?? `record_${code}`, fields: this.#fields(code, a, b, c, amount) };
  }

  /** Channel and direction behind an edge: `channel`, `from`, `to`. */
  edge(edge: number): RecordField[] {
    const index = Math.floor(edge / 2);
    const side = edge % 2;
    const plan = this.#planned[index];
    const { nodes } = (plan === undefined ? this.#instances.get(index) : this.#named(plan)) ?? { nodes: null };
    const channel: RecordField = ['channel', this.instance(index)];
    if (nodes === null) return [channel, ['side', side]];
    return [channel, ['from', side === 0 ? nodes[0] : nodes[1]], ['to', side === 0 ? nodes[1] : nodes[0]]];
  }

  #payment(row: number): RecordField[] {
    const { payments, activities } = this.#timeline;
    const activity = activities[payments.activity[row] ?? -1];
    if (activity === undefined) return [['payment', row]];
    return [
      ['payment', row],
      ['activity', activity.name],
      ['nth', payments.nth[row] ?? 0],
    ];
  }

  #fields(code: RecordCode, a: number, b: number, c: number, amount: number): RecordField[] {
    switch (code) {
      case RECORD.block:
        return [
          ['blocks', a],
          ['transactions', b],
          ['height', c],
        ];
      case RECORD.nodeStarted:
        return [['node', this.node(a)]];
      case RECORD.nodeStopped:
        return [
          ['node', this.node(a)],
          ['crashed', b === 1],
        ];
      case RECORD.channelState:
        return [
          ['channel', this.instance(a)],
          ['instance', a],
          ['state', STATE_NAMES[b] ?? String(b)],
          ['cause', EVENT_NAMES[c] ?? 'initial'],
          ['capacity_sat', amount],
        ];
      case RECORD.channelActive:
        return [
          ['channel', this.channelName(b)],
          ['instance', a],
          ['active', c === 1],
        ];
      case RECORD.policy:
        return [...this.edge(a), ['fee_base_msat', b], ['fee_rate_ppm', c], ['max_htlc_msat', amount]];
      case RECORD.txBroadcast:
        return [
          ['transaction', TX_NAMES[a] ?? String(a)],
          ...(b < 0 ? [] : [['of', b] as const]),
          ['fee_sat', c],
          ['value_sat', amount],
        ];
      case RECORD.txConfirmed:
        return [
          ['transaction', TX_NAMES[a] ?? String(a)],
          ...(b < 0 ? [] : [['of', b] as const]),
          ['height', c],
          ['value_sat', amount],
        ];
      case RECORD.funded:
        return [
          ['node', this.node(a)],
          ['amount_sat', amount],
        ];
      case RECORD.paymentStarted:
        return [...this.#payment(a), ['source', this.node(b)], ['destination', this.node(c)], ['amount_msat', amount]];
      case RECORD.attemptSent:
        return [...this.#payment(a), ['attempt', b], ['hops', c], ['amount_msat', amount]];
      case RECORD.htlcOffered:
        return [['attempt', a], ...this.edge(b), ['expiry', c], ['amount_msat', amount]];
      case RECORD.htlcCommitted:
      case RECORD.htlcFulfilled:
        return [['attempt', a], ...this.edge(b), ['amount_msat', amount]];
      case RECORD.invoice:
        return [
          ['invoice', this.#timeline.invoices?.[a]?.name ?? `#${a}`],
          ['state', INVOICE_NAMES[b] ?? String(b)],
          ...(c < 0 ? [] : this.#payment(c)),
          ['amount_msat', amount],
        ];
      case RECORD.htlcFailed:
        return [['attempt', a], ...this.edge(b), ['failure', failureName(c)]];
      case RECORD.attemptSucceeded:
        return [...this.#payment(b), ['attempt', a], ['hops', c], ['fee_msat', amount]];
      case RECORD.attemptFailed:
        return [
          ['attempt', a],
          ['failure_hop', b],
          ['failure', failureName(c)],
          ['amount_msat', amount],
        ];
      case RECORD.paymentResolved:
        return [...this.#payment(a), ['outcome', OUTCOME_NAMES[b] ?? String(b)], ['attempts', c], ['fee_msat', amount]];
      case RECORD.htlcOnChain:
        return [...this.edge(a), ['attempt', b], ['resolved', ON_CHAIN[c] ?? String(c)], ['amount_msat', amount]];
      case RECORD.cheat:
        return [...this.edge(a), ['commitment', b], ['balance_sat', amount]];
      case RECORD.revokedOutput:
        return [
          ...this.edge(a),
          ['output', REVOKED_OUTPUTS[b] ?? String(b)],
          ['taken_by', TAKEN_BY[c] ?? String(c)],
          ['value_sat', amount],
        ];
      case RECORD.dataLost:
        return [...this.edge(a), ['commitment', b]];
      case RECORD.reorg:
        return [
          ['blocks', a],
          ['wanted', amount],
          ['transactions', b],
          ['height', c],
        ];
      case RECORD.txUndone:
        return [
          ['transaction', TX_NAMES[a] ?? String(a)],
          ...(b < 0 ? [] : [['of', b] as const]),
          ['in_mempool', c === 1],
          ['value_sat', amount],
        ];
      case RECORD.openRejected:
      case RECORD.closeRejected:
        return [
          ['channel', this.channelName(b)],
          ['instance', a],
          ['reason', this.#texts[c] ?? String(c)],
        ];
      case RECORD.sendRejected:
        return [
          ['from', this.node(a)],
          ['to', this.node(b)],
          ['amount_sat', amount],
          ['reason', this.#texts[c] ?? String(c)],
        ];
      case RECORD.feerate:
        return [...(a < 0 ? [] : [['channel', this.instance(a)] as const]), ['old_per_kw', b], ['new_per_kw', c]];
      case RECORD.latency:
        return [
          ['channel', this.instance(a)],
          ['latency_us', amount],
        ];
      case RECORD.partition:
        return [
          ['group', a],
          ['nodes', b],
        ];
      case RECORD.peers:
        return [
          ['a', this.node(a)],
          ['b', this.node(b)],
          ['connected', c === 1],
        ];
      case RECORD.defence:
        return [['attempt', a], ...this.edge(b), ['did', DEFENCES[c] ?? String(c)], ['amount_msat', amount]];
      case RECORD.txReplaced:
        return [
          ['transaction', TX_NAMES[a] ?? String(a)],
          ...(b < 0 ? [] : [['of', b] as const]),
          ['fee_sat', c],
          ['value_sat', amount],
        ];
      case RECORD.mempool:
        return [
          ['backlog_weight', a],
          ['minimum_per_kw', b],
          ['estimate_per_kw', c],
        ];
      default:
        return [
          ['a', a],
          ['b', b],
          ['c', c],
          ['amount', amount],
        ];
    }
  }
}

/** A described record in one line for people: `htlc_offered attempt=3 channel=alice-bob from=alice to=bob …`. */
export function recordLine(described: DescribedRecord): string {
  return [described.event, ...described.fields.map(([name, value]) => `${name}=${value}`)].join(' ');
}
