/** A policy as a snapshot holds it: a list of numbers that ends where the ordinary values begin. */
import type { Policy } from './node-model.ts';
import type { PolicyState } from './state.ts';

/** What is left out from the end: version, disabled, inbound base, inbound rate. */
const ORDINARY = [1, 0, 0, 0];
const REQUIRED = 5;

/** A policy and its version. */
export function policyState(policy: Policy, version: number): PolicyState {
  const state = [
    policy.feeBaseMsat,
    policy.feeRatePpm,
    policy.cltvDelta,
    policy.minHtlcMsat,
    policy.maxHtlcMsat,
    version,
    policy.disabled ? 1 : 0,
    policy.inboundFeeBaseMsat,
    policy.inboundFeeRatePpm,
  ];
  while (state.length > REQUIRED && state[state.length - 1] === ORDINARY[state.length - 1 - REQUIRED]) state.pop();
  return state;
}

/** Fills `policy` and answers the version. */
export function readPolicyState(state: PolicyState, policy: Policy): number {
  const at = (i: number): number => state[i] ?? (ORDINARY[i - REQUIRED] as number);
  policy.feeBaseMsat = at(0);
  policy.feeRatePpm = at(1);
  policy.cltvDelta = at(2);
  policy.minHtlcMsat = at(3);
  policy.maxHtlcMsat = at(4);
  policy.disabled = at(6) === 1;
  policy.inboundFeeBaseMsat = at(7);
  policy.inboundFeeRatePpm = at(8);
  return at(5);
}

export function samePolicy(a: PolicyState, b: PolicyState): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
