/**
 * The searches of two-sided-search.ts and min-cost-flow.ts as they are described, for comparisons: Dijkstra's algorithm from the
 * sender over all edges, leaves too, with nothing kept from one question to the next. Shares what arcs there are and what they cost
 * with the model, and the queue; the order among ways that cost the same is spelt out here once more.
 */
import { NodeHeap } from '../../shared/node-heap.ts';
import { PARTS } from '../arc-costs.ts';
import type { LinearNetwork } from '../linear-network.ts';
import type { SenderNetwork } from '../sender-network.ts';

/** Edge by which a node was reached, and whether it takes flow back. */
interface Step {
  readonly edge: number;
  readonly against: boolean;
}

interface Prices {
  /** Cost of another unit, negative when there is no room. */
  forwards(edge: number): number;
  /** Cost of a unit that flows. */
  backwards(edge: number): number;
}

class PlainSearch {
  readonly by: Step[] = [];
  /** Edges with flow into a node, the newest first. */
  readonly into = new Map<number, number[]>();
  readonly #network: SenderNetwork;
  readonly #prices: Prices;
  readonly #out: number[][];
  readonly #potential: number[];

  constructor(network: SenderNetwork, prices: Prices) {
    this.#network = network;
    this.#prices = prices;
    const { graph, source } = network;
    this.#out = Array.from({ length: graph.nodeCount }, () => []);
    this.#potential = this.#out.map(() => 0);
    for (let edge = 0; edge < graph.known.length; edge++) {
      if (graph.known[edge] === 1 && graph.from(edge) !== source) this.#out[graph.from(edge)]!.push(edge);
    }
    this.#out[source] = Array.from({ length: network.ownEdgeCount() }, (_, i) => network.ownEdges()[i]!);
  }

  /** True when there is a way, which `by` leads back from the destination. */
  find(source: number, destination: number): boolean {
    const { graph } = this.#network;
    const distance = new Float64Array(graph.nodeCount).fill(Infinity);
    const done = new Uint8Array(graph.nodeCount);
    const heap = new NodeHeap(distance);
    distance[source] = 0;
    heap.pushOrFix(source);
    const relax = (from: number, to: number, cost: number, edge: number, against: boolean): void => {
      const reach = distance[from]! + cost - this.#potential[from]! + this.#potential[to]!;
      if (done[to] === 1 || reach >= distance[to]!) return;
      distance[to] = reach;
      this.by[to] = { edge, against };
      heap.pushOrFix(to);
    };
    while (heap.length > 0) {
      const node = heap.pop();
      done[node] = 1;
      if (node === destination) {
        for (let v = 0; v < graph.nodeCount; v++) {
          if (distance[v]! < distance[node]!) this.#potential[v]! += distance[node]! - distance[v]!;
        }
        return true;
      }
      for (const edge of this.#out[node]!) {
        const cost = this.#prices.forwards(edge);
        if (cost >= 0) relax(node, graph.to(edge), cost, edge, false);
      }
      for (const edge of this.into.get(node) ?? []) {
        relax(node, graph.from(edge), -this.#prices.backwards(edge), edge, true);
      }
    }
    return false;
  }

  /** Steps from the destination back to the source. */
  steps(source: number, destination: number): readonly Step[] {
    const { graph } = this.#network;
    const steps: Step[] = [];
    for (let node = destination; node !== source; ) {
      const step = this.by[node]!;
      steps.push(step);
      node = step.against ? graph.to(step.edge) : graph.from(step.edge);
    }
    return steps;
  }
}

/** Edges of the cheapest way by the given costs, null when there is none. */
export function plainPath(
  network: SenderNetwork,
  cost: (edge: number) => number,
  source: number,
  destination: number,
): readonly number[] | null {
  const search = new PlainSearch(network, { forwards: cost, backwards: () => 0 });
  if (!search.find(source, destination)) return null;
  return search
    .steps(source, destination)
    .map(({ edge }) => edge)
    .reverse();
}

/** Units by edge of the flow that successive shortest paths find, null when the network does not carry all. */
export function plainFlow(
  arcs: LinearNetwork,
  source: number,
  destination: number,
): ReadonlyMap<number, number> | null {
  const flow = new Map<number, number>();
  const capacity = (edge: number, part: number): number => {
    arcs.prepare(edge);
    return arcs.capacity[PARTS * edge + part]!;
  };
  /** The arc at which so many units end, and how many of them lie in it. */
  const last = (edge: number): { part: number; inPart: number } => {
    let inPart = flow.get(edge) ?? 0;
    for (let part = 0; part < PARTS; part++) {
      if (inPart > 0 && inPart <= capacity(edge, part)) return { part, inPart };
      inPart -= capacity(edge, part);
    }
    return { part: -1, inPart: 0 };
  };
  const open = (edge: number): { part: number; room: number } => {
    let rest = flow.get(edge) ?? 0;
    for (let part = 0; part < PARTS; part++) {
      if (rest < capacity(edge, part)) return { part, room: capacity(edge, part) - rest };
      rest -= capacity(edge, part);
    }
    return { part: -1, room: 0 };
  };
  const search = new PlainSearch(arcs.network, {
    forwards: (edge) => (open(edge).part < 0 ? -1 : arcs.cost(edge, open(edge).part)),
    backwards: (edge) => arcs.cost(edge, last(edge).part),
  });
  for (let left = arcs.units; left > 0; ) {
    if (!search.find(source, destination)) return null;
    const steps = search.steps(source, destination);
    let units = left;
    for (const { edge, against } of steps) units = Math.min(units, against ? last(edge).inPart : open(edge).room);
    for (const { edge, against } of steps) {
      const now = (flow.get(edge) ?? 0) + (against ? -units : units);
      const to = arcs.network.graph.to(edge);
      const list = search.into.get(to) ?? [];
      if (!flow.has(edge)) search.into.set(to, [edge, ...list]);
      flow.set(edge, now);
      if (now > 0) continue;
      flow.delete(edge);
      search.into.set(
        to,
        list.filter((other) => other !== edge),
      );
    }
    left -= units;
  }
  return flow;
}
