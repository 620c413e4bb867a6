/**
 * What Eclair bids for block space (eclair:channel/publish/ReplaceableTxPublisher.scala, ReplaceableTxFunder.scala).
 * Commitments and claims of HTLCs are replaceable: the feerate of a band by the blocks that are left, raised by a fifth at
 * a time when the deadline is near or the band has risen so far; never more than what is at stake, nor than 1.25 times the
 * feerate for the next block. Plain sweeps are published once.
 *
 * Differs from Eclair: the wallet is a sum of coins, so it always has enough safe ones (safe-utxos-threshold).
 */
import type { ClaimView, ConfirmationTargets, ModelHost } from '../../engine/simulate/node-model.ts';

/** eclair:blockchain/bitcoind/rpc/BitcoinCoreFeeProvider.scala: blocks of the bands. */
const FASTEST = 1;
const FAST = 2;
const MEDIUM = 12;
const SLOW = 1008;

/**
 * eclair:resources/reference.conf:on-chain-fees.feerate targets: funding and closing medium;
 * eclair:blockchain/fee/OnChainFeeConf.scala:getCommitmentFeerate takes fast.
 */
export const TARGETS: ConfirmationTargets = {
  funding: MEDIUM,
  cooperativeClose: MEDIUM,
  commitment: FAST,
  send: MEDIUM,
};

/** eclair:resources/reference.conf:on-chain-fees.max-closing-feerate, 10 sat/vB. */
const MAX_CLOSING_PER_KW = 2500;
/** eclair:channel/publish/ReplaceableTxPublisher.scala:wait. */
const BUMP_RATIO = 1.2;
const NEAR_BLOCKS = 6;
/** eclair:channel/publish/ReplaceableTxFunder.scala:maxFeerate. */
const MOST_OF_FASTEST = 1.25;
const PART_OF_BALANCE = 0.05;
/** eclair:resources/reference.conf:on-chain-fees.anchor-without-htlcs-max-fee, sat. */
const ANCHOR_WITHOUT_HTLCS_MAX_SAT = 10_000;

/** Feerate for a claim now, sat per 1000 weight units. */
export function claimFeerate(host: ModelHost, claim: ClaimView): number {
  if (claim.kind === 'sweep') {
    const once = Math.min(host.estimatePerKw(MEDIUM), MAX_CLOSING_PER_KW);
    return claim.feeratePerKw > 0 ? claim.feeratePerKw : once;
  }
  // eclair:channel/Helpers.scala:RevokedClose publishes penalties once.
  if (claim.kind === 'penalty') return claim.feeratePerKw > 0 ? claim.feeratePerKw : host.estimatePerKw(FAST);
  if (claim.kind === 'second_level_penalty') {
    return claim.feeratePerKw > 0 ? claim.feeratePerKw : host.estimatePerKw(FASTEST);
  }
  // Claims aim at the expiry of their HTLC, commitments at the first of them; one without HTLCs has a priority instead.
  const target = claim.expiry;
  const band = target < 0 ? host.estimatePerKw(MEDIUM) : host.estimatePerKw(bandOf(target - claim.height));
  const most = Math.min(
    Math.floor((maxFeeSat(claim) * 1000) / claim.weight),
    Math.floor(host.estimatePerKw(FASTEST) * MOST_OF_FASTEST),
  );
  if (claim.sinceHeight < 0) return Math.min(band, most);
  const raised = Math.floor(claim.feeratePerKw * BUMP_RATIO);
  if (target >= 0 && target <= claim.height + NEAR_BLOCKS) return Math.min(Math.max(band, raised), most);
  return raised <= band ? Math.min(band, most) : claim.feeratePerKw;
}

/** eclair:channel/publish/ReplaceableTxPublisher.scala:getFeerate. */
function bandOf(blocks: number): number {
  if (blocks >= 36) return SLOW;
  if (blocks >= 12) return MEDIUM;
  return blocks >= 2 ? FAST : FASTEST;
}

/** What is at stake, sat; for a commitment with what it pays itself. */
function maxFeeSat(claim: ClaimView): number {
  if (claim.kind !== 'commitment') return claim.valueSat;
  const forBalance = Math.min(claim.balanceSat * PART_OF_BALANCE, ANCHOR_WITHOUT_HTLCS_MAX_SAT);
  return claim.ownFeeSat + Math.max(claim.valueSat, forBalance);
}
