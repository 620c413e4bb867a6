/**
 * One walk through the graph: from the payee backwards to the payer, always from the node with the least cost per msat
 * that could be sent, until the payer is reached. What a route needs beyond one path is in route-finding.ts.
 *
 * ldk:routing/router.rs:get_route: add_entry, add_entries_to_cheapest_to_target_node, path_construction. Not quite
 * Dijkstra's algorithm: a channel that can carry less lowers the value of the whole way from there on. One PathFinder
 * serves all nodes; its columns are sized by the graph and it remembers nothing between two walks but what used up.
 *
 * A way that costs as much as the one known even with the least penalty of its first hop is dropped before the penalty is
 * computed. What cannot lead to the payer as cheaply as a ceiling is left out; where it can matter that a minimum was missed
 * (minimum-watch.ts), the walk is made once more up to the cost of its path. The answers are the same, and why stands in
 * docs/path-finding.md.
 *
 * Exactness. Amounts, fees and penalties are integers in LDK (u64) and integers in doubles here; they are equal as long as
 * they stay below 2^53. Where LDK's order among equals follows the order of its lists and maps, here it is that of
 * PairIndex and of the sender's channels: the first wins.
 */
import { exp2 } from '../../engine/base/math.ts';
import type { ModelHost } from '../../engine/simulate/node-model.ts';
import { BASE, CAPACITY, DELTA, EDGE, MAXIMUM, MINIMUM, PPM, RECORD, SearchGraph } from '../shared/search-graph.ts';
import { compareCostPerMsat } from './cost-per-msat.ts';
import { forwardingFee } from './fees.ts';
import { Guide, ROUNDING } from './guide.ts';
import { MinimumWatch } from './minimum-watch.ts';
import { type OwnChannel, OwnChannels } from './own-channels.ts';
import { hopLimit, type PathHop, type PaymentPath } from './payment-path.ts';
import { RouteHeap } from './route-heap.ts';
import type { RouteQuery } from './route-query.ts';
import { unravel } from './unravel.ts';
import { UsedAmounts } from './used-amounts.ts';
import type { Onward, Walk } from './walk.ts';
import {
  CLTV,
  comesBefore,
  costOf,
  HOPS,
  LABEL,
  LEAST,
  LEFT,
  NEXT_FEES,
  PENALTY,
  TOTAL_FEE,
  USE_FEE,
  VALUE,
  VIA,
} from './walk-labels.ts';

export class PathFinder {
  /** Walks, nodes expanded and channels looked at since the beginning, from the payee's side and from both. */
  walks = 0;
  expanded = 0;
  #looked = 0;

  /** A channel was left out in the last walk because the amount was below a minimum that could be met by overpaying. */
  hitMinimum = false;

  readonly #host: ModelHost;
  readonly #own: OwnChannels;
  readonly #graph = new SearchGraph();
  readonly #heap = new RouteHeap();
  readonly #onward: Onward = { feesMsat: 0, valueMsat: 0, minimumMsat: 0, penaltyMsat: 0, cltvDelta: 0, hops: 0 };

  /** By node, a record each. */
  #labels = new Float64Array(0);
  /** Numbers of the last walks in which a node got a label and was done; apart, since they are asked for far more nodes. */
  #labelled = new Int32Array(0);
  #done = new Int32Array(0);
  #walks = 0;

  readonly #used: UsedAmounts = new UsedAmounts();
  #ownTaken: OwnChannel | null = null;
  #share = 1;

  readonly #watch = new MinimumWatch();
  readonly #guide: Guide = new Guide(this.#graph);
  /** Nodes whose labels are those of LDK's walk, in the order in which they were expanded, and nodes that were left out. */
  readonly #settled: number[] = [];
  readonly #leftOut: number[] = [];
  /** Label of the node that is being expanded. */
  #at = 0;
  /** Nodes are not expanded in LDK's order any more. */
  #late = false;
  #guided = false;
  /** Nothing is entered above the guide's ceiling. */
  #limited = false;
  readonly #plainly: boolean;

  /** @param plainly leaves nothing out, for tests */
  constructor(host: ModelHost, plainly = false) {
    this.#host = host;
    this.#plainly = plainly;
    this.#own = new OwnChannels(host);
  }

  /** Channels looked at since the beginning, from both sides. */
  get looked(): number {
    return this.#looked + this.#guide.looked;
  }

  /** Walks that were guided by lists of what hops cost. */
  get listed(): number {
    return this.#guide.listed;
  }

  /** Begins a route: reads the own channels and forgets what was used. Answers how many channels there are. */
  begin(query: RouteQuery, recommendedMsat: number): number {
    const { graph } = this.#host;
    this.#used.begin(2 * graph.capacityMsat.length);
    if (LABEL * graph.nodeCount > this.#labels.length) {
      this.#labels = new Float64Array(LABEL * (graph.nodeCount + (graph.nodeCount >> 2)));
      this.#labelled = new Int32Array(this.#labels.length / LABEL);
      this.#done = new Int32Array(this.#labels.length / LABEL);
    }
    this.#graph.follow(graph);
    this.#watch.follow(graph);
    this.#guide.begin(query);
    return this.#own.load(query.source, query.outgoingEdges, recommendedMsat);
  }

  /** What may still go over a hop of a path, msat. */
  left(hop: PathHop, saturationPower: number): number {
    const limit = hopLimit(hop.own, hop.capacityMsat, hop.maxHtlcMsat, exp2(-saturationPower));
    return Math.max(0, limit - this.#used.of(hop.edge));
  }

  /** Whether no own channel is left that could carry a walk's least, and nothing shows whether the walk is made. */
  idle(query: RouteQuery, { leastMsat }: Walk): boolean {
    if (this.#plainly || !query.scorer.upToDate(query.nowUs)) return false;
    for (const channels of this.#own.all) {
      for (const { edge, limitMsat } of channels) if (limitMsat - this.used(edge) >= leastMsat) return false;
    }
    return true;
  }

  /** What the paths of the route so far use of an edge, msat. */
  used(edge: number): number {
    return this.#used.of(edge);
  }

  /** Counts an amount over an edge as used; Infinity closes it. */
  use(edge: number, amountMsat: number): void {
    this.#used.add(edge, amountMsat);
  }

  /** Walks; null when the payer is not reached. */
  find(query: RouteQuery, walk: Walk): PaymentPath | null {
    this.walks++;
    this.#share = exp2(-walk.saturationPower);
    this.#guided = !this.#plainly && walk.leastMsat > 0 && query.scorer.upToDate(query.nowUs);
    this.#limited = this.#guided;
    if (this.#guided) {
      const path = this.#findGuided(query, walk);
      if (!this.#minimumsMatter(query, walk, path)) return path;
      this.#guided = false;
      this.#limited = path !== null;
    }
    this.#startAtPayee(query, walk);
    return this.#walk(query, walk);
  }

  /** Walks without regard to minimums that are missed. Leaves the cost of a path that it finds to the guide. */
  #findGuided(query: RouteQuery, walk: Walk): PaymentPath | null {
    const guide = this.#guide;
    guide.start(query, walk, this.#share, this.#own.peers(walk.leastMsat, this.#used), this.#looked);
    this.#startAtPayee(query, walk);
    for (;;) {
      const path = this.#walk(query, walk);
      const payer = LABEL * query.source;
      if (path !== null) guide.found(this.#scaledCost(payer, walk));
      if (path !== null || !guide.leftOut) return path;
      guide.raise(
        query,
        this.#labelled[query.source] === this.#walks ? this.#scaledCost(payer, walk) : Infinity,
        this.#settled,
        this.#looked,
      );
      this.#goOn(query, walk);
    }
  }

  /** What the way of a label costs for a walk's whole value. */
  #scaledCost(label: number, walk: Walk): number {
    return (costOf(this.#labels, label) * walk.valueMsat) / (this.#labels[label + VALUE] as number);
  }

  /** Whether something depends on a minimum being missed by a channel that cannot lie on the answer (RouteFinder's loop). */
  #minimumsMatter(query: RouteQuery, walk: Walk, path: PaymentPath | null): boolean {
    if (!query.multiPath || query.maxPaths <= 1) return false;
    if (path === null ? walk.saturationPower !== 0 || walk.valueMsat === walk.recommendedMsat : !walk.first)
      return false;
    const carried = { ...walk, maxFeeMsat: query.maxFeeMsat };
    return this.#watch.possible(this.#own, carried, this.#share, this.#used.some);
  }

  /** Begins a walk: the payee is what it comes to first. */
  #startAtPayee(query: RouteQuery, walk: Walk): void {
    const labels = this.#labels;
    const walks = ++this.#walks;
    this.hitMinimum = false;
    this.#ownTaken = null;
    this.#late = false;
    this.#heap.clear();
    this.#settled.length = 0;
    this.#leftOut.length = 0;
    const label = LABEL * query.destination;
    labels.fill(0, label, label + LABEL);
    this.#labelled[query.destination] = walks;
    this.#done[query.destination] = walks;
    labels[label + VIA] = -1;
    labels[label + VALUE] = walk.valueMsat;
    this.#settled.push(query.destination);
    this.#expand(query.destination, query, walk);
  }

  /** Goes on with a walk under a higher ceiling: whatever was left out and is below it is taken up. */
  #goOn(query: RouteQuery, walk: Walk): void {
    const labels = this.#labels;
    const guide = this.#guide;
    const heap = this.#heap;
    this.#late = true;
    for (const node of this.#settled) {
      if (!guide.within(labels[LABEL * node + LEFT] as number)) continue;
      guide.ahead(this.#scaledCost(LABEL * node, walk), this.#looked);
      this.#expand(node, query, walk);
    }
    const leftOut = this.#leftOut;
    let kept = 0;
    for (const node of leftOut) {
      const label = LABEL * node;
      if (!guide.within(labels[label + LEFT] as number)) leftOut[kept++] = node;
      else heap.push(node, costOf(labels, label), labels[label + VALUE]!, labels[label + HOPS]!);
    }
    leftOut.length = kept;
  }

  #walk(query: RouteQuery, walk: Walk): PaymentPath | null {
    const guide = this.#guide;
    const guided = this.#guided;
    const heap = this.#heap;
    const done = this.#done;
    const walks = this.#walks;
    while (heap.pop()) {
      const { node } = heap;
      const label = LABEL * node;
      // Whatever else there is of the node is dearer than this was.
      if (done[node] === walks || !this.#isLabel(label)) continue;
      if (guided && !this.#leads(node, query, walk)) {
        this.#leftOut.push(node);
        continue;
      }
      done[node] = walks;
      if (node === query.source) return this.#answer(query);
      this.#settled.push(node);
      this.#expand(node, query, walk);
      if (guided && guide.passed(node)) break;
    }
    if (guided) {
      // Nothing can better the payer's way.
      if (guide.peers.size === 0) guide.leftOut = false;
      if (!guide.leftOut && this.#labelled[query.source] === walks) return this.#answer(query);
      this.hitMinimum = false;
    }
    return null;
  }

  /** Whether what the heap gave is a node's label, and none that was bettered. */
  #isLabel(label: number): boolean {
    const labels = this.#labels;
    const { cost, value, hops } = this.#heap;
    return labels[label + VALUE] === value && labels[label + HOPS] === hops && costOf(labels, label) === cost;
  }

  /** The payer's path. */
  #answer(query: RouteQuery): PaymentPath {
    this.hitMinimum &&= !this.#guided;
    return unravel(this.#host.graph, this.#labels, query, this.#ownTaken as OwnChannel);
  }

  /** Whether the payer can be reached from the node that comes next, within the ceiling. */
  #leads(node: number, query: RouteQuery, walk: Walk): boolean {
    const cost = this.#scaledCost(LABEL * node, walk);
    const guide = this.#guide;
    guide.nearest = Infinity;
    const leads = node === query.source ? guide.within(cost) : guide.leads(node, cost, this.#looked);
    if (!leads) this.#labels[LABEL * node + LEFT] = guide.nearest;
    return leads;
  }

  /** Looks at all channels that lead to a node. What add_entry checks is written out here in its order (#contribution). */
  #expand(node: number, query: RouteQuery, walk: Walk): void {
    this.expanded++;
    this.#standAt(node);
    this.#guide.nearest = Infinity;
    for (const channel of this.#own.to(node)) this.#considerOwn(channel, query, walk);
    this.#expandPublic(node, query, walk);
    this.#labels[LABEL * node + LEFT] = this.#guide.nearest;
  }

  /** Reads what leads on from a node. */
  #standAt(node: number): void {
    const labels = this.#labels;
    const label = LABEL * node;
    const onward = this.#onward;
    this.#at = label;
    onward.feesMsat = labels[label + TOTAL_FEE] as number;
    onward.minimumMsat = labels[label + LEAST] as number;
    onward.penaltyMsat = labels[label + PENALTY] as number;
    onward.valueMsat = labels[label + VALUE] as number;
    onward.cltvDelta = labels[label + CLTV] as number;
    onward.hops = labels[label + HOPS] as number;
  }

  #expandPublic(node: number, query: RouteQuery, walk: Walk): void {
    const { removed, failedChannels, source, nowUs } = query;
    const check = !removed.empty;
    if (check && removed.node(node, nowUs)) return;
    const { feesMsat, valueMsat, minimumMsat, penaltyMsat, cltvDelta, hops } = this.#onward;
    if (hops + 1 > query.maxPathLength) return;
    const { start, leaves, from: pairFrom, edgeStart, records } = this.#graph;
    const guided = this.#guided;
    const guide = this.#guide;
    const { leafPeers } = guide.bounds;
    const { costs } = guide;
    const fixed = ((Math.max(feesMsat, minimumMsat) + penaltyMsat) * walk.valueMsat) / valueMsat - ROUNDING;
    let onward = 0;
    const { leastMsat, recommendedMsat } = walk;
    // Minimums up to here are met by whatever is sent; without them only what is within the ceiling is looked at.
    const met = this.#limited && minimumMsat <= leastMsat + feesMsat ? leastMsat + feesMsat : -1;
    const done = this.#done;
    const used = this.#used;
    const share = this.#share;
    const walks = this.#walks;
    const someUsed = this.#used.some;
    const someFailed = failedChannels.size > 0;
    const room = walk.maxCltvDelta - cltvDelta;
    const last = guided && !leafPeers ? (leaves[node] as number) : (start[node + 1] as number);
    for (let pair = start[node] as number; pair < last; pair++) {
      const from = pairFrom[pair] as number;
      if (from === source || (check && removed.node(from, nowUs))) continue;
      if (guided) {
        if (done[from] === walks) continue;
        onward = guide.left(from);
        if (!guide.within(fixed + costs.of(pair) + onward)) continue;
      } else if (costs.mostMinimum(pair) <= met && !guide.within(fixed + costs.of(pair))) {
        continue;
      }
      const end = RECORD * (edgeStart[pair + 1] as number);
      for (let at = RECORD * (edgeStart[pair] as number); at < end; at += RECORD) {
        this.#looked++;
        const capacity = records[at + CAPACITY] as number;
        const maximum = records[at + MAXIMUM] as number;
        // A disabled edge has no maximum.
        if (maximum < 0 || capacity === 0) continue;
        const edge = records[at + EDGE] as number;
        if (check && removed.channel(edge >> 1, nowUs)) continue;
        const available = Math.min(Math.floor(capacity * share), maximum) - feesMsat;
        if (available < 0) continue;
        const free = someUsed ? Math.max(0, available - used.of(edge)) : available;
        const value = free < valueMsat ? free : valueMsat;
        if (value < leastMsat || (records[at + DELTA] as number) > room) continue;
        if (someFailed && failedChannels.has(edge >> 1)) continue;
        const amount = value + feesMsat;
        const minimum = records[at + MINIMUM] as number;
        if (amount < minimum || amount < minimumMsat) {
          if (
            (amount < minimum && recommendedMsat >= minimum) ||
            (amount < minimumMsat && recommendedMsat >= minimumMsat)
          ) {
            this.hitMinimum = true;
          }
          continue;
        }
        if (done[from] !== walks) this.#considerPublic(at, from, value, query, walk, onward);
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
    const value = Math.min(Math.max(0, available - this.#used.of(edge)), onward.valueMsat);
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
    if (!this.#enter(query.source, channel.edge, value, 0, minimum, onward.penaltyMsat, 0)) return;
    this.#ownTaken = channel;
    if (this.#guided) this.#guide.seen(this.#scaledCost(LABEL * query.source, walk));
  }

  /**
   * @param at place of the channel's record
   * @param left what is left to the payer at least, when it is guided
   */
  #considerPublic(at: number, from: number, value: number, query: RouteQuery, walk: Walk, left: number): void {
    const { records } = this.#graph;
    const onward = this.#onward;
    const label = LABEL * from;
    const edge = records[at + EDGE] as number;
    const minimum = records[at + MINIMUM] as number;
    const base = records[at + BASE] as number;
    const ppm = records[at + PPM] as number;
    const amount = value + onward.feesMsat;
    const useFee = forwardingFee(amount, base, ppm);
    const total = onward.feesMsat + useFee;
    if (total > query.maxFeeMsat) return;
    const least = Math.max(onward.minimumMsat, minimum);
    const newLeast = least + forwardingFee(least, base, ppm);
    const known = Math.max(total, newLeast) + onward.penaltyMsat;
    const cheapest = known + query.scorer.leastPenalty(amount);
    if (this.#labelled[from] === this.#walks && !this.#cheaper(label, cheapest, value)) {
      query.scorer.lookAt(edge, query.nowUs);
      return;
    }
    const scale = walk.valueMsat / value;
    if (this.#limited && !this.#guide.within(cheapest * scale + left - ROUNDING)) return;
    const others = query.inFlight.size > 0 ? (query.inFlight.get(edge) ?? 0) : 0;
    const capacity = records[at + CAPACITY] as number;
    const penalty = query.scorer.penalty(
      edge,
      amount,
      this.#used.of(edge) + others,
      capacity,
      records[at + MAXIMUM] as number,
      query.nowUs,
    );
    if (this.#limited) {
      const cost = (known + penalty) * scale;
      if (!this.#guide.within(cost + left - ROUNDING)) return;
      this.#guide.guess(from, cost);
    }
    this.#enter(from, edge, value, useFee, newLeast, onward.penaltyMsat + penalty, records[at + DELTA] as number);
  }

  /** Whether a way is cheaper per msat than the one known; of two that are equally cheap LDK keeps the one it saw first. */
  #cheaper(label: number, cost: number, value: number): boolean {
    const labels = this.#labels;
    const order = compareCostPerMsat(cost, value, costOf(labels, label), labels[label + VALUE] as number);
    if (order !== 0 || !this.#late) return order < 0;
    return comesBefore(labels, this.#at, LABEL * this.#host.graph.to(labels[label + VIA] as number));
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
    const labels = this.#labels;
    const label = LABEL * node;
    if (this.#labelled[node] === this.#walks && !this.#cheaper(label, cost, value)) return false;
    this.#labelled[node] = this.#walks;
    labels[label + VIA] = edge;
    labels[label + NEXT_FEES] = onward.feesMsat;
    labels[label + USE_FEE] = useFee;
    labels[label + TOTAL_FEE] = total;
    labels[label + LEAST] = minimum;
    labels[label + PENALTY] = penalty;
    labels[label + VALUE] = value;
    labels[label + HOPS] = onward.hops + 1;
    labels[label + CLTV] = onward.cltvDelta + delta;
    this.#heap.push(node, cost, value, onward.hops + 1);
    return true;
  }
}
