/**
 * Minimum-cost flow as a textbook has it, for comparisons: a list of arcs with capacity and cost, made straight from the
 * description of the problem, and successive shortest paths by Bellman and Ford's algorithm. Slow, and shares no search and
 * no cost function with the model.
 */
import { exp, log } from '../../../engine/base/math.ts';
import { roundedDown, roundedUp } from '../fp16.ts';

/** A usable direction of a channel; amounts msat. */
export interface TextbookEdge {
  readonly from: number;
  readonly to: number;
  readonly leastMsat: number;
  readonly mostMsat: number;
  readonly minHtlcMsat: number;
  readonly maxHtlcMsat: number;
  readonly baseMsat: number;
  readonly ppm: number;
  readonly delta: number;
  readonly bias: number;
}

interface Arc {
  readonly from: number;
  readonly to: number;
  readonly fee: number;
  readonly probability: number;
  readonly bias: number;
  capacity: number;
  cost: number;
}

function arcsOf(edges: readonly TextbookEdge[], amountMsat: number, phi: number): Arc[] {
  const unit = Math.max(1, Math.ceil(amountMsat / 1000));
  const arcs: Arc[] = [];
  for (const edge of edges) {
    if (amountMsat < roundedDown(edge.minHtlcMsat)) continue;
    const a = Math.floor(Math.min(edge.leastMsat, edge.mostMsat) / unit);
    const b = 1 + Math.floor(edge.mostMsat / unit);
    let room = Math.min(Math.floor(roundedUp(edge.maxHtlcMsat) / unit), Math.ceil(amountMsat / unit));
    const fee = Math.trunc(edge.ppm + edge.baseMsat * (10_000_000 / amountMsat) + edge.delta * phi);
    // Pivots 0, 0.5, 0.8, 0.95 of what is uncertain.
    const pieces = [
      [a, 0],
      [Math.trunc((0.5 - 0) * (b - a)), log((1 - 0) / (1 - 0.5)) / (0.5 - 0)],
      [Math.trunc((0.8 - 0.5) * (b - a)), log((1 - 0.5) / (1 - 0.8)) / (0.8 - 0.5)],
      [Math.trunc((0.95 - 0.8) * (b - a)), log((1 - 0.8) / (1 - 0.95)) / (0.95 - 0.8)],
    ] as const;
    for (const [size, slope] of pieces) {
      const capacity = Math.min(size, room);
      room -= capacity;
      if (capacity === 0) continue;
      const probability = (slope * 1000 * (amountMsat / unit)) / (b - a);
      arcs.push({ from: edge.from, to: edge.to, fee, probability, bias: edge.bias, capacity, cost: 0 });
    }
  }
  return arcs;
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

function price(arcs: readonly Arc[], mu: number): void {
  let k = 1;
  if (arcs.length > 0) {
    const probability = middle(arcs.map((arc) => arc.probability));
    if (probability >= 0.001) k = middle(arcs.map((arc) => arc.fee)) / probability;
  }
  for (const arc of arcs) {
    const combined = arc.fee * mu + (100 - mu) * arc.probability * k;
    arc.cost = Math.trunc(arc.bias === 0 ? combined : combined * exp(-arc.bias / (100 / log(30))));
  }
}

/** What the cheapest flow of the whole amount costs; null when it does not fit. */
export function textbookFlowCost(
  nodes: number,
  edges: readonly TextbookEdge[],
  source: number,
  destination: number,
  amountMsat: number,
  mu: number,
  phi: number,
): number | null {
  const arcs = arcsOf(edges, amountMsat, phi);
  price(arcs, mu);
  // Arc i and the way back over it, 2i and 2i + 1.
  const residual = arcs.flatMap((arc) => [arc.capacity, 0]);
  let left = Math.ceil(amountMsat / Math.max(1, Math.ceil(amountMsat / 1000)));
  let total = 0;
  while (left > 0) {
    const distance = new Array<number>(nodes).fill(Infinity);
    const by = new Array<number>(nodes).fill(-1);
    distance[source] = 0;
    for (let changed = true; changed; ) {
      changed = false;
      arcs.forEach((arc, i) => {
        for (const [index, from, to, cost] of [
          [2 * i, arc.from, arc.to, arc.cost],
          [2 * i + 1, arc.to, arc.from, -arc.cost],
        ] as const) {
          if (residual[index] === 0 || (distance[from] as number) + cost >= (distance[to] as number)) continue;
          distance[to] = (distance[from] as number) + cost;
          by[to] = index;
          changed = true;
        }
      });
    }
    if (distance[destination] === Infinity) return null;
    let units = left;
    const way: number[] = [];
    for (let node = destination; node !== source; ) {
      const index = by[node] as number;
      way.push(index);
      units = Math.min(units, residual[index] as number);
      const arc = arcs[index >> 1] as Arc;
      node = (index & 1) === 0 ? arc.from : arc.to;
    }
    for (const index of way) {
      residual[index] = (residual[index] as number) - units;
      residual[index ^ 1] = (residual[index ^ 1] as number) + units;
    }
    total += units * (distance[destination] as number);
    left -= units;
  }
  return total;
}
