import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../engine/base/random.ts';
import { RouteBuffer } from '../../engine/simulate/node-model.ts';
import { edgeWeight } from './expansion.ts';
import { MissionControl } from './mission-control.ts';
import { finalPayloadBytes } from './onion-size.ts';
import { type BimodalSettings, DEFAULT_SETTINGS } from './options.ts';
import { PathFinder } from './path-finding.ts';
import { PATH, PathQuery } from './path-query.ts';
import { attemptCost } from './payment-session.ts';
import type { ProbabilityEstimator } from './probability.ts';
import { AprioriEstimator } from './probability-apriori.ts';
import { BimodalEstimator } from './probability-bimodal.ts';
import { copyRoute, type FakeChannel, FakeHost, type FakePolicy } from './testing/fake-host.ts';
import { textbookSearch } from './testing/textbook-path-finding.ts';

const estimator = new AprioriEstimator(DEFAULT_SETTINGS.apriori);

function query(fields: Partial<PathQuery>): PathQuery {
  const q = new PathQuery();
  Object.assign(q, {
    destination: 1,
    amountMsat: 1_000_000,
    finalExpiry: 1083,
    expiryLimit: 3016,
    minProbability: 0.01,
  });
  q.estimator = estimator;
  Object.assign(q, fields);
  q.feeLimitMsat = fields.feeLimitMsat ?? q.amountMsat;
  q.attemptCostMsat = 100_000 + Math.floor(q.amountMsat / 1000);
  q.finalPayloadBytes = finalPayloadBytes(q.amountMsat, q.finalExpiry, 'invoice');
  return q;
}

function find(host: FakeHost, fields: Partial<PathQuery>): ReturnType<typeof copyRoute> | number {
  const route = new RouteBuffer();
  const result = new PathFinder(host).find(query(fields), route);
  return result === PATH.found ? copyRoute(route) : result;
}

const big: Omit<FakeChannel, 'a' | 'b'> = { capacitySat: 10_000_000 };

describe('edge weight', () => {
  it('is the fee plus fifteen billionths a block of what is locked', () => {
    expect(edgeWeight(100_000_000, 0, 80)).toBe(120);
    expect(edgeWeight(100_000_000, 7, 80)).toBe(127);
    expect(edgeWeight(999_999_999, 0, 1)).toBe(14);
    expect(edgeWeight(5_000_000_000_000, 0, 2016)).toBe(151_200_000);
    expect(edgeWeight(5_000_000_000_001, 0, 2016)).toBe(151_200_000);
  });
});

describe('a route', () => {
  it('charges fees and time locks of every node but the sender and the recipient', () => {
    const host = new FakeHost(4, [
      { a: 0, b: 1, ...big, ab: { base: 9999, ppm: 9999, delta: 500 } },
      { a: 1, b: 2, ...big, ab: { base: 1000, ppm: 100, delta: 40 } },
      { a: 2, b: 3, ...big, ab: { base: 500, ppm: 1000, delta: 144 } },
    ]);
    expect(find(host, { destination: 3, amountMsat: 10_000_000 })).toEqual({
      edges: [0, 2, 4],
      // Node 2 asks 500 + 0.1 %, node 1 1000 + 0.01 % of what it forwards.
      amounts: [10_010_500 + 1000 + 1001, 10_000_000 + 500 + 10_000, 10_000_000],
      expiries: [1083 + 144 + 40, 1083 + 144, 1083],
    });
  });

  it('takes the dearest fee and the longest time lock among parallel channels', () => {
    const host = new FakeHost(3, [
      { a: 0, b: 1, ...big },
      { a: 1, b: 2, ...big, ab: { base: 1000, delta: 144 } },
      { a: 1, b: 2, ...big, ab: { base: 5000, delta: 30 } },
      { a: 1, b: 2, ...big, ab: { base: 90_000, delta: 900, disabled: true } },
    ]);
    expect(find(host, { destination: 2 })).toEqual({
      edges: [0, 4],
      amounts: [1_005_000, 1_000_000],
      expiries: [1083 + 144, 1083],
    });
  });

  it('leaves over the own channel with the largest bandwidth, announced or not, disabled or not', () => {
    const host = new FakeHost(2, [
      { a: 0, b: 1, ...big, balanceMsat: 3_000_000_000 },
      { a: 1, b: 0, ...big, balanceMsat: 1_000_000_000, announced: false, ba: { disabled: true } },
      { a: 0, b: 1, ...big, balanceMsat: 2_000_000_000 },
    ]);
    expect(find(host, {})).toMatchObject({ edges: [3] });
  });

  it('applies inbound discounts, never below zero for a node, and none at the recipient', () => {
    const channels: FakeChannel[] = [
      { a: 0, b: 1, ...big, ab: { inboundBase: -300 } },
      { a: 1, b: 2, ...big, ab: { base: 1000, inboundBase: -5000 } },
      { a: 2, b: 3, ...big, ab: { base: 2000, inboundBase: -700, inboundPpm: -100 } },
    ];
    const host = new FakeHost(4, channels);
    // Node 2 asks 2000 − 5000, that is nothing; node 1 asks 1000 − 300.
    expect(find(host, { destination: 3 })).toMatchObject({ amounts: [1_000_700, 1_000_000, 1_000_000] });
  });

  it('takes the inbound fee of the amount with the outbound fee, rounded towards zero', () => {
    const channels: FakeChannel[] = [
      { a: 0, b: 1, ...big, ab: { inboundPpm: -1234 } },
      { a: 1, b: 2, ...big, ab: { base: 1001, ppm: 2000, inboundBase: 77, inboundPpm: 55_555 } },
      { a: 2, b: 3, ...big, ab: { ppm: 500 } },
    ];
    const out2 = 500;
    const in2 = 77 + Math.floor((1_000_500 * 55_555) / 1e6);
    const at2 = 1_000_000 + out2 + in2;
    const out1 = 1001 + Math.floor((at2 * 2000) / 1e6);
    const in1 = -Math.floor(((at2 + out1) * 1234) / 1e6);
    expect(find(new FakeHost(4, channels), { destination: 3 })).toMatchObject({
      amounts: [at2 + out1 + in1, at2, 1_000_000],
    });
  });

  it('compares parallel channels by both fees, and takes the dearer one', () => {
    const host = new FakeHost(4, [
      { a: 0, b: 1, ...big },
      { a: 1, b: 2, ...big, ab: { base: 3000, inboundBase: -2500 } },
      { a: 1, b: 2, ...big, ab: { base: 1000 } },
      { a: 2, b: 3, ...big, ab: { base: 4000 } },
    ]);
    expect(find(host, { destination: 3 })).toMatchObject({
      edges: [0, 4, 6],
      amounts: [1_005_000, 1_004_000, 1_000_000],
    });
  });

  it('lets discounts lower neither the weight of a hop below nothing nor the limit on fees', () => {
    const discount: FakeChannel[] = [
      { a: 0, b: 1, ...big, ab: { inboundBase: -9_000_000 } },
      { a: 1, b: 2, ...big, ab: { base: 700 } },
    ];
    expect(find(new FakeHost(3, discount), { destination: 2, feeLimitMsat: 0 })).toMatchObject({
      amounts: [1_000_000, 1_000_000],
    });
    const surcharge: FakeChannel[] = [
      { a: 0, b: 1, ...big, ab: { inboundBase: 300 } },
      { a: 1, b: 2, ...big, ab: { base: 700 } },
    ];
    expect(find(new FakeHost(3, surcharge), { destination: 2, feeLimitMsat: 1000 })).toMatchObject({
      amounts: [1_001_000, 1_000_000],
    });
    expect(find(new FakeHost(3, surcharge), { destination: 2, feeLimitMsat: 999 })).toBe(PATH.none);
  });

  it('comes back to the sender when it pays itself, even over the same channel', () => {
    const triangle: FakeChannel[] = [
      { a: 0, b: 1, ...big, ba: { disabled: true } },
      { a: 1, b: 2, ...big, ab: { base: 1 } },
      { a: 2, b: 0, ...big, ab: { base: 2 }, ba: { base: 3 } },
    ];
    const host = new FakeHost(3, triangle);
    host.offline.add(2);
    expect(find(host, { destination: 0 })).toMatchObject({
      edges: [0, 2, 4],
      amounts: [1_000_003, 1_000_002, 1_000_000],
    });
    host.offline.clear();
    expect(find(host, { destination: 0 })).toMatchObject({ edges: [5, 4] });
  });
});

describe('limits', () => {
  const line = (policy: FakePolicy): FakeHost =>
    new FakeHost(3, [
      { a: 0, b: 1, ...big },
      { a: 1, b: 2, ...big, ab: policy },
    ]);

  it('tells a lack of balance from a lack of one large enough channel', () => {
    const host = new FakeHost(2, [
      { a: 0, b: 1, capacitySat: 1_000_000 },
      { a: 0, b: 1, capacitySat: 1_000_000 },
    ]);
    expect(find(host, { amountMsat: 1_200_000_000 })).toBe(PATH.insufficientBalance);
    expect(find(host, { amountMsat: 900_000_000 })).toBe(PATH.none);
    expect(find(host, { amountMsat: 400_000_000 })).toMatchObject({ amounts: [400_000_000] });
    host.offline.add(0).add(1);
    expect(find(host, { amountMsat: 1000 })).toBe(PATH.insufficientBalance);
  });

  it('keeps the fee limit to the millisatoshi', () => {
    expect(find(line({ base: 5000 }), { destination: 2, feeLimitMsat: 5000 })).toMatchObject({ edges: [0, 2] });
    expect(find(line({ base: 5001 }), { destination: 2, feeLimitMsat: 5000 })).toBe(PATH.none);
  });

  it('keeps the expiry limit to the block', () => {
    expect(find(line({ delta: 100 }), { destination: 2, expiryLimit: 1183 })).toMatchObject({ edges: [0, 2] });
    expect(find(line({ delta: 101 }), { destination: 2, expiryLimit: 1183 })).toBe(PATH.none);
  });

  it('keeps htlc_minimum, htlc_maximum, capacity and the disabled bit of others', () => {
    expect(find(line({ min: 1_000_001 }), { destination: 2 })).toBe(PATH.none);
    expect(find(line({ max: 999_999 }), { destination: 2 })).toBe(PATH.none);
    expect(find(line({ disabled: true }), { destination: 2 })).toBe(PATH.none);
    expect(find(line({ min: 1_000_000, max: 1_000_000 }), { destination: 2 })).toMatchObject({ edges: [0, 2] });
  });

  it('gives up below the smallest probability: 0.6^9 · 0.95 is too little', () => {
    const chain = (hops: number): FakeHost =>
      new FakeHost(
        hops + 1,
        Array.from({ length: hops }, (_, i) => ({ a: i, b: i + 1, ...big })),
      );
    expect(find(chain(9), { destination: 9 })).toMatchObject({ edges: { length: 9 } });
    expect(find(chain(10), { destination: 10 })).toBe(PATH.none);
  });

  it('fits payloads into 1300 bytes, which ends at 24 hops here', () => {
    const chain = (hops: number): FakeHost =>
      new FakeHost(
        hops + 1,
        Array.from({ length: hops }, (_, i) => ({ a: i, b: i + 1, ...big, ab: { delta: 1 } })),
      );
    // 53 bytes an intermediate hop, 76 for the recipient: 76 + 23 · 53 = 1295.
    const fields = { minProbability: 0 };
    expect(find(chain(24), { ...fields, destination: 24 })).toMatchObject({ edges: { length: 24 } });
    expect(find(chain(25), { ...fields, destination: 25 })).toBe(PATH.none);
  });
});

/** A small random network with everything that path finding looks at. */
function randomCase(random: RandomStream): { host: FakeHost; fields: Partial<PathQuery> } {
  const nodes = random.integer(2, 11);
  const pick = (): number => random.integer(0, nodes - 1);
  const chance = (percent: number): boolean => random.integer(1, 100) <= percent;
  const amountMsat = [1, 1000, 354_000, 1_000_000, 40_000_000, 999_999_999][random.integer(0, 5)] as number;
  const policy = (): FakePolicy => ({
    base: chance(30) ? 0 : random.integer(0, 3000),
    ppm: chance(10) ? random.integer(0, 2_000_000) : random.integer(0, 3) * 250,
    delta: [0, 14, 40, 80, 144, 1000][random.integer(0, 5)] as number,
    min: chance(15) ? amountMsat + random.integer(-2, 5000) : 0,
    ...(chance(15) ? { max: amountMsat + random.integer(-2, 5000) } : {}),
    disabled: chance(8),
    ...(chance(25) ? { inboundBase: random.integer(-2000, 500), inboundPpm: random.integer(-1000, 300) } : {}),
  });
  const channels: FakeChannel[] = [];
  const count = random.integer(1, 3 * nodes);
  for (let i = 0; i < count; i++) {
    const a = pick();
    const b = pick();
    if (a === b) continue;
    const least = Math.max(20_000, Math.floor(amountMsat / 1000));
    const capacitySat = chance(30) ? least + random.integer(0, 2000) : random.integer(20_000, 5_000_000);
    const balanceMsat = Math.floor(random.unit() * capacitySat * 1000);
    channels.push({ a, b, capacitySat, balanceMsat, ab: policy(), ba: policy(), announced: !chance(12) });
  }
  const host = new FakeHost(nodes, channels);
  host.now = 10_000_000_000;
  for (let i = 0; i < channels.length; i++) {
    if (chance(5)) host.offline.add(i);
    // Enough balance, but no room: what a guess at the end of the search overlooks.
    if (chance(10)) host.overrides.set(2 * i, { maxInFlightMsat: amountMsat + random.integer(-1, 1000) });
  }
  let results: MissionControl | null = null;
  if (chance(60)) {
    results = new MissionControl();
    for (let i = random.integer(0, 25); i > 0; i--) {
      const msat = amountMsat + random.integer(-1000, 1000);
      const at = host.now - (chance(20) ? 0 : random.integer(0, 9_000_000_000));
      if (chance(60)) results.succeed(pick(), pick(), Math.max(1, msat), at);
      else results.fail(pick(), pick(), chance(40) ? 0 : Math.max(1, msat), at);
    }
  }
  const source = pick();
  return {
    host,
    fields: {
      source,
      destination: chance(5) ? source : pick(),
      amountMsat,
      feeLimitMsat: chance(30) ? random.integer(0, 10_000) : 10 * amountMsat + 1_000_000,
      expiryLimit: 1083 + random.integer(0, 2000),
      minProbability: chance(20) ? 0.2 : 0.01,
      nowUs: host.now,
      results,
    },
  };
}

describe('a guess that proves wrong', () => {
  it('is dropped: the peer looks close, but its channel has no room in flight', () => {
    const host = new FakeHost(4, [
      { a: 0, b: 1, ...big },
      { a: 0, b: 2, ...big },
      { a: 1, b: 3, ...big, ab: { base: 1000 } },
      { a: 2, b: 3, ...big, ab: { base: 900_000 } },
    ]);
    host.overrides.set(0, { maxInFlightMsat: 1_000_500 });
    expect(find(host, { destination: 3 })).toMatchObject({ edges: [2, 6], amounts: [1_900_000, 1_000_000] });
    host.overrides.set(0, { maxInFlightMsat: 1_001_000 });
    expect(find(host, { destination: 3 })).toMatchObject({ edges: [0, 4] });
  });
});

/** Results fade within the hours that the random cases span, and a node's others count. */
const MIXING: BimodalSettings = { scaleMsat: 20_000_000, nodeWeight: 0.9, decayUs: 3_600_000_000 };
const bimodal = (settings: BimodalSettings): Parameters<typeof textbookSearch>[2] => ({
  ...DEFAULT_SETTINGS,
  estimator: 'bimodal',
  bimodal: settings,
});

describe('against the textbook search', () => {
  it.each<[string, number, ProbabilityEstimator, Parameters<typeof textbookSearch>[2], number]>([
    ['apriori', 6000, estimator, DEFAULT_SETTINGS, 0],
    ['bimodal', 4000, new BimodalEstimator(DEFAULT_SETTINGS.bimodal), bimodal(DEFAULT_SETTINGS.bimodal), 0],
    ['bimodal with other parameters and hasty payments', 2000, new BimodalEstimator(MIXING), bimodal(MIXING), 0.7],
  ])('finds the same routes in random networks: %s', (_, cases, used, settings, timePreference) => {
    const random = RandomStream.named(1, 'test', 'path-finding', 'networks');
    let found = 0;
    let hops = 0;
    for (let i = 0; i < cases; i++) {
      const { host, fields } = randomCase(random);
      const q = query(fields);
      q.estimator = used;
      if (timePreference !== 0) q.attemptCostMsat = attemptCost({ ...DEFAULT_SETTINGS, timePreference }, q.amountMsat);
      const finder = new PathFinder(host, { keptFrom: 0, pause: 1, lookUp: 1 });
      const route = new RouteBuffer();
      // Searches are kept from the second one for a payment on, and made use of from the third one on.
      for (let k = random.integer(0, 2); k > 0; k--) finder.find(q, route);
      const result = finder.find(q, route);
      const expected = textbookSearch(host, q, settings);
      if (result === PATH.found) {
        found++;
        hops += route.length;
        const actual = { ...copyRoute(route), probability: finder.routeProbability(q.source) };
        expect(actual, `case ${i}`).toEqual(expected);
      } else {
        expect(result === PATH.none ? 'none' : 'insufficient', `case ${i}`).toBe(expected);
      }
    }
    expect(found).toBeGreaterThan(cases / 6);
    expect(hops / found).toBeGreaterThan(1.5);
  });

  it('leaves nothing behind between searches', () => {
    const random = RandomStream.named(2, 'test', 'path-finding', 'reuse');
    const { host } = randomCase(random);
    const shared = new PathFinder(host);
    for (let source = 0; source < host.graph.nodeCount; source++) {
      for (let destination = 0; destination < host.graph.nodeCount; destination++) {
        const q = query({ source, destination, amountMsat: 1000, feeLimitMsat: 1_000_000 });
        const a = new RouteBuffer();
        const b = new RouteBuffer();
        expect(shared.find(q, a)).toBe(new PathFinder(host).find(q, b));
        expect(copyRoute(a)).toEqual(copyRoute(b));
      }
    }
  });
});
