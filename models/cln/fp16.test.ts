/** Numbers of 16 bits against the format as cln:common/fp16.c:u64_to_fp16 writes it: e · 2^11 + m stands for m · 2^e. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LARGEST, roundedDown, roundedUp } from './fp16.ts';

/** The same by the format's own bits, in whole numbers of any size. */
function throughBits(value: number, up: boolean): number {
  const whole = BigInt(value);
  let exponent = BigInt(Math.max(0, whole.toString(2).length - 11));
  let mantissa = whole >> exponent;
  if (up && mantissa << exponent !== whole) mantissa++;
  if (mantissa === 2048n) {
    mantissa = 1024n;
    exponent++;
  }
  if (exponent > 31n) {
    exponent = 31n;
    mantissa = 2047n;
  }
  const stored = (exponent << 11n) | mantissa;
  expect(stored).toBeLessThan(1n << 16n);
  return Number((stored & 2047n) << (stored >> 11n));
}

/** Amounts of every size: mantissa bits first, so that small ones and limits come up as often as large ones. */
const amounts = fc
  .tuple(fc.integer({ min: 0, max: 53 }), fc.maxSafeNat())
  .map(([bits, value]) => Math.min(value % 2 ** bits, Number.MAX_SAFE_INTEGER));

describe('an amount in 16 bits', () => {
  it.each([
    // Up to 11 bits everything is exact.
    [0, 0, 0],
    [1, 1, 1],
    [2047, 2047, 2047],
    // 12 bits lose one, and rounding up may carry into the next exponent.
    [2048, 2048, 2048],
    [2049, 2048, 2050],
    [4095, 4094, 4096],
    [4096, 4096, 4096],
    [4097, 4096, 4100],
    // 24 bits lose 13: 1220 · 8192 and 1221 · 8192.
    [10_000_000, 9_994_240, 10_002_432],
    // 34 bits, beyond what shifts know: 10^10 = 1192.09… · 2^23.
    [10_000_000_000, 1192 * 2 ** 23, 1193 * 2 ** 23],
    [2 ** 31, 2 ** 31, 2 ** 31],
    [2 ** 32 - 1, 2047 * 2 ** 21, 2 ** 32],
    [2 ** 32, 2 ** 32, 2 ** 32],
    [2 ** 41 + 1, 2 ** 41, 1025 * 2 ** 31],
    // The largest exponent is 31; everything beyond is the largest number.
    [2047 * 2 ** 31, 2047 * 2 ** 31, 2047 * 2 ** 31],
    [2 ** 42 - 1, 2047 * 2 ** 31, 2047 * 2 ** 31],
    [2 ** 42, 2047 * 2 ** 31, 2047 * 2 ** 31],
    [21_000_000 * 100_000_000 * 1000, 2047 * 2 ** 31, 2047 * 2 ** 31],
  ])('%d is %d rounded down and %d rounded up', (value, down, up) => {
    expect([roundedDown(value), roundedUp(value)]).toEqual([down, up]);
  });

  it('is what comes out of the bits', () => {
    expect(LARGEST).toBe(4_395_899_027_456);
    fc.assert(
      fc.property(amounts, (value) => {
        expect(roundedDown(value)).toBe(throughBits(value, false));
        expect(roundedUp(value)).toBe(throughBits(value, true));
      }),
      { numRuns: 2000 },
    );
  });

  it('is no farther off than a thousandth, and stays what it is', () => {
    fc.assert(
      fc.property(amounts, (value) => {
        const down = roundedDown(value);
        const up = roundedUp(value);
        for (const rounded of [down, up])
          expect([roundedDown(rounded), roundedUp(rounded)]).toEqual([rounded, rounded]);
        expect(down).toBeLessThanOrEqual(value);
        if (value > LARGEST) return;
        expect(up).toBeGreaterThanOrEqual(value);
        expect(up - down).toBeLessThanOrEqual(value / 1024);
      }),
    );
  });

  it('keeps the order', () => {
    fc.assert(
      fc.property(amounts, amounts, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(roundedDown(low)).toBeLessThanOrEqual(roundedDown(high));
        expect(roundedUp(low)).toBeLessThanOrEqual(roundedUp(high));
      }),
    );
  });
});
