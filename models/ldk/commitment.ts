/**
 * Who may offer how much over a channel: LDK's next outbound HTLC limit for the anchors/zero-fee-HTLC type. Fees are whole
 * satoshis, as on the transaction. The limit on dust exposure is not part of it: a CommitmentView tells no sums of dust.
 *
 * ldk:sign/tx_builder.rs:get_available_balances. LDK keeps the funder's balance net of the two anchors; a CommitmentView
 * does not, so they are subtracted here.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type { CommitmentView } from '../../engine/simulate/node-model.ts';

/** ldk:ln/chan_utils.rs:commitment_tx_base_weight, COMMITMENT_TX_WEIGHT_PER_HTLC. */
const COMMITMENT_WEIGHT = 1124;
const HTLC_WEIGHT = 172;
/** Twice ldk:ln/channel.rs:ANCHOR_OUTPUT_VALUE_SATOSHI. */
export const ANCHORS_SAT = 660;
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

/** Largest HTLC that could be offered now, msat (next_outbound_htlc_limit_msat). */
export function spendable(view: CommitmentView): number {
  if (view.offeredCount + 1 > view.maxAcceptedHtlcs) return 0;
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
  return Math.min(local, remote, Math.max(0, view.maxInFlightMsat - view.offeredMsat));
}

/**
 * ldk:ln/channel.rs:send_htlc: 0 when an HTLC of this amount may be offered. LocalHTLCFailureReason::HTLCMinimum and
 * HTLCMaximum are both told as temporary_channel_failure.
 */
export function checkOffer(view: CommitmentView, amountMsat: number): FailureCode {
  return amountMsat > 0 && amountMsat >= view.peerHtlcMinimumMsat && amountMsat <= spendable(view)
    ? FAILURE.none
    : FAILURE.temporary_channel_failure;
}
