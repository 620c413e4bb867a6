/**
 * What lnd bids for block space (lnd:sweep). A linear fee function goes from the estimate for the blocks that are left to
 * the whole budget one block before the deadline; a budget is half of what is claimed (lnd:contractcourt/config.go:
 * DefaultBudgetRatio), of a commitment half of what the HTLCs that hang on it leave after their own budgets. Without a
 * deadline it takes 1008 blocks from the least feerate that is relayed.
 *
 * Differs from lnd: inputs are not batched, and a commitment's budget is spread over parent and child together, where lnd
 * counts the child's weight alone.
 */
import type { ClaimView, ConfirmationTargets, ModelHost } from '../../engine/simulate/node-model.ts';

/**
 * lnd:lnrpc/walletrpc and rpcserver.go ask for 6 blocks unless told (sends, funding), lnd:config.go:
 * defaultCoopCloseTargetConfs is 6, lnd:htlcswitch/link.go:sampleNetworkFee and funding/manager.go take 3 for commitments.
 */
export const TARGETS: ConfirmationTargets = { funding: 6, cooperativeClose: 6, commitment: 3, send: 6 };

/** lnd:contractcourt/config.go:DefaultBudgetRatio. */
const BUDGET_RATIO = 0.5;
/** lnd:contractcourt/breach_arbitrator.go:justiceTxConfTarget, blocks. */
const JUSTICE_BLOCKS = 2;
/** lnd:sweep/sweeper.go:DefaultDeadlineDelta and lnd:lnwallet/chainfee:MaxBlockTarget, blocks. */
const NO_DEADLINE_BLOCKS = 1008;
/** lnd:sweep/defaults.go:DefaultMaxFeeRate, 1000 sat/vB. */
const MAX_PER_KW = 250_000;

/**
 * Feerate for a claim now, sat per 1000 weight units; 0 when the budget does not reach the estimate it would begin with
 * (lnd:sweep/fee_function.go:ErrZeroFeeRateDelta: tried again with the next block).
 */
export function claimFeerate(host: ModelHost, claim: ClaimView): number {
  // Justice transactions are no inputs of the sweeper: they are made once, and again only when one of them has been spent.
  if (claim.kind === 'penalty' || claim.kind === 'second_level_penalty') {
    return claim.feeratePerKw > 0 ? claim.feeratePerKw : host.estimatePerKw(JUSTICE_BLOCKS);
  }
  const since = claim.sinceHeight < 0 ? claim.height : claim.sinceHeight;
  const end = Math.min(MAX_PER_KW, Math.floor((budgetSat(claim) * 1000) / claim.weight));
  const blocks = confirmationBlocks(claim, since);
  if (blocks <= 1) return end;
  const width = blocks - 1;
  const start = claim.sinceHeight < 0 ? startFeerate(host, blocks, end) : claim.startPerKw;
  if (start >= end) return width === 1 && start === end ? end : claim.feeratePerKw;
  const position = claim.height - since;
  if (position >= width) return end;
  return Math.min(end, start + Math.floor(((end - start) * position) / width));
}

/** lnd:sweep/fee_function.go:estimateFeeRate. */
function startFeerate(host: ModelHost, blocks: number, end: number): number {
  return Math.min(end, blocks >= NO_DEADLINE_BLOCKS ? host.relayPerKw() : host.estimatePerKw(blocks));
}

/** What may be paid, sat; for a commitment with what it pays itself. */
function budgetSat(claim: ClaimView): number {
  if (claim.kind !== 'commitment') return claim.valueSat * BUDGET_RATIO;
  // Without an HTLC that hangs on it lnd offers the anchor with no budget, so that nothing is spent.
  if (claim.urgentSat === 0) return 0;
  return claim.ownFeeSat + (claim.urgentSat - claim.urgentSat * BUDGET_RATIO) * BUDGET_RATIO;
}

/**
 * Blocks from the first bid to the deadline. Of a commitment half of them, the other half is for its HTLCs
 * (lnd:contractcourt/channel_arbitrator.go:findCommitmentDeadlineAndValue).
 */
function confirmationBlocks(claim: ClaimView, since: number): number {
  if (claim.deadline < 0) return NO_DEADLINE_BLOCKS;
  const left = Math.max(claim.deadline - since, 0);
  return claim.kind === 'commitment' ? Math.max(1, Math.floor(left / 2)) : left;
}
