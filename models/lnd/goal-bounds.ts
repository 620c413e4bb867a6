/**
 * How probable the way from the sender to a node is at best: from it follows what a route adds at least to the distance
 * that a node has, so that a search needs not look at nodes from which the sender is out of reach. Weights (fees and time
 * locks) do not count here. docs/path-finding.md has the argument.
 *
 * Followed from the sender are its own channels, the hops that leave its peers, and beyond those only hops of nodes that it
 * saw to carry the amount. All other nodes are as far away as the nearest of them can be.
 */
import { BASE, MAXIMUM, MINIMUM, PPM, RECORD, type SearchGraph } from '../shared/search-graph.ts';
import { outboundFee } from './fees.ts';
import type { OwnChannels } from './own-channels.ts';
import type { PathQuery } from './path-query.ts';

/** None of lnd's numbers here. The share of a bound that is given up so that rounded distances and probabilities cannot exceed it. */
const SLACK = 1 / 128;
/** Least of an attempt's cost that the slack must make up for: a hop's distance is rounded by less than one msat. */
const ROUNDING_MSAT = 2;
/** Share by which a product of probabilities may be off. */
const PRODUCT = 1e-9;
/** Neighbours that are looked at for a search; where there are more, nodes count as nearer than they are. */
const MOST_NEIGHBOURS = 4096;

export class GoalBounds {
  /** Best probability of a way from the sender to a node; 0 for nodes that are no nearer than `far`. */
  best: Float64Array = new Float64Array(0);
  /** The same of all nodes that are not marked. */
  far = 0;
  /** A node has before it at least scale · (1 − its best probability), msat. */
  scaleMsat = 0;
  /** All nodes to which hops of peers lead are marked. */
  complete = false;
  /** Least distance that the sender can have, msat. */
  leastMsat = 0;

  /** Marked nodes, the sender's peers first. */
  marked: Int32Array = new Int32Array(0);
  #count = 0;
  #peers = 0;
  /** Best probability of a way that goes on from a peer. */
  #beyondPeers = 0;
  /** Nodes that were seen to carry the amount and came nearer since they were followed. */
  readonly #waiting: number[] = [];
  #budget = 0;
  #graph!: SearchGraph;
  #query!: PathQuery;
  #groups!: Int32Array;
  #hop = 1;
  /** What a hop carries at least that does not end at the recipient, msat. */
  #onwardMsat = 0;

  /** @param groups see PathFinder */
  load(graph: SearchGraph, own: OwnChannels, query: PathQuery, groups: Int32Array): void {
    const { source, estimator, attemptCostMsat: cost, results, nowUs } = query;
    this.#graph = graph;
    this.#query = query;
    this.#groups = groups;
    this.#clear(graph.leaf.length);
    this.#hop = bounded(estimator.untriedMost, cost);
    this.#onwardMsat = query.amountMsat + this.#leastFee();
    const { outStart } = graph;
    let local = 0;
    let neighbours = 0;
    for (let i = 0; i < own.peerCount; i++) {
      const peer = own.peers[i]!;
      const chance = estimator.local(results, results === null ? -1 : results.find(source, peer), nowUs);
      const at = bounded(chance * (1 + PRODUCT), cost);
      if (at > local) local = at;
      if (at > 0) this.#mark(peer, at);
      neighbours += outStart[peer + 1]! - outStart[peer]!;
    }
    const peers = this.#count;
    this.#peers = peers;
    this.complete = neighbours <= MOST_NEIGHBOURS;
    if (this.complete) {
      for (let i = 0; i < peers; i++) this.#follow(this.marked[i]!, 0);
      if (results !== null) this.#followProven();
    } else {
      for (let i = 0; i < peers; i++) this.#leave(this.marked[i]!);
    }
    const arrival = this.#arrival(own, local);
    this.leastMsat = arrival > 0 ? cost / arrival : Infinity;
    // Without any arrival there is no route; the search will find that out.
    this.scaleMsat = arrival > 0 ? ((1 - SLACK) * cost) / arrival : 0;
  }

  /** Best probability that a node must have at least to be looked at from a pivot: `msat` may still be added. */
  need(msat: number): number {
    const need = 1 - msat / this.scaleMsat;
    return need <= this.far ? -Infinity : need;
  }

  /** How many nodes at the beginning of `marked` hold all that are so near; Infinity when nodes that are not marked may be. */
  among(need: number): number {
    if (!(need > this.far)) return Infinity;
    return need > this.#beyondPeers ? this.#peers : this.#count;
  }

  /** Bound of the hop from `from` to `to`. */
  #hopTo(from: number, to: number): number {
    const { results, estimator, attemptCostMsat, amountMsat, nowUs } = this.#query;
    const known = this.#groups[from]!;
    if (known === 0 || results === null) return this.#hop;
    const chance = estimator.pairMost(results, Math.abs(known) - 1, results.find(from, to), amountMsat, nowUs);
    return bounded(chance, attemptCostMsat);
  }

  /** Marks the nodes to which hops of a node lead, when that makes them nearer than `least`. */
  #follow(node: number, least: number): void {
    const { results, estimator, attemptCostMsat, nowUs } = this.#query;
    const amountMsat = this.#onwardMsat;
    const at = this.best[node]!;
    const known = this.#groups[node]!;
    const { best } = this;
    const groups = this.#groups;
    let chance = at * this.#hop;
    if (known !== 0 && results !== null) {
      const group = Math.abs(known) - 1;
      chance = at * bounded(estimator.pairMost(results, group, -1, amountMsat, nowUs), attemptCostMsat);
      for (let e = known > 0 ? results.groupFirst[group]! : -1; e >= 0; e = results.next[e]!) {
        const own = at * bounded(estimator.pairMost(results, group, e, amountMsat, nowUs), attemptCostMsat);
        const to = results.to[e]!;
        this.#budget--;
        if (own > chance && own > best[to]! && own > least) this.#improve(to, own);
      }
    }
    if (chance <= least) return;
    if (chance > this.#beyondPeers) this.#beyondPeers = chance;
    if (chance * this.#hop > this.far) this.far = chance * this.#hop;
    const { outStart, to } = this.#graph;
    const end = outStart[node + 1]!;
    this.#budget -= end - outStart[node]!;
    for (let k = outStart[node]!; k < end; k++) {
      const next = to[k]!;
      const before = best[next]!;
      if (chance <= before) continue;
      if (before === 0) this.marked[this.#count++] = next;
      best[next] = chance;
      if (groups[next]! > 0) this.#waiting.push(next);
    }
  }

  #improve(node: number, chance: number): void {
    if (chance > this.#beyondPeers) this.#beyondPeers = chance;
    this.#mark(node, chance);
    if (this.#groups[node]! > 0) this.#waiting.push(node);
    else if (chance * this.#hop > this.far) this.far = chance * this.#hop;
  }

  /** Follows what was seen to work as long as nodes get nearer by it; what is left counts for all nodes. */
  #followProven(): void {
    const waiting = this.#waiting;
    while (waiting.length > 0) {
      const node = waiting.pop()!;
      if (this.#budget < 0) this.#leave(node);
      else this.#follow(node, this.far);
    }
  }

  /** What lies behind a node that is not followed is no farther than this. */
  #leave(node: number): void {
    const { estimator, attemptCostMsat } = this.#query;
    const hop = this.#groups[node]! > 0 ? bounded(estimator.most, attemptCostMsat) : this.#hop;
    if (this.best[node]! * hop > this.far) this.far = this.best[node]! * hop;
  }

  /** Least fee of the last node before the recipient. Discounts on the way could make up for it. */
  #leastFee(): number {
    const { source, destination, amountMsat } = this.#query;
    const { start, from, edgeStart, records, discounts } = this.#graph;
    if (discounts) return 0;
    let least = Infinity;
    for (let p = start[destination]!; p < start[destination + 1]!; p++) {
      if (from[p] === source) continue;
      const end = RECORD * edgeStart[p + 1]!;
      for (let at = RECORD * edgeStart[p]!; at < end; at += RECORD) {
        if (amountMsat > records[at + MAXIMUM]! || amountMsat < records[at + MINIMUM]!) continue;
        const fee = outboundFee(amountMsat, records[at + BASE]!, records[at + PPM]!);
        if (fee < least) least = fee;
      }
    }
    return least === Infinity ? 0 : least;
  }

  /** Best probability with which a route arrives. */
  #arrival(own: OwnChannels, local: number): number {
    const { source, destination } = this.#query;
    const { start, from } = this.#graph;
    let arrival = own.leadTo(destination) ? local : 0;
    for (let p = start[destination]!; p < start[destination + 1]!; p++) {
      const node = from[p]!;
      if (node === source || node === destination) continue;
      const chance = Math.max(this.best[node]!, this.far) * this.#hopTo(node, destination);
      if (chance > arrival) arrival = chance;
    }
    return arrival;
  }

  #mark(node: number, chance: number): void {
    if (this.best[node] === 0) this.marked[this.#count++] = node;
    this.best[node] = chance;
  }

  #clear(nodes: number): void {
    for (let i = 0; i < this.#count; i++) this.best[this.marked[i]!] = 0;
    this.#count = 0;
    this.#beyondPeers = 0;
    this.#waiting.length = 0;
    this.#budget = MOST_NEIGHBOURS;
    this.far = 0;
    if (nodes > this.best.length) {
      const size = nodes + (nodes >> 2);
      this.best = new Float64Array(size);
      this.marked = new Int32Array(size);
    }
  }
}

/** A bound of a probability that leaves the slack enough to make up for rounding; 1 where it does not. */
function bounded(probability: number, cost: number): number {
  return SLACK * cost * (1 / probability - 1) >= ROUNDING_MSAT ? probability : 1;
}
