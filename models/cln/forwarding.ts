/**
 * Whether a Core Lightning node forwards an HTLC over a candidate channel. Keeps no state.
 *
 * cln:lightningd/peer_htlcs.c:forward_htlc, send_htlc_out; cln:channeld/channeld.c:handle_offer_htlc. Inbound fees are not
 * known to Core Lightning, and an HTLC may go back over the channel that it came in by. Fees and limits of the policy before
 * the present one do for 600 s, each by itself; the delta is always the present one.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type { ForwardRequest, Policy } from '../../engine/simulate/node-model.ts';
import { checkOffer, type OwnLimits } from './commitment.ts';
import { channelFee } from './fees.ts';

/** 0 to forward, or the failure returned to the sender. `maxHtlcCltv` in blocks. */
export function checkForward(request: ForwardRequest, maxHtlcCltv: number, own: OwnLimits): FailureCode {
  const { policy, height, incomingExpiry, outgoingExpiry } = request;
  const amount = request.outgoingAmountMsat;

  if (!request.usable) return FAILURE.unknown_next_peer;
  const accepts = (test: (one: Readonly<Policy>) => boolean): boolean =>
    test(policy) || (request.former != null && test(request.former));
  if (!accepts((one) => request.incomingAmountMsat - channelFee(amount, one.feeBaseMsat, one.feeRatePpm) >= amount)) {
    return FAILURE.fee_insufficient;
  }
  if (!accepts((one) => amount <= one.maxHtlcMsat && amount >= one.minHtlcMsat)) {
    return FAILURE.temporary_channel_failure;
  }
  if (incomingExpiry - policy.cltvDelta < outgoingExpiry) return FAILURE.incorrect_cltv_expiry;
  if (height >= outgoingExpiry) return FAILURE.expiry_too_soon;
  if (height + maxHtlcCltv < outgoingExpiry) return FAILURE.expiry_too_far;
  if (!request.connected) return FAILURE.temporary_channel_failure;
  return checkOffer(request.view, amount, own);
}
