/** What a node model is asked about: the state of a channel, HTLCs to forward and to receive; and the routes it makes. Units as in node-model.ts. */
import { blankPolicy, type Policy } from './channel-terms.ts';
import type { PaymentMethod } from './payment-request.ts';

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

/** Longest route that fits: 20 hops of classic size (BOLT 4); shorter payloads allow up to 27, which no model uses. */
export const MAX_HOPS = 27;

/** A request to be filled. */
export function blankForward(): ForwardRequest {
  return {
    node: 0,
    incomingEdge: 0,
    incomingAmountMsat: 0,
    incomingExpiry: 0,
    outgoingEdge: 0,
    requestedEdge: 0,
    outgoingAmountMsat: 0,
    outgoingExpiry: 0,
    height: 0,
    exists: false,
    usable: false,
    connected: false,
    announced: false,
    policy: blankPolicy(),
    former: null,
    inboundFeeBaseMsat: 0,
    inboundFeeRatePpm: 0,
    view: blankView(),
  };
}

/** A request to be filled. */
export function blankReceive(): ReceiveRequest {
  return {
    node: 0,
    amountMsat: 0,
    expiry: 0,
    height: 0,
    onionAmountMsat: 0,
    onionExpiry: 0,
    totalMsat: 0,
    method: 'keysend',
    payable: true,
    invoiceCltvDelta: -1,
    invoiceAmountMsat: -1,
    setTotalMsat: -1,
    partial: false,
  };
}

/** A question about an HTLC: NodeModel.checkForward or checkReceive. */
export type CheckQuestion =
  | { readonly ask: 'checkForward'; readonly request: ForwardRequest }
  | { readonly ask: 'checkReceive'; readonly request: ReceiveRequest };

/** A route being built or sent. Hop i goes over edge[i] and carries amountMsat[i] with expiry[i] at that hop. */
export class RouteBuffer {
  length = 0;
  readonly edge: Int32Array = new Int32Array(MAX_HOPS);
  readonly amountMsat: Float64Array = new Float64Array(MAX_HOPS);
  readonly expiry: Int32Array = new Int32Array(MAX_HOPS);
}
