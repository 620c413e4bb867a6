/**
 * Who may offer how much over a channel: commitment fee, reserve, fee headroom, slots and value in flight, as Core
 * Lightning decides it for the anchors/zero-fee-HTLC type, where an HTLC has no output exactly when it is below the dust
 * limit, whatever the feerate.
 *
 * cln:channeld/full_channel.c:add_htlc, cln:lightningd/peer_control.c:channel_amount_spendable.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type { CommitmentView } from '../../engine/simulate/node-model.ts';

/** cln:common/initial_commit_tx.h:commit_tx_base_weight with option_anchors_zero_fee_htlc_tx, and an HTLC's output. */
const COMMIT_WEIGHT = 1124;
export const HTLC_WEIGHT = 172;
/** Two anchors of 330 sat (BOLT 3), cln:channeld/full_channel.c:add_htlc. */
export const ANCHORS_SAT = 660;

/** What a node itself sets limits to, whatever the peer allows. */
export interface OwnLimits {
  /** max_concurrent_htlcs: also of those that it offers. */
  readonly maxAcceptedHtlcs: number;
  /** max_dust_htlc_exposure_msat, for each of the two commitments. */
  readonly maxDustExposureMsat: number;
}

/** cln:common/fee_states.c:marginal_feerate. */
const MIN_FEERATE = 253;
const MAX_FEERATE = 45_000;

/** cln:common/initial_commit_tx.h:commit_tx_base_fee, sat, without anchors. */
export function commitmentFeeSat(feeratePerKw: number, untrimmed: number): number {
  return Math.floor((feeratePerKw * (COMMIT_WEIGHT + HTLC_WEIGHT * untrimmed)) / 1000);
}

/** cln:bitcoin/tx.h:amount_tx_fee of one more HTLC output, msat. */
export function htlcOutputFeeMsat(feeratePerKw: number): number {
  return Math.floor((feeratePerKw * HTLC_WEIGHT) / 1000) * 1000;
}

/**
 * cln:common/fee_states.c:marginal_feerate: the feerate that an opener must still be able to pay: twice the present one at
 * the floor, falling to a tenth more at 45,000 sat a 1000 weight units.
 */
export function marginalFeerate(feeratePerKw: number): number {
  const current = Math.max(feeratePerKw, MIN_FEERATE);
  if (current > MAX_FEERATE) return Math.floor((current * 11) / 10);
  const proportion = 1 - ((current - MIN_FEERATE) / (MAX_FEERATE - MIN_FEERATE)) * 0.9;
  return Math.floor(current + proportion * current);
}

/** What an opener must keep for a commitment with one HTLC more at the marginal feerate, msat, without anchors. */
function headroomMsat(feeratePerKw: number, untrimmed: number): number {
  return commitmentFeeSat(marginalFeerate(feeratePerKw), untrimmed + 1) * 1000;
}

/** cln:lightningd/peer_control.c:channel_amount_spendable, msat. Slots and value in flight are no part of it. */
export function spendable(view: CommitmentView): number {
  let left = view.localMsat - view.localReserveMsat;
  if (view.isFunder) {
    const untrimmed = view.localUntrimmed + (left < view.localDustMsat ? 0 : 1);
    left -= headroomMsat(view.feeratePerKw, untrimmed) + ANCHORS_SAT * 1000;
  }
  return left < 0 || left < view.peerHtlcMinimumMsat ? 0 : left;
}

/**
 * 0 when the HTLC may be added, or the failure that cln:channeld/channeld.c:handle_offer_htlc answers.
 * required_node_feature_missing for more than the peer wants in flight is what Core Lightning says.
 */
export function checkOffer(view: CommitmentView, amountMsat: number, own: OwnLimits): FailureCode {
  if (amountMsat <= 0 || amountMsat < view.peerHtlcMinimumMsat) return FAILURE.amount_below_minimum;
  if (view.offeredCount + 1 > Math.min(view.maxAcceptedHtlcs, own.maxAcceptedHtlcs))
    return FAILURE.temporary_channel_failure;
  if (view.offeredMsat + amountMsat > view.maxInFlightMsat) return FAILURE.required_node_feature_missing;
  if (!affordable(view, amountMsat)) return FAILURE.temporary_channel_failure;
  // CHANNEL_ERR_DUST_FAILURE: also held against HTLCs that add nothing to the dust.
  const theirs = view.remoteTrimmedMsat + (amountMsat < view.remoteDustMsat ? amountMsat : 0);
  const ours = view.localTrimmedMsat + (amountMsat < view.localDustMsat ? amountMsat : 0);
  return Math.max(theirs, ours) > own.maxDustExposureMsat ? FAILURE.temporary_channel_failure : FAILURE.none;
}

/**
 * 0 when an HTLC that came in is dealt with: one that leaves too much dust on a commitment is failed once it is committed
 * (fail_immediate). The view counts the HTLC.
 */
export function checkIncoming(view: CommitmentView, own: OwnLimits): FailureCode {
  const dust = Math.max(view.localTrimmedMsat, view.remoteTrimmedMsat);
  return dust > own.maxDustExposureMsat ? FAILURE.temporary_node_failure : FAILURE.none;
}

/** Reserve, fee and headroom: CHANNEL_ERR_CHANNEL_CAPACITY_EXCEEDED otherwise. */
function affordable(view: CommitmentView, amountMsat: number): boolean {
  const { feeratePerKw } = view;
  const anchors = ANCHORS_SAT * 1000;
  const ours = view.localUntrimmed + (amountMsat < view.localDustMsat ? 0 : 1);
  const theirs = view.remoteUntrimmed + (amountMsat < view.remoteDustMsat ? 0 : 1);
  const fee = commitmentFeeSat(feeratePerKw, Math.max(ours, theirs)) * 1000;
  const left = view.localMsat - amountMsat - view.localReserveMsat;
  if (left < 0) return false;
  // The opener pays for both commitments, whoever adds; only an opener that adds keeps headroom.
  if (view.isFunder) return left - anchors >= Math.max(fee, headroomMsat(feeratePerKw, ours));
  return view.remoteMsat - view.remoteReserveMsat - anchors >= fee;
}
