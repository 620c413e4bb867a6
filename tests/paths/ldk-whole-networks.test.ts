/**
 * LDK's path finder over whole networks, where it leaves out most of what there is, against the same search without anything
 * left out, walk by walk; and how much work it is, in counts that no machine changes. Senders learn from what they are told.
 */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../engine/base/random.ts';
import { DEFAULT_SETTINGS, readSettings, type ScorerSettings } from '../../models/ldk/options.ts';
import type { PaymentPath } from '../../models/ldk/payment-path.ts';
import { RemovedFromGraph } from '../../models/ldk/removed-from-graph.ts';
import { RouteFinder } from '../../models/ldk/route-finding.ts';
import type { RouteQuery } from '../../models/ldk/route-query.ts';
import { Scorer } from '../../models/ldk/scorer.ts';
import type { FakeHost } from '../../models/lnd/testing/fake-host.ts';
import { generatedNetwork } from './generated.ts';
import { GRAPH_FOLDER, RealGraph } from './real-graph.ts';

const QUERIES = Number(process.env.BLAST_PATH_QUERIES ?? 200);
const AMOUNTS_MSAT = [1000, 100_000, 10_000_000, 100_000_000, 500_000_000] as const;

function queryOf(source: number, destination: number, amountMsat: number, scorer: Scorer): RouteQuery {
  return {
    ...{
      source,
      destination,
      amountMsat,
      scorer,
      finalCltvDelta: 42,
      multiPath: true,
      maxPaths: 10,
      maxPathLength: 19,
    },
    ...{ maxCltv: 1008, saturationPower: 2, outgoingEdges: null, nowUs: 0, inFlight: new Map() },
    maxFeeMsat: Math.floor(amountMsat / 100) + 50_000,
    failedChannels: new Set(),
    removed: new RemovedFromGraph(),
  };
}

/** Everything that a path is, and what its walk made of it. */
const plainly = (path: PaymentPath): unknown => path.hops.map((hop) => ({ ...hop }));

interface Answer {
  readonly walked: readonly unknown[];
  readonly route: readonly PaymentPath[] | null;
}

function answer(finder: RouteFinder, query: RouteQuery): Answer {
  const walked: unknown[] = [];
  const route = finder.find({ ...query, walked: (path) => walked.push(plainly(path)) });
  return { walked, route };
}

const told = ({ walked, route }: Answer): unknown => ({ walked, route: route?.map(plainly) ?? null });

interface Tally {
  found: number;
  paths: number;
  hops: number;
  /** Walks with listed costs. */
  listed: number;
}

/** Senders that pay several recipients, some again after they have learnt. */
function compare(
  host: FakeHost,
  random: RandomStream,
  queries: number,
  settings: ScorerSettings,
  amounts: readonly number[] = AMOUNTS_MSAT,
): Tally {
  const guided = new RouteFinder(host);
  const plain = new RouteFinder(host, true);
  const nodes = host.graph.nodeCount;
  const tally = { found: 0, paths: 0, hops: 0, listed: 0 };
  // What both know is the same, and stays so: it fades when it is looked at.
  let scorers = [new Scorer(settings), new Scorer(settings)] as const;
  let nowUs = 0;
  for (let i = 0; i < queries; i++) {
    nowUs += random.integer(0, 2) * random.integer(0, 300_000_000);
    if (random.integer(0, 3) === 0) scorers = [new Scorer(settings), new Scorer(settings)];
    const source = random.integer(0, nodes - 1);
    const destination = (source + random.integer(1, nodes - 1)) % nodes;
    const amountMsat = amounts[random.integer(0, amounts.length - 1)]!;
    const failedChannels = new Set<number>();
    const inFlight = new Map<number, number>();
    for (let attempt = random.integer(1, 3); attempt > 0; attempt--) {
      const query = {
        ...queryOf(source, destination, amountMsat, scorers[0]),
        ...{
          nowUs,
          failedChannels,
          inFlight,
          multiPath: random.integer(0, 4) > 0,
          saturationPower: amounts === AMOUNTS_MSAT ? random.integer(0, 2) : 2,
        },
      };
      const found = answer(guided, query);
      expect(told(found), `query ${i}`).toEqual(told(answer(plain, { ...query, scorer: scorers[1] })));
      expect(scorers[0].capture()).toEqual(scorers[1].capture());
      if (found.route === null) break;
      tally.found++;
      for (const { hops, valueMsat } of found.route) {
        tally.paths++;
        tally.hops += hops.length;
        const failed = random.integer(0, 2 * hops.length);
        hops.forEach(({ edge, own, capacityMsat }, k) => {
          if (own || k > failed) return;
          for (const scorer of scorers) {
            if (k < failed) scorer.failedDownstream(edge, valueMsat, capacityMsat, nowUs);
            else scorer.failedAt(edge, valueMsat, capacityMsat, nowUs);
          }
          if (k === failed && random.integer(0, 1) === 0) failedChannels.add(edge >> 1);
          if (random.integer(0, 5) === 0) inFlight.set(edge, valueMsat);
        });
      }
    }
  }
  tally.listed = guided.work.listed;
  return tally;
}

const SETTINGS: readonly (readonly [string, ScorerSettings])[] = [
  ['by default', DEFAULT_SETTINGS.scorer],
  ['without penalties by amount', readSettings({ scorer: { base_penalty_amount_multiplier_msat: 0 } }).scorer],
  ['without a base penalty', readSettings({ scorer: { base_penalty_msat: 0 } }).scorer],
  ['with linear probabilities', readSettings({ scorer: { linear_success_probability: true } }).scorer],
  ['by the bounds known now', readSettings({ scorer: { liquidity_penalty_multiplier_msat: 30_000 } }).scorer],
];

describe('against the search that leaves nothing out', () => {
  it.each(SETTINGS)('takes the same walks in generated networks: %s', (_, settings) => {
    const random = RandomStream.named(1, 'test', 'ldk-whole-networks', 'generated');
    const tally = { found: 0, paths: 0, hops: 0 };
    for (let i = 0; i < 4; i++) {
      const shape = { nodes: 400, hidden: i % 2 === 0 ? 0 : 5, inbound: 0, minimums: i < 3 ? 0 : 10 };
      const { found, paths, hops } = compare(generatedNetwork(random, shape), random, 40, settings);
      tally.found += found;
      tally.paths += paths;
      tally.hops += hops;
    }
    expect(tally.found).toBeGreaterThan(80);
    expect(tally.paths).toBeGreaterThan(tally.found);
    expect(tally.hops / tally.paths).toBeGreaterThan(2.5);
  });

  it.each(SETTINGS)('takes the same walks where all costs are listed: %s', (_, settings) => {
    const random = RandomStream.named(5, 'test', 'ldk-whole-networks', 'listed');
    let listed = 0;
    let found = 0;
    // Amounts of one class, with minimums that may be missed, and without.
    const cases = [100_000, 10_000_000, 100_000_000].flatMap((msat) =>
      [0, 1, 10].map((percent) => [msat, percent] as const),
    );
    for (const [amountMsat, minimums] of cases) {
      const host = generatedNetwork(random, { nodes: 300, hidden: found % 4, inbound: 0, minimums });
      const tally = compare(host, random, 50, settings, [amountMsat, (1003 * amountMsat) / 1000]);
      listed += tally.listed;
      found += tally.found;
    }
    expect(listed).toBeGreaterThan(80);
    expect(found).toBeGreaterThan(120);
  });

  it('looks at everything where a minimum could be missed', () => {
    const random = RandomStream.named(2, 'test', 'ldk-whole-networks', 'minimums');
    const host = generatedNetwork(random, { nodes: 300, hidden: 0, inbound: 0, minimums: 0 });
    const { graph } = host;
    const guided = new RouteFinder(host);
    const plain = new RouteFinder(host, true);
    const amountMsat = 100_000;
    const minimums = [10_000, 10_001, amountMsat, amountMsat + 1, 3 * amountMsat, 3 * amountMsat + 1];
    const change = (edge: number, minimumMsat: number, maximumMsat: number): void => {
      graph.minHtlcMsat[edge] = minimumMsat;
      graph.maxHtlcMsat[edge] = maximumMsat;
      graph.touch(edge);
    };
    let found = 0;
    let several = 0;
    for (let i = 0; i < 200; i++) {
      // Minimums just beside the limits, and channels with little room; at last there are none any more.
      const room = (edge: number): number => graph.capacityMsat[edge >> 1]!;
      for (let k = i % 50 < 20 ? random.integer(0, 12) : 0; k > 0; k--) {
        const edge = random.integer(0, graph.known.length - 1);
        change(edge, minimums[random.integer(0, 5)]!, i % 50 < 10 ? random.integer(9000, 200_000) : room(edge));
      }
      if (i % 50 === 20) for (let edge = 0; edge < graph.known.length; edge++) change(edge, 1000, room(edge));
      const source = random.integer(0, 299);
      const destination = (source + random.integer(1, 299)) % 300;
      const query = queryOf(source, destination, amountMsat, new Scorer(DEFAULT_SETTINGS.scorer));
      const expected = answer(plain, query);
      expect(told(answer(guided, query)), `query ${i}`).toEqual(told(expected));
      if (expected.route !== null) found++;
      if (expected.walked.length > 1) several++;
    }
    expect(found).toBeGreaterThan(120);
    expect(several).toBeGreaterThan(20);
    // Where there are none it is guided.
    expect(guided.work.expanded).toBeLessThan(0.85 * plain.work.expanded);
  });

  it.skipIf(GRAPH_FOLDER === null)(
    `takes the same walks in the whole real network, in ${QUERIES} queries`,
    () => {
      const host = new RealGraph(GRAPH_FOLDER!).whole();
      const random = RandomStream.named(3, 'test', 'ldk-whole-networks', 'real');
      const { found, paths, hops } = compare(host, random, QUERIES, DEFAULT_SETTINGS.scorer);
      expect(found).toBeGreaterThan(QUERIES / 3);
      expect(hops / paths).toBeGreaterThan(2.5);
    },
    3_600_000,
  );
});

describe('the work of a walk', () => {
  // Nodes expanded and channels looked at in the mean. More than this is a loss that somebody must mean.
  it.each([
    ['100 sat', 100_000, { expanded: 14, looked: 800 }],
    ['100,000 sat', 100_000_000, { expanded: 20, looked: 2200 }],
  ] as const)('stays what it is in a network of 6,000 nodes: %s', (_, amountMsat, most) => {
    const random = RandomStream.named(4, 'test', 'ldk-whole-networks', 'work');
    const host = generatedNetwork(random, { nodes: 6000, hidden: 0, inbound: 0, minimums: 0 });
    const finder = new RouteFinder(host);
    for (let i = 0; i < 100; i++) {
      const source = random.integer(0, 5999);
      const destination = (source + random.integer(1, 5999)) % 6000;
      finder.find(queryOf(source, destination, amountMsat, new Scorer(DEFAULT_SETTINGS.scorer)));
    }
    for (const [name, count] of Object.entries(most)) {
      const each = finder.work[name as keyof typeof most] / finder.work.walks;
      expect(each, name).toBeLessThanOrEqual(count);
      // A count that fell by much should be guarded where it is now.
      expect(each, name).toBeGreaterThan(count / 2);
    }
  });
});
