/** A policy that came with a failure, as a trace tells it. */
import type { Policy } from '../../engine/simulate/node-model.ts';
import type { Figures } from '../../engine/simulate/routing-trace.ts';

export function policyFigures(policy: Readonly<Policy>): Figures {
  return {
    fee_base_msat: policy.feeBaseMsat,
    fee_rate_ppm: policy.feeRatePpm,
    cltv_expiry_delta: policy.cltvDelta,
    htlc_minimum_msat: policy.minHtlcMsat,
    htlc_maximum_msat: policy.maxHtlcMsat,
    disabled: policy.disabled ? 1 : 0,
  };
}
