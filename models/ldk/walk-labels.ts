/**
 * The records in which a walk keeps what it knows of the way from each node to the payee, and the nodes that walks of one
 * question have settled. Amounts, fees and penalties msat.
 */
import type { RouteHeap } from './route-heap.ts';

/** Numbers of a record here: those of the walk in which the rest is valid, and of that in which the node was done. */
export const LABEL = 10;
export const WALK = 0;
export const DONE = 1;
export const VIA = 2;
export const NEXT_FEES = 3;
export const USE_FEE = 4;
export const TOTAL_FEE = 5;
/** Limit and minimum of the edge where it is an own channel. */
export const LEAST = 6;
export const PENALTY = 7;
export const VALUE = 8;
/** Number of the walk in which the node was settled. */
export const SETTLED = 9;

/** What the way of a label costs. */
export function costOf(labels: Float64Array, label: number): number {
  return (
    Math.max(labels[label + TOTAL_FEE] as number, labels[label + LEAST] as number) + (labels[label + PENALTY] as number)
  );
}

/** Nodes whose labels are those of the walk that leaves nothing out; walks of the same question do not look for them again. */
export class SettledNodes {
  readonly nodes: number[] = [];
  readonly #cltvDeltas: number[] = [];
  readonly #hops: number[] = [];
  #firstWalk = 0;

  /** Forgets all; walks from this number on are of one question. */
  begin(firstWalk: number): void {
    this.#firstWalk = firstWalk;
    this.nodes.length = 0;
    this.#cltvDeltas.length = 0;
    this.#hops.length = 0;
  }

  /** Whether a node was settled by a walk before this one. */
  has(labels: Float64Array, label: number, walk: number): boolean {
    const settled = labels[label + SETTLED] as number;
    return settled >= this.#firstWalk && settled < walk;
  }

  /** Settles the node that the heap gave. */
  add(labels: Float64Array, { node, cltvDelta, hops }: RouteHeap, walk: number): void {
    labels[LABEL * node + SETTLED] = walk;
    this.nodes.push(node);
    this.#cltvDeltas.push(cltvDelta);
    this.#hops.push(hops);
  }

  /** Puts all into a walk's heap, and marks them as done, so that they get no other label. */
  refill(labels: Float64Array, heap: RouteHeap, walk: number): void {
    for (let i = 0; i < this.nodes.length; i++) {
      const node = this.nodes[i]!;
      const label = LABEL * node;
      labels[label + DONE] = walk;
      heap.push(node, costOf(labels, label), labels[label + VALUE]!, this.#cltvDeltas[i]!, this.#hops[i]!);
    }
  }
}
