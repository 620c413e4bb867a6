import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../base/random.ts';
import { expectedArrivals, type HourlyFactors, type Piece, poissonArrivals, regularArrivals } from './arrivals.ts';

const S = 1_000_000;
const HOUR = 3600 * S;
const DAY = 24 * HOUR;
const PER_SECOND = 86_400;

function regular(pieces: readonly Piece[], hourly: HourlyFactors | null = null): number[] {
  const times: number[] = [];
  regularArrivals(pieces, hourly, (time) => times.push(time) > 0);
  return times;
}

function poisson(pieces: readonly Piece[], hourly: HourlyFactors | null = null, seed = 1): number[] {
  const times: number[] = [];
  const stream = (purpose: string): RandomStream => RandomStream.named(seed, 'activity', 'test', purpose);
  poissonArrivals(pieces, hourly, stream('time'), stream('thinning'), (time) => times.push(time) > 0);
  return times;
}

const at = (perSecond: number, seconds: number): Piece => ({
  startUs: 0,
  endUs: seconds * S,
  from: perSecond * PER_SECOND,
  to: perSecond * PER_SECOND,
});
const flat = (value: number): HourlyFactors => ({ factors: Array(24).fill(value), epochMs: 0 });

describe('regular arrivals', () => {
  test('stand at exact distances, the first at once', () => {
    expect(regular([at(5, 1)])).toEqual([0, 200_000, 400_000, 600_000, 800_000]);
    expect(regular([at(1, 3)])).toEqual([0, S, 2 * S]);
    expect(regular([at(3, 600)])).toHaveLength(1800);
  });

  test('follow a ramp', () => {
    const ramp = { startUs: 0, endUs: 60 * S, from: 0, to: 10 * PER_SECOND };
    const times = regular([ramp]);
    expect(times).toHaveLength(300);
    // Half of the time holds a quarter of the payments.
    expect(times.filter((time) => time < 30 * S)).toHaveLength(75);
    expect(regular([{ ...ramp, from: ramp.to, to: 0 }]).filter((time) => time < 30 * S)).toHaveLength(225);
  });

  test('follow the hours of the calendar', () => {
    const factors = Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 20 ? 1 : 0));
    const day = { startUs: 0, endUs: DAY, from: 24, to: 24 };
    expect(regular([day], { factors, epochMs: 0 })).toEqual(Array.from({ length: 12 }, (_, i) => (i + 8) * HOUR));
    expect(regular([day], { factors, epochMs: 6 * 3_600_000 })[0]).toBe(2 * HOUR);
  });

  test('are as many as expected, whatever the pieces', () => {
    const piece = fc.tuple(fc.integer({ min: 1, max: 3_600 }), fc.nat(500_000), fc.nat(500_000), fc.boolean());
    fc.assert(
      fc.property(piece, ([seconds, from, to, byHour]) => {
        const pieces = [{ startUs: 5 * S, endUs: (5 + seconds) * S, from, to }];
        const hourly = byHour ? flat(0.5) : null;
        const times = regular(pieces, hourly);
        expect(Math.abs(times.length - expectedArrivals(pieces, hourly))).toBeLessThanOrEqual(1.001);
        expect([...times].sort((a, b) => a - b)).toEqual(times);
        for (const time of times) expect(time >= 5 * S && time < (5 + seconds) * S).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('poisson arrivals', () => {
  test('are about as many as expected', () => {
    expect(Math.abs(poisson([at(10, 1000)]).length - 10_000)).toBeLessThan(400);
    const ramp = { startUs: 0, endUs: 1000 * S, from: 0, to: 20 * PER_SECOND };
    const times = poisson([ramp]);
    expect(Math.abs(times.length - 10_000)).toBeLessThan(400);
    expect(Math.abs(times.filter((time) => time < 500 * S).length - 2500)).toBeLessThan(250);
  });

  test('smaller factors only take payments away, and move none', () => {
    const day = [{ startUs: 0, endUs: DAY, from: 2000, to: 2000 }];
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 23, maxLength: 23 }), (rest) => {
        const all = new Set(poisson(day, flat(1)));
        const factors = [1, ...rest];
        const fewer = poisson(day, { factors, epochMs: 0 });
        expect(fewer.every((time) => all.has(time))).toBe(true);
        for (const time of fewer) expect(factors[Math.floor(time / HOUR)]).toBeGreaterThan(0);
      }),
      { numRuns: 20 },
    );
  });

  test('follow the factors', () => {
    const factors = Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 0.25 : 1));
    const times = poisson([{ startUs: 0, endUs: DAY, from: 20_000, to: 20_000 }], { factors, epochMs: 0 });
    expect(Math.abs(times.filter((time) => time < 12 * HOUR).length - 2500)).toBeLessThan(250);
    expect(Math.abs(times.length - 12_500)).toBeLessThan(500);
  });

  test('a frequency of 0 makes none', () => {
    expect(poisson([at(0, 100)])).toEqual([]);
    expect(regular([at(0, 100)])).toEqual([]);
  });
});
