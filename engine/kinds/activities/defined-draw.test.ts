import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Distribution } from '../../spec/distribution.ts';
import type { PaymentList } from '../payment-list.ts';
import { type DefinedArguments, drawDefined } from './defined-draw.ts';

const base: DefinedArguments = {
  name: 'pays',
  sources: [0],
  destinations: [1],
  startUs: 0,
  originUs: 0,
  endUs: 10,
  count: 1000,
  intervals: { kind: 'constant', unit: 'duration', value: 2 },
  amounts: { kind: 'constant', unit: 'amount', value: 5 },
};

/** Any limit and seed; nothing here is empirical. */
function draw(seed: number, args: DefinedArguments, rowLimit: number): PaymentList {
  const samples = { values: () => [] };
  return drawDefined({ scenario: { seed }, rowLimit, samples }, args);
}

function between(unit: 'duration' | 'amount', { low, high }: { low: number; high: number }): Distribution {
  return { kind: 'uniform', unit, low, high };
}

function times(over: Partial<DefinedArguments>): number[] {
  return Array.from(draw(1, { ...base, ...over }, 1000).columns().timeUs);
}

describe('times', () => {
  test('the first payment is at the start, the end is left out', () => {
    expect(times({})).toEqual([0, 2, 4, 6, 8]);
    expect(times({ startUs: 1, endUs: 9 })).toEqual([1, 3, 5, 7]);
  });

  test('without a start the first payment comes after one interval', () => {
    expect(times({ startUs: null })).toEqual([2, 4, 6, 8]);
  });

  test('count ends it', () => {
    expect(times({ count: 2 })).toEqual([0, 2]);
  });

  test('the limit is exceeded by one at most', () => {
    expect(draw(1, { ...base, endUs: 1e9 }, 7).length).toBe(8);
  });
});

describe('draws', () => {
  test('stay within their ranges, both ends included', () => {
    const args = {
      ...base,
      endUs: 100_000,
      count: 10_000,
      intervals: between('duration', { low: 1, high: 3 }),
      amounts: between('amount', { low: 7, high: 9 }),
    };
    const { timeUs, amountMsat } = draw(1, args, 1e6).columns();
    const steps = new Set(Array.from(timeUs.subarray(1), (time, i) => time - (timeUs[i] as number)));
    expect([...steps].sort()).toEqual([1, 2, 3]);
    expect([...new Set(amountMsat)].sort()).toEqual([7, 8, 9]);
  });

  test('a node never pays itself, and every other one is paid about equally often', () => {
    const nodes = [3, 5, 8];
    const args = { ...base, sources: nodes, destinations: nodes, endUs: 60_000, count: 30_000 };
    const { source, destination } = draw(1, args, 1e6).columns();
    const pairs = new Map<string, number>();
    source.forEach((from, i) => {
      const pair = `${from}>${destination[i]}`;
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    });
    expect([...pairs.keys()].sort()).toEqual(['3>5', '3>8', '5>3', '5>8', '8>3', '8>5']);
    for (const count of pairs.values()) expect(Math.abs(count - 5000)).toBeLessThan(300);
  });

  test('one purpose never moves the draws of another', () => {
    const range = fc
      .tuple(fc.integer({ min: 1, max: 50 }), fc.nat(50))
      .map(([low, more]) => ({ low, high: low + more }));
    fc.assert(
      fc.property(range, range, range, fc.nat(), (interval, amount, otherAmount, seed) => {
        const args = {
          ...base,
          endUs: 1000,
          sources: [0, 1, 2],
          destinations: [0, 1, 2, 3],
          intervals: between('duration', interval),
        };
        const one = draw(seed, { ...args, amounts: between('amount', amount) }, 1e6).columns();
        const two = draw(seed, { ...args, amounts: between('amount', otherAmount) }, 1e6).columns();
        expect(two.timeUs).toEqual(one.timeUs);
        expect(two.source).toEqual(one.source);
        expect(two.destination).toEqual(one.destination);
      }),
    );
  });
});
