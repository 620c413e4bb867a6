/** A policy as proto/blast/v1/control.proto has it: asked for by the client, told by the server. */
import type { PolicyObservation } from '../backends/backend.ts';
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

/** A ChannelPolicy as it was told; null where there is none. */
export function readPolicyMessage(message: unknown): PolicyObservation | null {
  if (typeof message !== 'object' || message === null) return null;
  const policy = message as Readonly<Record<string, unknown>>;
  return {
    feeBaseMsat: Number(policy.fee_base_msat),
    feeRatePpm: Number(policy.fee_rate_ppm),
    cltvDelta: Number(policy.cltv_expiry_delta_blocks),
    minHtlcMsat: Number(policy.htlc_minimum_msat),
    maxHtlcMsat: Number(policy.htlc_maximum_msat),
    disabled: policy.disabled === true,
    inboundFeeBaseMsat: Number(policy.inbound_fee_base_msat),
    inboundFeeRatePpm: Number(policy.inbound_fee_rate_ppm),
  };
}
