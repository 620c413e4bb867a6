/**
 * Core Lightning's searches over whole networks, by objects that answer one question after the other, against the plainly written
 * search that looks at everything: the same routes, also where several cost the same. Senders learn from each answer and ask again.
 */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../engine/base/random.ts';
import { KnowledgeLayer } from '../../models/cln/knowledge-layer.ts';
import { LinearNetwork } from '../../models/cln/linear-network.ts';
import { MinCostFlow } from '../../models/cln/min-cost-flow.ts';
import { PrivateLayer } from '../../models/cln/private-layer.ts';
import { Reservations } from '../../models/cln/reservations.ts';
import { SenderNetwork } from '../../models/cln/sender-network.ts';
import { SinglePath } from '../../models/cln/single-path.ts';
import { plainFlow, plainPath } from '../../models/cln/testing/plain-flow.ts';
import type { FakeHost } from '../../models/lnd/testing/fake-host.ts';
import { generatedNetwork } from './generated.ts';
import { GRAPH_FOLDER, RealGraph } from './real-graph.ts';

/** The plain search takes its time. */
const REAL_QUERIES = Math.ceil(Number(process.env.BLAST_PATH_QUERIES ?? 200) / 4);
/** Few, so that the same are asked for again. */
const AMOUNTS_MSAT = [1000, 100_000, 10_000_000, 100_000_000, 500_000_000, 3_000_000_000] as const;
const DELAY_FACTOR = 1e-6;

interface Tally {
  compared: number;
  found: number;
  /** Flows over several ways, and those that needed the plain algorithm after all. */
  split: number;
  plain: number;
}

/** Learns from the edges of a route or flow, and lays it over the network for the next question. */
function learn(random: RandomStream, layer: KnowledgeLayer, own: PrivateLayer, edges: readonly number[], msat: number) {
  edges.forEach((edge, i) => {
    const what = random.integer(0, 5);
    if (what === 0) layer.atMost(edge, Math.floor(msat * random.unit()), i);
    else if (what < 3) layer.atLeast(edge, Math.floor(msat * random.unit()), i);
    else if (what === 3 && random.integer(0, 3) === 0) own.disable(edge);
  });
}

/** What a node keeps between questions. */
class Kept {
  readonly network: SenderNetwork;
  readonly arcs: LinearNetwork;
  readonly solver: MinCostFlow;
  readonly single: SinglePath;

  constructor(host: FakeHost) {
    this.network = new SenderNetwork(host);
    this.arcs = new LinearNetwork(this.network);
    this.solver = new MinCostFlow(this.arcs);
    this.single = new SinglePath(this.network);
  }
}

function compare(host: FakeHost, random: RandomStream, queries: number, kept: Kept = new Kept(host)): Tally {
  const { network, arcs, solver, single } = kept;
  const tally = { compared: 0, found: 0, split: 0, plain: 0 };
  const nodes = host.graph.nodeCount;
  while (tally.compared < queries) {
    const source = random.integer(0, nodes - 1);
    const destination = (source + random.integer(1, nodes - 1)) % nodes;
    const amountMsat = AMOUNTS_MSAT[random.integer(0, AMOUNTS_MSAT.length - 1)]!;
    const mu = [1, 10, 100][random.integer(0, 2)]!;
    const [layer, own, reservations] = [new KnowledgeLayer(), new PrivateLayer(), new Reservations()];
    for (let attempt = 0; attempt < 4 && tally.compared < queries; attempt++) {
      network.load({ source, destination, layer, reservations, own, outgoingEdges: null, lastHop: -1 });
      const path = single.find(source, destination, amountMsat, mu, DELAY_FACTOR, -1);
      const name = `query ${tally.compared}`;
      tally.compared++;
      expect(path, name).toEqual(plainPath(network, (edge) => single.forwards(edge), source, destination));
      arcs.build(amountMsat, mu, DELAY_FACTOR);
      const flow = solver.solve(source, destination)
        ? new Map(solver.edges.map((edge) => [edge, solver.flow[edge]!]))
        : null;
      expect(flow, name).toEqual(plainFlow(arcs, source, destination));
      if (flow === null) break;
      tally.found++;
      if (new Set(flow.values()).size > 1) tally.split++;
      learn(random, layer, own, [...flow.keys(), ...(path ?? [])], amountMsat);
    }
  }
  tally.plain = solver.plain;
  return tally;
}

describe('against the search that looks at everything', () => {
  it('finds the same paths and flows in generated networks', { timeout: 300_000 }, () => {
    const random = RandomStream.named(1, 'test', 'cln-whole-networks', 'generated');
    let [compared, found, split, plain] = [0, 0, 0, 0];
    for (let i = 0; i < 6; i++) {
      const host = generatedNetwork(random, { nodes: i < 3 ? 700 : 1500, hidden: i % 2 === 0 ? 0 : 5, inbound: 0 });
      const tally = compare(host, random, 60);
      compared += tally.compared;
      found += tally.found;
      split += tally.split;
      plain += tally.plain;
    }
    expect(found).toBeGreaterThan(compared / 3);
    expect(split).toBeGreaterThan(compared / 20);
    expect(plain).toBeLessThan(split);
  });

  it('looks at few edges of a network that it has seen: counts that no machine changes', () => {
    const random = RandomStream.named(4, 'test', 'cln-whole-networks', 'work');
    const host = generatedNetwork(random, { nodes: 1500, hidden: 0, inbound: 0 });
    const kept = new Kept(host);
    compare(host, random, 100, kept);
    const edges = host.graph.known.length;
    const looked = ({ work }: SinglePath | MinCostFlow): number => work.looked / work.searches;
    // Those of flows are made once more by the plain algorithm where several ways cost the same.
    expect(looked(kept.single) / edges).toBeLessThan(0.06);
    expect(looked(kept.solver) / edges).toBeLessThan(0.38);
  });

  it('follows policies that change, and channels that are disabled', () => {
    const random = RandomStream.named(2, 'test', 'cln-whole-networks', 'changes');
    const host = generatedNetwork(random, { nodes: 300, hidden: 0, inbound: 0 });
    const { graph } = host;
    const kept = new Kept(host);
    for (let i = 0; i < 40; i++) {
      // Now and then more changes than the graph remembers one by one.
      for (let k = random.integer(0, 12); k > 0; k--) {
        const edge = random.integer(0, graph.known.length - 1);
        graph.feeBaseMsat[edge] = random.integer(0, 5000);
        graph.disabled[edge] = random.integer(0, 3) === 0 ? 1 : 0;
        graph.touch(edge);
      }
      compare(host, random, 3, kept);
    }
  });

  it.skipIf(GRAPH_FOLDER === null)(
    `does so in the whole real network, in ${REAL_QUERIES} queries`,
    () => {
      const host = new RealGraph(GRAPH_FOLDER!).whole();
      const random = RandomStream.named(3, 'test', 'cln-whole-networks', 'real');
      const { found, split } = compare(host, random, REAL_QUERIES);
      expect(found).toBeGreaterThan(REAL_QUERIES / 3);
      expect(split).toBeGreaterThan(REAL_QUERIES / 20);
    },
    3_600_000,
  );
});
