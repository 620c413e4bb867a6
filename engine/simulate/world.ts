/**
 * The state of a simulated network and the few things every part of the physics does to it: tell the time, write a
 * record, schedule an event, move a channel through its life. No behaviour of its own.
 */
import { deepestReorg } from '../timeline/reorgs.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { AttemptPool } from './attempts.ts';
import { Chain } from './chain.ts';
import { type ChannelEvent, EVENT, NO_CHANGE, nextState, STATE } from './channel-lifecycle.ts';
import { ChannelTable } from './channels.ts';
import { grow } from './columns.ts';
import { EventQueue } from './event-queue.ts';
import { FormerPolicies } from './former-policies.ts';
import { GossipGraph } from './graph.ts';
import { HtlcPool } from './htlcs.ts';
import { InvoiceTable } from './invoices.ts';
import {
  blankView,
  type CommitmentView,
  type ConfirmationTargets,
  DEFAULT_TARGETS,
  type NodeModel,
} from './node-model.ts';
import { PaymentTable } from './payments.ts';
import { RECORD, type RecordCode, type RecordSink } from './records.ts';
import type { RevokedStates } from './revoked-states.ts';
import type { PaymentTrace } from './routing-trace.ts';
import { ShownRoutes } from './shown-routes.ts';

/** Events of the physics; `a` and `b` as said. */
export const PHYSICS = {
  /** a edge: the commit timer of its side ran out; b connection. */
  signTimer: 0,
  /** a edge: commitment_signed of its side arrives at the other; b connection. */
  signature: 1,
  /** a edge: revoke_and_ack arrives at its side; b connection. */
  revocation: 2,
  /** a HTLC: update_fulfill_htlc arrives at the offering side; b generation. */
  preimage: 3,
  /** a attempt slot: the sender's own channel refused it; b failure code. */
  localFailure: 4,
  /** a payment: its model asked for this. */
  paymentTimer: 5,
  /** a HTLC, b generation: held too long in an incomplete set. */
  mppTimeout: 6,
  /** a payment: the recipient's hold time is over. */
  holdOver: 7,
  /** a channel: funding_signed arrived; broadcast. */
  fundingSigned: 8,
  /** a channel, b connection: channel_ready was exchanged. */
  channelReady: 9,
  /** a number of a pending announcement (gossip.ts). */
  gossip: 10,
  /** a channel, b connection: closing_signed was exchanged. */
  closingSigned: 11,
  /** a node, b its start count: it connects to its peers. */
  connect: 12,
  /** a channel, b connection: unsigned HTLCs have waited long enough for the peer. */
  mailbox: 13,
  /** a edge, b connection: announce the edge as disabled / enabled. */
  disable: 14,
  enable: 15,
  /** a channel, b connection: a peer that crashed has been silent for too long. */
  silent: 16,
  /** a channel: its funder reviews the commitment feerate. */
  updateFee: 17,
  /** a HTLC, b generation: its receiving node acts on it / hands the failure of what it forwarded back. */
  batchedHtlc: 18,
  batchedFailure: 19,
  /** a edge: its side may announce another htlc_maximum again. */
  maximumAgain: 20,
  /** a node, b peer: the oldest HTLC of the peer that the node's circuit breaker holds goes on. */
  defenceRelease: 21,
  /** a channel, b connection: a node learns from channel_reestablish that the other one has lost data. */
  lostData: 22,
  /** a edge: its side closes the channel, of which the funding transaction is not confirmed any more. */
  fundingUndone: 23,
} as const;

export const PHYSICS_NAMES: readonly string[] = Object.keys(PHYSICS);

export class World {
  readonly timeline: Timeline;
  readonly sink: RecordSink;
  nowUs = 0;
  /**
   * True when the state at the beginning is another scenario's: its payments have other rows here, and events that mean
   * nothing any more are not taken over.
   */
  startsAnew = false;
  /** Whoever wants to see how a payment is routed; null in all runs but those that trace payments. */
  traceOf: ((payment: number) => PaymentTrace | null) | null = null;
  events = 0;
  readonly queue: EventQueue = new EventQueue();
  readonly channels: ChannelTable = new ChannelTable();
  readonly htlcs: HtlcPool = new HtlcPool();
  readonly attempts: AttemptPool = new AttemptPool();
  readonly payments: PaymentTable;
  readonly routes: ShownRoutes;
  readonly invoices: InvoiceTable;
  readonly chain: Chain;
  readonly graph: GossipGraph;
  readonly nodeCount: number;
  /** Model of each node. */
  readonly model: NodeModel[] = [];
  readonly running: Uint8Array;
  /** Group of each node in the present partition; nodes of different groups cannot reach each other. */
  readonly group: Int32Array;
  /** Pairs of peers that an event keeps apart, as `smaller · nodes + larger`. */
  readonly apart: Set<number> = new Set();
  /** Policies that nodes still accept. */
  readonly former: FormerPolicies = new FormerPolicies();
  /** Old states that events may want; null where none does. */
  revoked: RevokedStates | null = null;
  /** Revoked commitments that were broadcast; sat of their outputs that the victims took, and that the cheaters kept. */
  readonly cheats: { commitments: number; takenSat: number; keptSat: number } = {
    commitments: 0,
    takenSat: 0,
    keptSat: 0,
  };
  /** Edges whose side has lost the newest states of its channel and must not broadcast. */
  readonly lostData: Set<number> = new Set();
  /** Starts of each node: tells an event of an earlier life apart. */
  readonly starts: Int32Array;
  /** Edges of each node's open channels, in the order they were opened. */
  readonly localEdges: number[][];
  /** Edges of all its channels that are neither closed nor abandoned. */
  readonly liveEdges: number[][];
  /** Counts how often the list of each node's open channels has changed. */
  readonly #listChanges: Int32Array;
  /** By edge: what its node's count was, and one more, when no other open channel led to the same peer. */
  #soleSince: Int32Array;
  /** Events (kind, a, b) of each node that came due while it was stopped. */
  readonly deferred: number[][];
  /** Latest channel instance of each name, −1 when none. */
  readonly byName: Int32Array;
  readonly forwards: Float64Array;
  readonly feesEarnedMsat: Float64Array;
  /** Canonical text of what a node that remembers nothing remembers, by model. */
  readonly blankMemory: Map<string, string> = new Map();
  /** Scratch view for the physics; never kept across a call. */
  readonly view: CommitmentView = blankView();
  readonly #texts: Map<string, number> = new Map();

  constructor(timeline: Timeline, sink: RecordSink) {
    this.timeline = timeline;
    this.sink = sink;
    const n = timeline.network.nodes.length;
    this.nodeCount = n;
    this.payments = new PaymentTable(timeline.payments.length);
    this.routes = new ShownRoutes(timeline.payments.source, this.attempts, this.channels);
    this.invoices = new InvoiceTable(timeline);
    this.chain = new Chain(n, timeline.chain, sink, deepestReorg(timeline));
    this.graph = new GossipGraph(n, this.channels);
    const channels = timeline.network.channels.length;
    this.channels.reserve(channels);
    this.graph.reserve(2 * channels);
    this.running = new Uint8Array(n);
    this.group = new Int32Array(n);
    this.starts = new Int32Array(n);
    this.localEdges = Array.from({ length: n }, () => []);
    this.liveEdges = Array.from({ length: n }, () => []);
    this.#listChanges = new Int32Array(n);
    this.#soleSince = new Int32Array(2 * channels);
    this.deferred = Array.from({ length: n }, () => []);
    this.byName = new Int32Array(timeline.channelNames.length).fill(-1);
    this.forwards = new Float64Array(n);
    this.feesEarnedMsat = new Float64Array(n);
  }

  record(code: RecordCode, a: number, b: number, c: number, amount: number): void {
    this.sink.record(code, this.nowUs, a, b, c, amount);
  }

  /** Schedules a physics event `delayUs` from now. */
  after(delayUs: number, kind: number, a: number, b: number): void {
    this.queue.push(this.nowUs + delayUs, kind, a, b);
  }

  /** As `after`, for a delay that a model may count in ticks; never for Infinity. */
  afterTicks(delayUs: number, tickUs: number | undefined, kind: number, a: number, b: number): void {
    if (delayUs === Infinity) return;
    this.queue.push(this.endOf(delayUs, tickUs), kind, a, b);
  }

  /** The instant `delayUs` from now, or the last multiple of `tickUs` before it. */
  endOf(delayUs: number, tickUs: number | undefined): number {
    const at = this.nowUs + delayUs;
    return tickUs === undefined ? at : at - (at % tickUs);
  }

  /** Number of a text for use in records. */
  text(text: string): number {
    let n = this.#texts.get(text);
    if (n === undefined) {
      n = this.#texts.size;
      this.#texts.set(text, n);
      this.sink.text(n, text);
    }
    return n;
  }

  /** Texts in use, by number. */
  texts(): readonly string[] {
    return [...this.#texts.keys()];
  }

  /** Takes over texts that were announced before. */
  restoreTexts(texts: readonly string[]): void {
    texts.forEach((text, n) => {
      this.#texts.set(text, n);
    });
  }

  /** Moves a channel through its life; false when the event means nothing in its state. */
  advance(channel: number, event: ChannelEvent): boolean {
    const next = nextState(this.channels.state[channel]!, event);
    if (next === NO_CHANGE) return false;
    this.channels.state[channel] = next;
    this.record(RECORD.channelState, channel, next, event, this.channels.capacityMsat[channel]! / 1000);
    if (next === STATE.open) {
      this.#list(this.localEdges, channel);
      this.#localChanged(channel);
    } else if (event === EVENT.shutdown || event === EVENT.force) {
      this.#unlist(this.localEdges, channel);
      this.#localChanged(channel);
    }
    if (next === STATE.closed || next === STATE.abandoned) this.#unlist(this.liveEdges, channel);
    else if (event === EVENT.close_undone || event === EVENT.ending_undone) this.#relist(channel);
    return true;
  }

  /** Adds a channel in the state negotiating to the lists of both nodes. */
  addChannel(name: number, node0: number, node1: number, capacitySat: number): number {
    const channel = this.channels.add(name, node0, node1, capacitySat);
    this.byName[name] = channel;
    this.#list(this.liveEdges, channel);
    return channel;
  }

  /** Whether an edge is that of an open channel, and the only open one between its nodes. */
  isSole(edge: number): boolean {
    const node = this.from(edge);
    const now = this.#listChanges[node]! + 1;
    if (this.#soleSince[edge] === now) return true;
    const peer = this.to(edge);
    let own = false;
    for (const other of this.localEdges[node]!) {
      if (other === edge) own = true;
      else if (this.to(other) === peer) return false;
    }
    if (!own) return false;
    if (edge >= this.#soleSince.length) this.#soleSince = grow(this.#soleSince, 2 * edge + 2);
    this.#soleSince[edge] = now;
    return true;
  }

  #localChanged(channel: number): void {
    for (const edge of [2 * channel, 2 * channel + 1]) this.#listChanges[this.from(edge)]!++;
  }

  #list(lists: number[][], channel: number): void {
    for (const edge of [2 * channel, 2 * channel + 1]) lists[this.from(edge)]!.push(edge);
  }

  /** A channel that was closed is not any more. */
  #relist(channel: number): void {
    for (const edge of [2 * channel, 2 * channel + 1]) {
      const list = this.liveEdges[this.from(edge)]!;
      const after = list.findIndex((other) => other > edge);
      list.splice(after < 0 ? list.length : after, 0, edge);
    }
  }

  #unlist(lists: number[][], channel: number): void {
    for (const edge of [2 * channel, 2 * channel + 1]) {
      const list = lists[this.from(edge)]!;
      const at = list.indexOf(edge);
      if (at >= 0) list.splice(at, 1);
    }
  }

  /** Number of a pair of nodes, the same in either order. */
  pair(a: number, b: number): number {
    return Math.min(a, b) * this.nodeCount + Math.max(a, b);
  }

  /** Both run and nothing keeps them apart. */
  reachable(a: number, b: number): boolean {
    return (
      this.running[a] === 1 &&
      this.running[b] === 1 &&
      this.group[a] === this.group[b] &&
      !this.apart.has(this.pair(a, b))
    );
  }

  /** Feerate that a node pays for a transaction of this kind, sat per 1000 weight units. */
  estimateFor(node: number, kind: keyof ConfirmationTargets): number {
    return this.chain.estimatePerKw((this.model[node]!.targets ?? DEFAULT_TARGETS)[kind]);
  }

  /** Feerate that a node sets for commitment transactions as funder. */
  commitmentFeerate(node: number): number {
    return this.model[node]!.commitmentFeerate(node, this.estimateFor(node, 'commitment'));
  }

  modelOf(node: number): NodeModel {
    return this.model[node]!;
  }

  /** Node at the beginning and at the end of an edge. */
  from(edge: number): number {
    return this.channels.node[edge]!;
  }

  to(edge: number): number {
    return this.channels.node[edge ^ 1]!;
  }
}
