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

/** Spendable according to one of the two commitments. */
function spendableOn(view: CommitmentView, untrimmed: number, dustMsat: number): number {
  let own = ownBalanceMsat(view) - view.localReserveMsat;
  if (own <= 0) return 0;
  if (view.isFunder) {
    own -= feeBufferSat(view.feeratePerKw, untrimmed + 1) * 1000;
    return Math.max(own, 0);
  }
  // A funder that cannot pay for another output must not be given one, but dust costs it nothing.
  const peer = Math.max(0, peerBalanceMsat(view) - view.remoteReserveMsat);
  const fee = commitmentFeeSat(view.feeratePerKw, untrimmed) + feeForWeight(view.feeratePerKw, HTLC_WEIGHT);
  return peer < fee * 1000 && own >= dustMsat ? dustMsat - 1 : own;
}

/**
 * lnd:htlcswitch/link.go:Bandwidth: what could be offered now, msat. Slots, in-flight value and minimum are not part
 * of it; they are checked per HTLC.
 */
export function spendable(view: CommitmentView): number {
  const local = spendableOn(view, view.localUntrimmed, view.localDustMsat);
  const remote = spendableOn(view, view.remoteUntrimmed, view.remoteDustMsat);
  return Math.min(remote, local);
}

/** lnd:lnwallet/channel.go:HtlcIsDust with zero-fee HTLC transactions: whole satoshis are compared. */
function isDust(amountMsat: number, dustMsat: number): boolean {
  return Math.floor(amountMsat / 1000) * 1000 < dustMsat;
}

/** Whether one of the two commitments still satisfies both sides' limits with the HTLC added. */
function saneOn(view: CommitmentView, amountMsat: number, untrimmed: number, dustMsat: number): boolean {
  const dust = isDust(amountMsat, dustMsat);
  const after = dust ? untrimmed : untrimmed + 1;
  let own = ownBalanceMsat(view) - amountMsat;
  if (own < 0) return false;
  if (view.isFunder) {
    const buffer = feeBufferSat(view.feeratePerKw, after) * 1000;
    if (buffer >= own) return false;
    own -= buffer;
  } else {
    const fee = commitmentFeeSat(view.feeratePerKw, after) * 1000;
    const peer = peerBalanceMsat(view);
    if (fee >= peer) return false;
    // Only a falling balance is held against the reserve, and dust does not raise the fee.
    if (!dust && peer - fee < view.remoteReserveMsat) return false;
  }
  return own >= view.localReserveMsat;
}

/**
 * lnd:htlcswitch/link.go:isOverexposedWithHtlc: whether dust and commitment fee, which are lost when the channel closes,
 * would be too much on one of the two commitments.
 */
function overexposed(view: CommitmentView, amountMsat: number): boolean {
  const { feeratePerKw, localUntrimmed, remoteUntrimmed } = view;
  const feeMsat = commitmentFeeSat(feeratePerKw, Math.max(localUntrimmed, remoteUntrimmed)) * 1000;
  const outputMsat = feeForWeight(feeratePerKw, HTLC_WEIGHT) * 1000;
  const local = view.localTrimmedMsat + (isDust(amountMsat, view.localDustMsat) ? amountMsat : outputMsat);
  const remote = view.remoteTrimmedMsat + (isDust(amountMsat, view.remoteDustMsat) ? amountMsat : outputMsat);
  return Math.max(local, remote) + feeMsat > MAX_FEE_EXPOSURE_MSAT;
}

/**
 * lnd:lnwallet/channel.go:MayAddOutgoingHtlc: 0 when the HTLC may be added to both commitments, amount_below_minimum
 * when it is under the peer's minimum, else temporary_channel_failure.
 */
export function checkOffer(view: CommitmentView, amountMsat: number): FailureCode {
  if (amountMsat < view.peerHtlcMinimumMsat) return FAILURE.amount_below_minimum;
  if (
    amountMsat <= 0 ||
    view.feeratePerKw < FEERATE_FLOOR_PER_KW ||
    view.offeredCount + 1 > view.maxAcceptedHtlcs ||
    view.offeredMsat + amountMsat > view.maxInFlightMsat ||
    overexposed(view, amountMsat) ||
    !saneOn(view, amountMsat, view.remoteUntrimmed, view.remoteDustMsat) ||
    !saneOn(view, amountMsat, view.localUntrimmed, view.localDustMsat)
  ) {
    return FAILURE.temporary_channel_failure;
  }
  return FAILURE.none;
}
