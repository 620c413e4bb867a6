/** Costs of arcs by the formulas of cln:plugins/askrene/child/mcf.c, worked out by hand. */
import { describe, expect, it } from 'vitest';
import {
  baseFeePenalty,
  biasFactor,
  CAP_FRACTION,
  COST_FRACTION,
  combinedCost,
  costParts,
  linearFeeCost,
} from './arc-costs.ts';

describe('the arcs of a channel', () => {
  it('end at 50, 80 and 95 % of what is uncertain, each with the mean slope of −ln over it', () => {
    // linearize_channel: (f(b) − f(a)) / (b − a) with f(x) = −ln(1 − x).
    const ends = [0, 0.5, 0.8, 0.95];
    const slopes = ends.slice(1).map((end, i) => {
      const start = ends[i] as number;
      return (Math.log(1 - start) - Math.log(1 - end)) / (end - start);
    });
    expect(CAP_FRACTION[0]).toBe(0);
    expect(COST_FRACTION[0]).toBe(0);
    CAP_FRACTION.slice(1).forEach((share, i) => {
      expect(share).toBeCloseTo((ends[i + 1] as number) - (ends[i] as number), 12);
    });
    COST_FRACTION.slice(1).forEach((slope, i) => {
      expect(slope).toBeCloseTo(slopes[i] as number, 12);
    });
  });
});

describe('the fee cost', () => {
  it.each([
    // base_fee_penalty_estimate: 10^7 by the amount.
    [10_000_000, 1000, 100, 34, 1e-6, 1100],
    [100_000_000, 1000, 100, 34, 1e-6, 200],
    [1_000_000_000, 1000, 100, 34, 1e-6, 110],
    // What is less than 1 ppm is lost: 100 + 9.99.
    [1_001_000_000, 1000, 100, 0, 0, 109],
    [3_000_000, 0, 0, 40, 0.5, 20],
    [3_000_000, 0, 0, 40, 0.0249, 0],
    [1, 1, 0, 0, 0, 10_000_000],
    [5, 0, 0xf_ffff, 0, 0, 0xf_ffff],
  ])('for %d msat: base %d, %d ppm, delta %d at %d cost %d', (amount, base, ppm, delta, factor, cost) => {
    expect(linearFeeCost(base, ppm, delta, baseFeePenalty(amount), factor)).toBe(cost);
  });
});

describe('what a unit costs', () => {
  it.each([
    // combine_cost_function: fee · mu + (100 − mu) · probability · k, cut off.
    [1100, 2.5, 1, 4, 0, 1100 + 990],
    [1100, 2.5, 100, 4, 0, 110_000],
    [1100, 2.5, 50, 4, 0, 55_000 + 500],
    [0, 0.0101, 1, 1, 0, 0],
    [0, 0.0102, 1, 1, 0, 1],
    // e^(−bias · ln 30 / 100): 30 times dearer, 30 times cheaper.
    [1000, 0, 1, 1, -100, 30_000],
    [1000, 0, 1, 1, 100, 33],
    [1000, 0, 1, 1, -1, 1034],
    [0, 0, 1, 1, -100, 0],
    // A cap of this model's own, so that sums over paths stay whole numbers.
    [1e12, 0, 100, 1, 0, 2 ** 37],
  ])('fee %d, improbability %d, mu %d, k %d, bias %d: %d', (fee, probability, mu, k, bias, cost) => {
    const value = combinedCost(fee, probability, mu, k, bias);
    expect(Math.abs(value - cost)).toBeLessThanOrEqual(bias === -100 ? 1 : 0);
    expect(Number.isInteger(value)).toBe(true);
    expect(costParts(fee, 0, probability, mu, k, bias).cost).toBe(value);
  });

  it('falls apart into fee, of which time locks, and improbability', () => {
    expect(costParts(1100, 20, 2.5, 10, 4, 0)).toEqual({ fee: 11_000, delay: 200, probability: 900, cost: 11_900 });
  });

  it('is halved by a bias of about 20', () => {
    expect(biasFactor(0)).toBe(1);
    expect(biasFactor(100 * (Math.log(2) / Math.log(30)))).toBeCloseTo(0.5, 12);
  });
});
