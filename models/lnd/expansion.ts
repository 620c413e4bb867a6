/**
 * What one settled node of lnd's search offers to others: candidates for their labels. Which node comes next, and what is
 * done with labels between two searches, others decide.
 *
 * lnd:routing/pathfind.go:findPath (processEdge), lnd:routing/unified_edges.go.
 */
import { MAX_SAFE, mulDivFloor } from '../../engine/base/numbers.ts';
import type { ModelHost } from '../../engine/simulate/node-model.ts';
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
  type SearchGraph,
} from '../shared/search-graph.ts';
import { cappedInboundFee, outboundFee } from './fees.ts';
import type { GoalBounds } from './goal-bounds.ts';
import type { MissionControl } from './mission-control.ts';
import { hopPayloadBytes, MAX_ROUTING_PAYLOAD_BYTES } from './onion-size.ts';
import type { OwnChannels } from './own-channels.ts';
import {
  AMOUNT,
  EXPIRY,
  LABEL,
  NEXT_DELTA,
  NEXT_EDGE,
  OUTBOUND_FEE,
  PAYLOAD_BYTES,
  type PathLabels,
  WEIGHT,
} from './path-labels.ts';
import type { PathQuery } from './path-query.ts';

/** lnd:routing/pathfind.go:RiskFactorBillionths. */
const RISK_FACTOR_BILLIONTHS = 15;

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

export class Expansion {
  /** Work done so far: nodes settled, pairs of nodes looked at and evaluated. */
  settled = 0;
  looked = 0;
  evaluated = 0;

  /** Labels that candidates are for. */
  labels: PathLabels;
  /** Candidates from which the sender cannot be reached within it are left out: the sender's distance, known or guessed. */
  ceiling: number = Infinity;
  /** Nothing is left out, whatever the sender's distance. */
  free = false;
  guessing = true;
  guessed = false;
  /** Something was left out because of the ceiling. */
  pruned = false;
  /** Nodes behind which there is nothing are looked at all the same. */
  wide = false;
  /** The node that is being expanded. */
  pivot = 0;

  readonly #host: ModelHost;
  readonly #graph: SearchGraph;
  readonly #own: OwnChannels;
  readonly #bounds: GoalBounds;
  readonly #lookUp: number;
  #groups: Int32Array = new Int32Array(0);
  #weights: Float64Array | null = null;
  #pivotWeight = 0;
  #pivotProbability = 1;
  #pivotAmount = 0;
  #pivotOutboundFee = 0;
  #pivotExpiry = 0;
  #pivotPayloadBytes = 0;
  #pivotIsExit = true;
  /** Pairs that lead into the pivot from nodes near enough to the sender. */
  #near: Int32Array = new Int32Array(16);

  /** @param lookUp see Thrift */
  constructor(
    host: ModelHost,
    graph: SearchGraph,
    own: OwnChannels,
    bounds: GoalBounds,
    labels: PathLabels,
    lookUp: number,
  ) {
    this.#lookUp = lookUp;
    this.#host = host;
    this.#graph = graph;
    this.#own = own;
    this.#bounds = bounds;
    this.labels = labels;
  }

  /**
   * @param groups see PathFinder
   * @param weights see LeastWeights
   */
  begin(groups: Int32Array, weights: Float64Array | null): void {
    this.#groups = groups;
    this.#weights = weights;
  }

  /** Goes to the recipient. */
  atRecipient(query: PathQuery): void {
    this.pivot = query.destination;
    this.#pivotWeight = 0;
    this.#pivotProbability = 1;
    this.#pivotAmount = query.amountMsat;
    this.#pivotOutboundFee = 0;
    this.#pivotExpiry = query.finalExpiry;
    this.#pivotPayloadBytes = query.finalPayloadBytes;
    this.#pivotIsExit = true;
  }

  /** Goes to a settled node. */
  at(node: number): void {
    const { records, probability } = this.labels;
    const at = LABEL * node;
    this.pivot = node;
    this.#pivotWeight = records[at + WEIGHT]!;
    this.#pivotProbability = probability[node]!;
    this.#pivotAmount = records[at + AMOUNT]!;
    this.#pivotOutboundFee = records[at + OUTBOUND_FEE]!;
    this.#pivotExpiry = records[at + EXPIRY]!;
    this.#pivotPayloadBytes = records[at + PAYLOAD_BYTES]!;
    this.#pivotIsExit = false;
  }

  /** Least distance that a node of which nothing is known can have over the pivot, msat. */
  untriedLeast({ attemptCostMsat, estimator }: PathQuery): number {
    return Math.floor(this.#pivotWeight + attemptCostMsat / (this.#pivotProbability * estimator.untriedMost));
  }

  /** Whether whatever would come of a node's label would be left out because of the ceiling. */
  leavesOut(node: number): boolean {
    if (!(this.#bounds.best[node]! < this.#bounds.need(this.ceiling - this.labels.distance[node]!))) return false;
    this.pruned = true;
    return true;
  }

  /** Candidates for whoever has a hop to the pivot, the sender too. */
  expandAll(query: PathQuery): void {
    const { start, leaves } = this.#graph;
    const { pivot } = this;
    if (this.#own.leadTo(pivot)) this.expandOwn(query);
    this.settled++;
    this.expand(query, start[pivot]!, this.wide ? start[pivot + 1]! : leaves[pivot]!);
  }

  /**
   * The distance that the sender would have over `node` as it is labelled now, Infinity when none is in sight. Only a
   * guess: the label may still change, and the channel's slots are not looked at.
   */
  guess(query: PathQuery, node: number): number {
    const own = this.#own;
    const { records, probability: probabilities } = this.labels;
    const at = LABEL * node;
    const net = records[at + AMOUNT]!;
    if (!own.choose(node, net, records[at + OUTBOUND_FEE]!, false, true)) return Infinity;
    const inbound = own.inboundFeeMsat;
    if (net + inbound - query.amountMsat > query.feeLimitMsat) return Infinity;
    const probability = probabilities[node]! * this.#ownProbability(query, node);
    if (probability === 0 || probability < query.minProbability) return Infinity;
    const weight = records[at + WEIGHT]! + Math.max(inbound, 0);
    return Math.floor(weight + query.attemptCostMsat / probability);
  }

  #ownProbability(query: PathQuery, peer: number): number {
    const { results, source } = query;
    return query.estimator.local(results, results === null ? -1 : results.find(source, peer), query.nowUs);
  }

  /** Candidates of the pairs `first` … `end` − 1, which lead into the pivot: one unified edge a pair. The sender's own are not among them. */
  expand(query: PathQuery, first: number, end: number): void {
    const { source, destination, lastHop, results, estimator, attemptCostMsat } = query;
    const { graph } = this.#host;
    const bounds = this.#bounds;
    const { best } = bounds;
    const { from: pairFrom, edgeStart, records } = this.#graph;
    const { labels } = this;
    const { distance: distances, records: written } = labels;
    const outLimit = this.#pivotOutboundFee;
    const groups = this.#groups;
    const weights = this.#weights;
    const { pivot } = this;
    const net = this.#pivotAmount;
    const exit = this.#pivotIsExit;
    const weight = this.#pivotWeight;
    const probability = this.#pivotProbability;
    const untriedCost = attemptCostMsat / (probability * estimator.untriedMost);
    const untriedBound = Math.floor(weight + untriedCost);
    const bound =
      results === null ? untriedBound : Math.floor(weight + attemptCostMsat / (probability * estimator.most));
    // A node that is less likely to be reached cannot come to the sender below the ceiling.
    let need = bounds.need(this.ceiling - bound);
    let untriedNeed = bounds.need(this.ceiling - untriedBound);
    // A leaf's only pair is never looked up.
    const among = this.wide ? Infinity : bounds.among(need);
    const isPicked = among * this.#lookUp < end - first;
    const looked = isPicked ? this.#pickNear(among, need) : end - first;
    const near = this.#near;
    let pruned = looked < end - first;
    let evaluated = 0;

    for (let i = 0; i < looked; i++) {
      const p = isPicked ? near[i]! : first + i;
      const from = pairFrom[p]!;
      if (best[from]! < need) {
        pruned = true;
        continue;
      }
      const current = distances[from]!;
      // The sender's own channels are taken from the truth, in expandOwn; a cycle through the recipient is no route.
      if (bound > current || from === source || from === destination) continue;
      if (exit && lastHop >= 0 && from !== lastHop) continue;
      const history = groups[from]!;
      if (history <= 0) {
        if (untriedBound > current) continue;
        if (weights !== null && Math.floor(weight + weights[p]! + untriedCost) > current) continue;
        if (best[from]! < untriedNeed) {
          pruned = true;
          continue;
        }
      }
      if (weights !== null && weights[p] === Infinity) continue;
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
      if (best[from]! < bounds.need(this.ceiling - distance)) {
        pruned = true;
        continue;
      }
      if (distance === current && !this.#betters(from, routeProbability)) continue;
      const payload = this.#pivotPayloadBytes + hopPayloadBytes(amountToSend, this.#pivotExpiry);
      if (payload > MAX_ROUTING_PAYLOAD_BYTES) continue;

      labels.enter(from, distance, routeProbability);
      const label = LABEL * from;
      written[label + WEIGHT] = newWeight;
      written[label + AMOUNT] = amountToSend + outbound;
      written[label + OUTBOUND_FEE] = outbound;
      written[label + EXPIRY] = expiry;
      written[label + PAYLOAD_BYTES] = payload;
      written[label + NEXT_EDGE] = edge;
      written[label + NEXT_DELTA] = delta;
      if (this.guessing && this.#own.leadTo(from)) {
        const guessed = this.guess(query, from);
        if (guessed < this.ceiling) {
          this.ceiling = guessed;
          need = this.#bounds.need(guessed - bound);
          untriedNeed = this.#bounds.need(guessed - untriedBound);
          this.guessed = true;
        }
      }
    }
    if (pruned) this.pruned = true;
    this.looked += looked;
    this.evaluated += evaluated;
  }

  /** Writes down all pairs into the pivot from the first marked nodes that are near enough; answers how many there are. */
  #pickNear(among: number, need: number): number {
    const { best, marked } = this.#bounds;
    const { outStart, to, outPair } = this.#graph;
    const { pivot } = this;
    if (this.#near.length < among) this.#near = new Int32Array(2 * among);
    let count = 0;
    for (let i = 0; i < among; i++) {
      const from = marked[i]!;
      if (best[from]! < need) continue;
      let low = outStart[from]!;
      const end = outStart[from + 1]!;
      for (let high = end; low < high; ) {
        const middle = (low + high) >> 1;
        if (to[middle]! < pivot) low = middle + 1;
        else high = middle;
      }
      if (low < end && to[low] === pivot) this.#near[count++] = outPair[low]!;
    }
    return count;
  }

  /** The sender to the pivot over its own best channel: no fee and no time lock of its own. */
  expandOwn(query: PathQuery): void {
    const { source } = query;
    const own = this.#own;
    if (this.#pivotIsExit && query.lastHop >= 0 && query.lastHop !== source) return;
    if (!own.choose(this.pivot, this.#pivotAmount, this.#pivotOutboundFee, this.#pivotIsExit, false)) return;
    const inbound = own.inboundFeeMsat;
    const amountToSend = this.#pivotAmount + inbound;
    const totalFee = amountToSend - query.amountMsat;
    if (totalFee > 0 && totalFee > query.feeLimitMsat) return;
    const edgeProbability = this.#ownProbability(query, this.pivot);
    if (edgeProbability === 0 || this.#pivotExpiry > query.expiryLimit) return;
    const routeProbability = this.#pivotProbability * edgeProbability;
    if (routeProbability < query.minProbability) return;
    const newWeight = this.#pivotWeight + Math.max(inbound, 0);
    const distance = Math.floor(newWeight + query.attemptCostMsat / routeProbability);
    const { labels } = this;
    const current = labels.distance[source]!;
    if (distance > current) return;
    if (distance === current && !this.#betters(source, routeProbability)) return;
    if (this.#pivotPayloadBytes > MAX_ROUTING_PAYLOAD_BYTES) return;

    labels.enter(source, distance, routeProbability);
    const label = LABEL * source;
    const { records: written } = labels;
    written[label + WEIGHT] = newWeight;
    written[label + AMOUNT] = amountToSend;
    written[label + OUTBOUND_FEE] = 0;
    written[label + EXPIRY] = this.#pivotExpiry;
    written[label + PAYLOAD_BYTES] = this.#pivotPayloadBytes;
    written[label + NEXT_EDGE] = own.edge;
    written[label + NEXT_DELTA] = 0;
    if (!this.free && distance < this.ceiling) this.ceiling = distance;
  }

  /** Whether a candidate as far away as a node's label is a better one: more probable, or of a node that was settled before. */
  #betters(node: number, probability: number): boolean {
    const known = this.labels.probability[node]!;
    if (probability !== known) return probability > known;
    return this.labels.isBefore(this.pivot, this.#host.graph.to(this.labels.records[LABEL * node + NEXT_EDGE]!));
  }
}
