/**
 * Quantiles of Student's t distribution for whole degrees of freedom, from the arithmetic of engine/base/math.ts only, so
 * that a confidence interval has the same digits everywhere. The error is below 1e-12 of the value.
 */
import { exp, log } from '../base/math.ts';

const PI = 3.141592653589793;
const STEPS = 400;
const EPSILON = 1e-16;
const TINY = 1e-300;

/** B(n / 2, 1 / 2) for n = 1, 2, …: B(1/2, 1/2) is π, B(1, 1/2) is 2, and B(a + 1, b) = B(a, b) · a / (a + b). */
function halfBeta(n: number): number {
  let value = n % 2 === 1 ? PI : 2;
  for (let a = n % 2 === 1 ? 0.5 : 1; a < n / 2; a++) value *= a / (a + 0.5);
  return value;
}

/** The continued fraction of the incomplete beta function (Lentz's method). */
function betaFraction(x: number, a: number, b: number): number {
  const nonZero = (value: number): number => (value < TINY && value > -TINY ? TINY : value);
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    const change = d * c;
    value *= change;
    if (change - 1 < EPSILON && 1 - change < EPSILON) break;
  }
  return value;
}

/** Probability that |T| is larger than t, with n degrees of freedom: the regularised incomplete beta function. */
function tails(t: number, n: number, beta: number): number {
  const a = n / 2;
  const b = 0.5;
  const square = t * t;
  const x = n / (n + square);
  // 1 − x without the loss of digits that the difference would have.
  const y = square / (n + square);
  if (y === 0) return 1;
  const front = exp(a * log(x) + b * log(y)) / beta;
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(y, b, a)) / b;
}

const known = new Map<string, number>();

/**
 * The t that |T| exceeds with probability 1 − confidence: 2.262… for 0.95 and 9 degrees of freedom, which is
 * `freedom`, a whole number from 1.
 */
export function studentT(confidence: number, freedom: number): number {
  const name = `${confidence} ${freedom}`;
  const found = known.get(name);
  if (found !== undefined) return found;
  const wanted = 1 - confidence;
  const beta = halfBeta(freedom);
  let low = 0;
  let high = 1;
  while (tails(high, freedom, beta) > wanted) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (tails(middle, freedom, beta) > wanted) low = middle;
    else high = middle;
  }
  known.set(name, high);
  return high;
}
