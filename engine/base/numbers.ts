/**
 * Exact arithmetic on the integers that money and time are made of.
 *
 * Money is integer msat and time is integer microseconds, both in doubles within the safe range (below 2^53).
 * Products such as `amount × ppm` leave that range, so they are computed in parts. Nothing here rounds to nearest:
 * every quotient is floored, as the integer division of the node implementations does.
 */

/** Largest integer that a double holds exactly together with its neighbour: 2^53 − 1. */
export const MAX_SAFE: number = Number.MAX_SAFE_INTEGER;

export const MSAT_PER_SAT = 1000;

/** Microseconds per unit of time. */
export const US_PER_MS = 1_000;
export const US_PER_SECOND = 1_000_000;

/**
 * floor(a · b / d) for non-negative integers, exact as long as the result and `(a mod d) · b` stay below 2^53.
 * `d` is 10^6 or 10^9 in every caller, `b` a rate or a block count, so the second condition always holds for them.
 */
export function mulDivFloor(a: number, b: number, d: number): number {
  const q = Math.floor(a / d);
  const r = a - q * d;
  return q * b + Math.floor((r * b) / d);
}

/** Proportional fee in msat: floor(amount · ppm / 10^6) (BOLT 7, fee_proportional_millionths). */
export function proportionalFee(amountMsat: number, ppm: number): number {
  return mulDivFloor(amountMsat, ppm, 1_000_000);
}
