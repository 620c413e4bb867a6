/**
 * What the rest of a way to the payer costs at least (payer-bounds.ts), from lists of hops in ascending order: of each node that is
 * settled only the next hop is queued. Why the bounds hold: docs/path-finding.md.
 */
import { HOP_ROUNDING } from '../shared/forward-bounds.ts';
import { NodeHeap } from '../shared/node-heap.ts';
import type { SearchGraph } from '../shared/search-graph.ts';
import type { HopCosts } from './hop-costs.ts';
import type { KnownHops } from './known-hops.ts';
import type { RouteQuery } from './route-query.ts';

export class ListedBounds {
  /** By node: least cost of the ways over settled nodes only. No other way costs less than `radius` and a hop. */
  atLeast: Float64Array = new Float64Array(0);
  radius = 0;
  /** A node that no way leads through may be a peer of the payer, over a channel that is not announced. */
  leafPeers = false;
  /** Hops looked at since the beginning. */
  looked = 0;

  readonly #graph: SearchGraph;
  readonly #known: KnownHops;
  #costs!: HopCosts;
  #destination = -1;
  #peers: readonly number[] = [];
  #nextPeer = 0;
  #reached = new Int32Array(0);
  #reachedCount = 0;
  /** Numbers of the last beginning with which nodes were settled. */
  #settled = new Int32Array(0);
  #beginning = 0;
  /** By node its next hop's place, by node and by hop that is known what is queued of it. */
  #at = new Int32Array(0);
  #key = new Float64Array(0);
  #heap: NodeHeap = new NodeHeap(this.#key);

  constructor(graph: SearchGraph, known: KnownHops) {
    this.#graph = graph;
    this.#known = known;
  }

  /** Begins at peers of the payer. @param done nodes that ways do not lead through; none of the peers */
  begin(query: RouteQuery, peers: Iterable<number>, costs: HopCosts, done: readonly number[]): void {
    for (let i = 0; i < this.#reachedCount; i++) this.atLeast[this.#reached[i]!] = Infinity;
    this.#reachedCount = 0;
    this.#heap.clear();
    const nodes = this.#graph.leaf.length;
    if (nodes > this.#at.length) {
      this.atLeast = new Float64Array(nodes).fill(Infinity);
      this.#reached = new Int32Array(nodes);
      this.#settled = new Int32Array(nodes);
      this.#at = new Int32Array(nodes);
    }
    const most = nodes + this.#known.pairs.length;
    if (most > this.#key.length) {
      this.#key = new Float64Array(most + (most >> 2));
      this.#heap = new NodeHeap(this.#key);
    }
    this.#costs = costs;
    this.#destination = query.destination;
    this.#beginning++;
    this.#peers = [...peers];
    this.#nextPeer = 0;
    this.radius = 0;
    this.leafPeers = false;
    // Less than any way's cost: so no way comes there.
    this.#lower(query.source, -1);
    for (const node of done) this.#lower(node, -1);
    for (const peer of this.#peers) {
      this.#lower(peer, 0);
      if (this.#graph.leaf[peer] === 1) this.leafPeers = true;
    }
  }

  /** Settles one more node; false when there is none. */
  grow(): boolean {
    const peer = this.#peers[this.#nextPeer];
    if (peer !== undefined) {
      this.#nextPeer++;
      this.#settle(peer, 0);
      this.#lookAhead();
      return true;
    }
    const heap = this.#heap;
    while (heap.length > 0) {
      const first = heap.pop();
      const cost = this.#key[first]!;
      const node = this.#take(first);
      // There is a cheaper way, or it was settled.
      if (this.#settled[node] === this.#beginning || cost > this.atLeast[node]!) continue;
      this.#settle(node, cost);
      this.#lookAhead();
      return true;
    }
    this.radius = Infinity;
    return false;
  }

  #lookAhead(): void {
    if (this.#nextPeer < this.#peers.length) return;
    this.radius = this.#heap.length === 0 ? Infinity : this.#key[this.#heap.first]!;
  }

  /** The end of the hop that was queued first; the node's next one takes its place. */
  #take(first: number): number {
    const nodes = this.#graph.leaf.length;
    if (first >= nodes) return this.#known.to[first - nodes]!;
    const at = this.#at[first]!;
    this.#at[first] = at + 1;
    this.#queue(first);
    return this.#costs.lists.outTo[at]!;
  }

  /** Queues a node's next hop to one that is not settled. */
  #queue(node: number): void {
    const { end, outCost, outTo, outPair } = this.#costs.lists;
    const known = this.#known.firstOut(node) >= 0;
    const own = this.atLeast[node]!;
    let at = this.#at[node]!;
    for (const last = end[node]!; at < last; at++) {
      const to = outTo[at]!;
      const cost = Math.max(own + outCost[at]! - HOP_ROUNDING, own);
      // Another way to the node is cheaper, or it is settled or done.
      if (cost > this.atLeast[to]! || this.#settled[to] === this.#beginning) continue;
      if (known && this.#known.has(outPair[at]!)) continue;
      this.#at[node] = at;
      this.#key[node] = cost;
      this.#heap.pushOrFix(node);
      return;
    }
  }

  #settle(node: number, cost: number): void {
    this.#settled[node] = this.#beginning;
    if (node === this.#destination) return;
    const { end, outCost, outTo, outPair } = this.#costs.lists;
    const { atLeast } = this;
    const begin = this.#graph.outStart[node]!;
    const last = end[node]!;
    const known = this.#known;
    let k = known.firstOut(node);
    const some = k >= 0;
    this.looked += last - begin;
    for (let at = begin; at < last; at++) {
      if (some && known.has(outPair[at]!)) continue;
      const through = Math.max(cost + outCost[at]! - HOP_ROUNDING, cost);
      const to = outTo[at]!;
      if (through < atLeast[to]!) this.#lower(to, through);
    }
    for (; k >= 0; k = known.next[k]!) {
      const through = Math.max(cost + this.#costs.of(known.pairs[k]!) - HOP_ROUNDING, cost);
      const to = known.to[k]!;
      if (through >= atLeast[to]!) continue;
      this.#lower(to, through);
      const id = this.#graph.leaf.length + k;
      this.#key[id] = through;
      this.#heap.pushOrFix(id);
    }
    this.#at[node] = begin;
    this.#queue(node);
  }

  #lower(node: number, cost: number): void {
    if (this.atLeast[node] === Infinity) this.#reached[this.#reachedCount++] = node;
    this.atLeast[node] = cost;
  }
}
