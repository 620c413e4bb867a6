/**
 * What the rest of a path to the sender weighs at least: Dijkstra's algorithm from the sender forwards, over a weight for
 * each edge that it cannot be passed without. It is made as far as somebody needs it and serves all searches of a query. It
 * finds no path. Why the bounds hold: docs/path-finding.md.
 */

import { NodeHeap } from '../shared/node-heap.ts';
import { BASE, CAPACITY, DELTA, EDGE, MAXIMUM, PPM, RECORD, type SearchGraph } from '../shared/search-graph.ts';
import { nodeFee } from './fees.ts';
import type { SearchQuery } from './search-query.ts';
import type { SenderGraph } from './sender-graph.ts';

/** None of Eclair's numbers here. Taken off each edge, msat: more than weights below MOST_WEIGHT (2^38) lose by rounding. */
const ROUNDING = 1e-3;
export const MOST_WEIGHT = 274_877_906_944;
/** None of Eclair's numbers. Stands here for what cannot be infinite: only what does not lead to the sender is infinitely far. */
const CERTAIN_FAILURE_MSAT = 1e30;

export class SenderBounds {
  /** By node: least weight from there to the sender, if it is below `radius`; otherwise it is `radius` or more. */
  atLeast: Float64Array = new Float64Array(0);
  radius = 0;
  /** A node that no way leads through may be a peer of the sender, over a channel that is not announced. */
  leafPeers = false;
  /** Edges looked at since the beginning. */
  looked = 0;

  readonly #graph: SearchGraph;
  #heap: NodeHeap = new NodeHeap(this.atLeast);
  #query!: SearchQuery;
  #reached = new Int32Array(0);
  #reachedCount = 0;
  #failureMsat = 0;
  #hopMsat = 0;

  constructor(graph: SearchGraph) {
    this.#graph = graph;
  }

  /** Begins at the peers that the sender could send the query's amount to. */
  begin(query: SearchQuery, sender: SenderGraph): void {
    for (let i = 0; i < this.#reachedCount; i++) this.atLeast[this.#reached[i]!] = Infinity;
    this.#reachedCount = 0;
    this.#heap.clear();
    const { nodeCount } = sender.graph;
    if (nodeCount > this.atLeast.length) {
      this.atLeast = new Float64Array(nodeCount).fill(Infinity);
      this.#reached = new Int32Array(nodeCount);
      this.#heap = new NodeHeap(this.atLeast);
    }
    this.#query = query;
    const { amountMsat, settings } = query;
    this.#failureMsat = nodeFee(settings.failureCost.baseMsat, settings.failureCost.ppm, amountMsat);
    this.#hopMsat = nodeFee(settings.hopCost.baseMsat, settings.hopCost.ppm, amountMsat);
    this.leafPeers = false;
    this.radius = 0;
    for (const [peer, channels] of sender.peers) {
      if (!channels.some((own) => amountMsat <= own.balanceMsat && amountMsat <= own.maxHtlcMsat)) continue;
      this.#label(peer, 0);
      if (this.#graph.leaf[peer] === 1) this.leafPeers = true;
    }
  }

  /** Settles one more node; false when there is none. */
  grow(): boolean {
    const heap = this.#heap;
    if (heap.length === 0) {
      this.radius = Infinity;
      return false;
    }
    const node = heap.pop();
    const { source, destination, amountMsat, ignoredEdges, ignoredNodes, settings } = this.#query;
    const { atLeast } = this;
    const weight = atLeast[node]!;
    this.radius = weight;
    if (node === destination) return true;
    const { outStart, to, outPair, edgeStart, records } = this.#graph;
    const failureMsat = this.#failureMsat;
    const least = weight + this.#hopMsat;
    const noneIgnored = ignoredEdges.size === 0;
    const end = outStart[node + 1]!;
    for (let i = outStart[node]!; i < end; i++) {
      const next = to[i]!;
      const known = atLeast[next]!;
      if (known <= weight || known <= least - ROUNDING || next === source || ignoredNodes.has(next)) continue;
      const pair = outPair[i]!;
      const last = RECORD * edgeStart[pair + 1]!;
      let best = known;
      for (let at = RECORD * edgeStart[pair]!; at < last; at += RECORD) {
        this.looked++;
        const capacity = records[at + CAPACITY]!;
        // A disabled edge has no maximum.
        if (amountMsat > records[at + MAXIMUM]! || capacity === 0) continue;
        if (!noneIgnored && ignoredEdges.has(records[at + EDGE]!)) continue;
        const share = amountMsat / capacity;
        // −ln p is at least 1 − p, and 1 / p − 1 is (1 − p) / p.
        let virtual = amountMsat * records[at + DELTA]! * settings.lockedFundsRisk;
        if (failureMsat > 0) {
          const failure = settings.useLogProbability ? failureMsat * share : (failureMsat * share) / (1 - share);
          virtual += Math.min(failure, CERTAIN_FAILURE_MSAT);
        }
        const through = least + nodeFee(records[at + BASE]!, records[at + PPM]!, amountMsat) + virtual - ROUNDING;
        if (through < best) best = Math.max(through, weight);
      }
      if (best < known) this.#label(next, best);
    }
    return true;
  }

  #label(node: number, weight: number): void {
    if (this.atLeast[node] === Infinity) this.#reached[this.#reachedCount++] = node;
    this.atLeast[node] = weight;
    this.#heap.pushOrFix(node);
  }
}
