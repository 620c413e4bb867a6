/**
 * How likely a channel carries an amount when its balance is known to lie between two bounds, as numerator and denominator.
 * The balance is taken to lie near one of the ends: its density is 128 · (1/256 + 9 · (x − ½)^8).
 *
 * ldk:routing/scoring.rs:success_probability_float, success_probability. The same operations on doubles in the same order
 * as in LDK, so the same bits.
 */

/** ldk:routing/scoring.rs:MIN_ZERO_IMPLIES_NO_SUCCESSES_PENALTY_ON_64. */
const NO_SUCCESSES_PENALTY_ON_64 = 78;
/** ldk:routing/scoring.rs:success_probability: BILLIONISH. */
const BILLIONISH = 1024 * 1024 * 1024 * 64;

/** The last probability computed; written by the functions below. */
export interface Odds {
  numerator: number;
  denominator: number;
}

function ninth(a: number): number {
  const a2 = a * a;
  const a4 = a2 * a2;
  return a * a4 * a4;
}

/**
 * ldk:routing/scoring.rs:success_probability_float.
 * @param amount and the bounds in the unit of `capacity`; min <= amount < max <= capacity
 * @param noSuccesses a lower bound of 0 means that nothing was seen to go through
 */
export function oddsFloat(
  amount: number,
  min: number,
  max: number,
  capacity: number,
  linear: boolean,
  noSuccesses: boolean,
  out: Odds,
): void {
  if (linear) {
    out.numerator = max - amount;
    out.denominator = max - min + 1;
    if (noSuccesses && min === 0) {
      out.denominator = Math.floor((out.denominator * NO_SUCCESSES_PENALTY_ON_64) / 64);
    }
    return;
  }
  const maxNorm = max / capacity - 0.5;
  const minNorm = min / capacity - 0.5;
  const amountNorm = amount / capacity - 0.5;
  const maxV = ninth(maxNorm) + maxNorm / 256;
  const minV = ninth(minNorm) + minNorm / 256;
  const amountV = ninth(amountNorm) + amountNorm / 256;
  out.numerator = maxV - amountV;
  out.denominator = maxV - minV;
  if (noSuccesses && min === 0) out.denominator = (out.denominator * NO_SUCCESSES_PENALTY_ON_64) / 64;
}

/** The same as integers from 1 on. */
export function odds(
  amount: number,
  min: number,
  max: number,
  capacity: number,
  linear: boolean,
  noSuccesses: boolean,
  out: Odds,
): void {
  oddsFloat(amount, min, max, capacity, linear, noSuccesses, out);
  if (linear) return;
  out.numerator = Math.floor(out.numerator * BILLIONISH) + 1;
  out.denominator = Math.floor(out.denominator * BILLIONISH) + 1;
}
