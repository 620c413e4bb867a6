/**
 * One walk through the graph: from the payee backwards to the payer, always from the node with the least cost per msat
 * that could be sent, until the payer is reached. What a route needs beyond one path is in route-finding.ts.
 *
 * ldk:routing/router.rs:get_route: add_entry, add_entries_to_cheapest_to_target_node, path_construction. Not quite
 * Dijkstra's algorithm: a channel that can carry less lowers the value of the whole way from there on. One PathFinder
 * serves all nodes; its columns are sized by the graph and it remembers nothing between two walks but what used up.
 *
 * Exactness. Amounts, fees and penalties are integers in LDK (u64) and integers in doubles here; they are equal as long as
 * they stay below 2^53. Where LDK's order among equals follows the order of its lists and maps, here it is that of
 * PairIndex and of the sender's channels: the first wins.
 */
import { exp2 } from '../../engine/base/math.ts';
import type { ModelHost } from '../../engine/simulate/node-model.ts';
import { compareCostPerMsat } from './cost-per-msat.ts';
import { forwardingFee } from './fees.ts';
import { type OwnChannel, OwnChannels } from './own-channels.ts';
import { hopLimit, type PathHop, PaymentPath } from './payment-path.ts';
import { RouteHeap } from './route-heap.ts';
import type { RouteQuery } from './route-query.ts';

/** What one walk is to find; amounts msat. */
export interface Walk {
  /** What to send, and what a channel must carry of it to be looked at. */
  valueMsat: number;
  leastMsat: number;
  /** Up to here a minimum that is missed may be met by overpaying. */
  recommendedMsat: number;
  /** 1 / 2^power of a public channel's capacity may be used. */
  saturationPower: number;
  /** Largest sum of time locks without the last one. */
  maxCltvDelta: number;
}

/** What leads on from the node that is being expanded. */
interface Onward {
  feesMsat: number;
  valueMsat: number;
  minimumMsat: number;
  penaltyMsat: number;
  cltvDelta: number;
  hops: number;
}

export class PathFinder {
  /** A channel was left out in the last walk because the amount was below a minimum that could be met by overpaying. */
  hitMinimum = false;

  readonly #host: ModelHost;
  readonly #own: OwnChannels;
  readonly #heap = new RouteHeap();
  readonly #onward: Onward = { feesMsat: 0, valueMsat: 0, minimumMsat: 0, penaltyMsat: 0, cltvDelta: 0, hops: 0 };

  // Columns by node, valid where #walk is the number of this walk; #done likewise.
  #walk = new Float64Array(0);
  #done = new Float64Array(0);
  #edge = new Int32Array(0);
  /** Limit and minimum of the edge where it is an own channel. */
  #nextFees = new Float64Array(0);
  #useFee = new Float64Array(0);
  #totalFee = new Float64Array(0);
  #minimum = new Float64Array(0);
  #penalty = new Float64Array(0);
  #value = new Float64Array(0);
  #walks = 0;

  /** By edge: what the paths of the route so far use. */
  #used = new Float64Array(0);
  readonly #usedEdges: number[] = [];
  #ownTaken: OwnChannel | null = null;
  #share = 1;

  constructor(host: ModelHost) {
    this.#host = host;
    this.#own = new OwnChannels(host);
  }

  /** Begins a route: reads the own channels and forgets what was used. Answers how many channels there are. */
  begin(query: RouteQuery, recommendedMsat: number): number {
    const { graph } = this.#host;
    for (const edge of this.#usedEdges) this.#used[edge] = 0;
    this.#usedEdges.length = 0;
    if (2 * graph.capacityMsat.length > this.#used.length) this.#used = new Float64Array(2 * graph.capacityMsat.length);
    if (graph.nodeCount > this.#walk.length) this.#resize(graph.nodeCount);
    return this.#own.load(query.source, query.outgoingEdges, recommendedMsat);
  }

  /** What may still go over a hop of a path, msat. */
  left(hop: PathHop, saturationPower: number): number {
    const limit = hopLimit(hop.own, hop.capacityMsat, hop.maxHtlcMsat, exp2(-saturationPower));
    return Math.max(0, limit - (this.#used[hop.edge] as number));
  }

  /** What the paths of the route so far use of an edge, msat. */
  used(edge: number): number {
    return this.#used[edge] as number;
  }

  /** Counts an amount over an edge as used; Infinity closes it. */
  use(edge: number, amountMsat: number): void {
    if (this.#used[edge] === 0) this.#usedEdges.push(edge);
    this.#used[edge] = (this.#used[edge] as number) + amountMsat;
  }

  /** Walks; null when the payer is not reached. */
  find(query: RouteQuery, walk: Walk): PaymentPath | null {
    const onward = this.#onward;
    this.hitMinimum = false;
    this.#walks++;
    this.#heap.clear();
    this.#ownTaken = null;
    this.#share = exp2(-walk.saturationPower);
    onward.feesMsat = 0;
    onward.minimumMsat = 0;
    onward.penaltyMsat = 0;
    onward.valueMsat = walk.valueMsat;
    onward.cltvDelta = 0;
    onward.hops = 0;
    this.#done[query.destination] = this.#walks;
    this.#expand(query.destination, query, walk);
    const heap = this.#heap;
    while (heap.pop()) {
      const { node } = heap;
      if (node === query.source) return this.#unravel(query, heap.value);
      if (this.#done[node] === this.#walks) continue;
      this.#done[node] = this.#walks;
      onward.feesMsat = this.#totalFee[node] as number;
      onward.minimumMsat = this.#minimum[node] as number;
      onward.penaltyMsat = this.#penalty[node] as number;
      onward.valueMsat = heap.value;
      onward.cltvDelta = heap.cltvDelta;
      onward.hops = heap.hops;
      this.#expand(node, query, walk);
    }
    return null;
  }

  /** Looks at all channels that lead to a node. */
  #expand(node: number, query: RouteQuery, walk: Walk): void {
    const { graph } = this.#host;
    for (const channel of this.#own.to(node)) this.#considerOwn(channel, query, walk);
    const { removed } = query;
    const check = !removed.empty;
    if (check && removed.node(node, query.nowUs)) return;
    const pairs = graph.pairsInto();
    const last = pairs.start[node + 1] as number;
    for (let pair = pairs.start[node] as number; pair < last; pair++) {
      const from = pairs.from[pair] as number;
      if (from === query.source || (check && removed.node(from, query.nowUs))) continue;
      const end = pairs.edgeStart[pair + 1] as number;
      for (let i = pairs.edgeStart[pair] as number; i < end; i++) {
        const edge = pairs.edge[i] as number;
        if (graph.disabled[edge] === 1 || (check && removed.channel(edge >> 1, query.nowUs))) continue;
        this.#considerPublic(edge, from, query, walk);
      }
    }
  }

  /**
   * What could be sent over a channel that may carry `limitMsat`, or −1 when it is out of the question. The checks and
   * their order are add_entry's.
   */
  #contribution(
    edge: number,
    limitMsat: number,
    minimumMsat: number,
    delta: number,
    query: RouteQuery,
    walk: Walk,
  ): number {
    const onward = this.#onward;
    const available = limitMsat - onward.feesMsat;
    if (available < 0) return -1;
    const value = Math.min(Math.max(0, available - (this.#used[edge] as number)), onward.valueMsat);
    if (value < walk.leastMsat) return -1;
    if (onward.hops + 1 > query.maxPathLength || onward.cltvDelta + delta > walk.maxCltvDelta) return -1;
    if (query.failedChannels.has(edge >> 1)) return -1;
    const amount = value + onward.feesMsat;
    const { recommendedMsat } = walk;
    if (
      (amount < minimumMsat && recommendedMsat >= minimumMsat) ||
      (amount < onward.minimumMsat && recommendedMsat >= onward.minimumMsat)
    ) {
      this.hitMinimum = true;
      return -1;
    }
    return amount >= minimumMsat && amount >= onward.minimumMsat ? value : -1;
  }

  #considerOwn(channel: OwnChannel, query: RouteQuery, walk: Walk): void {
    const onward = this.#onward;
    const value = this.#contribution(channel.edge, channel.limitMsat, channel.minimumMsat, 0, query, walk);
    if (value < 0 || onward.feesMsat > query.maxFeeMsat) return;
    const minimum = Math.max(onward.minimumMsat, channel.minimumMsat);
    if (this.#enter(query.source, channel.edge, value, 0, minimum, onward.penaltyMsat, 0)) this.#ownTaken = channel;
  }

  #considerPublic(edge: number, from: number, query: RouteQuery, walk: Walk): void {
    const { graph } = this.#host;
    const onward = this.#onward;
    const capacity = graph.capacityMsat[edge >> 1] as number;
    const maximum = Math.min(graph.maxHtlcMsat[edge] as number, capacity);
    const minimum = graph.minHtlcMsat[edge] as number;
    const delta = graph.cltvDelta[edge] as number;
    const limit = hopLimit(false, capacity, maximum, this.#share);
    const value = this.#contribution(edge, limit, minimum, delta, query, walk);
    if (value < 0 || this.#done[from] === this.#walks) return;
    const base = graph.feeBaseMsat[edge] as number;
    const ppm = graph.feeRatePpm[edge] as number;
    const amount = value + onward.feesMsat;
    const useFee = forwardingFee(amount, base, ppm);
    if (onward.feesMsat + useFee > query.maxFeeMsat) return;
    const least = Math.max(onward.minimumMsat, minimum);
    const inFlight = (this.#used[edge] as number) + (query.inFlight.get(edge) ?? 0);
    const penalty = query.scorer.penalty(edge, amount, inFlight, capacity, maximum, query.nowUs);
    this.#enter(
      from,
      edge,
      value,
      useFee,
      least + forwardingFee(least, base, ppm),
      onward.penaltyMsat + penalty,
      delta,
    );
  }

  /** Takes a way from `node` when it is cheaper per msat than the one known. */
  #enter(
    node: number,
    edge: number,
    value: number,
    useFee: number,
    minimum: number,
    penalty: number,
    delta: number,
  ): boolean {
    const onward = this.#onward;
    const total = onward.feesMsat + useFee;
    const cost = Math.max(total, minimum) + penalty;
    if (this.#walk[node] === this.#walks) {
      const known =
        Math.max(this.#totalFee[node] as number, this.#minimum[node] as number) + (this.#penalty[node] as number);
      if (compareCostPerMsat(cost, value, known, this.#value[node] as number) >= 0) return false;
    }
    this.#walk[node] = this.#walks;
    this.#edge[node] = edge;
    this.#nextFees[node] = onward.feesMsat;
    this.#useFee[node] = useFee;
    this.#totalFee[node] = total;
    this.#minimum[node] = minimum;
    this.#penalty[node] = penalty;
    this.#value[node] = value;
    this.#heap.push(node, cost, value, onward.cltvDelta + delta, onward.hops + 1);
    return true;
  }

  /** The path from the payer as it was labelled, worth `valueMsat`. */
  #unravel(query: RouteQuery, valueMsat: number): PaymentPath {
    const { graph } = this.#host;
    const hops: PathHop[] = [];
    for (let node = query.source; node !== query.destination; ) {
      const edge = this.#edge[node] as number;
      const own = node === query.source ? (this.#ownTaken as OwnChannel) : null;
      const capacity = graph.capacityMsat[edge >> 1] as number;
      const before = hops[hops.length - 1];
      if (before !== undefined) before.feeMsat = this.#useFee[node] as number;
      hops.push({
        edge,
        baseMsat: own === null ? (graph.feeBaseMsat[edge] as number) : 0,
        ppm: own === null ? (graph.feeRatePpm[edge] as number) : 0,
        cltvDelta: own === null ? (graph.cltvDelta[edge] as number) : 0,
        minHtlcMsat: own === null ? (graph.minHtlcMsat[edge] as number) : own.minimumMsat,
        own: own !== null,
        capacityMsat: own === null ? capacity : own.limitMsat,
        maxHtlcMsat: own === null ? Math.min(graph.maxHtlcMsat[edge] as number, capacity) : own.limitMsat,
        scoredMsat: (this.#value[node] as number) + (this.#nextFees[node] as number),
        penaltyMsat: this.#penalty[node] as number,
        useFeeMsat: this.#useFee[node] as number,
        nextFeesMsat: this.#nextFees[node] as number,
        feeMsat: valueMsat,
      });
      node = graph.to(edge);
    }
    return new PaymentPath(hops);
  }

  #resize(nodes: number): void {
    const size = nodes + (nodes >> 2);
    this.#walk = new Float64Array(size);
    this.#done = new Float64Array(size);
    this.#edge = new Int32Array(size);
    this.#nextFees = new Float64Array(size);
    this.#useFee = new Float64Array(size);
    this.#totalFee = new Float64Array(size);
    this.#minimum = new Float64Array(size);
    this.#penalty = new Float64Array(size);
    this.#value = new Float64Array(size);
  }
}
