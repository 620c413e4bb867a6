/**
 * How long LDK's background processor waits before it works off what came in: forwards, receipts, failures to hand back
 * and payments to try again.
 *
 * ldk:lightning-background-processor/src/fwd_batch.rs:rand_batch_delay. LDK draws milliseconds from a table of 10,000
 * samples of a log-normal distribution (median 50 ms, σ 0.5, below 200 ms) and adds 0..999 µs; here the delay is that
 * distribution's quantile, in whole µs.
 */
import { exp, log } from '../../engine/base/math.ts';
import { US_PER_MS } from '../../engine/base/numbers.ts';

/** ldk:lightning-background-processor/src/fwd_batch.rs: what its table was drawn from. */
const MEDIAN_US = 50 * US_PER_MS;
const SIGMA = 0.5;
const MOST_US = 200 * US_PER_MS;
/** Stands here for a draw of 0: half of the smallest other one. */
const LEAST_DRAW = 1.1641532182693481e-10;
/** Share of the distribution below MOST_US, computed here: Φ(ln 4 / 0.5). */
const KEPT = 0.9972198905544506;

/**
 * Quantile of the standard normal distribution for p within (0, 1), which LDK has no need of: here the rational
 * approximation of P. J. Acklam, relative error below 1.2 · 10^-9.
 */
export function normalQuantile(p: number): number {
  const low = 0.02425;
  if (p < low) return tail(Math.sqrt(-2 * log(p)));
  if (p > 1 - low) return -tail(Math.sqrt(-2 * log(1 - p)));
  const q = p - 0.5;
  const r = q * q;
  return (
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
      2.506628277459239) *
      q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
      1)
  );
}

/** The same near 0 and 1, of Acklam's coefficients here. */
function tail(q: number): number {
  return (
    (((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q +
      4.374664141464968) *
      q +
      2.938163982698783) /
    ((((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1)
  );
}

/** The delay of a batch, µs; `draw` is a uniform number in [0, 1). */
export function batchDelayUs(draw: number): number {
  const p = (draw > 0 ? draw : LEAST_DRAW) * KEPT;
  return Math.min(Math.floor(MEDIAN_US * exp(SIGMA * normalQuantile(p))), MOST_US - 1);
}
