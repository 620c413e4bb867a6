/**
 * What walks of LDK rely on when they leave something out: bounds of what is left to the payer that hold along every hop, that are no
 * larger than the cheapest way, and that never fall, neither as they are grown nor when they begin again without settled nodes.
 */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../engine/base/random.ts';
import { Guide } from '../../models/ldk/guide.ts';
import { DEFAULT_SETTINGS, readSettings, type ScorerSettings } from '../../models/ldk/options.ts';
import { RemovedFromGraph } from '../../models/ldk/removed-from-graph.ts';
import type { RouteQuery } from '../../models/ldk/route-query.ts';
import { Scorer } from '../../models/ldk/scorer.ts';
import { SearchGraph } from '../../models/shared/search-graph.ts';
import { generatedNetwork } from './generated.ts';

const NODES = 120;
const WALK = { valueMsat: 10_000_000, leastMsat: 1_000_000, saturationPower: 2 };
const SHARE = 0.25;
/** More than sums of costs lose by rounding. */
const SLACK = 1e-6;

function queryOf(source: number, destination: number, scorer: Scorer): RouteQuery {
  return {
    ...{ source, destination, scorer, amountMsat: WALK.valueMsat, finalCltvDelta: 42, maxFeeMsat: Infinity },
    ...{ multiPath: true, maxPaths: 10, maxPathLength: 19, maxCltv: 1008, saturationPower: 2, outgoingEdges: null },
    ...{ nowUs: 0, inFlight: new Map(), failedChannels: new Set<number>(), removed: new RemovedFromGraph() },
  };
}

/** All hops of the graph that lead to no leaf, by pair. */
function hopsOf(graph: SearchGraph): { pair: number; from: number; to: number }[] {
  const hops: { pair: number; from: number; to: number }[] = [];
  for (let to = 0; to < NODES; to++) {
    if (graph.leaf[to] === 1) continue;
    for (let pair = graph.start[to]!; pair < graph.start[to + 1]!; pair++) {
      hops.push({ pair, from: graph.from[pair]!, to });
    }
  }
  return hops;
}

const SETTINGS: readonly (readonly [string, ScorerSettings])[] = [
  ['by default', DEFAULT_SETTINGS.scorer],
  ['without base penalties', readSettings({ scorer: { base_penalty_msat: 0, anti_probing_penalty_msat: 0 } }).scorer],
  ['with linear probabilities', readSettings({ scorer: { linear_success_probability: true } }).scorer],
];

describe('what is left to the payer at least', () => {
  it.each(SETTINGS)('holds along every hop and never falls: %s', (_, settings) => {
    const random = RandomStream.named(1, 'test', 'ldk-bounds', 'hops');
    let listed = 0;
    let knowing = 0;
    for (let i = 0; i < 5; i++) {
      const host = generatedNetwork(random, { nodes: NODES, hidden: 0, inbound: 0, minimums: 0 });
      const graph = new SearchGraph();
      graph.follow(host.graph);
      const hops = hopsOf(graph);
      const guide = new Guide(graph);
      for (let question = 0; question < 8; question++) {
        const scorer = new Scorer(settings);
        for (let k = question % 2 === 0 ? 0 : 40; k > 0; k--) {
          const edge = random.integer(0, host.graph.known.length - 1);
          const capacity = host.graph.capacityMsat[edge >> 1]!;
          scorer.failedAt(edge, random.integer(1, capacity), capacity, 0);
        }
        const source = random.integer(0, NODES - 1);
        const destination = (source + random.integer(1, NODES - 1)) % NODES;
        const query = queryOf(source, destination, scorer);
        const peers = [...new Set(hops.filter(({ from }) => from === source).map(({ to }) => to))];
        guide.begin(query);
        guide.start(query, WALK, SHARE, peers, 0);
        const { costs } = guide;
        if (costs.listed) listed++;
        if (costs.listed && scorer.size > 0) knowing++;
        const costOf = ({ pair }: { pair: number }): number =>
          costs.listed ? costs.of(pair) : costs.at(pair, graph.outOf[pair]!);
        const done = new Set<number>();
        let before = new Float64Array(NODES);
        const known = new Map(hops.map((hop) => [hop.pair, costOf(hop)]));
        const check = (): void => {
          let broken = 0;
          const now = Float64Array.from({ length: NODES }, (_, node) => guide.left(node));
          for (const { pair, from, to } of hops) {
            if (from === source || to === source || from === destination || done.has(from) || done.has(to)) continue;
            if (now[to]! > known.get(pair)! + now[from]! + SLACK) broken++;
          }
          for (let node = 0; node < NODES; node++) {
            if (node === source || done.has(node)) continue;
            if (now[node]! < before[node]! - SLACK) broken++;
          }
          for (const peer of guide.peers) if (now[peer] !== 0) broken++;
          expect(broken).toBe(0);
          before = now;
        };
        check();
        while (guide.bounds.radius < Infinity) {
          guide.bounds.grow();
          check();
          // Begins again without some nodes, as a walk does that goes on under a higher ceiling.
          if (random.integer(0, 9) > 0) continue;
          for (let k = random.integer(1, 10); k > 0; k--) {
            const node = random.integer(0, NODES - 1);
            if (node !== source && node !== destination) done.add(node);
          }
          for (const node of done) guide.peers.delete(node);
          guide.raise(query, Infinity, [...done], 0);
          check();
        }
      }
    }
    // Most questions come when all costs are in lists.
    expect(listed).toBeGreaterThan(20);
    expect(knowing).toBeGreaterThan(10);
  });

  it('is read from lists in the order of costs, with every hop that can carry the least once', () => {
    const random = RandomStream.named(2, 'test', 'ldk-bounds', 'lists');
    const host = generatedNetwork(random, { nodes: NODES, hidden: 0, inbound: 0, minimums: 0 });
    const graph = new SearchGraph();
    graph.follow(host.graph);
    const guide = new Guide(graph);
    const query = queryOf(0, 1, new Scorer(DEFAULT_SETTINGS.scorer));
    const { outStart } = graph;
    for (let i = 0; i < 100 && !guide.costs.listed; i++) {
      guide.begin(query);
      guide.start(query, WALK, SHARE, [i % NODES], 0);
      while (guide.bounds.grow());
    }
    const { lists } = guide.costs;
    expect(guide.costs.listed).toBe(true);
    for (let node = 0; node < NODES; node++) {
      const places = Array.from({ length: lists.end[node]! - outStart[node]! }, (_, k) => outStart[node]! + k);
      const carrying = hopsOf(graph).filter(({ from, pair }) => from === node && lists.cost[pair]! < Infinity);
      expect(places.map((at) => lists.outPair[at]).sort()).toEqual(carrying.map(({ pair }) => pair).sort());
      for (const at of places) {
        expect(lists.outCost[at]).toBe(lists.cost[lists.outPair[at]!]);
        if (at > outStart[node]!) expect(lists.outCost[at]!).toBeGreaterThanOrEqual(lists.outCost[at - 1]!);
        expect(lists.into[lists.outTo[at]!]!).toBeLessThanOrEqual(lists.outCost[at]!);
      }
    }
  });
});
