/**
 * The public graph laid out for searches that go from a node to those that have a hop to it: what a search reads of an edge
 * lies side by side, edges lie in the order in which a search reads them, and ends that lead nowhere lie apart. A copy, made
 * anew when channels came or went; policies follow one by one. It decides nothing.
 */
import type { GraphView, PairIndex } from '../../engine/simulate/node-model.ts';
import { GraphFollower } from './graph-follower.ts';

/** Numbers of a record here: eight, which is one line of a processor's cache. */
export const RECORD = 8;
// Places in a record here.
/** htlc_minimum and htlc_maximum, msat; the latter no larger than a known capacity, −1 when the edge is disabled. */
export const MINIMUM = 0;
export const MAXIMUM = 1;
export const BASE = 2;
export const PPM = 3;
export const DELTA = 4;
/** Capacity of the channel, msat; 0 when it is not known. */
export const CAPACITY = 5;
export const EDGE = 6;
/** 1 when an inbound fee is asked for what comes over the edge. */
export const INBOUND = 7;

export class SearchGraph {
  /** Pairs of nodes with hops to node v are start[v] … start[v + 1] − 1, those of leaves from leaves[v] on. */
  start: Int32Array = new Int32Array(1);
  leaves: Int32Array = new Int32Array(0);
  /** By pair: the node that it leaves, and its edges edgeStart[p] … edgeStart[p + 1] − 1. */
  from: Int32Array = new Int32Array(0);
  edgeStart: Int32Array = new Int32Array(1);
  /** Records of edges, in the order of pairs. */
  records: Float64Array = new Float64Array(0);
  /** Nodes to which hops of node v lead, without leaves: to[outStart[v]] … to[outStart[v + 1] − 1], and the hops' pairs. */
  outStart: Int32Array = new Int32Array(1);
  to: Int32Array = new Int32Array(0);
  outPair: Int32Array = new Int32Array(0);
  /** By pair: its place in outPair, −1 for one that leads to a leaf. */
  outOf: Int32Array = new Int32Array(0);
  /** Pair of each edge, −1 when it has none. */
  pairOf: Int32Array = new Int32Array(0);
  /** Another number after each change. */
  version = 0;
  /** 1 for a node that has public channels with one other node only: no way leads through it. */
  leaf: Uint8Array = new Uint8Array(0);

  /** There is an edge, or was since the last channel came or went, for which an inbound discount is given. */
  discounts = false;

  readonly #follower = new GraphFollower({
    layOut: (graph, pairs) => this.#layOut(graph, pairs),
    write: (graph, edge) => this.#write(graph, edge),
  });
  /** Place of each edge's record, −1 when it has none. */
  #place: Int32Array = new Int32Array(0);

  /** Catches up with the graph. */
  follow(graph: GraphView): void {
    this.#follower.follow(graph);
  }

  #layOut(graph: GraphView, pairs: PairIndex): void {
    const { nodeCount } = graph;
    this.version++;
    this.leaf = leaves(nodeCount, pairs);
    this.start = pairs.start;
    this.leaves = new Int32Array(nodeCount);
    this.from = new Int32Array(pairs.from.length);
    this.edgeStart = new Int32Array(pairs.from.length + 1);
    this.records = new Float64Array(RECORD * pairs.edge.length);
    this.#place = new Int32Array(graph.known.length).fill(-1);
    let pair = 0;
    let place = 0;
    const put = (p: number): void => {
      this.from[pair] = pairs.from[p]!;
      this.edgeStart[pair++] = place;
      for (let k = pairs.edgeStart[p]!; k < pairs.edgeStart[p + 1]!; k++) this.#place[pairs.edge[k]!] = place++;
    };
    for (let v = 0; v < nodeCount; v++) {
      const end = pairs.start[v + 1]!;
      for (let p = pairs.start[v]!; p < end; p++) if (this.leaf[pairs.from[p]!] === 0) put(p);
      this.leaves[v] = pair;
      for (let p = pairs.start[v]!; p < end; p++) if (this.leaf[pairs.from[p]!] === 1) put(p);
    }
    this.edgeStart[pair] = place;
    this.discounts = false;
    this.#buildOut(nodeCount);
    this.pairOf = new Int32Array(graph.known.length).fill(-1);
    const ofPlace = new Int32Array(place);
    for (let p = 0; p < pair; p++) ofPlace.fill(p, this.edgeStart[p]!, this.edgeStart[p + 1]!);
    for (const edge of pairs.edge) this.pairOf[edge] = ofPlace[this.#place[edge]!]!;
  }

  #buildOut(nodeCount: number): void {
    const { start, from, leaf } = this;
    const outStart = new Int32Array(nodeCount + 1);
    for (let v = 0; v < nodeCount; v++) {
      if (leaf[v] === 0) for (let p = start[v]!; p < start[v + 1]!; p++) outStart[from[p]! + 1]!++;
    }
    for (let v = 0; v < nodeCount; v++) outStart[v + 1]! += outStart[v]!;
    const next = outStart.slice();
    const to = new Int32Array(outStart[nodeCount]!);
    const outPair = new Int32Array(to.length);
    const outOf = new Int32Array(from.length).fill(-1);
    for (let v = 0; v < nodeCount; v++) {
      if (leaf[v] === 1) continue;
      for (let p = start[v]!; p < start[v + 1]!; p++) {
        const at = next[from[p]!]!++;
        to[at] = v;
        outPair[at] = p;
        outOf[p] = at;
      }
    }
    this.outStart = outStart;
    this.to = to;
    this.outPair = outPair;
    this.outOf = outOf;
  }

  #write(graph: GraphView, edge: number): void {
    const place = this.#place[edge] ?? -1;
    if (place < 0) return;
    this.version++;
    const { records } = this;
    const at = RECORD * place;
    const capacity = graph.capacityMsat[edge >> 1]!;
    const maximum = graph.maxHtlcMsat[edge]!;
    records[at + MINIMUM] = graph.minHtlcMsat[edge]!;
    records[at + MAXIMUM] = graph.disabled[edge] !== 0 ? -1 : capacity === 0 ? maximum : Math.min(maximum, capacity);
    records[at + BASE] = graph.feeBaseMsat[edge]!;
    records[at + PPM] = graph.feeRatePpm[edge]!;
    records[at + DELTA] = graph.cltvDelta[edge]!;
    records[at + CAPACITY] = capacity;
    records[at + EDGE] = edge;
    const inboundBase = graph.inboundFeeBaseMsat[edge]!;
    const inboundPpm = graph.inboundFeeRatePpm[edge]!;
    records[at + INBOUND] = inboundBase !== 0 || inboundPpm !== 0 ? 1 : 0;
    if (inboundBase < 0 || inboundPpm < 0) this.discounts = true;
  }
}

/** Which nodes share public channels with one other node only. */
function leaves(nodeCount: number, { start, from }: PairIndex): Uint8Array {
  const only = new Int32Array(nodeCount).fill(-1);
  const leaf = new Uint8Array(nodeCount).fill(1);
  const meet = (a: number, b: number): void => {
    if (only[a] === -1) only[a] = b;
    else if (only[a] !== b) leaf[a] = 0;
  };
  for (let v = 0; v < nodeCount; v++) {
    for (let p = start[v]!; p < start[v + 1]!; p++) {
      meet(v, from[p]!);
      meet(from[p]!, v);
    }
  }
  return leaf;
}
