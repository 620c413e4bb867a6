/**
 * A sum over a rolling window, kept as a decaying average: what was added weighs e^(−age / window).
 *
 * lightning/bolts pull request 1280, recommendations/local-resource-conservation.md (commit 0628781), "Decaying Average":
 * the decay rate is (1/2)^(1 / (ln 2 · window)) a second, which is e^(−1 / window).
 */
import { exp } from '../../base/math.ts';

export interface Decaying {
  value: number;
  /** When `value` was right, µs. */
  atUs: number;
}

/** Brings the value to an instant, and answers it. */
export function decay(sum: Decaying, nowUs: number, windowUs: number): number {
  if (nowUs > sum.atUs) {
    if (sum.value !== 0) sum.value *= exp(-(nowUs - sum.atUs) / windowUs);
    sum.atUs = nowUs;
  }
  return sum.value;
}

export function add(sum: Decaying, amount: number, nowUs: number, windowUs: number): void {
  sum.value = decay(sum, nowUs, windowUs) + amount;
}
