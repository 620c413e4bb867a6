/**
 * What a Core Lightning recipient says to an HTLC: accept (and hold until the set is complete) or a failure. Keeps no
 * state; the life of an invoice is the simulator's. That up to twice the amount of the invoice is accepted, and sets whose
 * parts disagree about the total fail, cannot be seen here: payments bring what they are to bring.
 *
 * cln:lightningd/peer_htlcs.c:handle_localpay, cln:lightningd/htlc_set.c:htlc_set_add_, cln:plugins/keysend.c.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type { ReceiveRequest } from '../../engine/simulate/node-model.ts';

/** 0 to accept, or the failure. `cltvFinal` in blocks. */
export function checkReceive(request: ReceiveRequest, acceptKeysend: boolean, cltvFinal: number): FailureCode {
  // The record that an AMP payment is made by cannot be read (cln:common/onion_decode.c:onion_decode).
  if (request.method === 'amp') return FAILURE.invalid_onion_payload;
  if (request.amountMsat < request.onionAmountMsat) return FAILURE.final_incorrect_htlc_amount;
  if (request.expiry < request.onionExpiry) return FAILURE.final_incorrect_cltv_expiry;
  if (request.height + cltvFinal > request.expiry) return FAILURE.incorrect_or_unknown_payment_details;
  if (request.method === 'keysend') {
    // Parts need a payment secret, which a keysend has not.
    if (!acceptKeysend || request.partial) return FAILURE.incorrect_or_unknown_payment_details;
  }
  return request.payable ? FAILURE.none : FAILURE.incorrect_or_unknown_payment_details;
}
