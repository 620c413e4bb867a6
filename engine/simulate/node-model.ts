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
import type {
  ChannelFacts,
  ChannelOffer,
  ChannelTerms,
  OpeningAnswer,
  OpeningQuestion,
  Policy,
} from './channel-terms.ts';
import type { ClaimView, ClosingRange, ConfirmationTargets, FundingReorg, JusticeStyle } from './claim-view.ts';
import type { FailureCode } from './failure.ts';
import type { ModelHost, WorldFacts } from './model-host.ts';
import type { CommitmentView, ForwardRequest, ReceiveRequest } from './model-views.ts';
import type { PaymentRequest } from './payment-request.ts';

export type * from './channel-terms.ts';
export * from './claim-view.ts';
export type * from './model-host.ts';
export * from './model-views.ts';
export type { InvoiceFacts, PaymentMethod, PaymentRequest } from './payment-request.ts';

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
  /** Least time between two changes of htlc_maximum that `maximumFor` makes (Eclair: 1 h). Absent: as often as the balance changes. */
  readonly maximumIntervalUs?: number;
  /** Wait after a start before the first batch, in which payments are tried again, too (LDK: 2 s). Absent: none. */
  readonly firstBatchUs?: number;
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
