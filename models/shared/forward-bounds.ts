/**
 * What the rest of a way to the sender costs at least, for searches that go backwards from the recipient: Dijkstra's
 * algorithm from the sender forwards, over a cost of each hop that no way over it is without. It is made as far as somebody
 * needs it; it finds no path. Why a search may leave out what its bounds say: docs/path-finding.md.
 */
import { NodeHeap } from './node-heap.ts';
import type { SearchGraph } from './search-graph.ts';

/** Taken off each hop here: more than sums of costs below MOST_COST (2^38) lose by rounding. */
export const HOP_ROUNDING = 1e-3;
export const MOST_COST = 274_877_906_944;

export abstract class ForwardBounds {
  /** By node: least cost from there to the sender, if it is below `radius`; otherwise it is `radius` or more. */
  atLeast: Float64Array = new Float64Array(0);
  radius = 0;
  /** A node that no way leads through may be a peer of the sender, over a channel that is not announced. */
  leafPeers = false;
  /** Hops looked at since the beginning. */
  looked = 0;

  protected readonly graph: SearchGraph;
  #heap: NodeHeap = new NodeHeap(this.atLeast);
  #reached = new Int32Array(0);
  #reachedCount = 0;
  #source = -1;
  #destination = -1;

  constructor(graph: SearchGraph) {
    this.graph = graph;
  }

  /**
   * Least cost of the hop of a pair, Infinity when it is not to be used. Never −0 and never NaN.
   * @param place of the pair in `outPair`
   */
  protected abstract hopCost(pair: number, place: number): number;

  /** Cost that no hop is without. */
  abstract readonly leastCost: number;

  /**
   * Begins at `peers`, from which the sender's channels lead.
   * @param done nodes that ways do not lead through; none of the peers
   */
  protected start(source: number, destination: number, peers: Iterable<number>, done: readonly number[] = []): void {
    for (let i = 0; i < this.#reachedCount; i++) this.atLeast[this.#reached[i]!] = Infinity;
    this.#reachedCount = 0;
    this.#heap.clear();
    const nodeCount = this.graph.leaf.length;
    if (nodeCount > this.atLeast.length) {
      this.atLeast = new Float64Array(nodeCount).fill(Infinity);
      this.#reached = new Int32Array(nodeCount);
      this.#heap = new NodeHeap(this.atLeast);
    }
    this.#source = source;
    this.#destination = destination;
    this.leafPeers = false;
    this.radius = 0;
    for (const node of done) {
      this.#reached[this.#reachedCount++] = node;
      // Less than any way's cost: so no way comes there.
      this.atLeast[node] = -1;
    }
    for (const peer of peers) {
      this.#label(peer, 0);
      if (this.graph.leaf[peer] === 1) this.leafPeers = true;
    }
  }

  /** Settles one more node; false when there is none. */
  grow(): boolean {
    if (this.#heap.length === 0) {
      this.radius = Infinity;
      return false;
    }
    const node = this.#heap.pop();
    const { atLeast } = this;
    const cost = atLeast[node]!;
    this.radius = cost;
    if (node === this.#destination) return true;
    const { outStart, to, outPair } = this.graph;
    const least = cost + this.leastCost - HOP_ROUNDING;
    const end = outStart[node + 1]!;
    for (let i = outStart[node]!; i < end; i++) {
      const next = to[i]!;
      const known = atLeast[next]!;
      if (known <= cost || known <= least || next === this.#source) continue;
      const through = cost + this.hopCost(outPair[i]!, i) - HOP_ROUNDING;
      if (through < known) this.#label(next, Math.max(through, cost));
    }
    return true;
  }

  #label(node: number, cost: number): void {
    if (this.atLeast[node] === Infinity) this.#reached[this.#reachedCount++] = node;
    this.atLeast[node] = cost;
    this.#heap.pushOrFix(node);
  }
}
