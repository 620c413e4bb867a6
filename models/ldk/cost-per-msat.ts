/**
 * Comparing costs per msat carried. LDK compares floor(cost · 2^64 / value) as 128-bit integers; here doubles decide where
 * they must come to the same answer, and big integers do where they might not.
 *
 * ldk:routing/router.rs:PaymentPath::get_cost_per_msat and the comparison in add_entry.
 */

/** Doubles decide here when the two products differ by more than this share. */
const CLEAR_SHARE = 1e-14;
/**
 * And here only when both costs per msat are at least this: then the floors differ, too, since CLEAR_SHARE · LEAST_RATIO exceeds
 * 2^-64 by far.
 */
const LEAST_RATIO = 1e-4;

/**
 * Below 0 when the first is cheaper, 0 when LDK sees no difference, above 0 when it is dearer. Costs are msat, infinite
 * where there is no way; values are msat and positive for finite costs.
 */
export function compareCostPerMsat(costA: number, valueA: number, costB: number, valueB: number): number {
  if (costA === costB && valueA === valueB) return 0;
  if (costA === Infinity || costB === Infinity) return costA === costB ? 0 : costA - costB;
  const a = costA * valueB;
  const b = costB * valueA;
  const clear = Math.abs(a - b) > CLEAR_SHARE * (a > b ? a : b);
  if (clear && costA >= LEAST_RATIO * valueA && costB >= LEAST_RATIO * valueB) return a - b;
  const exactA = costPerMsat(costA, valueA);
  const exactB = costPerMsat(costB, valueB);
  return exactA < exactB ? -1 : exactA > exactB ? 1 : 0;
}

/** floor(cost · 2^64 / value), for a finite cost. */
export function costPerMsat(cost: number, value: number): bigint {
  return (BigInt(cost) << 64n) / BigInt(value);
}
