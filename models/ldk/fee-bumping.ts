/**
 * What LDK bids for block space (ldk:chain/package.rs, chain/onchaintx.rs), with the estimates that LDK Node gives it
 * (ldk-node:src/fee_estimator.rs:get_num_block_defaults_for_target). A claim is bumped 15 blocks after the last time, 3 when
 * its deadline is within 15 blocks, 1 when it is within 3; a commitment with every block: to the estimate, or by a quarter
 * when that has not risen. What pays from the claimed output itself bids half of it at most.
 *
 * Differs from LDK: inputs are not merged into packages.
 */
import type { ClaimView, ClosingRange, ConfirmationTargets, ModelHost } from '../../engine/simulate/node-model.ts';
import { FEERATE_FLOOR_PER_KW } from './commitment.ts';

/** ldk-node: ChannelFunding, ChannelCloseMinimum, AnchorChannelFee, OnchainPayment. */
export const TARGETS: ConfirmationTargets = { funding: 12, cooperativeClose: 144, commitment: 1008, send: 6 };

/**
 * ldk:ln/channel.rs:calculate_closing_fee_limits: NonAnchorChannelFee of ldk-node, and
 * ldk:util/config.rs:force_close_avoidance_max_fee_satoshis beyond it; closing_signed takes the end of the opener's range.
 * get_closing_transaction_weight with two P2WPKH outputs: 4 a byte of 51 and of two outputs of 31, and a witness of 222.
 */
export const CLOSING_RANGE: ClosingRange = {
  weight: 4 * (51 + 2 * 31) + 222,
  blocks: 12,
  leastPerKw: FEERATE_FLOOR_PER_KW,
  addSat: 1000,
};

/** ldk-node: UrgentOnChainSweep for commitments and HTLCs, OutputSpendingFee for the application's sweeper. */
const URGENT = 6;
const SPENDING = 12;

/** ldk:chain/package.rs:LOW_FREQUENCY_BUMP_INTERVAL, MIDDLE_…, HIGH_…, blocks. */
const LOW = 15;
const MIDDLE = 3;
const HIGH = 1;
/** ldk:ln/channelmanager.rs:MIN_CLTV_EXPIRY_DELTA: what a timed out HTLC has until the one before it expires. */
const MIN_CLTV_EXPIRY_DELTA = 48;
/** ldk:chain/package.rs:compute_package_feerate: a forced bump ends at five times the estimate. */
const MOST_OF_ESTIMATE = 5;
/** ldk:chain/chaininterface.rs:FEERATE_FLOOR_SATS_PER_KW. */
const FLOOR_PER_KW = 253;

/** Feerate for a claim now, sat per 1000 weight units; 0 when what it could pay is below the floor. */
export function claimFeerate(host: ModelHost, claim: ClaimView): number {
  // The sweeper makes its spends anew with each block, at the estimate of then (ldk:util/sweep.rs).
  const estimate = Math.max(host.estimatePerKw(claim.kind === 'sweep' ? SPENDING : URGENT), FLOOR_PER_KW);
  if (claim.kind === 'sweep') return estimate;
  const own = claim.fromWallet ? estimate : Math.min(estimate, Math.floor((claim.valueSat * 500) / claim.weight));
  if (claim.sinceHeight < 0) return own < FLOOR_PER_KW ? 0 : own;
  const present = claim.feeratePerKw;
  if (claim.height < claim.bumpedAt + interval(claim)) return present;
  if (own > present) return own;
  const raised = present + Math.floor(present / 4);
  if (!claim.fromWallet) return raised;
  return raised > estimate * MOST_OF_ESTIMATE ? Math.max(estimate * MOST_OF_ESTIMATE, present) : raised;
}

/** ldk:chain/package.rs:get_height_timer: blocks from the last bump to the next. */
function interval(claim: ClaimView): number {
  if (claim.kind === 'commitment') return HIGH;
  // A revoked HTLC is in no hurry: whoever takes it has to wait for a delay then.
  if (claim.kind === 'penalty' && claim.expiry >= 0) return LOW;
  if (claim.kind === 'penalty' || claim.kind === 'second_level_penalty') return intervalTo(claim.deadline, claim);
  return intervalTo(claim.kind === 'htlc_success' ? claim.expiry : claim.expiry + MIN_CLTV_EXPIRY_DELTA, claim);
}

function intervalTo(deadline: number, claim: ClaimView): number {
  if (deadline <= claim.bumpedAt + MIDDLE) return HIGH;
  return deadline <= claim.bumpedAt + LOW ? MIDDLE : LOW;
}
