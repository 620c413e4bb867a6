import { describe, expect, it } from 'vitest';
import type { Json } from '../../engine/base/json.ts';
import { DEFAULT_SETTINGS, readSettings } from './options.ts';
import { FADE_TICK_US, Scorer } from './scorer.ts';
import { oddsFloat } from './success-probability.ts';

const CAPACITY = 1_000_000_000;
const HALF_LIFE_US = 1_800_000_000;
const DAY_US = 86_400_000_000;

function success(amount: number, min: number, max: number, noSuccesses = true): number {
  const odds = { numerator: 0, denominator: 0 };
  oddsFloat(amount, min, max, CAPACITY, false, noSuccesses, odds);
  return odds.numerator / odds.denominator;
}

/** Penalty of an edge without anti-probing: its policy takes less than half of the capacity. */
function penalty(scorer: Scorer, edge: number, amount: number, nowUs = 0, inFlight = 0): number {
  return scorer.penalty(edge, amount, inFlight, CAPACITY, CAPACITY / 2 - 1, nowUs);
}

describe('success probability', () => {
  it.each([
    [0.001, 0.81644],
    [0.01, 0.78231],
    [0.1, 0.60189],
    [0.5, 0.41026],
    [0.9, 0.21862],
  ])('of %f of the capacity without history is %f', (share, expected) => {
    expect(success(share * CAPACITY, 0, CAPACITY)).toBeCloseTo(expected, 5);
  });

  it('is linear between the bounds when asked for', () => {
    const odds = { numerator: 0, denominator: 0 };
    oddsFloat(600, 200, 1000, 1000, true, false, odds);
    expect(odds).toEqual({ numerator: 400, denominator: 801 });
    oddsFloat(600, 0, 1000, 1000, true, true, odds);
    expect(odds).toEqual({ numerator: 400, denominator: Math.floor((1001 * 78) / 64) });
  });
});

describe('penalty without history', () => {
  const formula = (amount: number): number => {
    const log = Math.min(2, -Math.log10(success(amount, 0, CAPACITY)));
    const base = 5120 + Math.floor((655_360 * amount) / 2 ** 30);
    return base + log * 50_000 + (log * 6250 * amount) / 2 ** 20;
  };

  it.each([
    [1e6, 10_659],
    [1e7, 22_910],
    [1e8, 208_597],
    [5e8, 1_482_828],
  ])('of %d msat in 10^9 is about %d msat', (amount, expected) => {
    expect(Math.round(formula(amount))).toBeGreaterThanOrEqual(expected - 1);
    expect(Math.round(formula(amount))).toBeLessThanOrEqual(expected + 1);
    // The table of logarithms has six bits.
    const exact = formula(amount);
    expect(Math.abs(penalty(new Scorer(DEFAULT_SETTINGS.scorer), 0, amount) - exact) / exact).toBeLessThan(0.015);
  });

  it('adds 1250 msat where HTLCs of half the capacity are taken', () => {
    const scorer = new Scorer(DEFAULT_SETTINGS.scorer);
    const plain = penalty(scorer, 0, 1000);
    expect(scorer.penalty(0, 1000, 0, CAPACITY, CAPACITY / 2, 0)).toBe(plain + 1250);
  });

  it('counts what is in flight for the probability only, and stops at a hundredth', () => {
    const scorer = new Scorer(DEFAULT_SETTINGS.scorer);
    expect(penalty(scorer, 0, 1000, 0, 5e8)).toBeGreaterThan(penalty(scorer, 0, 1000));
    // Base 5120, −log10 of 2 times 50,000, and the multiples of so small an amount.
    expect(penalty(scorer, 0, 1000, 0, CAPACITY - 1000)).toBe(5120 + 100_000 + Math.floor((2 * 6250 * 1000) / 2 ** 20));
    expect(penalty(scorer, 0, 1000, 0, CAPACITY)).toBe(100_000_000_000 + 5120 + 100_000 + 11);
  });
});

describe('bounds', () => {
  it('fall to what failed and rise to what came through, in both directions', () => {
    const scorer = new Scorer(DEFAULT_SETTINGS.scorer);
    scorer.failedAt(4, 6e8, CAPACITY, 0);
    expect(scorer.bounds(4, CAPACITY, 0)).toEqual({ min: 0, max: 6e8 });
    expect(scorer.bounds(5, CAPACITY, 0)).toEqual({ min: 4e8, max: 1e9 });
    scorer.failedDownstream(4, 2e8, CAPACITY, 0);
    expect(scorer.bounds(4, CAPACITY, 0)).toEqual({ min: 2e8, max: 6e8 });
    // Weaker news change nothing, contradictions clear the other bound.
    scorer.failedAt(4, 7e8, CAPACITY, 0);
    scorer.failedDownstream(4, 1e8, CAPACITY, 0);
    expect(scorer.bounds(4, CAPACITY, 0)).toEqual({ min: 2e8, max: 6e8 });
    scorer.failedAt(4, 1e8, CAPACITY, 0);
    expect(scorer.bounds(4, CAPACITY, 0)).toEqual({ min: 0, max: 1e8 });
    scorer.failedDownstream(4, 3e8, CAPACITY, 0);
    expect(scorer.bounds(4, CAPACITY, 0)).toEqual({ min: 3e8, max: 1e9 });
    scorer.succeeded(4, 2e8, CAPACITY, 0);
    expect(scorer.bounds(4, CAPACITY, 0)).toEqual({ min: 3e8, max: 8e8 });
    expect(scorer.size).toBe(1);
  });

  it('make an amount above the upper one a hundred billion msat dearer', () => {
    const scorer = new Scorer(DEFAULT_SETTINGS.scorer);
    scorer.failedAt(0, 1e8, CAPACITY, 0);
    expect(penalty(scorer, 0, 1e8)).toBeLessThan(1e9);
    expect(penalty(scorer, 0, 1e8 + 1)).toBeGreaterThan(1e11);
    expect(penalty(scorer, 0, 1e8, 0, 1)).toBeGreaterThan(1e11);
  });

  it('fade every five minutes, by half in thirty', () => {
    const scorer = new Scorer(DEFAULT_SETTINGS.scorer);
    scorer.failedAt(0, 2e8, CAPACITY, 0);
    expect(scorer.bounds(0, CAPACITY, FADE_TICK_US - 1).max).toBe(2e8);
    expect(scorer.bounds(0, CAPACITY, FADE_TICK_US).max).toBe(CAPACITY - Math.floor(8e8 * 2 ** (-1 / 6)));
    expect(scorer.bounds(0, CAPACITY, HALF_LIFE_US).max).toBeCloseTo(6e8, -2);
    expect(scorer.bounds(0, CAPACITY, 2 * HALF_LIFE_US).max).toBeCloseTo(8e8, -2);
    expect(scorer.bounds(0, CAPACITY, 100 * HALF_LIFE_US).max).toBe(CAPACITY);
  });

  it('fade to the same however often they are looked at', () => {
    const often = new Scorer(DEFAULT_SETTINGS.scorer);
    const once = new Scorer(DEFAULT_SETTINGS.scorer);
    for (const scorer of [often, once]) scorer.failedAt(0, 2e8, CAPACITY, 1_234_567);
    for (let t = 0; t < 40 * DAY_US; t += 1.7 * FADE_TICK_US) often.bounds(0, CAPACITY, t);
    for (const scorer of [often, once]) scorer.bounds(0, CAPACITY, 40 * DAY_US);
    expect(often.capture()).toEqual(once.capture());
  });

  it('have caught up when all were looked at since the last tick', () => {
    const scorer = new Scorer(DEFAULT_SETTINGS.scorer);
    expect(scorer.upToDate(FADE_TICK_US)).toBe(true);
    scorer.failedAt(0, 2e8, CAPACITY, FADE_TICK_US);
    scorer.failedAt(2, 2e8, CAPACITY, 2 * FADE_TICK_US - 1);
    expect(scorer.upToDate(2 * FADE_TICK_US - 1)).toBe(true);
    expect(scorer.upToDate(2 * FADE_TICK_US)).toBe(false);
    scorer.lookAt(1, 2 * FADE_TICK_US);
    expect(scorer.upToDate(2 * FADE_TICK_US)).toBe(false);
    scorer.lookAt(2, 2 * FADE_TICK_US);
    expect(scorer.upToDate(2 * FADE_TICK_US)).toBe(true);
  });

  it('fade at once with a half-life of 0', () => {
    const scorer = new Scorer(readSettings({ scorer: { liquidity_offset_half_life_s: 0 } }).scorer);
    scorer.failedAt(0, 2e8, CAPACITY, 0);
    expect(scorer.bounds(0, CAPACITY, FADE_TICK_US).max).toBe(CAPACITY);
  });
});

describe('the penalty of the bounds known now', () => {
  const settings = readSettings({
    scorer: {
      liquidity_penalty_multiplier_msat: 30_000,
      historical_liquidity_penalty_multiplier_msat: 0,
      historical_liquidity_penalty_amount_multiplier_msat: 0,
    },
  }).scorer;

  it('is nothing below the lower one, most at the upper one and follows the probability between them', () => {
    const scorer = new Scorer(settings);
    scorer.failedDownstream(0, 3e8, CAPACITY, 0);
    scorer.failedAt(0, 7e8, CAPACITY, 0);
    const base = (amount: number): number => 5120 + Math.floor((655_360 * amount) / 2 ** 30);
    expect(penalty(scorer, 0, 3e8)).toBe(base(3e8));
    expect(penalty(scorer, 0, 7e8)).toBe(base(7e8) + 60_000);
    const expected = -Math.log10(success(5e8, 3e8, 7e8, false)) * 30_000;
    expect(Math.abs(penalty(scorer, 0, 5e8) - base(5e8) - expected)).toBeLessThan(0.02 * expected + 200);
  });
});

describe('history', () => {
  it('makes a channel that always carried cheaper, and one that always failed dearer', () => {
    const amount = 1e8;
    const blank = penalty(new Scorer(DEFAULT_SETTINGS.scorer), 0, amount);
    const good = new Scorer(DEFAULT_SETTINGS.scorer);
    const bad = new Scorer(DEFAULT_SETTINGS.scorer);
    for (let i = 0; i < 10; i++) {
      good.failedDownstream(0, 4e8, CAPACITY, i);
      bad.failedAt(0, 5e7, CAPACITY, i);
    }
    const later = 100 * HALF_LIFE_US;
    expect(penalty(good, 0, amount, later)).toBeLessThan(blank / 2);
    expect(penalty(bad, 0, amount, later)).toBeGreaterThan(blank);
    // In the other direction it is the other way round.
    expect(penalty(bad, 1, amount, later)).toBeLessThan(blank / 2);
  });

  it('begins to fade after a fortnight without news, and not before', () => {
    const scorer = new Scorer(DEFAULT_SETTINGS.scorer);
    scorer.failedDownstream(0, 4e8, CAPACITY, 0);
    const counts = (): Json => (scorer.capture() as { min: Json }[])[0]?.min as Json;
    const before = counts();
    scorer.bounds(0, CAPACITY, 14 * DAY_US);
    expect(counts()).toEqual(before);
    scorer.bounds(0, CAPACITY, 14 * DAY_US + FADE_TICK_US);
    expect(counts()).not.toEqual(before);
  });
});

describe('capture and restore', () => {
  it('carry everything over', () => {
    const scorer = new Scorer(DEFAULT_SETTINGS.scorer);
    scorer.failedAt(7, 3e8, CAPACITY, 5_000_000);
    scorer.succeeded(2, 3e8, CAPACITY, 400_000_000);
    scorer.failedDownstream(2, 5e8, CAPACITY, 900_000_000);
    const text = JSON.stringify(scorer.capture());
    const other = Scorer.restore(DEFAULT_SETTINGS.scorer, JSON.parse(text) as Json);
    expect(JSON.stringify(other.capture())).toBe(text);
    for (const edge of [2, 3, 6, 7, 8]) {
      expect(penalty(other, edge, 2e8, 2e9)).toBe(penalty(scorer, edge, 2e8, 2e9));
    }
    expect(other.capture()).toEqual(scorer.capture());
  });
});
