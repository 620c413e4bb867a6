/**
 * Core Lightning's graph keeps amounts in 16 bits: a mantissa of 11 bits and a power of two. Path finding works with these
 * rounded numbers where nothing more exact is at hand.
 *
 * cln:common/fp16.c:u64_to_fp16.
 */

/** Bits of the mantissa, and the largest unit, with an exponent of 31 (cln:common/fp16.c:u64_to_fp16). */
const MANTISSA_BITS = 11;
const LARGEST_UNIT = 0x8000_0000;
/** What is more becomes this. */
export const LARGEST: number = ((1 << MANTISSA_BITS) - 1) * LARGEST_UNIT;

/** The power of two that is lost: numbers below 2^11 are exact. Bits are counted in two halves here: shifts know 32. */
function unit(value: number): number {
  const high = Math.floor(value / 0x1_0000_0000);
  const bits = high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(value);
  if (bits <= MANTISSA_BITS) return 1;
  return bits - MANTISSA_BITS < 31 ? 1 << (bits - MANTISSA_BITS) : LARGEST_UNIT;
}

/** The next number at or below a whole number that fits. */
export function roundedDown(value: number): number {
  const step = unit(value);
  return Math.min(Math.floor(value / step) * step, LARGEST);
}

/** The next number at or above a whole number that fits. */
export function roundedUp(value: number): number {
  const step = unit(value);
  return Math.min(Math.ceil(value / step) * step, LARGEST);
}
