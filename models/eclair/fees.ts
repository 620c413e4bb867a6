/**
 * Fees as Eclair computes them, in msat: integer arithmetic only, rounded down.
 *
 * eclair:package.scala:nodeFee.
 */
import { MAX_SAFE, mulDivFloor } from '../../engine/base/numbers.ts';

/** A base and a rate: of a channel policy, or virtual (hop cost, failure cost). */
export interface Fee {
  readonly baseMsat: number;
  readonly ppm: number;
}

/** base + amount · ppm / 10^6; the short way round is taken when the product is exact. */
export function nodeFee(baseMsat: number, ppm: number, amountMsat: number): number {
  const product = amountMsat * ppm;
  return baseMsat + (product <= MAX_SAFE ? Math.floor(product / 1_000_000) : mulDivFloor(amountMsat, ppm, 1_000_000));
}
