/**
 * Whether an Eclair node forwards an HTLC over a candidate channel, and over which of several. Keeps no state.
 *
 * eclair:payment/relay/ChannelRelay.scala:validateRelayParams, relayOrFail, selectPreferredChannel;
 * eclair:channel/Commitments.scala:sendAdd. Inbound fees are not known to Eclair. Reputation and congestion are computed
 * there, but a failing check is only logged.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type { ForwardRequest } from '../../engine/simulate/node-model.ts';
import { checkOffer, type OwnLimits, spendable } from './commitment.ts';
import { nodeFee } from './fees.ts';

/** eclair:channel/Commitments.scala:sendAdd, blocks. */
export const MIN_EXPIRY_DISTANCE = 3;

/** 0 to forward, or the failure returned to the sender. `maxExpiryDelta` in blocks. */
export function checkForward(request: ForwardRequest, maxExpiryDelta: number, own: OwnLimits): FailureCode {
  const { policy, former, height, incomingExpiry, outgoingExpiry } = request;
  const amount = request.outgoingAmountMsat;

  // A channel that is closing is no channel to the next node any more (LocalChannelDown).
  if (!request.usable) return FAILURE.unknown_next_peer;
  // What either policy allows is allowed, each for itself.
  const other = former ?? policy;
  if (amount < Math.min(policy.minHtlcMsat, other.minHtlcMsat)) return FAILURE.amount_below_minimum;
  if (incomingExpiry - outgoingExpiry < Math.min(policy.cltvDelta, other.cltvDelta)) {
    return FAILURE.incorrect_cltv_expiry;
  }
  const fee = request.incomingAmountMsat - amount;
  if (
    fee < nodeFee(policy.feeBaseMsat, policy.feeRatePpm, amount) &&
    fee < nodeFee(other.feeBaseMsat, other.feeRatePpm, amount)
  ) {
    return FAILURE.fee_insufficient;
  }
  // handleAddDisconnected disables a channel that is used while its peer is away.
  if (policy.disabled || !request.connected) return FAILURE.channel_disabled;
  if (outgoingExpiry < height + MIN_EXPIRY_DISTANCE) return FAILURE.expiry_too_soon;
  if (Math.max(incomingExpiry, outgoingExpiry) >= height + maxExpiryDelta) return FAILURE.expiry_too_far;
  const code = checkOffer(request.view, amount, own);
  if (code !== FAILURE.none || request.outgoingEdge === request.requestedEdge) return code;
  // Another channel than the requested one is only considered when it shows more than the amount.
  return spendable(request.view) > amount ? FAILURE.none : FAILURE.temporary_channel_failure;
}

/** A channel as selectPreferredChannel compares it. */
export interface Candidate {
  readonly announced: boolean;
  readonly capacityMsat: number;
  readonly spendableMsat: number;
}

/**
 * Index of the preferred channel: unannounced before announced, then the smallest capacity, then the smallest balance,
 * to keep large channels open for large payments; the earlier one among equals.
 */
export function preferred(candidates: readonly Candidate[]): number {
  let best = 0;
  for (let i = 1; i < candidates.length; i++) {
    if (precedes(candidates[i] as Candidate, candidates[best] as Candidate)) best = i;
  }
  return best;
}

function precedes(a: Candidate, b: Candidate): boolean {
  if (a.announced !== b.announced) return b.announced;
  if (a.capacityMsat !== b.capacityMsat) return a.capacityMsat < b.capacityMsat;
  return a.spendableMsat < b.spendableMsat;
}
