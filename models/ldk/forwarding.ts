/**
 * Whether an LDK node forwards an HTLC, and over which of several channels to the same peer.
 *
 * ldk:ln/channelmanager.rs:can_forward_htlc_should_intercept, can_forward_htlc_to_outgoing_channel, process_forward_htlcs,
 * ldk:ln/onion_payment.rs:check_incoming_htlc_cltv. LDK checks policy and expiries of the channel that the onion names;
 * only what it can carry is looked at for all channels to the peer.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type { ForwardRequest, Policy } from '../../engine/simulate/node-model.ts';
import { checkOffer } from './commitment.ts';
import { forwardingFee } from './fees.ts';

/** ldk:ln/channelmanager.rs:MIN_CLTV_EXPIRY_DELTA, CLTV_FAR_FAR_AWAY, blocks. */
const MIN_CLTV_EXPIRY_DELTA = 48;
const CLTV_FAR_FAR_AWAY = 2016;
/** ldk:chain/channelmonitor.rs:CLTV_CLAIM_BUFFER, LATENCY_GRACE_PERIOD_BLOCKS, blocks. */
export const CLTV_CLAIM_BUFFER = 36;
export const LATENCY_GRACE_PERIOD_BLOCKS = 3;
/** ldk:chain/channelmonitor.rs:HTLC_FAIL_BACK_BUFFER, blocks. */
export const HTLC_FAIL_BACK_BUFFER: number = CLTV_CLAIM_BUFFER + LATENCY_GRACE_PERIOD_BLOCKS;

/** What a channel that is not there is worth: the sender is told of its own mistakes first. */
function checkUnknown(request: ForwardRequest): FailureCode {
  if (request.outgoingAmountMsat > request.incomingAmountMsat) return FAILURE.fee_insufficient;
  if (request.incomingExpiry - request.outgoingExpiry < MIN_CLTV_EXPIRY_DELTA) return FAILURE.incorrect_cltv_expiry;
  return FAILURE.unknown_next_peer;
}

function checkChannel(request: ForwardRequest, toPrivate: boolean): FailureCode {
  if (!request.announced && !toPrivate) return FAILURE.unknown_next_peer;
  // is_live, is_enabled: what was announced counts only while the peer is away.
  if (!request.usable) return FAILURE.channel_disabled;
  if (!request.connected) return request.policy.disabled ? FAILURE.channel_disabled : FAILURE.temporary_channel_failure;
  if (request.outgoingAmountMsat < request.view.peerHtlcMinimumMsat) return FAILURE.amount_below_minimum;
  const { policy, former = null } = request;
  const code = checkConfig(request, policy);
  return code === FAILURE.none || former === null ? code : checkConfig(request, former);
}

/** ldk:ln/channel.rs:htlc_satisfies_config: by the present policy as a whole, or else by the former one. */
function checkConfig(request: ForwardRequest, policy: Policy): FailureCode {
  const amount = request.outgoingAmountMsat;
  if (request.incomingAmountMsat - amount < forwardingFee(amount, policy.feeBaseMsat, policy.feeRatePpm)) {
    return FAILURE.fee_insufficient;
  }
  return request.incomingExpiry < request.outgoingExpiry + policy.cltvDelta
    ? FAILURE.incorrect_cltv_expiry
    : FAILURE.none;
}

/**
 * ldk:ln/onion_payment.rs:check_incoming_htlc_cltv; LDK counts from the block to come. It also checks for a delta of 48,
 * below which no LDK node can be set. A policy that the scenario sets lower counts as it is, or its node would refuse what
 * it announces.
 */
function checkExpiries(request: ForwardRequest): FailureCode {
  const next = request.height + 1;
  if (request.incomingExpiry <= next + HTLC_FAIL_BACK_BUFFER) return FAILURE.expiry_too_soon;
  if (request.incomingExpiry > next + CLTV_FAR_FAR_AWAY) return FAILURE.expiry_too_far;
  return request.outgoingExpiry <= next + LATENCY_GRACE_PERIOD_BLOCKS ? FAILURE.expiry_too_soon : FAILURE.none;
}

/** The checks of the channel that the onion names, without what it can carry: 0 or the failure returned. */
export function checkRequested(request: ForwardRequest, toPrivate: boolean): FailureCode {
  const code = request.exists ? checkChannel(request, toPrivate) : checkUnknown(request);
  return code === FAILURE.none ? checkExpiries(request) : code;
}

/** Whether a channel to the peer, the named one or one parallel to it, carries the HTLC now. */
export function checkCarries(request: ForwardRequest): FailureCode {
  if (!request.usable || !request.connected) return FAILURE.temporary_channel_failure;
  return checkOffer(request.view, request.outgoingAmountMsat);
}
