/**
 * Policies that a node still accepts payments by after it announced others (BOLT 7: for 10 minutes, so that senders who
 * have not heard of the change do not fail). Which nodes do so, and for how long, is their model's business
 * (NodeTiming.formerPolicyUs); what is over is forgotten when it is asked for.
 */
import type { Policy } from './node-model.ts';

export interface FormerPolicy {
  readonly policy: Policy;
  /** Until when it counts, µs. */
  readonly untilUs: number;
}

export class FormerPolicies {
  readonly #kept: Map<number, FormerPolicy> = new Map();

  /** From now on `policy` is the former one of an edge; it replaces that before it. */
  keep(edge: number, policy: Policy, untilUs: number): void {
    this.#kept.set(edge, { policy, untilUs });
  }

  /** The former policy of an edge that still counts, or null. */
  of(edge: number, nowUs: number): Policy | null {
    if (this.#kept.size === 0) return null;
    const kept = this.#kept.get(edge);
    if (kept === undefined) return null;
    if (kept.untilUs > nowUs) return kept.policy;
    this.#kept.delete(edge);
    return null;
  }

  /** All that still count, by edge. */
  entries(nowUs: number): readonly (readonly [edge: number, former: FormerPolicy])[] {
    return [...this.#kept].filter(([, { untilUs }]) => untilUs > nowUs).sort((a, b) => a[0] - b[0]);
  }
}

/**
 * Whether a change of policy alters what a payment must keep to: fees, delta, minimum.
 * @param maximum whether a lower htlc_maximum counts (NodeTiming.formerMaximum)
 */
export function changesTerms(policy: Policy, change: Partial<Policy>, maximum: boolean): boolean {
  return (
    (maximum && (change.maxHtlcMsat ?? policy.maxHtlcMsat) < policy.maxHtlcMsat) ||
    (change.feeBaseMsat ?? policy.feeBaseMsat) !== policy.feeBaseMsat ||
    (change.feeRatePpm ?? policy.feeRatePpm) !== policy.feeRatePpm ||
    (change.cltvDelta ?? policy.cltvDelta) !== policy.cltvDelta ||
    (change.minHtlcMsat ?? policy.minHtlcMsat) !== policy.minHtlcMsat
  );
}
