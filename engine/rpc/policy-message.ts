/** A policy as proto/blast/v1/control.proto has it: asked for by the client, told by the server. */
import type { PolicyPlan } from '../timeline/network.ts';

/** A ChannelPolicy, or a PolicyChange, in which what is left open is absent; null where there is no policy. */
export function policyMessage(policy: PolicyPlan | null): Readonly<Record<string, unknown>> | null {
  if (policy === null) return null;
  return {
    fee_base_msat: policy.feeBaseMsat,
    fee_rate_ppm: policy.feeRatePpm,
    cltv_expiry_delta_blocks: policy.cltvDelta,
    htlc_minimum_msat: policy.minHtlcMsat,
    htlc_maximum_msat: policy.maxHtlcMsat,
    disabled: policy.disabled,
    inbound_fee_base_msat: policy.inboundFeeBaseMsat,
    inbound_fee_rate_ppm: policy.inboundFeeRatePpm,
  };
}
