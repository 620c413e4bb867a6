/**
 * Eclair's path finder over whole networks, where it leaves out most of what there is, against the same search without
 * anything left out; and how much work it is, in counts that no machine changes.
 */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../engine/base/random.ts';
import { DEFAULT_SETTINGS, type SearchSettings } from '../../models/eclair/options.ts';
import { SearchQuery } from '../../models/eclair/search-query.ts';
import { SenderGraph } from '../../models/eclair/sender-graph.ts';
import { KShortestPaths } from '../../models/eclair/yen.ts';
import type { FakeHost } from '../../models/lnd/testing/fake-host.ts';
import { generatedNetwork } from './generated.ts';
import { GRAPH_FOLDER, RealGraph } from './real-graph.ts';

const QUERIES = Number(process.env.BLAST_PATH_QUERIES ?? 200);
const AMOUNTS_MSAT = [1000, 100_000, 10_000_000, 100_000_000, 500_000_000] as const;
const SEARCH = DEFAULT_SETTINGS.search;

function queryOf(source: number, destination: number, amountMsat: number, settings: SearchSettings): SearchQuery {
  return Object.assign(new SearchQuery(), {
    ...{ source, destination, amountMsat, settings, maxLength: 6, maxCltv: 2016 },
    maxFeeMsat: Math.max(21_000, Math.floor(amountMsat * 0.03)),
  });
}

interface Tally {
  found: number;
  paths: number;
  hops: number;
}

/** Senders that pay several recipients and ignore now and then what was in the way. */
function compare(host: FakeHost, random: RandomStream, queries: number, settings: SearchSettings): Tally {
  const sender = new SenderGraph(host);
  const guided = new KShortestPaths(sender);
  const plain = new KShortestPaths(sender, true);
  const nodes = host.graph.nodeCount;
  const tally = { found: 0, paths: 0, hops: 0 };
  for (let i = 0; i < queries; i++) {
    const source = random.integer(0, nodes - 1);
    const destination = (source + random.integer(1, nodes - 1)) % nodes;
    const q = queryOf(source, destination, AMOUNTS_MSAT[random.integer(0, AMOUNTS_MSAT.length - 1)]!, settings);
    q.maxLength = random.integer(3, 8);
    sender.load(source, DEFAULT_SETTINGS, null);
    const count = random.integer(1, 5);
    let paths = guided.find(q, count);
    expect(paths, `query ${i}`).toEqual(plain.find(q, count));
    if (paths.length === 0) continue;
    tally.found++;
    tally.paths += paths.length;
    tally.hops += paths.reduce((sum, { edges }) => sum + edges.length, 0);
    const { edges } = paths[0]!;
    q.ignoredEdges = new Set([edges[random.integer(0, edges.length - 1)]!]);
    const node = host.graph.to(edges[random.integer(0, edges.length - 1)]!);
    if (node !== destination && random.integer(0, 3) === 0) q.ignoredNodes = new Set([node]);
    paths = guided.find(q, count);
    expect(paths, `query ${i} again`).toEqual(plain.find(q, count));
  }
  return tally;
}

const FREE = { baseMsat: 0, ppm: 0 };

const SETTINGS: readonly (readonly [string, Partial<SearchSettings>])[] = [
  ['by default', {}],
  ['with the logarithm of the probability', { useLogProbability: true }],
  ['with hops and failures that cost nothing', { hopCost: FREE, failureCost: FREE }],
  ['with a large risk of locked funds', { lockedFundsRisk: 1e-5 }],
];

describe('against the search that leaves nothing out', () => {
  it.each(SETTINGS)('finds the same paths in generated networks: %s', (_, changes) => {
    const random = RandomStream.named(1, 'test', 'eclair-whole-networks', 'generated');
    const tally = { found: 0, paths: 0, hops: 0 };
    for (let i = 0; i < 4; i++) {
      const host = generatedNetwork(random, { nodes: 500, hidden: i % 2 === 0 ? 0 : 5, inbound: 0 });
      const { found, paths, hops } = compare(host, random, 40, { ...SEARCH, ...changes });
      tally.found += found;
      tally.paths += paths;
      tally.hops += hops;
    }
    expect(tally.found).toBeGreaterThan(160 / 3);
    expect(tally.paths).toBeGreaterThan(1.5 * tally.found);
    expect(tally.hops / tally.paths).toBeGreaterThan(2.5);
  });

  it('follows policies that change, and channels that are disabled', () => {
    const random = RandomStream.named(2, 'test', 'eclair-whole-networks', 'changes');
    const host = generatedNetwork(random, { nodes: 300, hidden: 0, inbound: 0 });
    const { graph } = host;
    const sender = new SenderGraph(host);
    const guided = new KShortestPaths(sender);
    const plain = new KShortestPaths(sender, true);
    let found = 0;
    for (let i = 0; i < 120; i++) {
      // Now and then more changes than the graph remembers one by one.
      for (let k = random.integer(0, 12); k > 0; k--) {
        const edge = random.integer(0, graph.known.length - 1);
        graph.feeBaseMsat[edge] = random.integer(0, 5000);
        graph.disabled[edge] = random.integer(0, 3) === 0 ? 1 : 0;
        graph.touch(edge);
      }
      const source = random.integer(0, 299);
      const q = queryOf(source, (source + random.integer(1, 299)) % 300, 100_000, SEARCH);
      sender.load(source, DEFAULT_SETTINGS, null);
      const paths = guided.find(q, 3);
      expect(paths, `query ${i}`).toEqual(plain.find(q, 3));
      if (paths.length > 0) found++;
    }
    expect(found).toBeGreaterThan(40);
  });

  it.skipIf(GRAPH_FOLDER === null)(
    `finds the same paths in the whole real network, in ${QUERIES} queries`,
    () => {
      const host = new RealGraph(GRAPH_FOLDER!).whole();
      const random = RandomStream.named(3, 'test', 'eclair-whole-networks', 'real');
      const { found, paths, hops } = compare(host, random, QUERIES, SEARCH);
      expect(found).toBeGreaterThan(QUERIES / 3);
      expect(hops / paths).toBeGreaterThan(2.5);
    },
    3_600_000,
  );
});

describe('the work of a query', () => {
  // Nodes settled and edges looked at in the mean, for three paths. More than this is a loss that somebody must mean.
  it.each([
    ['100 sat', 100_000, { settled: 950, looked: 8000 }],
    ['100,000 sat', 100_000_000, { settled: 1450, looked: 6800 }],
  ] as const)('stays what it is in a network of 6,000 nodes: %s', (_, amountMsat, most) => {
    const random = RandomStream.named(4, 'test', 'eclair-whole-networks', 'work');
    const host = generatedNetwork(random, { nodes: 6000, hidden: 0, inbound: 0 });
    const sender = new SenderGraph(host);
    const finder = new KShortestPaths(sender);
    for (let i = 0; i < 200; i++) {
      const source = random.integer(0, 5999);
      sender.load(source, DEFAULT_SETTINGS, null);
      finder.find(queryOf(source, (source + random.integer(1, 5999)) % 6000, amountMsat, SEARCH), 3);
    }
    for (const [name, count] of Object.entries(most)) {
      const each = finder.work[name as keyof typeof most] / finder.queries;
      expect(each, name).toBeLessThanOrEqual(count);
      // A count that fell by much should be guarded where it is now.
      expect(each, name).toBeGreaterThan(count / 2);
    }
  });
});
