import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DefinedArguments, drawDefined } from './defined-draw.ts';

const base: DefinedArguments = {
  name: 'pays',
  sources: [0],
  destinations: [1],
  startUs: 0,
  endUs: 10,
  count: 1000,
  intervalUs: { low: 2, high: 2 },
  amountMsat: { low: 5, high: 5 },
};

function times(over: Partial<DefinedArguments>): number[] {
  return Array.from(drawDefined(1, { ...base, ...over }, 1000).columns().timeUs);
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
    expect(drawDefined(1, { ...base, endUs: 1e9 }, 7).length).toBe(8);
  });
});

describe('draws', () => {
  test('stay within their ranges, both ends included', () => {
    const args = {
      ...base,
      endUs: 100_000,
      count: 10_000,
      intervalUs: { low: 1, high: 3 },
      amountMsat: { low: 7, high: 9 },
    };
    const { timeUs, amountMsat } = drawDefined(1, args, 1e6).columns();
    const steps = new Set(Array.from(timeUs.subarray(1), (time, i) => time - (timeUs[i] as number)));
    expect([...steps].sort()).toEqual([1, 2, 3]);
    expect([...new Set(amountMsat)].sort()).toEqual([7, 8, 9]);
  });

  test('a node never pays itself, and every other one is paid about equally often', () => {
    const nodes = [3, 5, 8];
    const args = { ...base, sources: nodes, destinations: nodes, endUs: 60_000, count: 30_000 };
    const { source, destination } = drawDefined(1, args, 1e6).columns();
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
        const args = { ...base, endUs: 1000, sources: [0, 1, 2], destinations: [0, 1, 2, 3], intervalUs: interval };
        const one = drawDefined(seed, { ...args, amountMsat: amount }, 1e6).columns();
        const two = drawDefined(seed, { ...args, amountMsat: otherAmount }, 1e6).columns();
        expect(two.timeUs).toEqual(one.timeUs);
        expect(two.source).toEqual(one.source);
        expect(two.destination).toEqual(one.destination);
      }),
    );
  });
});
