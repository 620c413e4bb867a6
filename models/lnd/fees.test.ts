import { describe, expect, it } from 'vitest';
import { inboundFee, outboundFee } from './fees.ts';

describe('outbound fee', () => {
  it('is the base plus the rate, rounded down', () => {
    expect(outboundFee(1_999_999, 1000, 1)).toBe(1001);
    expect(outboundFee(100_000_000, 1000, 200)).toBe(21_000);
  });

  it('is exact where amount times rate leaves the safe range', () => {
    expect(outboundFee(1_000_000_000_001, 0, 99_999_999)).toBe(99_999_999_000_099);
  });
});

describe('inbound fee', () => {
  it('rounds towards zero, whatever the sign', () => {
    expect(inboundFee(1_500_000, 0, 1)).toBe(1);
    expect(inboundFee(1_500_000, 0, -1)).toBe(-1);
    expect(inboundFee(1_500_000, -7, -1)).toBe(-8);
    expect(inboundFee(1_500_000, -7, 0)).toBe(-7);
  });

  it('clamps the rate to ten times the amount', () => {
    expect(inboundFee(1000, 0, 99_000_000)).toBe(10_000);
    expect(inboundFee(1000, 0, -99_000_000)).toBe(-10_000);
  });
});
