/**
 * lnd's path finding: Dijkstra's algorithm from the recipient backwards to the sender, over pairs of nodes, with the
 * distance "fees and time lock so far, plus the cost of an attempt divided by its probability".
 *
 * lnd:routing/pathfind.go:findPath, lnd:routing/unified_edges.go, lnd:routing/heap.go. One PathFinder serves all nodes:
 * its scratch columns are sized by the graph, nothing is allocated in a search, and it remembers nothing between two.
 * It must not decide about splitting, limits or retries.
 *
 * Exactness. Amounts, fees, weights and distances are integers in lnd (int64) and integers in doubles here; they are
 * equal as long as they stay below 2^53 msat, some 90,000 BTC. Divisions by
 * 10^6 and 10^9 are floored exactly. Probabilities are doubles in both, combined by the same operations in the same
 * order. Where lnd iterates over a Go map, the order here is that of PairIndex; where two candidates are equal in
 * everything that lnd compares, the lower node index wins.
 *
 * Candidates that cannot matter are left out, most of them before they are evaluated: those that lose against the label
 * that a node has, those that cannot come to the sender below a ceiling on its distance (GoalBounds), and nodes behind
 * which there is nothing. docs/path-finding.md shows that this changes no answer. The ceiling is a guess; in the rare case
 * that the search does not end at or below it, it is made again with a higher one.
 */
import { MAX_SAFE, mulDivFloor } from '../../engine/base/numbers.ts';
import { MAX_HOPS, type ModelHost, type RouteBuffer } from '../../engine/simulate/node-model.ts';
import {
  BASE,
  CAPACITY,
  DELTA,
  EDGE,
  INBOUND,
  MAXIMUM,
  MINIMUM,
  PPM,
  RECORD,
  SearchGraph,
} from '../shared/search-graph.ts';
import { DistanceHeap } from './distance-heap.ts';
import { cappedInboundFee, inboundFee, outboundFee } from './fees.ts';
import { GoalBounds } from './goal-bounds.ts';
import type { MissionControl } from './mission-control.ts';
import { hopPayloadBytes, MAX_ROUTING_PAYLOAD_BYTES } from './onion-size.ts';
import { OwnChannels } from './own-channels.ts';
import { PATH, type PathQuery, type PathResult } from './path-query.ts';

/** lnd:routing/pathfind.go:RiskFactorBillionths. */
const RISK_FACTOR_BILLIONTHS = 15;

/**
 * None of lnd's numbers: the ceilings of the sender's distance that are tried here one after the other, as shares of what it
 * is at least. Most routes lie close to that; where the first one is too low it tends to be far too low.
 */
const CEILINGS: readonly number[] = [1.15, Infinity];

// Records of labels here.
const LABEL = 8;
const WEIGHT = 0;
/** Amount that the node must receive, inbound fee not included (netAmountReceived), and the fee it charges. */
const AMOUNT = 1;
const OUTBOUND_FEE = 2;
const EXPIRY = 3;
const PAYLOAD_BYTES = 4;
const NEXT_EDGE = 5;
/** Time lock of the unified edge: the largest of the pair, not the next edge's own. */
const NEXT_DELTA = 6;

/**
 * lnd:routing/pathfind.go:edgeWeight: fee plus floor(amount · delta · 15 / 10^9).
 */
export function edgeWeight(amountMsat: number, feeMsat: number, delta: number): number {
  const product = amountMsat * (delta * RISK_FACTOR_BILLIONTHS);
  return (
    feeMsat +
    (product <= MAX_SAFE
      ? Math.floor(product / 1e9)
      : mulDivFloor(amountMsat, delta * RISK_FACTOR_BILLIONTHS, 1_000_000_000))
  );
}

export class PathFinder {
  /** Work done so far: searches, how often one began anew, nodes settled, pairs of nodes looked at and evaluated. */
  searches = 0;
  turns = 0;
  settled = 0;
  looked = 0;
  evaluated = 0;

  readonly #host: ModelHost;
  readonly #own: OwnChannels;
  readonly #graph = new SearchGraph();
  readonly #bounds = new GoalBounds();

  /** By node: Infinity where it has no label. The pivot of the first round is not entered: its place is kept free for a payment to oneself. */
  #distance!: Float64Array;
  #probability!: Float64Array;
  /** The rest of the labels, a record a node. */
  #labels!: Float64Array;
  #heap!: DistanceHeap;
  #reached!: Int32Array;
  #reachedCount = 0;

  /**
   * What mission control knows of hops that leave a node: 0 for nothing, ±(group + 1) else, positive when one of them
   * carried the amount and the probability may be high.
   */
  #group!: Int32Array;
  #results: MissionControl | null = null;

  // The node that is being expanded.
  #pivot = 0;
  #pivotWeight = 0;
  #pivotProbability = 1;
  #pivotAmount = 0;
  #pivotOutboundFee = 0;
  #pivotExpiry = 0;
  #pivotPayloadBytes = 0;
  #pivotIsExit = true;

  /** Candidates from which the sender cannot be reached within it are left out: the sender's distance, known or guessed. */
  #ceiling = Infinity;
  #guessing = true;
  #guessed = false;
  /** Something was left out because of the ceiling. */
  #pruned = false;
  /** Nodes behind which there is nothing are looked at all the same. */
  #wide = false;

  constructor(host: ModelHost) {
    this.#host = host;
    this.#own = new OwnChannels(host);
    this.#resize(0);
  }

  /** Searches; the route is written when the answer is PATH.found. */
  find(query: PathQuery, route: RouteBuffer): PathResult {
    this.#reset();
    this.#own.load(query.source, query.outgoingEdges);
    if (this.#own.totalMsat < query.amountMsat) return PATH.insufficientBalance;
    if (this.#own.largestMsat < query.amountMsat) return PATH.none;
    this.#loadResults(query.results, query.amountMsat);
    this.#graph.follow(this.#host.graph);
    this.searches++;
    this.#wide = query.source === query.destination || this.#own.hidden;
    this.#bounds.load(this.#graph, this.#own, query, this.#group);

    for (const share of CEILINGS) {
      const ceiling = this.#bounds.leastMsat * share;
      if (this.#search(query, ceiling, true)) break;
      this.#forgetLabels();
      if (!this.#guessed) continue;
      if (this.#search(query, ceiling, false)) break;
      this.#forgetLabels();
    }
    return this.#unravel(query, route);
  }

  /** Probability of the route found last, as lnd reports it. */
  routeProbability(source: number): number {
    return this.#probability[source]!;
  }

  /** Distance of the route found last, and the part of it that is no cost of attempts; msat. */
  routeDistance(source: number): { readonly distanceMsat: number; readonly weightMsat: number } {
    return { distanceMsat: this.#distance[source]!, weightMsat: this.#labels[LABEL * source + WEIGHT]! };
  }

  /** What the sender's channels could carry in the last search: the largest one, and all together; msat. */
  get balance(): { readonly largestMsat: number; readonly totalMsat: number } {
    return this.#own;
  }

  /** Labels nodes from the recipient backwards; false when it relied on a guess that proved too low. */
  #search(query: PathQuery, ceiling: number, guess: boolean): boolean {
    const { source, destination } = query;
    const labels = this.#labels;
    this.turns++;
    this.#guessing = guess;
    this.#guessed = false;
    this.#pruned = false;
    this.#ceiling = ceiling;
    this.#pivot = destination;
    this.#pivotWeight = 0;
    this.#pivotProbability = 1;
    this.#pivotAmount = query.amountMsat;
    this.#pivotOutboundFee = 0;
    this.#pivotExpiry = query.finalExpiry;
    this.#pivotPayloadBytes = query.finalPayloadBytes;
    this.#pivotIsExit = true;
    for (;;) {
      if (this.#own.leadTo(this.#pivot)) this.#expandOwn(query);
      this.#expand(query);
      if (this.#heap.length === 0) break;
      const node = this.#heap.pop();
      if (node === source) break;
      const at = LABEL * node;
      this.#pivot = node;
      this.#pivotWeight = labels[at + WEIGHT]!;
      this.#pivotProbability = this.#probability[node]!;
      this.#pivotAmount = labels[at + AMOUNT]!;
      this.#pivotOutboundFee = labels[at + OUTBOUND_FEE]!;
      this.#pivotExpiry = labels[at + EXPIRY]!;
      this.#pivotPayloadBytes = labels[at + PAYLOAD_BYTES]!;
      this.#pivotIsExit = false;
    }
    return !this.#pruned || this.#distance[source]! <= this.#ceiling;
  }

  /**
   * The distance that the sender would have over `node` as it is labelled now, Infinity when none is in sight. Only a
   * guess: the label may still change, and the channel's slots are not looked at.
   */
  #guess(query: PathQuery, node: number): number {
    const own = this.#own;
    const at = LABEL * node;
    const net = this.#labels[at + AMOUNT]!;
    if (!own.choose(node, net, this.#labels[at + OUTBOUND_FEE]!, false, true)) return Infinity;
    const inbound = own.inboundFeeMsat;
    if (net + inbound - query.amountMsat > query.feeLimitMsat) return Infinity;
    const probability = this.#probability[node]! * this.#ownProbability(query, node);
    if (probability === 0 || probability < query.minProbability) return Infinity;
    const weight = this.#labels[at + WEIGHT]! + Math.max(inbound, 0);
    return Math.floor(weight + query.attemptCostMsat / probability);
  }

  #ownProbability(query: PathQuery, peer: number): number {
    const { results, source } = query;
    return query.estimator.local(results, results === null ? -1 : results.find(source, peer), query.nowUs);
  }

  /** Candidates from other nodes to the pivot: one unified edge a pair. */
  #expand(query: PathQuery): void {
    const { source, destination, lastHop, results, estimator, attemptCostMsat } = query;
    const { graph } = this.#host;
    const bounds = this.#bounds;
    const { best } = bounds;
    const { from: pairFrom, edgeStart, records, start, leaves } = this.#graph;
    const outLimit = this.#pivotOutboundFee;
    const groups = this.#group;
    const distances = this.#distance;
    const pivot = this.#pivot;
    const net = this.#pivotAmount;
    const exit = this.#pivotIsExit;
    const weight = this.#pivotWeight;
    const probability = this.#pivotProbability;
    const untriedCost = attemptCostMsat / (probability * estimator.untriedMost);
    const untriedBound = Math.floor(weight + untriedCost);
    const bound =
      results === null ? untriedBound : Math.floor(weight + attemptCostMsat / (probability * estimator.most));
    // A node that is less likely to be reached cannot come to the sender below the ceiling.
    let need = bounds.need(this.#ceiling - bound);
    let untriedNeed = bounds.need(this.#ceiling - untriedBound);
    let pruned = false;
    let evaluated = 0;

    const first = start[pivot]!;
    const end = this.#wide ? start[pivot + 1]! : leaves[pivot]!;
    for (let p = first; p < end; p++) {
      const from = pairFrom[p]!;
      if (best[from]! < need) {
        pruned = true;
        continue;
      }
      const current = distances[from]!;
      // The sender's own channels are taken from the truth, in #expandOwn; a cycle through the recipient is no route.
      if (bound > current || from === source || from === destination) continue;
      if (exit && lastHop >= 0 && from !== lastHop) continue;
      const history = groups[from]!;
      if (history <= 0) {
        if (untriedBound > current) continue;
        if (best[from]! < untriedNeed) {
          pruned = true;
          continue;
        }
      }
      evaluated++;

      // getEdgeNetwork: highest fee, longest time lock and largest capacity among the usable channels of the pair.
      let edge = -1;
      let bestFee = -Infinity;
      let inbound = 0;
      let outbound = 0;
      let delta = 0;
      let capacity = 0;
      const lastRecord = RECORD * edgeStart[p + 1]!;
      for (let at = RECORD * edgeStart[p]!; at < lastRecord; at += RECORD) {
        const inFee =
          exit || records[at + INBOUND] === 0 ? 0 : cappedInboundFee(graph, records[at + EDGE]!, net, outLimit);
        const amount = net + inFee;
        const maximum = records[at + MAXIMUM]!;
        if (amount > maximum || amount < records[at + MINIMUM]!) continue;
        const cap = records[at + CAPACITY]!;
        const known = cap === 0 ? Math.floor(maximum / 1000) * 1000 : cap;
        if (known > capacity) capacity = known;
        const edgeDelta = records[at + DELTA]!;
        if (edgeDelta > delta) delta = edgeDelta;
        const outFee = outboundFee(amount, records[at + BASE]!, records[at + PPM]!);
        if (outFee + inFee < bestFee) continue;
        bestFee = outFee + inFee;
        edge = records[at + EDGE]!;
        inbound = inFee;
        outbound = outFee;
      }
      if (edge < 0) continue;

      // processEdge
      const amountToSend = net + inbound;
      const newWeight = weight + edgeWeight(amountToSend, Math.max(inbound + outbound, 0), delta);
      if (history <= 0 && Math.floor(newWeight + untriedCost) > current) continue;
      const totalFee = amountToSend - query.amountMsat;
      if (totalFee > 0 && totalFee > query.feeLimitMsat) continue;
      const edgeProbability =
        history === 0
          ? estimator.untried(amountToSend, capacity)
          : estimator.pair(
              results as MissionControl,
              (history > 0 ? history : -history) - 1,
              pivot,
              amountToSend,
              capacity,
              query.nowUs,
            );
      if (edgeProbability === 0) continue;
      const expiry = this.#pivotExpiry + delta;
      if (expiry > query.expiryLimit) continue;
      const routeProbability = probability * edgeProbability;
      if (routeProbability < query.minProbability) continue;
      const distance = Math.floor(newWeight + attemptCostMsat / routeProbability);
      if (distance > current) continue;
      if (best[from]! < bounds.need(this.#ceiling - distance)) {
        pruned = true;
        continue;
      }
      if (distance === current && routeProbability <= this.#probability[from]!) continue;
      const payload = this.#pivotPayloadBytes + hopPayloadBytes(amountToSend, this.#pivotExpiry);
      if (payload > MAX_ROUTING_PAYLOAD_BYTES) continue;

      if (current === Infinity) this.#reached[this.#reachedCount++] = from;
      distances[from] = distance;
      this.#probability[from] = routeProbability;
      const label = LABEL * from;
      const labels = this.#labels;
      labels[label + WEIGHT] = newWeight;
      labels[label + AMOUNT] = amountToSend + outbound;
      labels[label + OUTBOUND_FEE] = outbound;
      labels[label + EXPIRY] = expiry;
      labels[label + PAYLOAD_BYTES] = payload;
      labels[label + NEXT_EDGE] = edge;
      labels[label + NEXT_DELTA] = delta;
      this.#heap.pushOrFix(from);
      if (this.#guessing && this.#own.leadTo(from)) {
        const guessed = this.#guess(query, from);
        if (guessed < this.#ceiling) {
          this.#ceiling = guessed;
          need = this.#bounds.need(guessed - bound);
          untriedNeed = this.#bounds.need(guessed - untriedBound);
          this.#guessed = true;
        }
      }
    }
    if (pruned) this.#pruned = true;
    this.settled++;
    this.looked += end - first;
    this.evaluated += evaluated;
  }

  /** The sender to the pivot over its own best channel: no fee and no time lock of its own. */
  #expandOwn(query: PathQuery): void {
    const { source } = query;
    const own = this.#own;
    if (this.#pivotIsExit && query.lastHop >= 0 && query.lastHop !== source) return;
    if (!own.choose(this.#pivot, this.#pivotAmount, this.#pivotOutboundFee, this.#pivotIsExit, false)) return;
    const inbound = own.inboundFeeMsat;
    const amountToSend = this.#pivotAmount + inbound;
    const totalFee = amountToSend - query.amountMsat;
    if (totalFee > 0 && totalFee > query.feeLimitMsat) return;
    const edgeProbability = this.#ownProbability(query, this.#pivot);
    if (edgeProbability === 0 || this.#pivotExpiry > query.expiryLimit) return;
    const routeProbability = this.#pivotProbability * edgeProbability;
    if (routeProbability < query.minProbability) return;
    const newWeight = this.#pivotWeight + Math.max(inbound, 0);
    const distance = Math.floor(newWeight + query.attemptCostMsat / routeProbability);
    const current = this.#distance[source]!;
    if (distance > current) return;
    if (distance === current && routeProbability <= this.#probability[source]!) return;
    if (this.#pivotPayloadBytes > MAX_ROUTING_PAYLOAD_BYTES) return;

    if (current === Infinity) this.#reached[this.#reachedCount++] = source;
    this.#distance[source] = distance;
    this.#probability[source] = routeProbability;
    const label = LABEL * source;
    const labels = this.#labels;
    labels[label + WEIGHT] = newWeight;
    labels[label + AMOUNT] = amountToSend;
    labels[label + OUTBOUND_FEE] = 0;
    labels[label + EXPIRY] = this.#pivotExpiry;
    labels[label + PAYLOAD_BYTES] = this.#pivotPayloadBytes;
    labels[label + NEXT_EDGE] = own.edge;
    labels[label + NEXT_DELTA] = 0;
    if (distance < this.#ceiling) this.#ceiling = distance;
    this.#heap.pushOrFix(source);
  }

  /** Walks from the sender to the recipient and fills in amounts and expiries from the end (newRoute). */
  #unravel(query: PathQuery, route: RouteBuffer): PathResult {
    const { source, destination } = query;
    const graph = this.#host.graph;
    route.length = 0;
    if (this.#distance[source] === Infinity) return PATH.none;
    let node = source;
    do {
      // The onion's size keeps every route below this; the check only guards the buffer.
      if (route.length === MAX_HOPS) return PATH.none;
      const edge = this.#labels[LABEL * node + NEXT_EDGE]!;
      route.edge[route.length] = edge;
      // The time lock of the hop that starts at `node`, until the expiry takes its place.
      route.expiry[route.length] = this.#labels[LABEL * node + NEXT_DELTA]!;
      route.length++;
      node = graph.to(edge);
    } while (node !== destination);

    let amount = query.amountMsat;
    let expiry = query.finalExpiry;
    for (let i = route.length - 1; i >= 0; i--) {
      const edge = route.edge[i]!;
      if (i < route.length - 1) {
        const out = route.edge[i + 1]!;
        const outFee = outboundFee(amount, graph.feeBaseMsat[out]!, graph.feeRatePpm[out]!);
        const base = graph.inboundFeeBaseMsat[edge]!;
        const rate = graph.inboundFeeRatePpm[edge]!;
        const fee = outFee + inboundFee(amount + outFee, base, rate);
        if (fee > 0) amount += fee;
      }
      const delta = route.expiry[i]!;
      route.amountMsat[i] = amount;
      route.expiry[i] = expiry;
      expiry += delta;
    }
    return PATH.found;
  }

  /** Marks the nodes that mission control knows. Amounts only grow on the way, so smaller successes do not matter. */
  #loadResults(results: MissionControl | null, amountMsat: number): void {
    this.#results = results;
    if (results === null) return;
    for (let group = 0; group < results.groupCount; group++) {
      const useful = results.groupLargestSuccess[group]! >= amountMsat;
      this.#group[results.groupNode[group]!] = useful ? group + 1 : -group - 1;
    }
  }

  /** Takes back what the search before left behind. */
  #reset(): void {
    const graph = this.#host.graph;
    const results = this.#results;
    if (results !== null) {
      for (let g = 0; g < results.groupCount; g++) this.#group[results.groupNode[g]!] = 0;
      this.#results = null;
    }
    if (graph.nodeCount > this.#distance.length) {
      this.#reachedCount = 0;
      this.#resize(graph.nodeCount);
      return;
    }
    this.#forgetLabels();
  }

  #forgetLabels(): void {
    for (let i = 0; i < this.#reachedCount; i++) this.#distance[this.#reached[i]!] = Infinity;
    this.#reachedCount = 0;
    this.#heap.clear();
  }

  #resize(nodeCount: number): void {
    const size = Math.max(64, nodeCount + (nodeCount >> 2));
    this.#distance = new Float64Array(size).fill(Infinity);
    this.#probability = new Float64Array(size);
    this.#labels = new Float64Array(LABEL * size);
    this.#reached = new Int32Array(size);
    this.#group = new Int32Array(size);
    this.#heap = new DistanceHeap(this.#distance, this.#probability);
  }
}
