/**
 * What an LDK recipient says to an HTLC: accept (and hold until the set is complete) or a failure. Keeps no state; the life
 * of an invoice is the simulator's, and the application claims whatever is complete.
 *
 * ldk:ln/onion_payment.rs:create_recv_pending_htlc_info, ldk:ln/channelmanager.rs:process_receive_htlcs.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type { ReceiveRequest } from '../../engine/simulate/node-model.ts';
import { HTLC_FAIL_BACK_BUFFER } from './forwarding.ts';

/** 0 to accept, or the failure. The application sets no upper limit to overpayment. */
export function checkReceive(request: ReceiveRequest, acceptKeysend: boolean): FailureCode {
  // An AMP record has an even type that LDK does not know (ldk:ln/onion_utils.rs:decode_next_hop).
  if (request.method === 'amp') return FAILURE.invalid_onion_payload;
  if (request.onionExpiry > request.expiry) return FAILURE.final_incorrect_cltv_expiry;
  if (request.expiry <= request.height + HTLC_FAIL_BACK_BUFFER + 1) return FAILURE.incorrect_or_unknown_payment_details;
  if (request.onionAmountMsat > request.amountMsat) return FAILURE.final_incorrect_htlc_amount;
  if (request.method === 'keysend') {
    // A keysend in several parts needs a payment secret, which no sender here adds.
    if (!acceptKeysend || request.partial) return FAILURE.incorrect_or_unknown_payment_details;
  }
  return request.payable && request.totalMsat > 0 ? FAILURE.none : FAILURE.incorrect_or_unknown_payment_details;
}
