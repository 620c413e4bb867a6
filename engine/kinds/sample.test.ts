import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../base/json.ts';
import { RandomStream } from '../base/random.ts';
import { boundsOf, empiricalValue, meanOf, parseDistribution } from '../spec/distributions.ts';
import { sampler } from './sample.ts';

function draws(json: Json, n: number, unit: 'duration' | 'amount' | 'number' = 'duration', minimum?: number): number[] {
  const stream = RandomStream.named(1, 'test', JSON.stringify(json), 'values');
  const draw = sampler(parseDistribution(json, unit), stream, {
    ...(minimum === undefined ? {} : { minimum }),
    samples: { values: () => [1000, 2000, 4000] },
  });
  return Array.from({ length: n }, draw);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

describe('distributions', () => {
  it('draws constants as they are', () => {
    expect(draws('5ms', 3)).toEqual([5000, 5000, 5000]);
    expect(draws(['5ms', '5ms'], 2)).toEqual([5000, 5000]);
    expect(draws(2.5, 2, 'number')).toEqual([2.5, 2.5]);
  });

  it('draws ranges uniformly, both ends included', () => {
    const values = draws({ uniform: ['1us', '4us'] }, 4000);
    expect(new Set(values)).toEqual(new Set([1, 2, 3, 4]));
    expect(mean(values)).toBeCloseTo(2.5, 1);
  });

  it('draws a range as it always did', () => {
    const stream = RandomStream.named(3, 'activity', 'a', 'interval');
    const same = RandomStream.named(3, 'activity', 'a', 'interval');
    const draw = sampler(parseDistribution(['1s', '9s'], 'duration'), stream);
    for (let i = 0; i < 20; i++) expect(draw()).toBe(same.integer(1_000_000, 9_000_000));
  });

  it('draws exponential and log-normal values with the given mean and median', () => {
    expect(mean(draws({ exponential: { mean: '10s' } }, 20_000)) / 1e7).toBeCloseTo(1, 1);
    expect(median(draws({ log_normal: { median: '10s', sigma: 1 } }, 20_000)) / 1e7).toBeCloseTo(1, 1);
    const byMean = parseDistribution({ log_normal: { mean: '10s', sigma: 0.5 } }, 'duration');
    expect(meanOf(byMean)).toBeCloseTo(1e7, 0);
    expect(mean(draws({ log_normal: { mean: '10s', sigma: 0.5 } }, 20_000)) / 1e7).toBeCloseTo(1, 1);
  });

  it('draws the values of a column', () => {
    expect(new Set(draws({ empirical: { file: 'x.csv', column: 0 } }, 100))).toEqual(new Set([1000, 2000, 4000]));
  });

  it('keeps within min, max and the minimum of the caller', () => {
    const unit = fc.nat(5_000_000);
    fc.assert(
      fc.property(unit, unit, fc.nat(100), fc.constantFrom('exponential', 'log_normal'), (a, b, minimum, kind) => {
        const low = Math.min(a, b);
        const high = Math.max(a, b);
        const shape = kind === 'exponential' ? { mean: '1s' } : { median: '1s', sigma: 3 };
        for (const value of draws({ [kind]: shape, min: `${low}us`, max: `${high}us` }, 20, 'duration', minimum)) {
          expect(Number.isSafeInteger(value)).toBe(true);
          expect(value).toBeGreaterThanOrEqual(Math.max(low, minimum));
          expect(value).toBeLessThanOrEqual(Math.max(high, minimum));
        }
      }),
    );
  });

  it('knows its bounds', () => {
    expect(boundsOf(parseDistribution(['1s', '2s'], 'duration'))).toEqual({ low: 1_000_000, high: 2_000_000 });
    expect(boundsOf(parseDistribution({ exponential: { mean: '1s' }, max: '3s' }, 'duration'))).toEqual({
      low: 0,
      high: 3_000_000,
    });
    expect(boundsOf(parseDistribution([-3, 3], 'number'))).toEqual({ low: -3, high: 3 });
  });

  it.each([
    ['5', 'duration', 'ms', 5000],
    ['5s', 'duration', 'ms', 5_000_000],
    ['5', 'duration', '', null],
    ['2.5', 'amount', 'sat', 2500],
    ['-1', 'amount', 'sat', null],
    ['x', 'number', '', null],
    ['-1e3', 'number', '', -1000],
  ] as const)('reads the cell %j of %s in %j as %s', (cell, unit, plain, value) => {
    expect(empiricalValue(cell, unit, plain)).toBe(value);
  });
});
