/**
 * Whether an lnd node forwards an HTLC over a candidate channel, and over which of several. Keeps no state.
 *
 * lnd:htlcswitch/switch.go:handlePacketAdd, lnd:htlcswitch/link.go:CheckHtlcForward, canSendHtlc. A channel whose
 * policy says `disabled` still forwards: in lnd the bit is gossip only.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type { ForwardRequest } from '../../engine/simulate/node-model.ts';
import { checkOffer, spendable } from './commitment.ts';
import { inboundFee, outboundFee } from './fees.ts';

/** lnd:lncfg/config.go:DefaultOutgoingCltvRejectDelta, blocks. */
export const OUTGOING_CLTV_REJECT_DELTA = 3;

/** 0 to forward, or the failure returned to the sender. `maxCltv` is lnd's MaxOutgoingCltvExpiry, blocks. */
export function checkForward(request: ForwardRequest, maxCltv: number): FailureCode {
  const { policy } = request;
  const amount = request.outgoingAmountMsat;
  const incoming = request.incomingAmountMsat;

  // AllowCircularRoute is off: the same channel in and out (edges of a channel differ in the last bit only).
  if (request.incomingEdge >> 1 === request.outgoingEdge >> 1) return FAILURE.temporary_channel_failure;
  if (!request.usable || !request.connected) return FAILURE.unknown_next_peer;

  const outFee = outboundFee(amount, policy.feeBaseMsat, policy.feeRatePpm);
  const inFee = inboundFee(amount + outFee, request.inboundFeeBaseMsat, request.inboundFeeRatePpm);
  if (incoming < amount || incoming - amount < outFee + inFee) return FAILURE.fee_insufficient;

  // canSendHtlc
  if (amount < policy.minHtlcMsat) return FAILURE.amount_below_minimum;
  if (policy.maxHtlcMsat !== 0 && amount > policy.maxHtlcMsat) return FAILURE.temporary_channel_failure;
  if (request.outgoingExpiry <= request.height + OUTGOING_CLTV_REJECT_DELTA) return FAILURE.expiry_too_soon;
  if (request.outgoingExpiry > request.height + maxCltv) return FAILURE.expiry_too_far;
  if (amount > spendable(request.view)) return FAILURE.temporary_channel_failure;

  const delta = request.incomingExpiry - request.outgoingExpiry;
  if (delta < policy.cltvDelta || delta < 0) return FAILURE.incorrect_cltv_expiry;
  if (delta > maxCltv) return FAILURE.expiry_too_far;

  // The link's add (handleDownstreamUpdateAdd): whatever stops it is a temporary channel failure.
  return checkOffer(request.view, amount) === FAILURE.none ? FAILURE.none : FAILURE.temporary_channel_failure;
}

/** Non-strict forwarding: any of the passing channels, all equally likely. */
export function chooseForward(count: number, draw: number): number {
  const index = Math.floor(draw * count);
  return index < count ? index : count - 1;
}
