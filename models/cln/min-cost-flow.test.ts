import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../engine/base/random.ts';
import { type FakeChannel, FakeHost, type FakePolicy } from '../lnd/testing/fake-host.ts';
import { biasFactor, COST_FRACTION } from './arc-costs.ts';
import { pathsOf } from './flow-paths.ts';
import { KnowledgeLayer } from './knowledge-layer.ts';
import { LinearNetwork } from './linear-network.ts';
import { MinCostFlow } from './min-cost-flow.ts';
import { PrivateLayer } from './private-layer.ts';
import { Reservations } from './reservations.ts';
import { SenderNetwork } from './sender-network.ts';
import { type TextbookEdge, textbookFlowCost } from './testing/textbook-flow.ts';

/** 10,000 in CI (BLAST_PROPERTY_RUNS=3000 there), fewer here. */
const RUNS = Math.ceil((Number(process.env.BLAST_PROPERTY_RUNS ?? 300) * 10) / 3);

interface Case {
  readonly host: FakeHost;
  readonly layer: KnowledgeLayer;
  readonly reservations: Reservations;
  readonly own: PrivateLayer;
  readonly destination: number;
  readonly amountMsat: number;
  readonly mu: number;
  readonly phi: number;
}

function randomCase(stream: RandomStream): Case {
  const upTo = (n: number): number => Math.floor(stream.unit() * n);
  const one = <T>(values: readonly T[]): T => values[upTo(values.length)] as T;
  const nodes = 3 + upTo(12);
  const policy = (): FakePolicy => ({
    base: one([0, 0, 1000, upTo(5000)]),
    ppm: one([0, 10, 100, upTo(3000)]),
    delta: one([34, 80, 144]),
    min: one([0, 1, 1000, upTo(40_000_000)]),
    disabled: stream.unit() < 0.05,
    ...(stream.unit() < 0.3 ? { max: upTo(2_000_000_000) } : {}),
  });
  const channels: FakeChannel[] = Array.from({ length: nodes + upTo(3 * nodes) }, () => {
    const a = upTo(nodes);
    const b = (a + 1 + upTo(nodes - 1)) % nodes;
    const capacitySat = one([20_000, 100_000, 1_000_000, 1000 + upTo(5_000_000)]);
    return { a, b, capacitySat, balanceMsat: upTo(capacitySat) * 1000, ab: policy(), ba: policy() };
  });
  const host = new FakeHost(nodes, channels);
  const layer = new KnowledgeLayer();
  const reservations = new Reservations();
  const own = new PrivateLayer();
  for (let i = upTo(2 * channels.length); i > 0; i--) {
    const edge = upTo(2 * channels.length);
    const amount = upTo((channels[edge >> 1] as FakeChannel).capacitySat) * 1000;
    const learn = one(['atLeast', 'atMost', 'moved'] as const);
    layer[learn](edge, amount, i);
  }
  if (stream.unit() < 0.5) reservations.change([upTo(2 * channels.length)], [1 + upTo(1_000_000_000)], 1);
  if (stream.unit() < 0.5) own.disable(upTo(2 * channels.length));
  if (stream.unit() < 0.5) {
    const edge = upTo(2 * channels.length);
    const { base = 0, ppm = 0, delta = 40 } = policy();
    const policyOf = { feeBaseMsat: base, feeRatePpm: ppm, cltvDelta: delta, minHtlcMsat: 0, maxHtlcMsat: 1e12 };
    own.learn(edge, { ...policyOf, disabled: false, inboundFeeBaseMsat: 0, inboundFeeRatePpm: 0 });
  }
  const amountMsat = one([1_000_001, 10_000_000, 1_000_000 + upTo(3_000_000_000)]);
  const mu = one([1, 1, 10, 50, 100]);
  return { host, layer, reservations, own, destination: 1 + upTo(nodes - 1), amountMsat, mu, phi: one([1e-6, 0.5]) };
}

function solve({ host, layer, reservations, own, destination, amountMsat, mu, phi }: Case) {
  const network = new SenderNetwork(host);
  network.load({ source: 0, destination, layer, reservations, own, outgoingEdges: null, lastHop: -1 });
  const arcs = new LinearNetwork(network);
  arcs.build(amountMsat, mu, phi);
  const solver = new MinCostFlow(arcs);
  const found = solver.solve(0, destination);
  const edges: TextbookEdge[] = [];
  for (let edge = 0; edge < 2 * host.graph.channels.length; edge++) {
    if (!network.usable(edge)) continue;
    edges.push({
      from: host.graph.from(edge),
      to: host.graph.to(edge),
      leastMsat: network.least(edge),
      mostMsat: network.most(edge),
      minHtlcMsat: network.minHtlc(edge),
      maxHtlcMsat: network.maxHtlc(edge),
      baseMsat: network.feeBase(edge),
      ppm: network.feeRate(edge),
      delta: network.cltvDelta(edge),
      bias: network.bias(edge),
    });
  }
  const textbook = textbookFlowCost(host.graph.nodeCount, edges, 0, destination, amountMsat, mu, phi);
  return { network, arcs, solver, found, textbook };
}

describe('figures of the arcs', () => {
  it('are those of the fact sheet', () => {
    expect(COST_FRACTION.slice(1).map((slope) => slope.toFixed(6))).toEqual(['1.386294', '3.054302', '9.241962']);
    expect([-1, 25, 100].map((bias) => biasFactor(bias).toFixed(4))).toEqual(['1.0346', '0.4273', '0.0333']);
  });
});

describe('the cheapest flow', () => {
  it(`costs what a textbook solver's costs, ${RUNS} times, and falls apart into paths`, { timeout: 300_000 }, () => {
    const stream = new RandomStream([1, 2, 3, 4]);
    let flows = 0;
    let parts = 0;
    for (let run = 0; run < RUNS; run++) {
      const one = randomCase(stream);
      const { network, arcs, solver, found, textbook } = solve(one);
      expect(found ? solver.cost() : null, `run ${run}`).toBe(textbook);
      if (!found) continue;
      flows++;
      const paths = pathsOf(solver, network.graph, 0, one.destination, arcs.units, arcs.accuracyMsat);
      const used = new Map<number, number>();
      for (const { edges, deliversMsat } of paths) {
        expect(network.graph.from(edges[0] as number)).toBe(0);
        expect(network.graph.to(edges.at(-1) as number)).toBe(one.destination);
        for (const edge of edges) used.set(edge, (used.get(edge) ?? 0) + deliversMsat / arcs.accuracyMsat);
      }
      const delivered = paths.reduce((sum, path) => sum + path.deliversMsat, 0);
      expect(delivered).toBe(arcs.units * arcs.accuracyMsat);
      for (const [edge, units] of used) expect(units).toBeLessThanOrEqual(solver.flow[edge] as number);
      if (paths.length > 1) parts++;
    }
    expect(flows).toBeGreaterThan(RUNS / 5);
    expect(parts).toBeGreaterThan(RUNS / 20);
  });
});
