/** Searches from both sides find what the plain algorithm finds: the same edges, and not only the same cost. */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../engine/base/random.ts';
import { type FakeChannel, FakeHost, type FakePolicy } from '../lnd/testing/fake-host.ts';
import { KnowledgeLayer } from './knowledge-layer.ts';
import { LinearNetwork } from './linear-network.ts';
import { MinCostFlow } from './min-cost-flow.ts';
import { PrivateLayer } from './private-layer.ts';
import { Reservations } from './reservations.ts';
import { SenderNetwork } from './sender-network.ts';
import { SinglePath } from './single-path.ts';

/** 10,000 in CI (BLAST_PROPERTY_RUNS=3000 there), fewer here. */
const RUNS = Math.ceil((Number(process.env.BLAST_PROPERTY_RUNS ?? 300) * 10) / 3);

interface Problem {
  readonly network: SenderNetwork;
  readonly source: number;
  readonly destination: number;
  readonly amountMsat: number;
  readonly mu: number;
}

/** Few different capacities and fees, so that many ways cost the same. */
function problem(stream: RandomStream, fewer: boolean): Problem {
  const upTo = (n: number): number => Math.floor(stream.unit() * n);
  const one = <T>(values: readonly T[]): T => values[upTo(values.length)] as T;
  const nodes = 4 + upTo(40);
  const policy = (): FakePolicy => ({
    base: fewer ? one([0, 1000]) : upTo(3000),
    ppm: fewer ? one([0, 1]) : upTo(2000),
    delta: 40,
    disabled: stream.unit() < 0.03,
    min: one([0, 1000, upTo(2_000_000)]),
  });
  const channels: FakeChannel[] = Array.from({ length: 2 * nodes + upTo(3 * nodes) }, () => {
    const a = upTo(nodes);
    const b = (a + 1 + upTo(nodes - 1)) % nodes;
    const capacitySat = fewer ? one([100_000, 1_000_000]) : 20_000 + upTo(3_000_000);
    const announced = stream.unit() > 0.05;
    return { a, b, capacitySat, balanceMsat: upTo(capacitySat) * 1000, ab: policy(), ba: policy(), announced };
  });
  const host = new FakeHost(nodes, channels);
  const layer = new KnowledgeLayer();
  const own = new PrivateLayer();
  for (let i = upTo(channels.length); i > 0; i--) {
    const edge = upTo(2 * channels.length);
    layer[one(['atLeast', 'atMost'] as const)](edge, upTo(channels[edge >> 1]!.capacitySat) * 1000, i);
  }
  for (let i = upTo(4); i > 0; i--) own.disable(upTo(2 * channels.length));
  const network = new SenderNetwork(host);
  const source = upTo(nodes);
  const destination = (source + 1 + upTo(nodes - 1)) % nodes;
  network.load({
    ...{ source, destination, layer, reservations: new Reservations(), own, outgoingEdges: null, lastHop: -1 },
  });
  const amountMsat = one([1000, 100_000, 10_000_000, 1_000_000 + upTo(400_000_000)]);
  return { network, source, destination, amountMsat, mu: one([1, 10, 100]) };
}

/** What was found, and what is found in several questions to the same objects with a change between them. */
describe.each([
  ['that differ', false],
  ['of which many cost the same', true],
])('over channels %s', (_, fewer) => {
  it(`single paths are the plain algorithm's, ${RUNS} times`, { timeout: 300_000 }, () => {
    const stream = new RandomStream([5, 6, 7, fewer ? 8 : 9]);
    let found = 0;
    for (let run = 0; run < RUNS; run++) {
      const { network, source, destination, amountMsat, mu } = problem(stream, fewer);
      const single = new SinglePath(network);
      // Edges are read in order from the second time on, but for those that are known by then.
      for (let again = 0; again < 8; again++) {
        const path = single.find(source, destination, amountMsat, mu, 1e-6, -1);
        const { distance } = single;
        const plain = single.find(source, destination, amountMsat, mu, 1e-6, -1, true);
        expect(path, `run ${run}`).toEqual(plain);
        if (path === null) break;
        found++;
        expect(distance).toBe(single.distance);
        network.disable(path[path.length >> 1] as number);
      }
    }
    expect(found).toBeGreaterThan(RUNS / 2);
  });

  it(`flows are the plain algorithm's, ${RUNS} times`, { timeout: 300_000 }, () => {
    const stream = new RandomStream([1, 6, 7, fewer ? 8 : 9]);
    let several = 0;
    let plainly = 0;
    for (let run = 0; run < RUNS; run++) {
      const { network, source, destination, amountMsat, mu } = problem(stream, fewer);
      const arcs = new LinearNetwork(network);
      const solver = new MinCostFlow(arcs);
      for (let again = 0; again < 3; again++) {
        arcs.build(amountMsat, mu, 1e-6);
        const found = solver.solve(source, destination);
        const flow = solver.edges.map((edge) => [edge, solver.flow[edge]]);
        const plain = solver.solvePlainly(source, destination);
        expect(found, `run ${run}`).toBe(plain);
        if (!found) break;
        expect(flow, `run ${run}`).toEqual(solver.edges.map((edge) => [edge, solver.flow[edge]]));
        if (new Set(flow.map(([, units]) => units)).size > 1) several++;
        network.disable(flow[flow.length >> 1]![0] as number);
      }
      plainly += solver.plain;
    }
    expect(several).toBeGreaterThan(RUNS / 20);
    // Both happen: flows that are certain from both sides, and those that are not.
    expect(plainly).toBeLessThan(several);
    if (fewer) expect(plainly).toBeGreaterThan(0);
  });
});
