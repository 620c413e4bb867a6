/**
 * What requests read of public edges, side by side and in the order in which searches read them, with Core Lightning's rounding
 * applied once and not with each request. Edges that a search seldom needs to look at, those to and from leaves, stand behind the
 * others of a node. Laid out anew when channels come or go; follows policies edge by edge.
 */
import type { GraphView, PairIndex } from '../../engine/simulate/node-model.ts';
import { GraphFollower } from '../shared/graph-follower.ts';
import { roundedDown, roundedUp } from './fp16.ts';
import { representable, type SenderNetwork } from './sender-network.ts';

/** Instead of the only neighbour of a node: it has none, or several. */
const NOBODY = -1;
const SEVERAL = -2;

export class PublicEdges {
  /**
   * Edges that leave node v are edge[start[v]] … edge[start[v + 1] − 1], those that lead to leaves from leaves[v] on; in both
   * parts in the order of their indexes. An edge's number here is its place.
   */
  start: Int32Array = new Int32Array(1);
  leaves: Int32Array = new Int32Array(0);
  edge: Int32Array = new Int32Array(0);
  /** Where edge[i] leads. */
  to: Int32Array = new Int32Array(0);
  /** The same for edges that lead into a node: where they come from, and their places. Those from leaves from leavesInto[v] on. */
  startInto: Int32Array = new Int32Array(1);
  leavesInto: Int32Array = new Int32Array(0);
  from: Int32Array = new Int32Array(0);
  placeInto: Int32Array = new Int32Array(0);
  /** Number of the edge at a place among those that lead into nodes. */
  into: Int32Array = new Int32Array(0);
  /** Place of an edge, −1 where it has none. */
  place: Int32Array = new Int32Array(0);
  /** The only node with which a node shares public channels, negative where there is none or are several. */
  #only: Int32Array = new Int32Array(0);

  /** By place: capacity, exact and as bound of what an edge carries, msat. */
  capacityMsat: Float64Array = new Float64Array(0);
  mostMsat: Float64Array = new Float64Array(0);
  /** Least amount, rounded down; and most, rounded up (or as it is, where it is beyond what rounding can tell); −1 where disabled. */
  minHtlcMsat: Float64Array = new Float64Array(0);
  maxHtlcMsat: Float64Array = new Float64Array(0);
  feeBaseMsat: Float64Array = new Float64Array(0);
  feeRatePpm: Float64Array = new Float64Array(0);
  cltvDelta: Int32Array = new Int32Array(0);

  readonly #network: SenderNetwork;
  readonly #follower = new GraphFollower({
    layOut: (graph, pairs) => this.#layOut(graph, pairs),
    write: (graph, edge) => this.#write(graph, edge),
  });

  constructor(network: SenderNetwork) {
    this.#network = network;
  }

  /** Catches up with the graph. */
  follow(): void {
    this.#follower.follow(this.#network.graph);
  }

  /** True when public channels of a node lead to one other node only, or to none: no way leads through it. */
  isLeaf(node: number): boolean {
    return this.#only[node] !== SEVERAL;
  }

  /** The node that shares public channels with a leaf; negative where there is none. */
  neighbourOf(leaf: number): number {
    return this.#only[leaf]!;
  }

  #layOut(graph: GraphView, pairs: PairIndex): void {
    this.#only = onlyNeighbours(graph.nodeCount, pairs);
    const edges = pairs.edge.slice().sort();
    const count = edges.length;
    const from = edges.map((edge) => graph.from(edge));
    const to = edges.map((edge) => graph.to(edge));
    const out = this.#order(graph.nodeCount, from, to);
    this.start = out.start;
    this.leaves = out.leaves;
    this.edge = out.order.map((i) => edges[i]!);
    this.to = out.order.map((i) => to[i]!);
    this.place = new Int32Array(graph.known.length).fill(NOBODY);
    for (let i = 0; i < count; i++) this.place[this.edge[i]!] = i;
    const into = this.#order(graph.nodeCount, to, from);
    this.startInto = into.start;
    this.leavesInto = into.leaves;
    this.from = into.order.map((i) => from[i]!);
    this.placeInto = into.order.map((i) => this.place[edges[i]!]!);
    this.into = new Int32Array(count);
    for (let i = 0; i < count; i++) this.into[this.placeInto[i]!] = i;
    this.capacityMsat = new Float64Array(count);
    this.mostMsat = new Float64Array(count);
    this.minHtlcMsat = new Float64Array(count);
    this.maxHtlcMsat = new Float64Array(count);
    this.feeBaseMsat = new Float64Array(count);
    this.feeRatePpm = new Float64Array(count);
    this.cltvDelta = new Int32Array(count);
  }

  /** Edges by one end, those whose other end is a leaf last. */
  #order(
    nodes: number,
    ends: Int32Array,
    others: Int32Array,
  ): { start: Int32Array; leaves: Int32Array; order: Int32Array } {
    const start = new Int32Array(nodes + 1);
    const leaves = new Int32Array(nodes);
    for (let i = 0; i < ends.length; i++) {
      start[ends[i]! + 1]!++;
      if (!this.isLeaf(others[i]!)) leaves[ends[i]!]!++;
    }
    for (let v = 0; v < nodes; v++) {
      start[v + 1]! += start[v]!;
      leaves[v]! += start[v]!;
    }
    const next = start.slice();
    const nextLeaf = leaves.slice();
    const order = new Int32Array(ends.length);
    for (let i = 0; i < ends.length; i++) order[(this.isLeaf(others[i]!) ? nextLeaf : next)[ends[i]!]!++] = i;
    return { start, leaves, order };
  }

  #write(graph: GraphView, edge: number): void {
    const i = this.place[edge] ?? NOBODY;
    if (i < 0) return;
    const base = graph.feeBaseMsat[edge]!;
    const ppm = graph.feeRatePpm[edge]!;
    const most = graph.maxHtlcMsat[edge]!;
    const enabled = graph.disabled[edge] === 0 && representable(base, ppm);
    this.capacityMsat[i] = graph.capacityMsat[edge >> 1]!;
    this.mostMsat[i] = this.#network.publicMost(edge);
    this.minHtlcMsat[i] = roundedDown(graph.minHtlcMsat[edge]!);
    this.maxHtlcMsat[i] = enabled ? Math.max(most, roundedUp(most)) : -1;
    this.feeBaseMsat[i] = base;
    this.feeRatePpm[i] = ppm;
    this.cltvDelta[i] = graph.cltvDelta[edge]!;
  }
}

/** By node: the only one with which it shares channels, NOBODY or SEVERAL. */
function onlyNeighbours(nodes: number, { start, from }: PairIndex): Int32Array {
  const only = new Int32Array(nodes).fill(NOBODY);
  const meet = (a: number, b: number): void => {
    if (only[a] === NOBODY) only[a] = b;
    else if (only[a] !== b) only[a] = SEVERAL;
  };
  for (let v = 0; v < nodes; v++) {
    for (let p = start[v]!; p < start[v + 1]!; p++) {
      meet(v, from[p]!);
      meet(from[p]!, v);
    }
  }
  return only;
}
