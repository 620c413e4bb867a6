/** What a node model sees of the simulated world and may ask of it. Units as in node-model.ts. */
import type { CheckQuestion, CommitmentView, RouteBuffer } from './model-views.ts';
import type { Outcome } from './records.ts';
import type { PaymentTrace } from './routing-trace.ts';

/** What a model may ask the simulator to do for a payment. No call answers by calling back into the model. */
export interface PaymentActions {
  /**
   * Sends an HTLC along the route, which is copied; answers the attempt's number. When the first hop refuses, the
   * model hears so by attemptFailed with hop 0.
   */
  send(payment: number, route: RouteBuffer): number;
  /** Ends the payment. Parts still in flight must have ended before. */
  resolve(payment: number, outcome: Outcome): void;
  /** Calls paymentTimer(payment) at `atUs` unless the payment is resolved before. */
  timer(payment: number, atUs: number): void;
}

/**
 * The channel graph as gossip tells it, shared by all nodes. Read only for models.
 *
 * Pairs group the directed edges from one node to another. `pairsInto` is rebuilt when channels come or go; read it
 * afresh at the beginning of each search.
 */
export interface GraphView {
  readonly nodeCount: number;
  /** Node that edge leaves and node it reaches. */
  from(edge: number): number;
  to(edge: number): number;
  /** Indexed by channel. */
  readonly capacityMsat: Float64Array;
  /** Indexed by edge: the policy that is publicly known, of its `from` node. */
  readonly feeBaseMsat: Float64Array;
  readonly feeRatePpm: Float64Array;
  readonly cltvDelta: Int32Array;
  readonly minHtlcMsat: Float64Array;
  readonly maxHtlcMsat: Float64Array;
  /** Inbound fee asked by the edge's `to` node for HTLCs arriving over this edge (lnd only, else 0). */
  readonly inboundFeeBaseMsat: Float64Array;
  readonly inboundFeeRatePpm: Float64Array;
  /** 1 when the edge is known to the public, 0 otherwise (unannounced, removed). */
  readonly known: Uint8Array;
  readonly disabled: Uint8Array;
  /** Number of the policy that is publicly known: a higher one is newer, as timestamps of channel_update are. */
  readonly version: Int32Array;
  /**
   * Known pairs by the node they lead into, as compressed rows: pairs of node v are start[v] … start[v+1]−1, pair p
   * comes from node from[p] and consists of the edges edge[edgeStart[p]] … edge[edgeStart[p+1]−1]. Ordered by (v, from,
   * edge).
   */
  pairsInto(): PairIndex;
  /**
   * How often something of an edge changed here, and which edges these were: the edge of change number i is
   * changed[i % changed.length], as long as fewer changes than that came later. Channels that came or went show in
   * `pairsInto`, which then answers another object.
   */
  readonly changes: number;
  readonly changed: Int32Array;
  /** To be called by whoever writes into the columns. */
  touch(edge: number): void;
}

export interface PairIndex {
  readonly start: Int32Array;
  readonly from: Int32Array;
  readonly edgeStart: Int32Array;
  readonly edge: Int32Array;
}

/** What the simulator tells the nodes of a model. */
export interface ModelHost {
  readonly graph: GraphView;
  readonly actions: PaymentActions;
  nowUs(): number;
  height(): number;
  /** Feerate that the chain's estimate gives for a confirmation within so many blocks, sat per 1000 weight units. */
  estimatePerKw(target: number): number;
  /** Least feerate that mempools take now, sat per 1000 weight units. */
  relayPerKw(): number;
  /** Channels of a node that are open (announced or not), as edges that leave the node; in the order they were opened. */
  localEdges(node: number): ArrayLike<number>;
  localEdgeCount(node: number): number;
  /** True when the channel is open and its peer connected. */
  eligible(edge: number): boolean;
  /** Fills `view` with the state of the channel as the edge's `from` node sees it. */
  view(edge: number, view: CommitmentView): void;
  /** Whoever wants to see how this payment is decided about. Absent in all runs but those that trace payments. */
  traceOf?(payment: number): PaymentTrace | null;
}

/** What a model that lives in another process needs to be kept up to date (engine/rpc); no model decides by it. */
export interface WorldFacts {
  /** Channels that there are or were. */
  readonly channelCount: number;
  /** Another number whenever the public graph is another one. */
  readonly graphRevision: number;
  /** Number of the attempt that is made next. */
  readonly nextAttempt: number;
  /** Node that makes a payment, and the one that is paid; −1 for a payment that does not go on now. */
  sourceOf(payment: number): number;
  destinationOf(payment: number): number;
  /** The scenario's time 0 on the simulator's clock, µs. */
  readonly originUs: number;
  /** Node that an edge leaves. */
  fromOf(edge: number): number;
  /** Name of a node, for messages to people. */
  nameOf(node: number): string;
  /**
   * While a node is asked about an HTLC: what it is asked, and what the nodes after it will be asked if the HTLC goes on as
   * its route says and nothing else happens meanwhile. The questions about one hop stand together, that about the channel
   * which the onion names before those about channels parallel to it. Empty where nothing is known.
   */
  comingChecks(): readonly CheckQuestion[];
  /** While a node is asked about an HTLC: number of its attempt. −1 where it is not known. */
  askedAttempt(): number;
  /** Parts of a payment that were sent and of which the sender does not know yet how they ended. */
  partsInFlight(payment: number): number;
}
