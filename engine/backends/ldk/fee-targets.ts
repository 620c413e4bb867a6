/**
 * Within how many blocks what is to be confirmed, as LDK Node asks for estimates
 * (ldk-node:src/fee_estimator.rs:get_num_block_defaults_for_target).
 */
import type { Ldk } from './binding.ts';

export const TARGET_BLOCKS = { channelFunding: 12, onchainPayment: 6, outputSpending: 12 } as const;

/** By LDK's targets. */
export function blocksByTarget({
  ConfirmationTarget: target,
}: typeof Ldk): ReadonlyMap<Ldk.ConfirmationTarget, number> {
  return new Map([
    [target.LDKConfirmationTarget_MaximumFeeEstimate, 1],
    [target.LDKConfirmationTarget_UrgentOnChainSweep, 6],
    [target.LDKConfirmationTarget_MinAllowedAnchorChannelRemoteFee, 1008],
    [target.LDKConfirmationTarget_MinAllowedNonAnchorChannelRemoteFee, 144],
    [target.LDKConfirmationTarget_AnchorChannelFee, 1008],
    [target.LDKConfirmationTarget_NonAnchorChannelFee, 12],
    [target.LDKConfirmationTarget_ChannelCloseMinimum, 144],
    [target.LDKConfirmationTarget_OutputSpendingFee, TARGET_BLOCKS.outputSpending],
  ]);
}
