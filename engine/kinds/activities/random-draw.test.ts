import { describe, expect, test } from 'vitest';
import { amountShape, drawRandom, meanIntervalUs, type RandomNode } from './random-draw.ts';

const E = 1_000_000;
const DAY = 86_400_000_000;

function node(name: string, capacitySat: number, index: number): RandomNode {
  return { name, index, capacityMsat: capacitySat * 1000 };
}

const nodes = [node('a', 1_000_000, 0), node('b', 2_000_000, 1), node('c', 5_000_000, 2), node('d', 100_000, 3)];
const args = { name: 'background', nodes, expectedMsat: E, multiplier: 2, startUs: 0, endUs: 30 * DAY };

/** Payments of one source as [time, destination, amount]. */
function bySource(payments: ReturnType<typeof drawRandom>, source: number): number[][] {
  const { timeUs, source: from, destination, amountMsat } = payments.columns();
  const out: number[][] = [];
  from.forEach((index, i) => {
    if (index === source) out.push([timeUs[i] as number, destination[i] as number, amountMsat[i] as number]);
  });
  return out;
}

describe('drawRandom', () => {
  const payments = drawRandom(7, args, 1e9);
  const columns = payments.columns();

  test('is as frequent as the capacity says', () => {
    for (const { index, capacityMsat } of nodes) {
      const expected = (Math.floor(capacityMsat / 2) * 2) / E; // a month
      const count = bySource(payments, index).length;
      expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
    expect(meanIntervalUs(1_000_000_000, E, 2) * 1000).toBeCloseTo(30 * DAY, 0);
  });

  test('draws destinations by capacity, never the source', () => {
    const own = bySource(payments, 0);
    const share = (index: number): number => own.filter(([, to]) => to === index).length / own.length;
    expect(share(0)).toBe(0);
    expect(share(1)).toBeCloseTo(2 / 7.1, 1);
    expect(share(2)).toBeCloseTo(5 / 7.1, 1);
    expect(columns.source.some((from, i) => from === columns.destination[i])).toBe(false);
  });

  test('draws amounts with the expected mean, within the limit', () => {
    const amounts = bySource(payments, 2)
      .filter(([, to]) => to === 1)
      .map(([, , amount]) => amount as number);
    const mean = amounts.reduce((sum, amount) => sum + amount, 0) / amounts.length;
    expect(Math.abs(mean / E - 1)).toBeLessThan(0.05);
    expect(Math.max(...amounts)).toBeLessThanOrEqual(500_000_000);
    expect(Math.min(...amounts)).toBeGreaterThanOrEqual(1);
  });

  test('times are integers within the window', () => {
    const within = drawRandom(7, { ...args, startUs: 5, endUs: DAY }, 1e9).columns().timeUs;
    expect(within.every((time) => Number.isSafeInteger(time) && time >= 5 && time < DAY)).toBe(true);
  });

  test('the order of the nodes does not matter', () => {
    expect(drawRandom(7, { ...args, nodes: [...nodes].reverse() }, 1e9).columns()).toEqual(columns);
  });

  test('one node more moves no time of the others', () => {
    const more = drawRandom(7, { ...args, nodes: [...nodes, node('aa', 3_000_000, 9)] }, 1e9);
    for (const { index } of nodes) {
      expect(bySource(more, index).map(([time]) => time)).toEqual(bySource(payments, index).map(([time]) => time));
    }
  });

  test('two nodes pay each other', () => {
    const two = drawRandom(7, { ...args, nodes: nodes.slice(0, 2) }, 1e9).columns();
    expect([...new Set(Array.from(two.source, (from, i) => `${from}>${two.destination[i]}`))].sort()).toEqual([
      '0>1',
      '1>0',
    ]);
  });

  test('the limit is exceeded by one at most', () => {
    expect(drawRandom(7, args, 100).length).toBe(101);
  });
});

describe('amountShape', () => {
  test('puts 95 % below the limit, until the spread is as large as the mean', () => {
    // Standard normal distribution at 1.6449 is 0.95: (ln L − mu) / sigma must be that.
    const { mu, sigma } = amountShape(2 * E, E);
    expect(sigma).toBeLessThan(0.83255);
    expect((Math.log(2 * E) - mu) / sigma).toBeCloseTo(1.6449, 6);
    expect(amountShape(1000 * E, E).sigma).toBe(0.83255);
    expect(Math.exp(mu + (sigma * sigma) / 2)).toBeCloseTo(E, 3);
  });

  test('is a single amount where the limit is not above the expected one', () => {
    expect(amountShape(E, E).sigma).toBe(0);
    expect(amountShape(E / 2, E).sigma).toBe(0);
  });
});
