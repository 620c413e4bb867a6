import { describe, expect, it } from 'vitest';
import { log10Times2048, negativeLog10Times2048 } from './log-approx.ts';

describe('the table of logarithms', () => {
  it('has the entries of LDK', () => {
    const some: readonly (readonly [number, number])[] = [
      [1, 0],
      [2, 617],
      [3, 977],
      [4, 1233],
      [7, 1731],
      [9, 1954],
      [33, 3110],
      [63, 3685],
      [64, 3699],
      [127, 4309],
      [128, 4316],
      [129, 4316],
      [130, 4329],
    ];
    for (const [x, expected] of some) expect(log10Times2048(x), String(x)).toBe(expected);
  });

  it('is never more than half a step of six bits off', () => {
    for (let x = 1; x < 2 ** 52; x = Math.floor(x * 1.37) + 1) {
      const error = Math.log10(x) * 2048 - log10Times2048(x);
      expect(error).toBeGreaterThanOrEqual(-0.5);
      expect(error).toBeLessThan(Math.log10(1 + 1 / 64) * 2048 + 0.5);
    }
  });

  it('gives −log10 of a fraction', () => {
    expect(negativeLog10Times2048(64, 64)).toBe(0);
    expect(negativeLog10Times2048(1, 2 ** 30)).toBe(Math.round(30 * Math.log10(2) * 2048));
  });
});
