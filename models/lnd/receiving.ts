/**
 * What an lnd recipient says to an HTLC: accept (and hold until the set is complete) or a failure. Keeps no state; the
 * life of an invoice is the simulator's.
 *
 * lnd:htlcswitch/link.go:processExitHop, lnd:htlcswitch/hop/forwarding_info.go:ValidateFinalHtlc,
 * lnd:invoices/update.go:updateMpp, lnd:invoices/invoiceregistry.go:processKeySend, processAMP.
 * What an AMP set pays is made up as an invoice over its total; its parts come together as those of any payment.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type { ReceiveRequest } from '../../engine/simulate/node-model.ts';

/** lnd:lncfg/config.go:DefaultFinalCltvRejectDelta: DefaultIncomingBroadcastDelta + 3, blocks. */
export const FINAL_CLTV_REJECT_DELTA = 19;
/** lnd:invoices/invoices.go:MaxFinalCltvDelta, blocks. */
const MAX_FINAL_CLTV_DELTA = 65_535;

/** 0 to accept, or the failure. There is no upper limit to overpayment. */
export function checkReceive(request: ReceiveRequest, acceptKeysend: boolean, acceptAmp: boolean): FailureCode {
  if (request.amountMsat < request.onionAmountMsat) return FAILURE.final_incorrect_htlc_amount;
  if (request.expiry < request.onionExpiry) return FAILURE.final_incorrect_cltv_expiry;
  if (request.expiry - request.height > MAX_FINAL_CLTV_DELTA) return FAILURE.incorrect_or_unknown_payment_details;

  // Without accept-keysend no invoice is made up, and the hash stays unknown; a keysend comes in one part.
  if (request.method === 'keysend' && (!acceptKeysend || request.partial)) {
    return FAILURE.incorrect_or_unknown_payment_details;
  }
  // Nor is one without accept-amp.
  if (request.method === 'amp' && !acceptAmp) return FAILURE.incorrect_or_unknown_payment_details;
  if (!request.payable || request.totalMsat === 0) return FAILURE.incorrect_or_unknown_payment_details;
  if (
    request.expiry < request.height + FINAL_CLTV_REJECT_DELTA ||
    request.expiry < request.height + request.invoiceCltvDelta
  ) {
    return FAILURE.incorrect_or_unknown_payment_details;
  }
  return FAILURE.none;
}
