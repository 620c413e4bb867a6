/**
 * Who may offer how much over a channel: commitment fee, reserve, fee buffer, slots and value in flight, as Eclair's
 * Commitments decide it for the anchors/zero-fee-HTLC type. Only the commitment of the other side is looked at, and the
 * limits of both sides bind what is offered.
 *
 * eclair:channel/Commitments.scala:availableBalanceForSend, canSendAdd, sendAdd; eclair:channel/DustExposure.scala;
 * eclair:transactions/Transactions.scala:commitTxTotalCostMsat.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type { CommitmentView } from '../../engine/simulate/node-model.ts';

/** eclair:transactions/Transactions.scala:AnchorOutputsCommitmentFormat: commitWeight, htlcOutputWeight, 2 × anchorAmount. */
export const COMMIT_WEIGHT = 1124;
export const HTLC_WEIGHT = 172;
export const ANCHORS_SAT = 660;
/** eclair:blockchain/fee/FeeProvider.scala:MinimumFeeratePerKw. */
export const FEERATE_FLOOR_PER_KW = 253;

/** eclair:resources/reference.conf:on-chain-fees.feerate-tolerance.dust-tolerance.max-exposure-satoshis, msat. */
const MAX_DUST_EXPOSURE_MSAT = 50_000_000;

/** What this node asked for itself: it keeps to that as well when it offers. */
export interface OwnLimits {
  readonly maxAcceptedHtlcs: number;
  readonly maxInFlightMsat: number;
}

/** What the commitment costs its funder, anchors included, msat. */
export function commitmentCostMsat(feeratePerKw: number, untrimmed: number): number {
  return feeratePerKw * (COMMIT_WEIGHT + HTLC_WEIGHT * untrimmed) + ANCHORS_SAT * 1000;
}

function htlcFeeMsat(feeratePerKw: number): number {
  return feeratePerKw * HTLC_WEIGHT;
}

/** Cost at twice the feerate and one HTLC more, msat. With zero-fee HTLCs it is never below the cost itself. */
function feeBufferMsat(feeratePerKw: number, untrimmed: number): number {
  return commitmentCostMsat(2 * feeratePerKw, untrimmed) + htlcFeeMsat(2 * feeratePerKw);
}

function truncateToSat(msat: number): number {
  return Math.floor(msat / 1000) * 1000;
}

/** availableBalanceForSend, msat. Slots, value in flight and minimum are no part of it. */
export function spendable(view: CommitmentView): number {
  const own = Math.max(0, view.localMsat - view.localReserveMsat);
  const { feeratePerKw, remoteUntrimmed } = view;
  if (!view.isFunder) {
    // The funder must be able to pay for one output more.
    const cost = commitmentCostMsat(feeratePerKw, remoteUntrimmed) + htlcFeeMsat(feeratePerKw);
    return view.remoteMsat - view.remoteReserveMsat < cost ? 0 : own;
  }
  const left = own - feeBufferMsat(feeratePerKw, remoteUntrimmed);
  if (left < view.remoteDustMsat) return Math.max(0, left);
  return Math.max(0, left - htlcFeeMsat(2 * feeratePerKw));
}

/**
 * 0 when the HTLC may be added, or the failure that a relaying node returns
 * (eclair:payment/relay/ChannelRelay.scala:translateLocalError).
 */
export function checkOffer(view: CommitmentView, amountMsat: number, own: OwnLimits): FailureCode {
  // HtlcValueTooSmall
  if (amountMsat < Math.max(1, view.peerHtlcMinimumMsat)) return FAILURE.temporary_node_failure;
  const untrimmed = truncateToSat(amountMsat) < view.remoteDustMsat ? view.remoteUntrimmed : view.remoteUntrimmed + 1;
  const cost = truncateToSat(commitmentCostMsat(view.feeratePerKw, untrimmed));
  const buffer = truncateToSat(feeBufferMsat(view.feeratePerKw, untrimmed));
  const left = view.localMsat - amountMsat - view.localReserveMsat - (view.isFunder ? Math.max(cost, buffer) : 0);
  if (left < 0) return FAILURE.temporary_channel_failure;
  // RemoteCannotAffordFeesForNewHtlc
  if (!view.isFunder && view.remoteMsat - view.remoteReserveMsat - cost < 0) return FAILURE.temporary_node_failure;
  if (
    view.offeredMsat + amountMsat > Math.min(view.maxInFlightMsat, own.maxInFlightMsat) ||
    view.offeredCount + 1 > Math.min(view.maxAcceptedHtlcs, own.maxAcceptedHtlcs)
  ) {
    return FAILURE.temporary_channel_failure;
  }
  // LocalDustHtlcExposureTooHigh, RemoteDustHtlcExposureTooHigh: also held against HTLCs that add nothing to it.
  const local = view.localTrimmedMsat + dustMsat(amountMsat, view.localDustMsat);
  const remote = view.remoteTrimmedMsat + dustMsat(amountMsat, view.remoteDustMsat);
  return Math.max(local, remote) > MAX_DUST_EXPOSURE_MSAT ? FAILURE.temporary_channel_failure : FAILURE.none;
}

/** What an HTLC adds to the dust of a commitment, msat. */
function dustMsat(amountMsat: number, dustLimitMsat: number): number {
  return amountMsat < dustLimitMsat ? amountMsat : 0;
}

/** filterBeforeForward: dust that came in is failed where there is too much of it. The HTLC counts in the view. */
export function checkIncoming(view: CommitmentView, amountMsat: number): FailureCode {
  const over =
    (amountMsat < view.localDustMsat && view.localTrimmedMsat > MAX_DUST_EXPOSURE_MSAT) ||
    (amountMsat < view.remoteDustMsat && view.remoteTrimmedMsat > MAX_DUST_EXPOSURE_MSAT);
  return over ? FAILURE.temporary_channel_failure : FAILURE.none;
}
