/**
 * Who may offer how much over a channel: LDK's next outbound HTLC limit for the anchors/zero-fee-HTLC type. Fees are whole
 * satoshis, as on the transaction. The limit on dust exposure follows the feerate of the channel, where LDK asks its
 * estimator anew; so no part of that feerate is in excess of the estimate and counts as dust.
 *
 * ldk:sign/tx_builder.rs:get_available_balances, ldk:ln/channel.rs:can_accept_incoming_htlc. LDK keeps the funder's balance net of the two anchors; a CommitmentView
 * does not, so they are subtracted here.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type { CommitmentView } from '../../engine/simulate/node-model.ts';

/** ldk:ln/chan_utils.rs:commitment_tx_base_weight, COMMITMENT_TX_WEIGHT_PER_HTLC. */
const COMMITMENT_WEIGHT = 1124;
const HTLC_WEIGHT = 172;
/** Twice ldk:ln/channel.rs:ANCHOR_OUTPUT_VALUE_SATOSHI. */
export const ANCHORS_SAT = 660;
/** ldk:util/config.rs:MaxDustHTLCExposure::FeeRateMultiplier by default: msat of dust for each sat per 1000 weight units. */
const DUST_EXPOSURE_MULTIPLIER = 10_000;
/** ldk:chain/chaininterface.rs:FEERATE_FLOOR_SATS_PER_KW. */
export const FEERATE_FLOOR_PER_KW = 253;

/** ldk:ln/chan_utils.rs:commit_tx_fee_sat: fee of a commitment with this many untrimmed HTLCs, sat, without anchors. */
export function commitmentFeeSat(feeratePerKw: number, untrimmed: number): number {
  return Math.floor((feeratePerKw * (COMMITMENT_WEIGHT + HTLC_WEIGHT * untrimmed)) / 1000);
}

/** The funder pays for the HTLC and for one more (adjust_capacity_for_holder_reserved_fee); dust costs it less. */
function asFunder(view: CommitmentView, outboundMsat: number, untrimmed: number, dustMsat: number): number {
  const most = Math.max(0, outboundMsat - commitmentFeeSat(view.feeratePerKw, untrimmed + 2) * 1000);
  if (most >= dustMsat) return most;
  return Math.min(dustMsat - 1, Math.max(0, outboundMsat - commitmentFeeSat(view.feeratePerKw, untrimmed + 1) * 1000));
}

/** Only dust where the funder could not pay for another output (adjust_capacity_for_counterparty_reserved_fee). */
function asOther(
  view: CommitmentView,
  outboundMsat: number,
  funderMsat: number,
  untrimmed: number,
  dustMsat: number,
): number {
  const needed = commitmentFeeSat(view.feeratePerKw, untrimmed + 1) * 1000 + view.remoteReserveMsat;
  return funderMsat < needed ? Math.min(outboundMsat, dustMsat - 1) : outboundMsat;
}

/** What balance, reserve and fee leave to offer, msat. */
function affordable(view: CommitmentView): number {
  const anchors = ANCHORS_SAT * 1000;
  const own = Math.max(0, view.localMsat - (view.isFunder ? anchors : 0));
  const peer = Math.max(0, view.remoteMsat - (view.isFunder ? 0 : anchors));
  const outbound = Math.max(0, own - view.localReserveMsat);
  const local = view.isFunder
    ? asFunder(view, outbound, view.localUntrimmed, view.localDustMsat)
    : asOther(view, outbound, peer, view.localUntrimmed, view.localDustMsat);
  const remote = view.isFunder
    ? asFunder(view, outbound, view.remoteUntrimmed, view.remoteDustMsat)
    : asOther(view, outbound, peer, view.remoteUntrimmed, view.remoteDustMsat);
  return Math.min(local, remote);
}

function maxDustExposureMsat(view: CommitmentView): number {
  return view.feeratePerKw * DUST_EXPOSURE_MULTIPLIER;
}

/** True when another HTLC just below the dust limit would be too much on the other side's commitment, and on ours. */
function remoteDustIsScarce(view: CommitmentView): boolean {
  return view.remoteTrimmedMsat + view.remoteDustMsat > maxDustExposureMsat(view) + 1;
}

function localDustIsScarce(view: CommitmentView): boolean {
  return view.localTrimmedMsat + view.localDustMsat - 1 > maxDustExposureMsat(view);
}

/** Amount below which the limit on dust exposure restricts an HTLC, msat; 0 when it restricts none. */
function scarceBelow(view: CommitmentView): number {
  const remote = remoteDustIsScarce(view) ? view.remoteDustMsat : 0;
  return Math.max(remote, localDustIsScarce(view) ? view.localDustMsat : 0);
}

/** Largest HTLC that could be offered now, msat (next_outbound_htlc_limit_msat). */
export function spendable(view: CommitmentView): number {
  if (view.offeredCount + 1 > view.maxAcceptedHtlcs) return 0;
  let most = affordable(view);
  if (most < scarceBelow(view)) {
    const max = maxDustExposureMsat(view);
    if (remoteDustIsScarce(view)) most = Math.min(most, Math.max(0, max - view.remoteTrimmedMsat));
    if (localDustIsScarce(view)) most = Math.min(most, Math.max(0, max - view.localTrimmedMsat));
  }
  return Math.min(most, Math.max(0, view.maxInFlightMsat - view.offeredMsat));
}

/**
 * Smallest HTLC that could be offered now, msat (next_outbound_htlc_minimum_msat). Where more than dust can be sent and
 * there is little room for dust, dust is not sent at all, rather than telling two ranges.
 */
export function smallest(view: CommitmentView): number {
  const dust = scarceBelow(view);
  return dust > 0 && affordable(view) >= dust ? Math.max(view.peerHtlcMinimumMsat, dust) : view.peerHtlcMinimumMsat;
}

/**
 * ldk:ln/channel.rs:can_accept_incoming_htlc: an HTLC is failed when the dust of either commitment is over the limit,
 * whether it adds to it or not (DustLimitCounterparty, DustLimitHolder), and when a funder could not pay for one more
 * (FeeSpikeBuffer).
 */
export function checkIncoming(view: CommitmentView): FailureCode {
  if (Math.max(view.localTrimmedMsat, view.remoteTrimmedMsat) > maxDustExposureMsat(view)) {
    return FAILURE.temporary_channel_failure;
  }
  if (view.isFunder) return FAILURE.none;
  const costSat = ANCHORS_SAT + commitmentFeeSat(view.feeratePerKw, view.remoteUntrimmed + 1);
  return view.remoteMsat - costSat * 1000 < view.remoteReserveMsat ? FAILURE.temporary_channel_failure : FAILURE.none;
}

/**
 * ldk:ln/channel.rs:send_htlc: 0 when an HTLC of this amount may be offered. LocalHTLCFailureReason::HTLCMinimum and
 * HTLCMaximum are both told as temporary_channel_failure.
 */
export function checkOffer(view: CommitmentView, amountMsat: number): FailureCode {
  return amountMsat > 0 && amountMsat >= smallest(view) && amountMsat <= spendable(view)
    ? FAILURE.none
    : FAILURE.temporary_channel_failure;
}
