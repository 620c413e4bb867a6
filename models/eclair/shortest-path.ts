/**
 * Eclair's search for one path: Dijkstra's algorithm from a node backwards to the sender, which begins with the weight of
 * what follows that node. The weight is no sum of edge weights, so the path that is found need not be the lightest.
 *
 * eclair:router/Graph.scala:dijkstraShortestPath. One object serves all nodes: its columns are sized by the graph and
 * hold nothing between two searches. Among edges of equal weight the one that comes first in PairIndex is kept (in Eclair
 * the order of a hash table decides), among nodes of equal weight that with the lower index goes first (in Eclair the one
 * with the greater public key, eclair:router/Graph.scala:WeightedNode).
 */

import { NodeHeap } from '../shared/node-heap.ts';
import type { EdgeTerms, PathWeight } from './path-weight.ts';
import { addEdge, emptyPath } from './path-weight.ts';
import type { SearchQuery } from './search-query.ts';
import type { SenderGraph } from './sender-graph.ts';

/** eclair:router/RouteCalculation.scala:ROUTE_MAX_LENGTH. */
export const ROUTE_MAX_LENGTH = 20;

export class ShortestPath {
  readonly #sender: SenderGraph;

  // Labels by node; valid where #seen is 1.
  #seen!: Uint8Array;
  #visited!: Uint8Array;
  #weight!: Float64Array;
  #amount!: Float64Array;
  #length!: Int32Array;
  #cltv!: Int32Array;
  #probability!: Float64Array;
  #hopCost!: Float64Array;
  #nextEdge!: Int32Array;
  #heap!: NodeHeap;
  #reached!: Int32Array;
  #reachedCount = 0;

  /** The node that is being expanded, the edge that is looked at, and the path with it. */
  readonly #pivot: PathWeight = emptyPath(0);
  readonly #terms: EdgeTerms = { feeBaseMsat: 0, feeRatePpm: 0, cltvDelta: 0, probability: 1, own: false };
  readonly #longer: PathWeight = emptyPath(0);

  constructor(sender: SenderGraph) {
    this.#sender = sender;
    this.#resize(0);
  }

  /**
   * Edges from the sender to `target`, followed by a path of weight `rest`; null when there are none.
   * @param skippedEdges edges left out, besides those of the query
   * @param skippedNodes nodes left out, besides those of the query
   */
  find(
    query: SearchQuery,
    target: number,
    rest: Readonly<PathWeight>,
    skippedEdges: ReadonlySet<number>,
    skippedNodes: ReadonlySet<number>,
  ): number[] | null {
    this.#reset();
    this.#label(target, -1, rest);
    while (this.#heap.length > 0) {
      const node = this.#heap.pop();
      if (node === query.source) return this.#unravel(node);
      this.#visited[node] = 1;
      this.#read(node);
      this.#expand(query, node, skippedEdges, skippedNodes);
    }
    return null;
  }

  #expand(
    query: SearchQuery,
    node: number,
    skippedEdges: ReadonlySet<number>,
    skippedNodes: ReadonlySet<number>,
  ): void {
    const { graph } = this.#sender;
    const { source, estimates, ignoredEdges, ignoredNodes } = query;
    const amount = this.#pivot.amountMsat;
    const last = node === query.destination ? query.lastHop : -1;
    const terms = this.#terms;
    const skipped = (edge: number): boolean => ignoredEdges.has(edge) || skippedEdges.has(edge);

    if (last < 0 || last === source) {
      for (const own of this.#sender.ownTo(node)) {
        if (amount > own.balanceMsat || amount > own.maxHtlcMsat || amount < own.minHtlcMsat) continue;
        if (skipped(own.edge)) continue;
        terms.own = true;
        terms.cltvDelta = own.cltvDelta;
        terms.probability = 1;
        this.#relax(query, source, own.edge);
      }
    }

    terms.own = false;
    const pairs = graph.pairsInto();
    const end = pairs.start[node + 1] as number;
    for (let p = pairs.start[node] as number; p < end; p++) {
      const from = pairs.from[p] as number;
      if (from === source || (last >= 0 && from !== last)) continue;
      if (ignoredNodes.has(from) || skippedNodes.has(from)) continue;
      const lastEdge = pairs.edgeStart[p + 1] as number;
      for (let k = pairs.edgeStart[p] as number; k < lastEdge; k++) {
        const edge = pairs.edge[k] as number;
        const capacity = graph.capacityMsat[edge >> 1] as number;
        if (amount > capacity || amount > (graph.maxHtlcMsat[edge] as number)) continue;
        if (amount < (graph.minHtlcMsat[edge] as number) || graph.disabled[edge] === 1 || skipped(edge)) continue;
        terms.feeBaseMsat = graph.feeBaseMsat[edge] as number;
        terms.feeRatePpm = graph.feeRatePpm[edge] as number;
        terms.cltvDelta = graph.cltvDelta[edge] as number;
        terms.probability = estimates === null ? 1 - amount / capacity : estimates.canSend(edge, amount, query.nowS);
        this.#relax(query, from, edge);
      }
    }
  }

  /** Takes the path over `edge` for `from` if it is within the limits and lighter than what is known. */
  #relax(query: SearchQuery, from: number, edge: number): void {
    const longer = this.#longer;
    addEdge(query.settings, query.amountMsat, this.#terms, this.#pivot, longer);
    if (longer.amountMsat - query.amountMsat > query.maxFeeMsat) return;
    if (longer.length > query.maxLength || longer.length > ROUTE_MAX_LENGTH || longer.cltv > query.maxCltv) return;
    if (this.#seen[from] === 1 && !((this.#weight[from] as number) > longer.weight)) return;
    this.#label(from, edge, longer);
  }

  #label(node: number, edge: number, path: Readonly<PathWeight>): void {
    if (this.#seen[node] === 0) {
      this.#seen[node] = 1;
      this.#reached[this.#reachedCount++] = node;
    }
    this.#weight[node] = path.weight;
    this.#amount[node] = path.amountMsat;
    this.#length[node] = path.length;
    this.#cltv[node] = path.cltv;
    this.#probability[node] = path.probability;
    this.#hopCost[node] = path.hopCostMsat;
    this.#nextEdge[node] = edge;
    // A node is expanded once, even if a lighter path to it turns up later.
    if (this.#visited[node] === 0) this.#heap.pushOrFix(node);
  }

  #read(node: number): void {
    const pivot = this.#pivot;
    pivot.weight = this.#weight[node] as number;
    pivot.amountMsat = this.#amount[node] as number;
    pivot.length = this.#length[node] as number;
    pivot.cltv = this.#cltv[node] as number;
    pivot.probability = this.#probability[node] as number;
    pivot.hopCostMsat = this.#hopCost[node] as number;
  }

  #unravel(source: number): number[] | null {
    const path: number[] = [];
    for (let edge = this.#nextEdge[source] as number; edge >= 0; ) {
      path.push(edge);
      // InfiniteLoop
      if (path.length > ROUTE_MAX_LENGTH) return null;
      edge = this.#nextEdge[this.#sender.graph.to(edge)] as number;
    }
    return path;
  }

  #reset(): void {
    for (let i = 0; i < this.#reachedCount; i++) {
      const node = this.#reached[i] as number;
      this.#seen[node] = 0;
      this.#visited[node] = 0;
    }
    this.#reachedCount = 0;
    this.#heap.clear();
    if (this.#sender.graph.nodeCount > this.#seen.length) this.#resize(this.#sender.graph.nodeCount);
  }

  #resize(nodes: number): void {
    this.#seen = new Uint8Array(nodes);
    this.#visited = new Uint8Array(nodes);
    this.#weight = new Float64Array(nodes);
    this.#amount = new Float64Array(nodes);
    this.#length = new Int32Array(nodes);
    this.#cltv = new Int32Array(nodes);
    this.#probability = new Float64Array(nodes);
    this.#hopCost = new Float64Array(nodes);
    this.#nextEdge = new Int32Array(nodes);
    this.#reached = new Int32Array(nodes);
    this.#heap = new NodeHeap(this.#weight);
    this.#reachedCount = 0;
  }
}
