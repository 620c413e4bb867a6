import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountAfterFee, channelFee, defaultMaxFee } from './fees.ts';

const amount = fc.integer({ min: 0, max: 2_100_000_000_000_000 });
const base = fc.oneof(fc.constant(0), fc.nat(0xff_ffff));
const ppm = fc.oneof(fc.constantFrom(0, 1, 999_999, 1_000_000), fc.nat(0xf_ffff));

describe('a fee', () => {
  it.each([
    // cln:common/amount.c:amount_msat_fee: base + amount · ppm / 10^6, the fraction lost.
    [0, 1000, 10, 1000],
    [99_999, 0, 10, 0],
    [100_000, 0, 10, 1],
    [1_999_999, 1, 500_000, 1_000_000],
    // More than 2^53 on the way: 2.1 · 10^15 · 1,048,575.
    [2_100_000_000_000_000, 0, 1_048_575, 2_202_007_500_000_000],
  ])('for %d msat at %d + %d ppm is %d', (msat, b, p, fee) => {
    expect(channelFee(msat, b, p)).toBe(fee);
  });

  it('leaves the largest amount that pays it', () => {
    fc.assert(
      fc.property(amount, base, ppm, (into, b, p) => {
        const out = amountAfterFee(into, b, p);
        const costs = (msat: number): number => msat + channelFee(msat, b, p);
        if (into < b) expect(out).toBe(0);
        else expect(costs(out)).toBeLessThanOrEqual(into);
        expect(costs(out + 1)).toBeGreaterThan(into);
      }),
      { numRuns: 1000 },
    );
    expect(amountAfterFee(Infinity, 1, 1)).toBe(Infinity);
  });
});

it.each([
  // cln:plugins/xpay/xpay.c: 1 % or 5 sat, whichever is more.
  [1, 5000],
  [500_000, 5000],
  [500_100, 5001],
  [1_000_000_000, 10_000_000],
])('a payment of %d msat may cost %d', (msat, fee) => {
  expect(defaultMaxFee(msat, 10_000, 5000)).toBe(fee);
});
