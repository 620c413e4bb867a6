/**
 * What a node saw when it turned an HTLC down, as a step of a trace. The figures are those that checks look at; which of
 * them decided follows from the failure code and the node's implementation.
 */
import type { CommitmentView, ForwardRequest, ReceiveRequest } from './node-model.ts';
import type { Figures, TraceRefuse } from './routing-trace.ts';

/** The channel as the side that would offer the HTLC sees it. */
function channelFigures(view: CommitmentView, spendableMsat: number): Figures {
  return {
    spendable_msat: spendableMsat,
    balance_msat: view.localMsat,
    reserve_msat: view.localReserveMsat,
    htlcs: view.offeredCount,
    max_htlcs: view.maxAcceptedHtlcs,
    in_flight_msat: view.offeredMsat,
    max_in_flight_msat: view.maxInFlightMsat,
    peer_htlc_minimum_msat: view.peerHtlcMinimumMsat,
  };
}

/** The sender's own channel did not take the HTLC. */
export function offerRefusal(
  attempt: number,
  code: number,
  usable: boolean,
  amountMsat: number,
  view: CommitmentView,
  spendableMsat: number,
): TraceRefuse {
  const channel = channelFigures(view, spendableMsat);
  const figures = { amount_msat: amountMsat, usable: usable ? 1 : 0, ...channel };
  return { step: 'refuse', attempt, hop: 0, code, edge: view.edge, figures };
}

/** A node on the way did not forward the HTLC over the channel that the onion names. */
export function forwardRefusal(
  attempt: number,
  hop: number,
  code: number,
  r: ForwardRequest,
  spendableMsat: number,
): TraceRefuse {
  const figures = {
    incoming_amount_msat: r.incomingAmountMsat,
    outgoing_amount_msat: r.outgoingAmountMsat,
    incoming_expiry: r.incomingExpiry,
    outgoing_expiry: r.outgoingExpiry,
    height: r.height,
    usable: r.usable && r.connected ? 1 : 0,
    fee_base_msat: r.policy.feeBaseMsat,
    fee_rate_ppm: r.policy.feeRatePpm,
    inbound_fee_base_msat: r.inboundFeeBaseMsat,
    inbound_fee_rate_ppm: r.inboundFeeRatePpm,
    cltv_expiry_delta: r.policy.cltvDelta,
    htlc_minimum_msat: r.policy.minHtlcMsat,
    htlc_maximum_msat: r.policy.maxHtlcMsat,
    disabled: r.policy.disabled ? 1 : 0,
    ...channelFigures(r.view, spendableMsat),
  };
  return { step: 'refuse', attempt, hop, code, edge: r.requestedEdge, figures };
}

/** The recipient did not take the HTLC that came over `edge`. */
export function receiptRefusal(
  attempt: number,
  hop: number,
  code: number,
  edge: number,
  r: ReceiveRequest,
): TraceRefuse {
  const figures = {
    amount_msat: r.amountMsat,
    onion_amount_msat: r.onionAmountMsat,
    total_msat: r.totalMsat,
    expiry: r.expiry,
    onion_expiry: r.onionExpiry,
    height: r.height,
    invoice_cltv_delta: r.invoiceCltvDelta,
    payable: r.payable ? 1 : 0,
  };
  return { step: 'refuse', attempt, hop, code, edge, figures };
}
