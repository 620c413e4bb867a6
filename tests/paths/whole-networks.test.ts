/**
 * lnd's path finder over whole networks, where it leaves out most of what there is, against the same search without anything
 * left out; and how much work it is, in counts that no machine changes. Senders learn as they do in payments: routes succeed
 * or fail at some hop, and the same sender asks again.
 */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../engine/base/random.ts';
import { RouteBuffer } from '../../engine/simulate/node-model.ts';
import { MissionControl } from '../../models/lnd/mission-control.ts';
import { finalPayloadBytes } from '../../models/lnd/onion-size.ts';
import { DEFAULT_SETTINGS } from '../../models/lnd/options.ts';
import { PathFinder, type Thrift } from '../../models/lnd/path-finding.ts';
import { PATH, PathQuery } from '../../models/lnd/path-query.ts';
import { attemptCost } from '../../models/lnd/payment-session.ts';
import { AprioriEstimator } from '../../models/lnd/probability-apriori.ts';
import { BimodalEstimator } from '../../models/lnd/probability-bimodal.ts';
import { copyRoute, type FakeHost } from '../../models/lnd/testing/fake-host.ts';
import { PlainPathFinder } from '../../models/lnd/testing/plain-path-finding.ts';
import { generatedNetwork } from './generated.ts';
import { GRAPH_FOLDER, RealGraph } from './real-graph.ts';

const QUERIES = Number(process.env.BLAST_PATH_QUERIES ?? 200);
const AMOUNTS_MSAT = [1000, 100_000, 10_000_000, 100_000_000, 500_000_000] as const;
const SETTINGS = DEFAULT_SETTINGS;

function queryOf(source: number, destination: number, amountMsat: number): PathQuery {
  const q = new PathQuery();
  Object.assign(q, { source, destination, amountMsat, finalExpiry: 1083, expiryLimit: 3016, minProbability: 0.01 });
  q.feeLimitMsat = amountMsat <= 1_000_000 ? amountMsat : Math.floor(amountMsat / 20);
  q.attemptCostMsat = attemptCost(SETTINGS, amountMsat);
  q.finalPayloadBytes = finalPayloadBytes(amountMsat, q.finalExpiry, 'invoice');
  q.estimator = new AprioriEstimator(SETTINGS.apriori);
  return q;
}

/** What the sender learns from a route of which the hop `failed` does not carry its amount; −1 when all do. */
function learn(host: FakeHost, results: MissionControl, route: RouteBuffer, failed: number): void {
  for (let i = 0; i < route.length && (failed < 0 || i <= failed); i++) {
    const edge = route.edge[i]!;
    const [from, to, msat] = [host.graph.from(edge), host.graph.to(edge), route.amountMsat[i]!];
    if (i === failed) results.fail(from, to, msat, host.now);
    else results.succeed(from, to, msat, host.now);
  }
}

interface Tally {
  compared: number;
  found: number;
  hops: number;
}

/** Senders that pay several recipients and try each again; answers what was found by both. */
function compare(
  host: FakeHost,
  random: RandomStream,
  queries: number,
  change: (q: PathQuery) => void,
  thrift?: Thrift,
): Tally {
  const fast = new PathFinder(host, thrift);
  const plain = new PlainPathFinder(host);
  const tally = { compared: 0, found: 0, hops: 0 };
  const nodes = host.graph.nodeCount;
  const [a, b] = [new RouteBuffer(), new RouteBuffer()];
  let source = 0;
  let results: MissionControl | null = null;
  while (tally.compared < queries) {
    if (random.integer(1, 4) === 1) {
      source = random.integer(0, nodes - 1);
      results = null;
    }
    const destination = random.integer(1, 30) === 1 ? source : random.integer(0, nodes - 1);
    const q = queryOf(source, destination, AMOUNTS_MSAT[random.integer(0, AMOUNTS_MSAT.length - 1)]!);
    change(q);
    for (let attempt = 0; attempt < 12 && tally.compared < queries; attempt++) {
      host.now += random.integer(1, 60_000_000);
      q.nowUs = host.now;
      q.results = results;
      const answer = fast.find(q, a);
      expect(answer, `query ${tally.compared}`).toBe(plain.find(q, b));
      tally.compared++;
      if (answer !== PATH.found) break;
      expect(copyRoute(a), `query ${tally.compared}`).toEqual(copyRoute(b));
      expect(fast.routeProbability(source)).toBe(plain.routeProbability(source));
      tally.found++;
      tally.hops += a.length;
      results ??= new MissionControl();
      const failed = random.integer(1, 4) === 1 ? -1 : random.integer(0, a.length - 1);
      learn(host, results, a, failed);
      if (failed < 0) break;
    }
  }
  return tally;
}

const CHANGES: readonly (readonly [string, (q: PathQuery) => void])[] = [
  ['by default', () => {}],
  ['bimodal', (q) => (q.estimator = new BimodalEstimator(SETTINGS.bimodal))],
  ['with attempts that cost nothing', (q) => (q.attemptCostMsat = 0)],
  ['with attempts that cost little', (q) => (q.attemptCostMsat = 150)],
  ['with certain hops', (q) => (q.estimator = new AprioriEstimator({ ...SETTINGS.apriori, hopProbability: 1 }))],
  ['without the history', (q) => (q.estimator = new AprioriEstimator({ ...SETTINGS.apriori, weight: 1 }))],
];

describe('against the search that leaves nothing out', () => {
  it.each(CHANGES)('finds the same routes in generated networks: %s', (_, change) => {
    const random = RandomStream.named(1, 'test', 'whole-networks', 'generated');
    const tally = { compared: 0, found: 0, hops: 0 };
    for (let i = 0; i < 6; i++) {
      const host = generatedNetwork(random, { nodes: 700, hidden: i % 2 === 0 ? 0 : 5, inbound: i < 3 ? 0 : 10 });
      const { compared, found, hops } = compare(host, random, 150, change);
      tally.compared += compared;
      tally.found += found;
      tally.hops += hops;
    }
    expect(tally.found).toBeGreaterThan(tally.compared / 3);
    expect(tally.hops / tally.found).toBeGreaterThan(2.5);
  });

  it.each(CHANGES)('does so with searches that are kept, and that end as early as they may: %s', (_, change) => {
    const random = RandomStream.named(5, 'test', 'whole-networks', 'kept');
    let found = 0;
    let compared = 0;
    for (let i = 0; i < 12; i++) {
      const host = generatedNetwork(random, {
        nodes: 60 + 40 * i,
        hidden: i % 4 === 0 ? 3 : 0,
        inbound: i < 9 ? 0 : 10,
      });
      const tally = compare(host, random, 150, change, { keptFrom: i % 3, pause: 1 + (i % 2), lookUp: 1 });
      found += tally.found;
      compared += tally.compared;
    }
    expect(found).toBeGreaterThan(compared / 3);
  });

  it.each(CHANGES)('does so when pairs are looked up as early as they may be: %s', (_, change) => {
    const random = RandomStream.named(6, 'test', 'whole-networks', 'looked-up');
    let found = 0;
    let compared = 0;
    for (let i = 0; i < 6; i++) {
      const host = generatedNetwork(random, { nodes: 400, hidden: i % 4 === 0 ? 3 : 0, inbound: i < 4 ? 0 : 10 });
      const tally = compare(host, random, 150, change, { keptFrom: Infinity, pause: Infinity, lookUp: 1 });
      found += tally.found;
      compared += tally.compared;
    }
    expect(found).toBeGreaterThan(compared / 3);
  });

  it('follows policies that change, and channels that are disabled', () => {
    const random = RandomStream.named(2, 'test', 'whole-networks', 'changes');
    const host = generatedNetwork(random, { nodes: 300, hidden: 0, inbound: 0 });
    const { graph } = host;
    for (let i = 0; i < 60; i++) {
      // Now and then more changes than the graph remembers one by one.
      for (let k = random.integer(0, 12); k > 0; k--) {
        const edge = random.integer(0, graph.known.length - 1);
        graph.feeBaseMsat[edge] = random.integer(0, 5000);
        graph.disabled[edge] = random.integer(0, 3) === 0 ? 1 : 0;
        graph.touch(edge);
      }
      compare(host, random, 5, () => {});
    }
  });

  it.skipIf(GRAPH_FOLDER === null)(
    `finds the same routes in the whole real network, in ${QUERIES} queries`,
    () => {
      const host = new RealGraph(GRAPH_FOLDER!).whole();
      const random = RandomStream.named(3, 'test', 'whole-networks', 'real');
      const { found, hops } = compare(host, random, QUERIES, () => {});
      compare(host, random, QUERIES, () => {}, { keptFrom: 1, pause: 1, lookUp: 1 });
      expect(found).toBeGreaterThan(QUERIES / 3);
      expect(hops / found).toBeGreaterThan(2.5);
    },
    3_600_000,
  );
});

describe('the work of a search', () => {
  // Nodes settled, pairs of nodes looked at and evaluated in the mean. More than this is a loss that somebody must mean.
  it.each([
    ['100 sat, nothing learnt', 100_000, 1, { settled: 270, looked: 3300, evaluated: 710 }],
    ['100,000 sat, nothing learnt', 100_000_000, 1, { settled: 95, looked: 1600, evaluated: 525 }],
    ['100 sat, and again after failures', 100_000, 5, { settled: 675, looked: 8400, evaluated: 1520 }],
    ['100,000 sat, and again after failures', 100_000_000, 5, { settled: 665, looked: 8400, evaluated: 1520 }],
  ] as const)('stays what it is in a network of 6,000 nodes: %s', (_, amountMsat, attempts, most) => {
    const random = RandomStream.named(4, 'test', 'whole-networks', 'work');
    const host = generatedNetwork(random, { nodes: 6000, hidden: 0, inbound: 0 });
    const finder = new PathFinder(host);
    const route = new RouteBuffer();
    for (let i = 0; i < 300; i++) {
      const source = random.integer(0, 5999);
      const q = queryOf(source, (source + random.integer(1, 5999)) % 6000, amountMsat);
      for (let attempt = 0; attempt < attempts && finder.find(q, route) === PATH.found; attempt++) {
        q.results ??= new MissionControl();
        learn(host, q.results, route, random.integer(0, route.length - 1));
      }
    }
    const { searches, settled, looked, evaluated } = finder;
    const each = { settled: settled / searches, looked: looked / searches, evaluated: evaluated / searches };
    for (const [name, count] of Object.entries(most)) {
      expect(each[name as keyof typeof each], name).toBeLessThanOrEqual(count);
      // A count that fell by much should be guarded where it is now.
      expect(each[name as keyof typeof each], name).toBeGreaterThan(count / 2);
    }
  });
});
