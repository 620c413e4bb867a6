/**
 * Who may offer how much over a channel: commitment fee, reserve, fee buffer, slots and in-flight limit, as in lnd's
 * channel state machine for the anchors/zero-fee-HTLC type. Fees are whole satoshis, as on the transaction.
 *
 * lnd keeps the initiator's balance net of the two anchors; a CommitmentView does not, so they are subtracted here.
 * lnd:lnwallet/channel.go:availableCommitmentBalance, validateCommitmentSanity, CalcFeeBuffer, applyCommitFee.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type { CommitmentView } from '../../engine/simulate/node-model.ts';

/** lnd:input/size.go:AnchorCommitWeight, HTLCWeight. */
export const ANCHOR_COMMIT_WEIGHT = 1124;
export const HTLC_WEIGHT = 172;
/** Two anchors of lnd:lnwallet/commitment.go:AnchorSize. */
export const ANCHORS_SAT = 660;
/** lnd:htlcswitch/switch.go:DefaultMaxFeeExposure, msat. */
const MAX_FEE_EXPOSURE_MSAT = 500_000_000;
/** lnd:lnwallet/chainfee/rates.go:FeePerKwFloor. */
export const FEERATE_FLOOR_PER_KW = 253;

/** lnd:lnwallet/chainfee/rates.go:FeeForWeight: sat, rounded down. */
function feeForWeight(feeratePerKw: number, weight: number): number {
  return Math.floor((feeratePerKw * weight) / 1000);
}

/** Fee of a commitment transaction with this many untrimmed HTLCs, sat; the anchors are not included. */
export function commitmentFeeSat(feeratePerKw: number, untrimmed: number): number {
  return feeForWeight(feeratePerKw, ANCHOR_COMMIT_WEIGHT + HTLC_WEIGHT * untrimmed);
}

/**
 * Fee buffer of a funder that sends, sat: room for twice the feerate and one HTLC beyond `untrimmed`; contains the
 * commitment fee.
 */
export function feeBufferSat(feeratePerKw: number, untrimmed: number): number {
  return commitmentFeeSat(2 * feeratePerKw, untrimmed + 1);
}

function ownBalanceMsat(view: CommitmentView): number {
  return view.isFunder ? view.localMsat - ANCHORS_SAT * 1000 : view.localMsat;
}

function peerBalanceMsat(view: CommitmentView): number {
  return view.isFunder ? view.remoteMsat : view.remoteMsat - ANCHORS_SAT * 1000;
}

/**
 * lnd:htlcswitch/link.go:Bandwidth: what could be offered now, msat: the smaller one of what either commitment leaves. Slots,
 * in-flight value and minimum are not part of it; they are checked per HTLC.
 */
export function spendable(view: CommitmentView): number {
  const own = ownBalanceMsat(view) - view.localReserveMsat;
  if (own <= 0) return 0;
  // Fees grow with the outputs, so the commitment with more of them leaves less.
  const untrimmed = Math.max(view.localUntrimmed, view.remoteUntrimmed);
  if (view.isFunder) return Math.max(own - feeBufferSat(view.feeratePerKw, untrimmed + 1) * 1000, 0);
  const peer = Math.max(0, peerBalanceMsat(view) - view.remoteReserveMsat);
  if (peer >= anotherOutputMsat(view, untrimmed)) return own;
  const local = spendableOfPoor(view, own, peer, view.localUntrimmed, view.localDustMsat);
  const remote = spendableOfPoor(view, own, peer, view.remoteUntrimmed, view.remoteDustMsat);
  return Math.min(remote, local);
}

/** Fee of a commitment with an output more, msat. */
function anotherOutputMsat({ feeratePerKw }: CommitmentView, untrimmed: number): number {
  return (commitmentFeeSat(feeratePerKw, untrimmed) + feeForWeight(feeratePerKw, HTLC_WEIGHT)) * 1000;
}

/** A funder that cannot pay for another output must not be given one, but dust costs it nothing. */
function spendableOfPoor(view: CommitmentView, own: number, peer: number, untrimmed: number, dustMsat: number): number {
  return peer < anotherOutputMsat(view, untrimmed) && own >= dustMsat ? dustMsat - 1 : own;
}

/** Whether both commitments still satisfy both sides' limits with the HTLC added, which is dust on either or not. */
function isSane(view: CommitmentView, amountMsat: number, localDust: boolean, remoteDust: boolean): boolean {
  const { feeratePerKw, localUntrimmed, remoteUntrimmed } = view;
  const own = ownBalanceMsat(view) - amountMsat;
  if (own < view.localReserveMsat || own < 0) return false;
  // The one with more outputs costs more.
  const after = Math.max(
    localDust ? localUntrimmed : localUntrimmed + 1,
    remoteDust ? remoteUntrimmed : remoteUntrimmed + 1,
  );
  if (view.isFunder) {
    const bufferMsat = feeBufferSat(feeratePerKw, after) * 1000;
    return bufferMsat < own && own - bufferMsat >= view.localReserveMsat;
  }
  const peer = peerBalanceMsat(view);
  if (commitmentFeeSat(feeratePerKw, after) * 1000 >= peer) return false;
  // Only a falling balance is held against the reserve, and dust does not raise the fee.
  if (localDust && remoteDust) return true;
  const raised = Math.max(localDust ? 0 : localUntrimmed + 1, remoteDust ? 0 : remoteUntrimmed + 1);
  return peer - commitmentFeeSat(feeratePerKw, raised) * 1000 >= view.remoteReserveMsat;
}

/**
 * lnd:htlcswitch/link.go:isOverexposedWithHtlc: whether dust and commitment fee, which are lost when the channel closes,
 * would be too much on one of the two commitments.
 */
function overexposed(view: CommitmentView, amountMsat: number, localDust: boolean, remoteDust: boolean): boolean {
  const { feeratePerKw, localUntrimmed, remoteUntrimmed } = view;
  const feeMsat = commitmentFeeSat(feeratePerKw, Math.max(localUntrimmed, remoteUntrimmed)) * 1000;
  const outputMsat = feeForWeight(feeratePerKw, HTLC_WEIGHT) * 1000;
  const local = view.localTrimmedMsat + (localDust ? amountMsat : outputMsat);
  const remote = view.remoteTrimmedMsat + (remoteDust ? amountMsat : outputMsat);
  return Math.max(local, remote) + feeMsat > MAX_FEE_EXPOSURE_MSAT;
}

/**
 * lnd:lnwallet/channel.go:MayAddOutgoingHtlc: 0 when the HTLC may be added to both commitments, amount_below_minimum
 * when it is under the peer's minimum, else temporary_channel_failure.
 */
export function checkOffer(view: CommitmentView, amountMsat: number): FailureCode {
  if (amountMsat < view.peerHtlcMinimumMsat) return FAILURE.amount_below_minimum;
  // lnd:lnwallet/channel.go:HtlcIsDust with zero-fee HTLC transactions compares whole sat, as dust limits are.
  const localDust = amountMsat < view.localDustMsat;
  const remoteDust = amountMsat < view.remoteDustMsat;
  if (
    amountMsat <= 0 ||
    view.feeratePerKw < FEERATE_FLOOR_PER_KW ||
    view.offeredCount + 1 > view.maxAcceptedHtlcs ||
    view.offeredMsat + amountMsat > view.maxInFlightMsat ||
    overexposed(view, amountMsat, localDust, remoteDust) ||
    !isSane(view, amountMsat, localDust, remoteDust)
  ) {
    return FAILURE.temporary_channel_failure;
  }
  return FAILURE.none;
}
