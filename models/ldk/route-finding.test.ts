import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../engine/base/random.ts';
import { type FakeChannel, FakeHost, type FakePolicy } from '../lnd/testing/fake-host.ts';
import { readSettings, type ScorerSettings } from './options.ts';
import type { PaymentPath } from './payment-path.ts';
import { RemovedFromGraph } from './removed-from-graph.ts';
import { RouteFinder } from './route-finding.ts';
import type { RouteQuery } from './route-query.ts';
import { Scorer } from './scorer.ts';
import { type TextbookPath, textbookRoute } from './testing/textbook-route-finding.ts';

const DEFAULTS = readSettings({}).scorer;

function query(fields: Partial<RouteQuery>): RouteQuery {
  return {
    source: 0,
    destination: 1,
    amountMsat: 1_000_000,
    finalCltvDelta: 42,
    maxFeeMsat: 1_000_000,
    multiPath: true,
    maxPaths: 10,
    maxPathLength: 19,
    maxCltv: 1008,
    saturationPower: 2,
    outgoingEdges: null,
    failedChannels: new Set(),
    scorer: new Scorer(DEFAULTS),
    inFlight: new Map(),
    removed: new RemovedFromGraph(),
    nowUs: 0,
    ...fields,
  };
}

function plain(route: readonly PaymentPath[] | null): TextbookPath[] | null {
  if (route === null) return null;
  return route.map((path) => ({
    edges: path.hops.map((hop) => hop.edge),
    amounts: path.hops.map((_, i) => path.carried(i)),
  }));
}

function find(host: FakeHost, fields: Partial<RouteQuery>): TextbookPath[] | null {
  return plain(new RouteFinder(host).find(query(fields)));
}

const big: Omit<FakeChannel, 'a' | 'b'> = { capacitySat: 10_000_000 };

describe('a route of one path', () => {
  it('charges the fees of every node but the sender and the recipient', () => {
    const host = new FakeHost(4, [
      { a: 0, b: 1, ...big, ab: { base: 9999, ppm: 9999 } },
      { a: 1, b: 2, ...big, ab: { base: 1000, ppm: 100 } },
      { a: 2, b: 3, ...big, ab: { base: 500, ppm: 1000 } },
    ]);
    expect(find(host, { destination: 3, amountMsat: 10_000_000 })).toEqual([
      { edges: [0, 2, 4], amounts: [10_010_500 + 1000 + 1001, 10_000_000 + 500 + 10_000, 10_000_000] },
    ]);
  });

  it('takes the smallest own channel with room for three times the amount, or else the largest', () => {
    const host = new FakeHost(2, [
      { a: 0, b: 1, ...big, balanceMsat: 5_000_000_000 },
      { a: 0, b: 1, ...big, balanceMsat: 1_000_000_000 },
      { a: 0, b: 1, ...big, balanceMsat: 3_000_000_000 },
    ]);
    expect(find(host, { amountMsat: 100_000_000 })).toMatchObject([{ edges: [2] }]);
    expect(find(host, { amountMsat: 600_000_000 })).toMatchObject([{ edges: [4] }]);
    expect(find(host, { amountMsat: 2_500_000_000 })).toMatchObject([{ edges: [0] }]);
  });

  it('pays more to go over a channel that is likelier to carry the amount', () => {
    const channels: FakeChannel[] = [
      { a: 0, b: 1, ...big },
      { a: 0, b: 2, ...big },
      { a: 1, b: 3, capacitySat: 500_000, ab: { base: 0 } },
      { a: 2, b: 3, capacitySat: 10_000_000, ab: { base: 20_000 } },
    ];
    expect(find(new FakeHost(4, channels), { destination: 3, amountMsat: 1_000_000 })).toMatchObject([
      { edges: [0, 4] },
    ]);
    expect(find(new FakeHost(4, channels), { destination: 3, amountMsat: 100_000_000 })).toMatchObject([
      { edges: [2, 6] },
    ]);
  });

  it('knows no route to oneself, for nothing, without channels, or beyond the time locks', () => {
    const host = new FakeHost(3, [
      { a: 0, b: 1, ...big },
      { a: 1, b: 2, ...big, ab: { delta: 886 } },
    ]);
    expect(find(host, { destination: 0 })).toBeNull();
    expect(find(host, { amountMsat: 0 })).toBeNull();
    expect(find(host, { source: 2, destination: 1, outgoingEdges: [0] })).toBeNull();
    expect(find(host, { destination: 2 })).toMatchObject([{ edges: [0, 2] }]);
    expect(find(host, { destination: 2, maxCltv: 1007 })).toBeNull();
    expect(find(host, { destination: 2, finalCltvDelta: 1008 })).toBeNull();
  });

  it('keeps the limit on hops', () => {
    const chain = (hops: number): FakeHost =>
      new FakeHost(
        hops + 1,
        Array.from({ length: hops }, (_, i) => ({ a: i, b: i + 1, ...big, ab: { delta: 1 } })),
      );
    expect(find(chain(19), { destination: 19 })).toMatchObject([{ edges: { length: 19 } }]);
    expect(find(chain(20), { destination: 20 })).toBeNull();
  });

  it('avoids channels that failed and what was taken out of the graph', () => {
    const host = new FakeHost(4, [
      { a: 0, b: 1, ...big },
      { a: 0, b: 2, ...big },
      { a: 1, b: 3, ...big },
      { a: 2, b: 3, ...big, ab: { base: 50_000 } },
    ]);
    expect(find(host, { destination: 3 })).toMatchObject([{ edges: [0, 4] }]);
    expect(find(host, { destination: 3, failedChannels: new Set([2]) })).toMatchObject([{ edges: [2, 6] }]);
    const removed = new RemovedFromGraph();
    removed.removeNode(1, 0);
    expect(find(host, { destination: 3, removed })).toMatchObject([{ edges: [2, 6] }]);
    removed.removeChannel(3, 0);
    expect(find(host, { destination: 3, removed })).toBeNull();
    expect(find(host, { destination: 3, removed, nowUs: 7 * 24 * 3600 * 1e6 })).toMatchObject([{ edges: [0, 4] }]);
  });
});

describe('the saturation limit', () => {
  const line = (): FakeHost =>
    new FakeHost(3, [
      { a: 0, b: 1, capacitySat: 10_000_000, balanceMsat: 10_000_000_000 },
      { a: 1, b: 2, capacitySat: 1_000_000 },
      { a: 1, b: 2, capacitySat: 1_000_000 },
    ]);

  it('is kept while there is another way, by taking several paths', () => {
    expect(find(line(), { destination: 2, amountMsat: 250_000_000 })).toMatchObject([{ edges: [0, 2] }]);
    expect(find(line(), { destination: 2, amountMsat: 400_000_000 })).toMatchObject([
      { edges: [0, 2], amounts: [150_000_000, 150_000_000] },
      { edges: [0, 4], amounts: [250_000_000, 250_000_000] },
    ]);
  });

  it('is given up when there is none', () => {
    const route = find(line(), { destination: 2, amountMsat: 900_000_000 });
    expect(route?.reduce((sum, path) => sum + (path.amounts[1] as number), 0)).toBe(900_000_000);
    expect(find(line(), { destination: 2, amountMsat: 900_000_000, multiPath: false })).toMatchObject([
      { amounts: [900_000_000, 900_000_000] },
    ]);
    expect(find(line(), { destination: 2, amountMsat: 1_100_000_000, multiPath: false })).toBeNull();
  });

  it('can be set', () => {
    expect(find(line(), { destination: 2, amountMsat: 400_000_000, saturationPower: 1 })).toMatchObject([
      { edges: [0, 2], amounts: [400_000_000, 400_000_000] },
    ]);
  });
});

describe('limits on fees and minimums', () => {
  const line = (policy: FakePolicy): FakeHost =>
    new FakeHost(3, [
      { a: 0, b: 1, ...big },
      { a: 1, b: 2, ...big, ab: policy },
    ]);

  it('keeps the fee limit to the millisatoshi', () => {
    expect(find(line({ base: 5000 }), { destination: 2, maxFeeMsat: 5000 })).toMatchObject([{ edges: [0, 2] }]);
    expect(find(line({ base: 5001 }), { destination: 2, maxFeeMsat: 5000 })).toBeNull();
  });

  it('overpays the recipient to meet a minimum, up to three times the amount and within the fee limit', () => {
    expect(find(line({ min: 1_500_000 }), { destination: 2 })).toMatchObject([{ amounts: [1_500_000, 1_500_000] }]);
    expect(find(line({ min: 3_000_001 }), { destination: 2, maxFeeMsat: 9_000_000 })).toBeNull();
    expect(find(line({ min: 1_500_000 }), { destination: 2, maxFeeMsat: 499_999 })).toBeNull();
  });
});

/** A small random network with everything that path finding looks at. */
function randomCase(random: RandomStream): { host: FakeHost; asked: RouteQuery; settings: ScorerSettings } {
  const nodes = random.integer(2, 11);
  const pick = (): number => random.integer(0, nodes - 1);
  const chance = (percent: number): boolean => random.integer(1, 100) <= percent;
  const amountMsat = [1, 1000, 354_000, 1_000_000, 40_000_000, 999_999_999][random.integer(0, 5)] as number;
  const policy = (): FakePolicy => ({
    base: chance(30) ? 0 : random.integer(0, 3000),
    ppm: chance(10) ? random.integer(0, 2_000_000) : random.integer(0, 3) * 250,
    delta: [0, 14, 40, 80, 144, 700][random.integer(0, 5)] as number,
    min: chance(20) ? Math.max(0, amountMsat + random.integer(-2, 2 * amountMsat)) : 0,
    ...(chance(20) ? { max: Math.max(0, amountMsat + random.integer(-2, 5000)) } : {}),
    disabled: chance(8),
  });
  const channels: FakeChannel[] = [];
  const count = random.integer(1, 4 * nodes);
  for (let i = 0; i < count; i++) {
    const a = pick();
    const b = pick();
    if (a === b) continue;
    const least = Math.max(20_000, Math.floor(amountMsat / 1000));
    const capacitySat = chance(40) ? least + random.integer(0, 2000) : random.integer(20_000, 5_000_000);
    const balanceMsat = Math.floor(random.unit() * capacitySat * 1000);
    channels.push({ a, b, capacitySat, balanceMsat, ab: policy(), ba: policy(), announced: !chance(12) });
  }
  const host = new FakeHost(nodes, channels);
  host.now = 10_000_000_000;
  for (let i = 0; i < channels.length; i++) {
    if (chance(5)) host.offline.add(i);
    if (chance(10)) host.overrides.set(2 * i, { maxInFlightMsat: Math.max(0, amountMsat + random.integer(-1, 1000)) });
  }
  const settings = readSettings({
    scorer: {
      ...(chance(40)
        ? { liquidity_penalty_multiplier_msat: 30_000, liquidity_penalty_amount_multiplier_msat: 192 }
        : {}),
      ...(chance(15) ? { historical_liquidity_penalty_multiplier_msat: 0 } : {}),
      ...(chance(15) ? { historical_liquidity_penalty_amount_multiplier_msat: 0 } : {}),
      ...(chance(10) ? { base_penalty_msat: 0, base_penalty_amount_multiplier_msat: 0 } : {}),
      linear_success_probability: chance(15),
    },
  }).scorer;
  const scorer = new Scorer(settings);
  for (let i = chance(60) ? random.integer(0, 40) : 0; i > 0 && channels.length > 0; i--) {
    const edge = random.integer(0, 2 * channels.length - 1);
    const capacity = host.graph.capacityMsat[edge >> 1] as number;
    const msat = Math.min(capacity, Math.max(1, chance(50) ? amountMsat : Math.floor(random.unit() * capacity)));
    // The scorer's ticks are others' business: everything was learnt since the last one.
    const at = host.now - random.integer(0, 90_000_000);
    if (chance(40)) scorer.failedAt(edge, msat, capacity, at);
    else if (chance(50)) scorer.failedDownstream(edge, msat, capacity, at);
    else scorer.succeeded(edge, msat, capacity, at);
  }
  const inFlight = new Map<number, number>();
  const failedChannels = new Set<number>();
  const removed = new RemovedFromGraph();
  for (let i = 0; i < channels.length; i++) {
    if (chance(10)) inFlight.set(2 * i + random.integer(0, 1), random.integer(1, 2 * amountMsat));
    if (chance(5)) failedChannels.add(i);
    if (chance(3)) removed.removeChannel(i, host.now);
  }
  if (chance(5)) removed.removeNode(pick(), host.now);
  const asked = query({
    source: pick(),
    destination: pick(),
    amountMsat,
    maxFeeMsat: chance(30) ? random.integer(0, 10_000) : chance(50) ? 10 * amountMsat + 1_000_000 : Infinity,
    multiPath: chance(80),
    maxPaths: chance(70) ? 10 : random.integer(1, 4),
    maxPathLength: chance(80) ? 19 : random.integer(1, 4),
    maxCltv: random.integer(50, 2016),
    saturationPower: random.integer(0, 3),
    failedChannels,
    scorer,
    inFlight,
    removed,
    nowUs: host.now,
  });
  return { host, asked, settings };
}

describe('against the textbook search', () => {
  const runs = Number(process.env.BLAST_PROPERTY_RUNS ?? 1500);

  it('finds the same routes in random networks', () => {
    const random = RandomStream.named(1, 'test', 'ldk-route-finding', 'networks');
    let found = 0;
    let several = 0;
    let hops = 0;
    for (let i = 0; i < runs; i++) {
      const { host, asked, settings } = randomCase(random);
      const expected = textbookRoute(host, asked, settings);
      const actual = plain(new RouteFinder(host).find(asked));
      expect(actual, `case ${i}`).toEqual(expected);
      if (actual === null) continue;
      found++;
      if (actual.length > 1) several++;
      hops += actual.reduce((sum, path) => sum + path.edges.length, 0) / actual.length;
    }
    expect(found).toBeGreaterThan(runs / 5);
    expect(several).toBeGreaterThan(runs / 100);
    expect(hops / found).toBeGreaterThan(1.3);
  }, 600_000);

  it('leaves nothing behind between searches', () => {
    const random = RandomStream.named(2, 'test', 'ldk-route-finding', 'reuse');
    for (let i = 0; i < 20; i++) {
      const { host, asked } = randomCase(random);
      const shared = new RouteFinder(host);
      for (let source = 0; source < host.graph.nodeCount; source++) {
        for (let destination = 0; destination < host.graph.nodeCount; destination++) {
          const other = { ...asked, source, destination };
          expect(plain(shared.find(other))).toEqual(plain(new RouteFinder(host).find(other)));
        }
      }
    }
  });
});
