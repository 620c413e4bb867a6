/**
 * What the rest of a way to the sender costs at least, for searches that go backwards from the recipient: Dijkstra's
 * algorithm from the sender forwards, over a cost of each edge that no way over it is without. It is made as far as somebody
 * needs it; it finds no path. Why a search may leave out what its bounds say: docs/path-finding.md.
 */
import { NodeHeap } from './node-heap.ts';
import { RECORD, type SearchGraph } from './search-graph.ts';

/** Taken off each edge here: more than sums of costs below MOST_COST (2^38) lose by rounding. */
const ROUNDING = 1e-3;
export const MOST_COST = 274_877_906_944;

export abstract class ForwardBounds {
  /** By node: least cost from there to the sender, if it is below `radius`; otherwise it is `radius` or more. */
  atLeast: Float64Array = new Float64Array(0);
  radius = 0;
  /** A node that no way leads through may be a peer of the sender, over a channel that is not announced. */
  leafPeers = false;
  /** Edges looked at since the beginning. */
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

  /** Cost of the edge whose record stands here, Infinity when it is not to be used. Never −0 and never NaN. */
  protected abstract costOf(at: number): number;

  /** Cost that no edge is without. */
  abstract readonly leastCost: number;

  /** Begins at `peers`, from which the sender's channels lead. */
  protected start(source: number, destination: number, nodeCount: number, peers: Iterable<number>): void {
    for (let i = 0; i < this.#reachedCount; i++) this.atLeast[this.#reached[i]!] = Infinity;
    this.#reachedCount = 0;
    this.#heap.clear();
    if (nodeCount > this.atLeast.length) {
      this.atLeast = new Float64Array(nodeCount).fill(Infinity);
      this.#reached = new Int32Array(nodeCount);
      this.#heap = new NodeHeap(this.atLeast);
    }
    this.#source = source;
    this.#destination = destination;
    this.leafPeers = false;
    this.radius = 0;
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
    const { outStart, to, outPair, edgeStart } = this.graph;
    const least = cost + this.leastCost - ROUNDING;
    const end = outStart[node + 1]!;
    for (let i = outStart[node]!; i < end; i++) {
      const next = to[i]!;
      const known = atLeast[next]!;
      if (known <= cost || known <= least || next === this.#source) continue;
      const pair = outPair[i]!;
      const last = RECORD * edgeStart[pair + 1]!;
      let best = known;
      for (let at = RECORD * edgeStart[pair]!; at < last; at += RECORD) {
        this.looked++;
        const through = cost + this.costOf(at) - ROUNDING;
        if (through < best) best = Math.max(through, cost);
      }
      if (best < known) this.#label(next, best);
    }
    return true;
  }

  #label(node: number, cost: number): void {
    if (this.atLeast[node] === Infinity) this.#reached[this.#reachedCount++] = node;
    this.atLeast[node] = cost;
    this.#heap.pushOrFix(node);
  }
}
