/**
 * The seam between the physics of the simulator and the brains of its nodes.
 *
 * The simulator knows links, channels, HTLC limits, the chain, gossip propagation and time. A NodeModel decides:
 * which parameters it asks for when a channel opens, which policy it announces, which routes it tries, how it splits,
 * what it learns, when it gives up, which failure it returns, when it goes on-chain. One model object serves all nodes
 * of an implementation; its state is per node. A model depends on nothing but its own state, the views declared here
 * and the stimuli it is given: no clock, no random source of its own, no file.
 *
 * Units: amounts msat unless the name says sat, times µs, expiries absolute block heights, feerates sat per 1000
 * weight units. Nodes, channels and edges are indexes; edge = 2 · channel + side leads from the channel's node on that
 * side to the other one. Channel indexes are never used again.
 */
import type { Json } from '../base/json.ts';
import type { FailureCode } from './failure.ts';
import type { PaymentMethod, PaymentRequest } from './payment-request.ts';
import type { Outcome } from './records.ts';
import type { PaymentTrace } from './routing-trace.ts';

export type { InvoiceFacts, PaymentMethod, PaymentRequest } from './payment-request.ts';

/** Longest route that fits: 20 hops of classic size (BOLT 4); shorter payloads allow up to 27, which no model uses. */
export const MAX_HOPS = 27;

/** A channel policy in full. Fees msat and ppm, deltas in blocks. Inbound fees as in lnd (negative is a discount). */
export interface Policy {
  feeBaseMsat: number;
  feeRatePpm: number;
  cltvDelta: number;
  minHtlcMsat: number;
  maxHtlcMsat: number;
  disabled: boolean;
  inboundFeeBaseMsat: number;
  inboundFeeRatePpm: number;
}

/** What one side demands of a channel (open_channel / accept_channel of BOLT 2). */
export interface ChannelTerms {
  dustLimitSat: number;
  /** Reserve that the OTHER side must keep, sat. */
  reserveSat: number;
  /** Limits on HTLCs that the OTHER side may offer. */
  maxAcceptedHtlcs: number;
  maxInFlightMsat: number;
  htlcMinimumMsat: number;
  /** to_self_delay imposed on the OTHER side, blocks. */
  toSelfDelay: number;
}

export interface ChannelOffer {
  readonly capacitySat: number;
  readonly pushMsat: number;
  readonly announced: boolean;
  readonly feeratePerKw: number;
}

export type OpeningAnswer =
  | { readonly accept: true; readonly terms: ChannelTerms; readonly minimumDepth: number }
  | { readonly accept: false; readonly reason: string };

/** Facts about an open channel from one side's point of view. */
export interface ChannelFacts {
  readonly capacitySat: number;
  /** What the peer demanded of us. */
  readonly peerTerms: ChannelTerms;
  readonly announced: boolean;
}

/**
 * State of one channel as the side that would offer an HTLC sees it. One object is reused for every call: a model must
 * not keep it.
 */
export interface CommitmentView {
  edge: number;
  /** Own balance less own pending offers; the other side's likewise. */
  localMsat: number;
  remoteMsat: number;
  /** Reserve that we must keep, and that the other side must keep. */
  localReserveMsat: number;
  remoteReserveMsat: number;
  localDustMsat: number;
  remoteDustMsat: number;
  /** True when we opened the channel and so pay the commitment fee and the anchors. */
  isFunder: boolean;
  feeratePerKw: number;
  /** Untrimmed HTLCs on our commitment and on the other side's. */
  localUntrimmed: number;
  remoteUntrimmed: number;
  /** Sum of the HTLCs, of both sides, that have no output on our commitment, and on the other side's. */
  localTrimmedMsat: number;
  remoteTrimmedMsat: number;
  /** HTLCs offered by us and not yet removed, and their sum. */
  offeredCount: number;
  offeredMsat: number;
  /** The other side's limits on what we offer. */
  maxAcceptedHtlcs: number;
  maxInFlightMsat: number;
  peerHtlcMinimumMsat: number;
}

/** A view to be filled. */
export function blankView(): CommitmentView {
  return {
    edge: 0,
    localMsat: 0,
    remoteMsat: 0,
    localReserveMsat: 0,
    remoteReserveMsat: 0,
    localDustMsat: 0,
    remoteDustMsat: 0,
    isFunder: false,
    feeratePerKw: 0,
    localUntrimmed: 0,
    remoteUntrimmed: 0,
    localTrimmedMsat: 0,
    remoteTrimmedMsat: 0,
    offeredCount: 0,
    offeredMsat: 0,
    maxAcceptedHtlcs: 0,
    maxInFlightMsat: 0,
    peerHtlcMinimumMsat: 0,
  };
}

/** A request to forward an HTLC, for one candidate outgoing channel. Reused like CommitmentView. */
export interface ForwardRequest {
  node: number;
  incomingEdge: number;
  incomingAmountMsat: number;
  incomingExpiry: number;
  outgoingEdge: number;
  /** The channel that the onion names. It is asked about first; then, with all else equal, those parallel to it. */
  requestedEdge: number;
  outgoingAmountMsat: number;
  outgoingExpiry: number;
  height: number;
  /** The channel is confirmed and not on-chain; it is open (not closing either); its peer is connected; it is public. */
  exists: boolean;
  usable: boolean;
  connected: boolean;
  announced: boolean;
  /** Our policy for the outgoing channel. */
  policy: Policy;
  /** The one before it, as long as NodeTiming.formerPolicyUs says; null or absent after that. */
  former?: Policy | null;
  /** Inbound fee that we ask on the incoming channel. */
  inboundFeeBaseMsat: number;
  inboundFeeRatePpm: number;
  /** State of the outgoing channel. */
  view: CommitmentView;
}

/** An HTLC that arrived at its recipient. Reused like CommitmentView. */
export interface ReceiveRequest {
  node: number;
  amountMsat: number;
  expiry: number;
  height: number;
  /** What the onion says: amount of this part and its expiry, total of the payment. */
  onionAmountMsat: number;
  onionExpiry: number;
  totalMsat: number;
  method: PaymentMethod;
  /** False when the invoice is unknown, paid, expired or cancelled. */
  payable: boolean;
  /** min_final_cltv_expiry_delta of the invoice; -1 for keysend and AMP. */
  invoiceCltvDelta: number;
  /** What the invoice asks for, msat; −1 for keysend and for invoices that leave the amount to the payer. */
  invoiceAmountMsat: number;
  /** Total that parts of the same payment held by now have named, msat; −1 when none is held. */
  setTotalMsat: number;
  /** True when the HTLC is one of several parts, or smaller than the total. */
  partial: boolean;
}

/** A route being built or sent. Hop i goes over edge[i] and carries amountMsat[i] with expiry[i] at that hop. */
export class RouteBuffer {
  length = 0;
  readonly edge: Int32Array = new Int32Array(MAX_HOPS);
  readonly amountMsat: Float64Array = new Float64Array(MAX_HOPS);
  readonly expiry: Int32Array = new Int32Array(MAX_HOPS);
}

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
}

/** A question about an opening; its answer depends on nothing but itself and the options of the node. */
export type OpeningQuestion =
  | { readonly ask: 'commitmentFeerate'; readonly node: number; readonly estimatePerKw: number }
  | { readonly ask: 'openingTerms'; readonly node: number; readonly offer: ChannelOffer }
  | {
      readonly ask: 'answerOpening';
      readonly node: number;
      readonly offer: ChannelOffer;
      readonly openerTerms: ChannelTerms;
    }
  | { readonly ask: 'defaultPolicy'; readonly node: number; readonly facts: ChannelFacts };

/** When an implementation does what (BOLT 2 commitment updates, connections, gossip). All in µs. */
export interface NodeTiming {
  /** Longest wait between an update and the commitment_signed that covers it (lnd: 50 ms). */
  readonly commitDelayUs: number;
  /** Number of pending updates at which it signs at once (lnd: 10). */
  readonly commitBatch: number;
  /** Wait after a start before it connects to its peers (lnd: first back-off of 1 s). */
  readonly reconnectDelayUs: number;
  /** Silence of a peer after which the connection is given up (lnd: 60 s without a revocation). */
  readonly peerTimeoutUs: number;
  /** How long an HTLC that was not signed yet waits for a peer that went away before it is failed back (lnd: 60 s). */
  readonly mailboxUs: number;
  /**
   * A peer gone for so long makes the node announce the channel as disabled (lnd: 20 min); back for so long, as enabled
   * (lnd: 19 min). Infinity: disabled only when an HTLC is to be sent over it while the peer is away.
   */
  readonly disableAfterUs: number;
  readonly enableAfterUs: number;
  /** How long a recipient holds parts of an incomplete payment before it fails them with mpp_timeout (lnd: 120 s). */
  readonly mppTimeoutUs: number;
  /**
   * Set where disableAfterUs, enableAfterUs, mppTimeoutUs and formerPolicyUs are counted in ticks of a clock: they end at
   * the last multiple of it that lies within them (LDK: 60 s, so that 3 ticks are more than 2 and at most 3 minutes).
   */
  readonly tickUs?: number;
  /** How long a node accepts payments by the policy before the present one (Eclair: 10 min). Absent: not at all. */
  readonly formerPolicyUs?: number;
  /** A lower htlc_maximum alone makes a policy the former one, too (Core Lightning). Absent: only fees, delta and minimum do. */
  readonly formerMaximum?: boolean;
  /** Least time between two changes of htlc_maximum that `maximumFor` makes (Eclair: 1 h). */
  readonly maximumIntervalUs?: number;
  /** Wait after a start before the first batch, in which payments are tried again, too (LDK: 2 s). Absent: none. */
  readonly firstBatchUs?: number;
}

/**
 * A transaction that a node wants in a block while the mempool is congested: its commitment, with the child that spends its
 * anchor; the claim of an HTLC output; the sweep of a balance or of a second-level output; a penalty for an output of a revoked
 * commitment or of a second-level transaction of the cheater. Reused like CommitmentView.
 * Feerates sat per 1000 weight units; those of a commitment are of the package (commitment and child).
 */
export interface ClaimView {
  node: number;
  kind: 'commitment' | 'htlc_success' | 'htlc_timeout' | 'sweep' | 'penalty' | 'second_level_penalty';
  /** Weight units; of a commitment that of the package. */
  weight: number;
  /** The fee comes out of the wallet (children of commitments, second-level transactions), not out of what is claimed. */
  fromWallet: boolean;
  /** What is claimed, sat; of a commitment its HTLC outputs that are to be claimed by this node. */
  valueSat: number;
  /** Of a commitment: the part of valueSat that another deadline hangs on (HTLCs that were forwarded, known preimages). */
  urgentSat: number;
  /** Of a commitment: the node's own balance on it, and the fee that it pays itself, sat. */
  balanceSat: number;
  ownFeeSat: number;
  height: number;
  /** Expiry of the HTLC, of a commitment the first of those that are to be claimed; −1 when there is none. */
  expiry: number;
  /**
   * Height by which it must be confirmed lest money is lost: expiry of the HTLC that a timed out one was forwarded for,
   * expiry of one whose preimage is known; of a commitment the first of these; of a penalty when the cheater may take the
   * output, or what becomes of it. −1 when nothing hangs on it.
   */
  deadline: number;
  /** What it pays now; 0 before it is broadcast, for a commitment what that pays by itself. */
  feeratePerKw: number;
  /** Height and feerate of the node's first bid, height of its latest; −1, 0 and −1 before. */
  sinceHeight: number;
  startPerKw: number;
  bumpedAt: number;
}

/** A view to be filled. */
export function blankClaim(): ClaimView {
  return {
    node: 0,
    kind: 'sweep',
    weight: 0,
    fromWallet: false,
    valueSat: 0,
    urgentSat: 0,
    balanceSat: 0,
    ownFeeSat: 0,
    height: 0,
    expiry: -1,
    deadline: -1,
    feeratePerKw: 0,
    sinceHeight: -1,
    startPerKw: 0,
    bumpedAt: -1,
  };
}

/**
 * How a node takes the outputs of a revoked commitment: all in one transaction, in two of which one has those that the
 * cheater might take at once, too, or each in one of its own.
 */
export type JusticeStyle = 'one' | 'clusters' | 'each';

/**
 * `keep`: the node goes on. `close`: the node closes every channel of which it has sent channel_ready. `close_accepted`: it closes those that are open
 * and that it did not open itself, and all that are shutting down.
 */
export type FundingReorg = 'keep' | 'close' | 'close_accepted';

/** Blocks within which an implementation wants its transactions confirmed, when it asks for an estimate of the feerate. */
export interface ConfirmationTargets {
  readonly funding: number;
  readonly cooperativeClose: number;
  /** For the feerate of commitment transactions, which is negotiated ahead. */
  readonly commitment: number;
  readonly send: number;
}

/** Targets of a model that states none (Bitcoin Core's default for its wallet, DEFAULT_TX_CONFIRM_TARGET). */
export const DEFAULT_TARGETS: ConfirmationTargets = { funding: 6, cooperativeClose: 6, commitment: 6, send: 6 };

/**
 * The end of the range of fees that an implementation names as the opener of a channel that is closed by agreement (BOLT 2,
 * `fee_range`); as the peer, who pays nothing, it takes that end when the opener names one.
 */
export interface ClosingRange {
  /** Weight that it takes the transaction to have. */
  readonly weight: number;
  /** Blocks of the estimate, and the least feerate that it goes by, sat per 1000 weight units. */
  readonly blocks: number;
  readonly leastPerKw: number;
  /** What it would pay beyond the estimate rather than close by force, sat. */
  readonly addSat: number;
}

export interface NodeModel {
  readonly name: string;
  readonly timing: NodeTiming;
  /** An invoice's min_final_cltv_expiry_delta, and its lifetime. */
  readonly invoiceCltvDelta: number;
  readonly invoiceExpiryUs: number;
  /** A recipient that holds a payment fails it so many blocks before its HTLCs expire (lnd: 18). */
  readonly holdExpiryDelta: number;

  /** Adds a node. Options were validated by the model's schema fragment. Called in index order. */
  addNode(node: number, options: Readonly<Record<string, Json>>): void;

  // Channels
  /**
   * Hears which questions about openings come next. For a model that lives in another process (engine/rpc), which asks
   * them all at once; no model decides by it.
   */
  foresee?(questions: readonly OpeningQuestion[]): void;
  /** What this node asks for as opener. */
  openingTerms(node: number, offer: ChannelOffer): ChannelTerms;
  /** Why this node would not even send open_channel (own limits); null when it would. */
  refuseToOpen(node: number, offer: ChannelOffer): string | null;
  answerOpening(node: number, offer: ChannelOffer, openerTerms: ChannelTerms): OpeningAnswer;
  /** Why the opener turns down the acceptor's terms; null when it takes them. */
  refuseTerms(node: number, offer: ChannelOffer, terms: ChannelTerms, minimumDepth: number): string | null;
  /** Confirmations that the opener itself waits for, when the acceptor asks for fewer; 0 unless given. */
  openerDepth?(node: number): number;
  /** What must stay in the wallet of a node with this number of anchor channels, sat (lnd: 10,000 each, 100,000 at most). */
  walletReserveSat(channels: number): number;
  /** Feerate of the commitment transaction that this node sets as funder, given the chain's estimate. */
  commitmentFeerate(node: number, estimatePerKw: number): number;
  /** Writes the policy that this node announces for its direction of a new channel. */
  defaultPolicy(node: number, facts: ChannelFacts, out: Policy): void;
  /**
   * htlc_maximum to announce for this side of a channel from now on, msat: the present one to leave it. Asked when a
   * channel opens whose policy the scenario leaves to the node, and when its balance has changed. Absent: the maximum
   * stays what defaultPolicy said.
   */
  maximumFor?(view: CommitmentView, policy: Policy, announced: boolean): number;

  // HTLCs
  /** Largest amount that the side could offer now, by this implementation's rules (reserve, fee buffer); 0 if none. */
  spendable(view: CommitmentView): number;
  /** Whether this side may offer an HTLC of this amount: 0 or the failure it returns. */
  checkOffer(view: CommitmentView, amountMsat: number): FailureCode;
  /**
   * Whether an HTLC of this amount that was committed on a channel is dealt with at all, forwarded or received, by the
   * state of that channel: 0 or the failure returned. The view is that of the node that got it; the HTLC counts in it.
   * Absent: it is.
   */
  checkIncoming?(view: CommitmentView, amountMsat: number): FailureCode;
  /** All checks of a forward in this implementation's order: 0 or the failure it returns. */
  checkForward(request: ForwardRequest): FailureCode;
  /** True where failures that could carry a channel_update (UPDATE flag, BOLT 4) carry an empty one. Absent: they carry it. */
  readonly omitsUpdates?: boolean;
  /**
   * Chooses among candidate channels to the next peer that passed checkForward; answers an index into them.
   * `draw` is a uniform number in [0, 1).
   */
  chooseForward(passing: ArrayLike<number>, count: number, requestedEdge: number, draw: number): number;
  /**
   * When the node acts on an HTLC that was committed, or on a failure to hand back, where it does so in batches: an
   * instant from now on. `draw` is a uniform number in [0, 1), for a batch that begins. Absent: at once.
   */
  batchAt?(node: number, draw: number): number;
  /** 0 to accept (or hold until all parts are there), or the failure the recipient returns. */
  checkReceive(request: ReceiveRequest): FailureCode;

  // On-chain
  /** Height at which an offered HTLC that is not resolved sends the channel on-chain. */
  offeredDeadline(expiry: number): number;
  /** Height at which a received HTLC with known preimage sends the channel on-chain. */
  receivedDeadline(expiry: number): number;
  /** Confirmations after which a close is done for this node, and an ending on-chain final unless lossDepth says otherwise. */
  closeDepth(capacitySat: number): number;
  /** Confirmations of a commitment transaction before which the node claims nothing of it. Absent: 1. */
  claimDepth?(capacitySat: number): number;
  /**
   * Confirmations after which the node fails an HTLC upstream that it offered and that its peer did not get: with
   * `byTimeout` those of the transaction that spends its output, else those of a commitment on which it has no output.
   * Absent: closeDepth.
   */
  lossDepth?(byTimeout: boolean, capacitySat: number): number;
  /**
   * Height at which a forwarding node fails an HTLC upstream although the outgoing one, of a channel that it has closed or
   * that is closed, is not resolved on-chain: so that the incoming channel stays. Absent: never.
   */
  failsBackAt?(incomingExpiry: number, outgoingExpiry: number): number;
  /** What the node does with a channel whose funding transaction a reorganisation takes out of the chain. Absent: keep. */
  readonly fundingReorg?: FundingReorg;
  /** Absent: DEFAULT_TARGETS. */
  readonly targets?: ConfirmationTargets;
  /** Absent: it closes at its estimate as the opener, and takes what the opener proposes as the peer. */
  readonly closingRange?: ClosingRange;
  /**
   * Feerate at which the node wants a transaction while the mempool is congested: asked before it is broadcast and after
   * each block that left it behind. The present feerate, or less, leaves it as it is; 0 before the broadcast puts it off
   * to the next block. What a mempool does not take as a replacement (BIP 125) changes nothing. Absent: the estimate for
   * DEFAULT_TARGETS.send at the broadcast, and no bump.
   */
  claimFeerate?(claim: ClaimView): number;
  /** Absent: each. */
  readonly justice?: JusticeStyle;
  /** True when the node learns preimages from claims in the mempool, not only from blocks. */
  readonly readsMempool?: boolean;

  // Payments
  startPayment(request: PaymentRequest): void;
  /**
   * A failure that is about to be reported to this sender carries a channel_update (codes with the UPDATE flag, BOLT 4):
   * the policy of `edge` as its node has it now, and its number (see GraphView.version). `policy` must not be kept.
   */
  channelUpdate(node: number, edge: number, policy: Policy, version: number): void;
  /** The preimage came back for an attempt. */
  attemptSucceeded(payment: number, attempt: number): void;
  /** `hop` reported `code`: 0 is the sender itself, n the recipient; −1 when the message could not be read. */
  attemptFailed(payment: number, attempt: number, hop: number, code: FailureCode): void;
  paymentTimer(payment: number): void;

  /** The node's memory as JSON (what it learnt; payments in progress). Amounts and times as integers. */
  capture(node: number): Json;
  /** Takes over what capture wrote; `rowOf` gives the present number of each payment in it. Nothing is sent. */
  restore(node: number, state: Json, rowOf: RowOf): void;
}

/** Options of payments that not every implementation has; the compiler refuses those that the payer's has not. */
export const SENDER_OPTIONS = ['max_cltv', 'outgoing_channel', 'last_hop'] as const;
export type SenderOption = (typeof SENDER_OPTIONS)[number];

/** The present number of a payment of a state. */
export interface RowOf {
  (payment: number): number;
  /** All payments of which the state knows something. */
  readonly payments: readonly number[];
}

/** A registered implementation: what the spec needs to validate nodes and the simulator to play them. */
export interface ModelKind {
  readonly name: string;
  /** Version whose behaviour is modelled, e.g. `lnd 0.21`. */
  readonly version: string;
  readonly summary: string;
  /** JSON Schema of the node's `options`; must be an object schema with additionalProperties false. */
  readonly optionsSchema: Readonly<Record<string, unknown>>;
  /** Which of these options its payments take (PaymentRequest.maxCltv, outgoingEdges, lastHop). */
  readonly senderOptions: readonly SenderOption[];
  /** Set where its nodes can pay by AMP; the compiler refuses such payments of others. */
  readonly paysByAmp?: true;
  /**
   * Set where a payment from a node to itself finds its way without a route given (PaymentRequest.route). Where it is not,
   * the compiler warns of such payments, and those who rebalance its nodes' channels look for routes themselves.
   */
  readonly findsCircles?: true;
  /** @param facts for a model whose decisions are made in another process */
  create(host: ModelHost, facts?: WorldFacts): NodeModel;
}
