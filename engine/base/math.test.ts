import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, exp2, log } from './math.ts';
import { mulDivFloor, proportionalFee } from './numbers.ts';

/** Distance in units in the last place, roughly. */
function relative(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), Number.MIN_VALUE);
}

describe('math without Math', () => {
  it('computes exp within an ulp or two of the engine', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => relative(exp(x), Math.exp(x)) < 5e-16),
    );
  });

  it('computes log within an ulp or two of the engine', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => relative(log(x), Math.log(x)) < 5e-16),
    );
  });

  it('computes exp2 close to the engine', () => {
    fc.assert(fc.property(fc.double({ min: -1000, max: 1000, noNaN: true }), (x) => relative(exp2(x), 2 ** x) < 2e-15));
    for (let k = -1022; k < 1024; k++) expect(exp2(k)).toBe(2 ** k);
  });

  it('handles the ends', () => {
    expect(exp(0)).toBe(1);
    expect(exp(710)).toBe(Infinity);
    expect(exp(-750)).toBe(0);
    expect(log(0)).toBe(-Infinity);
    expect(log(-1)).toBeNaN();
    expect(log(1)).toBe(0);
    expect(log(Infinity)).toBe(Infinity);
    expect(relative(log(5e-324), Math.log(5e-324))).toBeLessThan(5e-16);
    expect(exp(Number.NaN)).toBeNaN();
  });

  it('multiplies and divides without overflow', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2_100_000_000_000 }),
        fc.integer({ min: 0, max: 100_000_000 }),
        (amount, ppm) => {
          const exact = (BigInt(amount) * BigInt(ppm)) / 1_000_000n;
          fc.pre(exact < 9_007_199_254_740_991n);
          return BigInt(proportionalFee(amount, ppm)) === exact;
        },
      ),
    );
    expect(mulDivFloor(1_000_000_000_000, 2016 * 15, 1_000_000_000)).toBe(30_240_000);
  });
});
