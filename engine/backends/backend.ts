/**
 * The control plane: what a timeline is played on. Implementations: `simulator` here; others drive real code or other
 * processes. Nodes are indexes into the network plan, channels are indexes into Timeline.channelNames. Every operation
 * may answer at once or by a promise; callers await only promises.
 */
import type { Json } from '../base/json.ts';
import type { RecordSink } from '../simulate/records.ts';
import type { SimulationState } from '../simulate/state.ts';
import type {
  CloseChannelRequest,
  CongestMempoolRequest,
  LoseDataRequest,
  OpenChannelRequest,
  RebalanceRequest,
  SendOnchainRequest,
  SetLatencyRequest,
  SetPolicyRequest,
} from '../timeline/control.ts';
import type { JournalState } from '../timeline/journal.ts';
import type { OldStateRequest } from '../timeline/old-states.ts';
import type { ReorgRequest } from '../timeline/reorgs.ts';
import type { Timeline } from '../timeline/timeline.ts';

export type { RoutingTraceSink } from '../simulate/routing-trace.ts';
export type Awaitable<T> = T | Promise<T>;

/** What an expectation can see of a node. Amounts in msat unless the name says otherwise. */
export interface NodeObservation {
  readonly name: string;
  readonly model: string;
  readonly running: boolean;
  readonly walletSat: number;
  readonly channels: number;
  readonly localBalanceMsat: number;
  readonly remoteBalanceMsat: number;
  readonly forwards: number;
  readonly feesEarnedMsat: number;
  /** HTLCs that its defences against jamming refused. */
  readonly htlcsRefused: number;
}

export interface ChannelObservation {
  readonly name: string;
  /** none, opening, pending, open, closing, force_closing, resolving or closed. */
  readonly state: string;
  /** Open, confirmed and both ends connected. */
  readonly active: boolean;
  readonly announced: boolean;
  readonly node0: string;
  readonly node1: string;
  readonly capacitySat: number;
  readonly balance0Msat: number;
  readonly balance1Msat: number;
  readonly htlcs: number;
}

/** A policy in full. Amounts msat, rates ppm; inbound fees may be negative. */
export interface PolicyObservation {
  readonly feeBaseMsat: number;
  readonly feeRatePpm: number;
  readonly cltvDelta: number;
  readonly minHtlcMsat: number;
  readonly maxHtlcMsat: number;
  readonly disabled: boolean;
  readonly inboundFeeBaseMsat: number;
  readonly inboundFeeRatePpm: number;
}

/** What a node knows of a channel of its own (lnd: ListChannels; CLN: listpeerchannels). */
export interface OwnChannel {
  /** Index of its name. */
  readonly channel: number;
  readonly name: string;
  readonly peer: number;
  /** Confirmed and connected. */
  readonly active: boolean;
  readonly announced: boolean;
  readonly capacitySat: number;
  /** What each side has, HTLCs in flight left out. */
  readonly localMsat: number;
  readonly remoteMsat: number;
  /** What this side must keep. */
  readonly reserveMsat: number;
  /** HTLCs in flight, both directions. */
  readonly htlcs: number;
  /** Its own policy, as it is in force. */
  readonly policy: PolicyObservation;
}

/** What the public knows of a channel (BOLT 7), seen from one of its nodes. */
export interface ChannelGossip {
  /** Index of its name. */
  readonly channel: number;
  readonly name: string;
  /** The node at the other end. */
  readonly peer: number;
  readonly capacitySat: number;
  /** Of the direction that leaves the node, and of the one that leads to it; null where none is known. */
  readonly policy: PolicyObservation | null;
  readonly reverse: PolicyObservation | null;
}

/** An invoice with a name. */
export interface InvoiceObservation {
  readonly name: string;
  /** none, open, held, settled, cancelled or expired. */
  readonly state: string;
  readonly node: string;
  /** Node whose payment is held or was settled; empty without one. */
  readonly payer: string;
}

export interface ChainObservation {
  readonly height: number;
  /** Transactions of the scenario that wait for a block. */
  readonly mempool: number;
  readonly feesSat: number;
  /** sat/vB: estimate for the next block, and for six. */
  readonly feerate: number;
  readonly feerate6: number;
  /** sat/vB: least that mempools take beyond what they always do; 0 when they take everything. */
  readonly minimumFeerate: number;
  /** vMB of strangers’ transactions in the mempool. */
  readonly backlog: number;
}

/** What a backend tells of its whole state: the state itself, or a journal that leads to it. */
export type BackendState = SimulationState | JournalState;

/** A state to go on from. */
export interface BackendStart {
  readonly state: BackendState;
  /** As in SimulationStart. */
  readonly originUs: number;
  /** True when another scenario begins in the state; never with a journal, which is of one scenario. */
  readonly anew: boolean;
}

export interface Backend {
  readonly name: string;
  /** `virtual`: time moves only in advance(); `wall`: it moves by itself and advance() waits. */
  readonly clock: 'virtual' | 'wall';
  /** False where nobody can tell the policies of nodes: ownChannels and gossip are then not to be asked. */
  readonly tellsPolicies?: boolean;

  /** Builds the network of the timeline, or goes on from a state. Called once, before anything else. */
  start(timeline: Timeline, sink: RecordSink, from?: BackendStart): Awaitable<void>;
  /** The whole state, for start() in another process. Absent where nobody can tell it. */
  capture?(): Awaitable<BackendState>;
  /**
   * Lets everything happen that is due before `untilUs` (with `inclusive`: at it, too), at most `maxEvents` events.
   * Answers false when that limit was reached first, or after the event during which the sink set its `interrupt`; call
   * again then.
   */
  advance(untilUs: number, inclusive: boolean, maxEvents: number): Awaitable<boolean>;
  /** Starts payment `row` of the timeline now. */
  pay(row: number): Awaitable<void>;

  startNode(node: number): Awaitable<void>;
  stopNode(node: number): Awaitable<void>;
  openChannel(request: OpenChannelRequest): Awaitable<void>;
  closeChannel(request: CloseChannelRequest): Awaitable<void>;
  setPolicy(request: SetPolicyRequest): Awaitable<void>;
  /** Adds confirmed coins to a node's wallet. */
  fund(node: number, sat: number): Awaitable<void>;
  /** Stops a node without notice: its peers find out by themselves. */
  crashNode(node: number): Awaitable<void>;
  /** Connects two peers again after disconnectPeer. */
  connectPeer(a: number, b: number): Awaitable<void>;
  /** Disconnects two peers, who stay apart until connectPeer. */
  disconnectPeer(a: number, b: number): Awaitable<void>;
  /** Nodes of different groups cannot reach each other until heal; all nodes not named form one more group. */
  partition(groups: readonly (readonly number[])[]): Awaitable<void>;
  heal(): Awaitable<void>;
  sendOnchain(request: SendOnchainRequest): Awaitable<void>;
  setLatency(request: SetLatencyRequest): Awaitable<void>;
  /** A node broadcasts a commitment that it has revoked. */
  cheat(request: OldStateRequest): Awaitable<void>;
  /** A node comes back with an old state of a channel. */
  loseData(request: LoseDataRequest): Awaitable<void>;
  /** Sets the going feerate of the chain, sat per 1000 weight units. */
  setFeerate(feeratePerKw: number): Awaitable<void>;
  /** Strangers’ transactions fill the mempool. */
  congestMempool(request: CongestMempoolRequest): Awaitable<void>;
  rebalance(request: RebalanceRequest): Awaitable<void>;
  /** Invoices with a name, by their index in Timeline.invoices: their recipients make, settle or cancel them. */
  createInvoice(invoice: number): Awaitable<void>;
  settleInvoice(invoice: number): Awaitable<void>;
  cancelInvoice(invoice: number): Awaitable<void>;
  mine(blocks: number): Awaitable<void>;
  /** Undoes the last blocks of the chain, and finds others in their place. */
  reorg(request: ReorgRequest): Awaitable<void>;

  node(node: number): Awaitable<NodeObservation>;
  channel(channel: number): Awaitable<ChannelObservation>;
  chain(): Awaitable<ChainObservation>;
  invoice(invoice: number): Awaitable<InvoiceObservation>;
  /** The open channels of a node as the node itself knows them, in the order of their names' indexes. */
  ownChannels(node: number): Awaitable<readonly OwnChannel[]>;
  /** The channels of a node as the public knows them, in an order that is always the same. */
  gossip(node: number): Awaitable<readonly ChannelGossip[]>;
  /** Number of payments that are not resolved yet. */
  inFlight(): Awaitable<number>;
  /** Checks every invariant now; the text of the first one broken, or null. */
  check(): Awaitable<string | null>;
  /** SHA-256 of the whole state. */
  stateDigest(): Awaitable<string>;
  /** Figures for metrics.json. */
  metrics(): Awaitable<{ readonly [key: string]: Json }>;
  stop(): Awaitable<void>;
}
