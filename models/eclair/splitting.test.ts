import { describe, expect, it } from 'vitest';
import { type FakeChannel, FakeHost } from '../lnd/testing/fake-host.ts';
import { DEFAULT_SETTINGS, type Splitting } from './options.ts';
import { SenderGraph } from './sender-graph.ts';
import { type SplitRequest, type SplitRoute, Splitter } from './splitting.ts';

/** Three ways from 0 to 3 whose second channel announces the largest HTLC given, free unless a fee is. */
function ways(limits: readonly number[], base = 0, ppm = 0): FakeHost {
  const channels: FakeChannel[] = [];
  limits.forEach((max, i) => {
    channels.push({ a: 0, b: i + 1, capacitySat: 10_000_000 });
    channels.push({ a: i + 1, b: 9, capacitySat: 10_000_000, ab: { base, ppm, max } });
  });
  return new FakeHost(10, channels);
}

function split(
  host: FakeHost,
  paths: readonly (readonly number[])[],
  fields: Partial<SplitRequest>,
  minPart = 1000,
): readonly SplitRoute[] | null {
  const sender = new SenderGraph(host);
  sender.load(0, DEFAULT_SETTINGS, null);
  const request: SplitRequest = {
    amountMsat: 100_000,
    splitting: 'full_capacity' as Splitting,
    pending: [],
    estimates: null,
    nowS: 0,
    draw: () => 0,
    ...fields,
  };
  return new Splitter(sender).split(
    request,
    paths.map((edges) => ({ edges, weight: 0 })),
    minPart,
  );
}

const delivered = (routes: readonly SplitRoute[] | null): readonly number[] | undefined =>
  routes?.map((route) => route.deliveredMsat);
const three = [
  [0, 2],
  [4, 6],
  [8, 10],
];

describe('filling routes', () => {
  it('takes all that each carries, in the order given; the last found comes first', () => {
    expect(delivered(split(ways([60_000, 30_000, 90_000]), three, {}))).toEqual([10_000, 30_000, 60_000]);
    expect(delivered(split(ways([60_000, 30_000, 9_000]), three, {}))).toBeUndefined();
    expect(delivered(split(ways([100_000, 1, 1]), three, {}))).toEqual([100_000]);
  });

  it('leaves out what carries less than the smallest part, unless that is all that is left', () => {
    expect(delivered(split(ways([60_000, 9_999, 50_000]), three, {}, 10_000))).toEqual([40_000, 60_000]);
    expect(delivered(split(ways([95_000, 5_000]), three.slice(0, 2), {}, 10_000))).toEqual([5_000, 95_000]);
  });

  it('computes fees forwards for what a route carries, backwards for what is sent', () => {
    const host = ways([200_000], 1000, 10_000);
    const [route] = split(host, [[0, 2]], {}) as readonly SplitRoute[];
    expect(route).toMatchObject({ edges: [0, 2], amountsMsat: [102_000, 100_000], feeMsat: 2000 });
  });

  it('counts what is pending against every channel but the own ones', () => {
    const pending = [{ edges: [0, 2], amountsMsat: [50_000, 50_000], deliveredMsat: 50_000, feeMsat: 0 }];
    expect(delivered(split(ways([60_000, 90_000]), three.slice(0, 2), { pending }))).toEqual([90_000, 10_000]);
  });

  it('uses a channel for several parts when its HTLCs are small against its balance', () => {
    const host = new FakeHost(2, [{ a: 0, b: 1, capacitySat: 1_000_000, ab: { max: 40_000 } }]);
    expect(delivered(split(host, [[0]], {}))).toEqual([20_000, 40_000, 40_000]);
  });
});

describe('random parts', () => {
  const random = { splitting: 'randomize' as Splitting };

  it('are 20 to 100 % of what a route carries', () => {
    const host = ways([200_000, 200_000]);
    expect(delivered(split(host, three.slice(0, 2), { ...random, draw: () => 0 }))).toEqual([
      // 40,000 each and nothing more to give: both are raised alike.
      50_000, 50_000,
    ]);
    expect(delivered(split(host, three.slice(0, 2), { ...random, draw: () => 0.25 }))).toEqual([20_000, 80_000]);
    expect(delivered(split(host, three.slice(0, 2), { ...random, draw: () => 0.9999 }))).toEqual([100_000]);
  });

  it('are raised in proportion to what they leave', () => {
    // 20 % of 60,000 and of 60,000 and of 120,000 are chosen; 52,000 of 192,000 are missing.
    const routes = split(ways([60_000, 60_000, 120_000]), three, { ...random, draw: () => 0 });
    expect(delivered(routes)).toEqual([25_000, 25_000, 50_000]);
    expect(delivered(split(ways([30_000, 30_000, 39_999]), three, { ...random, draw: () => 0 }))).toBeUndefined();
  });
});

describe('the expected value', () => {
  it('is largest at half of a lone channel', () => {
    // x · (1 − x / c): at c / 2.
    const host = ways([10_000_000_000, 10_000_000_000]);
    const routes = split(host, three.slice(0, 2), { splitting: 'max_expected_amount', amountMsat: 4_000_000_000 });
    expect(delivered(routes)).toEqual([4_000_000_000]);
    const parts = split(host, three.slice(0, 2), { splitting: 'max_expected_amount', amountMsat: 6_000_000_000 });
    const [second, first] = delivered(parts) as readonly [number, number];
    // Half of the capacity would be 5·10⁹, but the own channel holds less than that.
    expect(first + second).toBe(6_000_000_000);
    expect(first).toBeGreaterThan(4_800_000_000);
  });
});
