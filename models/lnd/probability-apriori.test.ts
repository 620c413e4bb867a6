import { describe, expect, it } from 'vitest';
import { exp, exp2 } from '../../engine/base/math.ts';
import { MissionControl } from './mission-control.ts';
import { DEFAULT_SETTINGS, readSettings } from './options.ts';
import { AprioriEstimator, capacityFactor } from './probability-apriori.ts';

const HOUR = 3_600_000_000;
const estimator = new AprioriEstimator(DEFAULT_SETTINGS.apriori);
/** A capacity that leaves the factor at 1. */
const LARGE = 10 ** 15;

function pair(control: MissionControl, from: number, to: number, amount: number, now: number, e = estimator): number {
  return e.pair(control, control.group(from), to, amount, LARGE, now);
}

describe('capacity factor', () => {
  it('falls to a half around the whole capacity', () => {
    const expected: [number, number][] = [
      [0.9, 0.990972],
      [0.95, 0.940188],
      [0.99, 0.798863],
      [1, 0.7495],
    ];
    for (const [share, factor] of expected) expect(capacityFactor(share * 1e9, 1e9, 0.9999)).toBeCloseTo(factor, 6);
    expect(capacityFactor(1_000_000_001, 1e9, 0.9999)).toBe(0);
  });

  it('is 1 when the capacity is unknown or the fraction is one', () => {
    expect(capacityFactor(5, 0, 0.9999)).toBe(1);
    expect(capacityFactor(1e9, 1e9, 1)).toBe(1);
  });

  it('is exactly 1 wherever it is not computed', () => {
    for (const fraction of [0.9999, 0.95, 0.93]) {
      for (const capacity of [20_000_000, 1e9, 12_345_678_000, 1e14]) {
        const last = Math.floor((fraction - 37 * 0.025) * capacity);
        for (const amount of [last - 2, last - 1, last, last + 1, last + 2, Math.floor(last / 2)]) {
          const denominator = 1 + exp(-(amount - fraction * capacity) / (0.025 * capacity));
          expect(capacityFactor(amount, capacity, fraction)).toBe(1 - 0.5 / denominator);
        }
      }
    }
    expect(capacityFactor(0.0749e9, 1e9, 0.9999)).toBe(1);
  });
});

describe('a node’s probability', () => {
  it('is 0.6 without history', () => {
    expect(estimator.untried(1000, LARGE)).toBe(0.6);
  });

  it('is 0.775 after a success and 0.3 after a fresh failure elsewhere', () => {
    const control = new MissionControl();
    control.succeed(1, 2, 1000, 0);
    expect(pair(control, 1, 3, 1000, HOUR)).toBeCloseTo(0.775, 12);
    const failed = new MissionControl();
    failed.fail(1, 2, 500, 0);
    expect(pair(failed, 1, 3, 1000, 0)).toBeCloseTo(0.3, 12);
    // Below the amount that failed nothing is known.
    expect(pair(failed, 1, 3, 499, 0)).toBe(0.6);
  });

  it('mixes results by age, amount by amount', () => {
    const control = new MissionControl();
    control.succeed(1, 2, 1000, 0);
    control.fail(1, 3, 2000, 0);
    control.fail(1, 4, 500, HOUR);
    control.succeed(1, 5, 400, 0);
    const now = 2 * HOUR;
    const expected = (amount: number): number => {
      const successes = (amount <= 1000 ? 1 : 0) + (amount <= 400 ? 1 : 0);
      const failures = (amount >= 2000 ? exp2(-2) : 0) + (amount >= 500 ? exp2(-1) : 0);
      return (0.6 + 0.95 * successes) / (1 + successes + failures);
    };
    // Twice, and back and forth, since tallies are kept for ranges of amounts.
    for (const amount of [1, 400, 401, 499, 500, 1000, 1001, 1999, 2000, 9999, 2000, 1000, 500, 499, 401, 400, 1]) {
      expect(pair(control, 1, 9, amount, now)).toBeCloseTo(expected(amount), 12);
    }
  });
});

describe('a pair’s probability', () => {
  it('is 0.95 up to what succeeded', () => {
    const control = new MissionControl();
    control.succeed(1, 2, 1000, 0);
    expect(pair(control, 1, 2, 1000, 9 * HOUR)).toBe(0.95);
    expect(pair(control, 1, 2, 1001, 0)).toBe(0.6);
  });

  it('is zero right after a failure, and 0.2 an hour later', () => {
    const control = new MissionControl();
    control.fail(1, 2, 1000, 0);
    expect(pair(control, 1, 2, 1000, 0)).toBe(0);
    expect(pair(control, 1, 2, 1000, HOUR)).toBeCloseTo(0.2, 12);
    expect(pair(control, 1, 2, 999, 0)).toBe(0.6);
  });

  it('follows a change at the same instant', () => {
    const control = new MissionControl();
    control.fail(1, 2, 1000, 0);
    expect(pair(control, 1, 2, 1000, HOUR)).toBeCloseTo(0.2, 12);
    control.fail(1, 2, 900, HOUR);
    expect(pair(control, 1, 2, 1000, HOUR)).toBe(0);
    control.succeed(1, 2, 5000, HOUR);
    expect(pair(control, 1, 2, 1000, HOUR)).toBe(0.95);
  });
});

describe('own channels', () => {
  it('are taken for good until they fail, for whatever amount', () => {
    const control = new MissionControl();
    expect(estimator.local(null, -1, 0)).toBe(0.95);
    control.succeed(0, 1, 1000, 0);
    expect(estimator.local(control, control.find(0, 1), 0)).toBe(0.95);
    control.fail(0, 1, 0, 0);
    expect(estimator.local(control, control.find(0, 1), 0)).toBe(0);
    expect(estimator.local(control, control.find(0, 1), HOUR)).toBeCloseTo(0.475, 12);
  });
});

describe('settings', () => {
  it('at full weight ignore a node’s history, but not a pair’s', () => {
    const stubborn = new AprioriEstimator(readSettings({ apriori: { weight_ppm: 1_000_000 } }).apriori);
    const control = new MissionControl();
    control.fail(1, 2, 0, 0);
    control.succeed(1, 3, 500, 0);
    expect(pair(control, 1, 9, 1000, 0, stubborn)).toBe(0.6);
    expect(pair(control, 1, 3, 500, 0, stubborn)).toBe(0.95);
    expect(pair(control, 1, 2, 1000, 0, stubborn)).toBe(0);
  });

  it('at weight zero let the history decide alone', () => {
    const swayed = new AprioriEstimator(readSettings({ apriori: { weight_ppm: 0 } }).apriori);
    const control = new MissionControl();
    control.fail(1, 2, 1000, 0);
    expect(pair(control, 1, 9, 1000, 0, swayed)).toBe(0);
    expect(pair(control, 1, 9, 999, 0, swayed)).toBe(0.6);
  });
});

describe('the cost of an attempt', () => {
  it('for 100,000 sat is 200,000 msat, divided by the probability', () => {
    const cost = DEFAULT_SETTINGS.attemptCostMsat + (100_000_000 * DEFAULT_SETTINGS.attemptCostPpm) / 1_000_000;
    expect(cost).toBe(200_000);
    expect(Math.round(cost / 0.6)).toBe(333_333);
    expect(Math.round(cost / 0.36)).toBe(555_556);
  });
});
