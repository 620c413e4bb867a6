/**
 * What an Eclair recipient says to an HTLC: accept (and hold until the set is complete) or a failure. Keeps no state; the
 * life of an invoice is the simulator's.
 *
 * eclair:payment/PaymentPacket.scala:validateFinalPayload, eclair:payment/receive/MultiPartHandler.scala:validateCommon.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type { ReceiveRequest } from '../../engine/simulate/node-model.ts';

/** eclair:resources/reference.conf:channel.min-final-expiry-delta-blocks. */
export const MIN_FINAL_EXPIRY_DELTA = 30;

/** 0 to accept, or the failure. `maxExpiryDelta` in blocks. */
export function checkReceive(request: ReceiveRequest, acceptKeysend: boolean, maxExpiryDelta: number): FailureCode {
  // An AMP record has an even type that Eclair does not know (eclair:wire/protocol/TlvCodecs.scala:validateUnknownTlv).
  if (request.method === 'amp') return FAILURE.invalid_onion_payload;
  if (request.amountMsat < request.onionAmountMsat) return FAILURE.final_incorrect_htlc_amount;
  if (request.expiry < request.onionExpiry) return FAILURE.final_incorrect_cltv_expiry;
  // One failure for everything else, so that nothing can be probed. A keysend may come in parts.
  const known = request.payable && (acceptKeysend || request.method !== 'keysend');
  const early = request.expiry < request.height + MIN_FINAL_EXPIRY_DELTA;
  const late = request.expiry >= request.height + maxExpiryDelta;
  return known && !early && !late ? FAILURE.none : FAILURE.incorrect_or_unknown_payment_details;
}
