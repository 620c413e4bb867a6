import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../engine/base/random.ts';
import { type FakeChannel, FakeHost, type FakePolicy } from '../lnd/testing/fake-host.ts';
import { BalanceEstimates } from './balance-estimates.ts';
import { DEFAULT_SETTINGS, type EclairSettings } from './options.ts';
import { addEdge, emptyPath } from './path-weight.ts';
import { SearchQuery } from './search-query.ts';
import { SenderGraph } from './sender-graph.ts';
import { textbookPaths } from './testing/textbook-paths.ts';
import { KShortestPaths, type WeightedPath } from './yen.ts';

const RUNS = Number(process.env.BLAST_PROPERTY_RUNS ?? 1500);
const big: Omit<FakeChannel, 'a' | 'b'> = { capacitySat: 10_000_000 };

function query(fields: Partial<SearchQuery>): SearchQuery {
  const amountMsat = fields.amountMsat ?? 1_000_000;
  return Object.assign(new SearchQuery(), {
    destination: 1,
    amountMsat,
    maxFeeMsat: 21_000 + amountMsat,
    maxLength: 6,
    maxCltv: 2016,
    ...fields,
  });
}

function find(
  host: FakeHost,
  q: SearchQuery,
  count = 3,
  settings: EclairSettings = DEFAULT_SETTINGS,
  only: readonly number[] | null = null,
): readonly WeightedPath[] {
  const sender = new SenderGraph(host);
  sender.load(q.source, settings, only);
  return new KShortestPaths(sender).find(q, count);
}

const edgesOf = (paths: readonly WeightedPath[]): readonly (readonly number[])[] => paths.map((path) => path.edges);

describe('the weight of a path', () => {
  const edge = { feeBaseMsat: 1000, feeRatePpm: 200, cltvDelta: 144, probability: 0.9, own: false };

  it('is fee, hop cost, risk and failure cost over probability', () => {
    // 100,000,000 msat over an edge of 10^9 msat: 21,000 + 20,500 + ~144 + 52,010 / 0.9.
    const path = emptyPath(100_000_000);
    addEdge(DEFAULT_SETTINGS.search, 100_000_000, edge, path, path);
    expect(path).toMatchObject({
      amountMsat: 100_021_000,
      length: 1,
      cltv: 144,
      probability: 0.9,
      hopCostMsat: 20_500,
    });
    expect(path.weight).toBeCloseTo(21_000 + 20_500 + 100_021_000 * 144e-8 + 52_010 / 0.9, 6);
    expect(Math.round(path.weight)).toBe(99_433);
  });

  it('adds costs and multiplies probabilities over edges', () => {
    const path = emptyPath(100_000_000);
    addEdge(DEFAULT_SETTINGS.search, 100_000_000, edge, path, path);
    addEdge(DEFAULT_SETTINGS.search, 100_000_000, { ...edge, feeRatePpm: 0, probability: 0.5 }, path, path);
    expect(path.amountMsat).toBe(100_022_000);
    // The second edge carries 100,021,000 msat: its hop cost is 500 + 20,004.
    const failureCost = 2000 + 50_011;
    expect(path.weight).toBeCloseTo(22_000 + 20_500 + 20_504 + 100_022_000 * 288e-8 + failureCost / 0.45, 6);
  });

  it('does not grow by the sender’s own channel, whose fee is not paid', () => {
    const path = emptyPath(100_000_000);
    addEdge(DEFAULT_SETTINGS.search, 100_000_000, edge, path, path);
    const { weight } = path;
    addEdge(DEFAULT_SETTINGS.search, 100_000_000, { ...edge, probability: 1, own: true }, path, path);
    expect(path).toMatchObject({ amountMsat: 100_021_000, length: 2, cltv: 288, weight });
  });

  it('takes the logarithm of the probability when told to', () => {
    const path = emptyPath(100_000_000);
    const search = { ...DEFAULT_SETTINGS.search, useLogProbability: true };
    addEdge(search, 100_000_000, edge, path, path);
    addEdge(search, 100_000_000, edge, path, path);
    const first = 21_000 + 20_500 + 100_021_000 * 144e-8 - 52_010 * Math.log(0.9);
    const second = 21_004 + 20_504 + 100_042_004 * 144e-8 - 52_021 * Math.log(0.9);
    expect(path.weight).toBeCloseTo(first + second, 4);
  });
});

describe('the paths', () => {
  const square: FakeChannel[] = [
    { a: 0, b: 1, ...big },
    { a: 0, b: 2, ...big },
    { a: 1, b: 3, ...big, ab: { base: 1000 } },
    { a: 2, b: 3, ...big, ab: { base: 3000 } },
    { a: 1, b: 2, ...big, ab: { base: 100 }, ba: { base: 100 } },
    { a: 1, b: 3, ...big, ab: { base: 1500 } },
  ];

  it('come in the order of their weights', () => {
    const paths = find(new FakeHost(4, square), query({ destination: 3 }), 5);
    expect(edgesOf(paths)).toEqual([
      [0, 4],
      [0, 10],
      [2, 9, 4],
      [2, 9, 10],
      [2, 6],
    ]);
    const weights = paths.map((path) => path.weight);
    expect([...weights].sort((a, b) => a - b)).toEqual(weights);
  });

  it('keep the limits of fee, hops and time lock to the unit', () => {
    const host = new FakeHost(4, square);
    expect(edgesOf(find(host, query({ destination: 3, maxFeeMsat: 1000 }), 9))).toEqual([[0, 4]]);
    expect(find(host, query({ destination: 3, maxFeeMsat: 999 }), 9)).toEqual([]);
    expect(find(host, query({ destination: 3, maxLength: 1 }), 9)).toEqual([]);
    expect(edgesOf(find(host, query({ destination: 3, maxLength: 2, maxFeeMsat: 1500 }), 9))).toEqual([
      [0, 4],
      [0, 10],
    ]);
    expect(find(host, query({ destination: 3, maxCltv: 79 }), 9)).toEqual([]);
    // Own deltas count, though nobody waits for them.
    expect(find(host, query({ destination: 3, maxCltv: 80, maxLength: 2 }), 1)).toHaveLength(1);
  });

  it('leave out what is ignored', () => {
    const host = new FakeHost(4, square);
    const ignoring = (fields: Partial<SearchQuery>): readonly (readonly number[])[] =>
      edgesOf(find(host, query({ destination: 3, maxLength: 2, ...fields }), 9));
    expect(ignoring({ ignoredEdges: new Set([4]) })).toEqual([
      [0, 10],
      [2, 6],
    ]);
    expect(ignoring({ ignoredNodes: new Set([1]) })).toEqual([[2, 6]]);
    expect(ignoring({ lastHop: 2 })).toEqual([[2, 6]]);
    // Only the channel to 2, which is reached more cheaply over 1: too many hops then, although 2-3 would do.
    expect(find(host, query({ destination: 3, maxLength: 2 }), 9, DEFAULT_SETTINGS, [2])).toEqual([]);
    expect(edgesOf(find(host, query({ destination: 3, maxLength: 3 }), 1, DEFAULT_SETTINGS, [2]))).toEqual([[2, 9, 4]]);
  });

  it('prefer what is likely to succeed', () => {
    const host = new FakeHost(4, [
      { a: 0, b: 1, ...big },
      { a: 0, b: 2, ...big },
      { a: 1, b: 3, capacitySat: 110_000 },
      { a: 2, b: 3, ...big, ab: { base: 60_000 } },
    ]);
    // 2000 + 50,000 msat over 1 − 100/110 is far above 60,000 msat.
    expect(edgesOf(find(host, query({ destination: 3, amountMsat: 100_000_000 }), 1))).toEqual([[2, 6]]);
    expect(edgesOf(find(host, query({ destination: 3, amountMsat: 10_000_000 }), 1))).toEqual([[0, 4]]);
  });

  it('know the balances of own channels, and keep an announced one whose peer is away', () => {
    const host = new FakeHost(2, [
      { a: 0, b: 1, ...big, balanceMsat: 200_000_000 },
      { a: 0, b: 1, ...big, announced: false },
      { a: 0, b: 1, ...big, ab: { disabled: true } },
    ]);
    expect(edgesOf(find(host, query({ amountMsat: 50_000_000 }), 9))).toEqual([[0], [2]]);
    expect(edgesOf(find(host, query({ amountMsat: 150_000_000 }), 9))).toEqual([[2]]);
    host.offline.add(0).add(1);
    expect(edgesOf(find(host, query({ amountMsat: 50_000_000 }), 9))).toEqual([[0]]);
  });
});

/** A random network and query with everything that path finding looks at. */
function randomCase(random: RandomStream): {
  host: FakeHost;
  q: SearchQuery;
  settings: EclairSettings;
  only: readonly number[] | null;
} {
  const nodes = random.integer(2, 10);
  const pick = (): number => random.integer(0, nodes - 1);
  const chance = (percent: number): boolean => random.integer(1, 100) <= percent;
  const amountMsat = [1, 1000, 546_000, 15_000_000, 40_000_000, 999_999_999][random.integer(0, 5)] as number;
  const policy = (): FakePolicy => ({
    base: chance(30) ? 0 : random.integer(0, 3000),
    ppm: chance(10) ? random.integer(0, 2_000_000) : random.integer(0, 3) * 250,
    delta: [0, 34, 40, 80, 144, 700][random.integer(0, 5)] as number,
    min: chance(10) ? amountMsat + random.integer(-2, 5000) : 0,
    ...(chance(15) ? { max: amountMsat + random.integer(-2, 5000) } : {}),
    disabled: chance(6),
  });
  const channels: FakeChannel[] = [];
  for (let i = random.integer(1, 4 * nodes); i > 0; i--) {
    const a = pick();
    const b = pick();
    if (a === b) continue;
    const least = Math.max(20_000, Math.ceil(amountMsat / 1000));
    const capacitySat = chance(30) ? least + random.integer(0, 2000) : random.integer(20_000, 8_000_000);
    const balanceMsat = Math.floor(random.unit() * capacitySat * 1000);
    channels.push({ a, b, capacitySat, balanceMsat, ab: policy(), ba: policy(), announced: !chance(12) });
  }
  const host = new FakeHost(nodes, channels);
  channels.forEach((_, i) => {
    if (chance(6)) host.offline.add(i);
  });
  const source = pick();
  let destination = pick();
  if (destination === source) destination = (source + 1) % nodes;
  const some = (percent: number, most: number): Set<number> =>
    new Set(chance(percent) ? Array.from({ length: random.integer(1, 3) }, () => random.integer(0, most)) : []);
  let estimates: BalanceEstimates | null = null;
  if (chance(30) && channels.length > 0) {
    estimates = new BalanceEstimates(host.graph, 86_400);
    for (let i = random.integer(0, 12); i > 0; i--) {
      const edge = random.integer(0, 2 * channels.length - 1);
      const msat = Math.floor(random.unit() * (host.graph.capacityMsat[edge >> 1] as number));
      const at = random.integer(0, 90_000);
      if (chance(40)) estimates.couldNotSend(edge, msat, at);
      else if (chance(50)) estimates.couldSend(edge, msat, at);
      else estimates.didSend(edge, msat, at);
    }
  }
  const settings: EclairSettings = {
    ...DEFAULT_SETTINGS,
    search: { ...DEFAULT_SETTINGS.search, useLogProbability: chance(25), lockedFundsRisk: chance(20) ? 1e-5 : 1e-8 },
  };
  const ignoredNodes = some(25, nodes - 1);
  ignoredNodes.delete(source);
  const q = query({
    source,
    destination,
    amountMsat,
    maxFeeMsat: chance(30) ? random.integer(0, 8000) : 10 * amountMsat + 1_000_000,
    maxLength: random.integer(1, 8),
    maxCltv: random.integer(100, 2016),
    settings: settings.search,
    estimates,
    nowS: 100_000,
    ignoredNodes,
    ignoredEdges: some(25, Math.max(0, 2 * channels.length - 1)),
    lastHop: chance(5) ? pick() : -1,
  });
  const own = host.localEdgeCount(source);
  return { host, q, settings, only: chance(5) && own > 0 ? [host.localEdges(source)[0] as number] : null };
}

describe('against the textbook', () => {
  it(`gives the same paths with the same weights in ${RUNS} random networks`, () => {
    const random = RandomStream.named(1, 'test', 'eclair', 'paths');
    let several = 0;
    let hops = 0;
    let paths = 0;
    for (let i = 0; i < RUNS; i++) {
      const { host, q, settings, only } = randomCase(random);
      const count = random.integer(1, 6);
      const actual = find(host, q, count, settings, only).map(({ edges, weight }) => ({ edges: [...edges], weight }));
      const expected = textbookPaths(host, settings, q, count, only).map(({ edges, weight }) => ({
        edges: [...edges],
        weight,
      }));
      expect(actual, `case ${i}`).toEqual(expected);
      if (actual.length > 1) several++;
      for (const { edges } of actual) {
        paths++;
        hops += edges.length;
      }
    }
    expect(several).toBeGreaterThan(RUNS / 6);
    expect(hops / paths).toBeGreaterThan(1.8);
  }, 600_000);

  it('leaves nothing behind between searches', () => {
    const random = RandomStream.named(2, 'test', 'eclair', 'reuse');
    for (let i = 0; i < 20; i++) {
      const { host } = randomCase(random);
      const sender = new SenderGraph(host);
      const shared = new KShortestPaths(sender);
      for (let source = 0; source < host.graph.nodeCount; source++) {
        for (let destination = 0; destination < host.graph.nodeCount; destination++) {
          if (source === destination) continue;
          const q = query({ source, destination, amountMsat: 1000, maxFeeMsat: 1_000_000 });
          sender.load(source, DEFAULT_SETTINGS, null);
          expect(shared.find(q, 4)).toEqual(find(host, q, 4));
        }
      }
    }
  });
});
