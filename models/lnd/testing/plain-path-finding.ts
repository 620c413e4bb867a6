/**
 * lnd's search as PathFinder makes it, without anything that leaves nodes out: no bounds of what is left to the sender, no
 * ceiling, no ends that are passed over, the graph's own columns. Fast enough for whole networks, where the textbook's search
 * would take minutes; which is what this one is compared with itself.
 */
import { MAX_HOPS, type ModelHost, type RouteBuffer } from '../../../engine/simulate/node-model.ts';
import { DistanceHeap } from '../distance-heap.ts';
import { edgeWeight } from '../expansion.ts';
import { cappedInboundFee, inboundFee, outboundFee } from '../fees.ts';
import type { MissionControl } from '../mission-control.ts';
import { hopPayloadBytes, MAX_ROUTING_PAYLOAD_BYTES } from '../onion-size.ts';
import { OwnChannels } from '../own-channels.ts';
import { PATH, type PathQuery, type PathResult } from '../path-query.ts';

export class PlainPathFinder {
  readonly #host: ModelHost;
  readonly #own: OwnChannels;

  // Columns by node; valid where #distance is finite. The pivot of the first round is not entered: its place is kept
  // free for a payment to oneself.
  #distance!: Float64Array;
  #weight!: Float64Array;
  #probability!: Float64Array;
  /** Amount that the node must receive, inbound fee not included (netAmountReceived), and the fee it charges. */
  #amount!: Float64Array;
  #outboundFee!: Float64Array;
  #expiry!: Int32Array;
  #payloadBytes!: Int32Array;
  #nextEdge!: Int32Array;
  /** Time lock of the unified edge: the largest of the pair, not the next edge's own. */
  #nextDelta!: Int32Array;
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
    this.#search(query);
    return this.#unravel(query, route);
  }

  /** Probability of the route found last, as lnd reports it. */
  routeProbability(source: number): number {
    return this.#probability[source] as number;
  }

  /** Labels nodes from the recipient backwards. */
  #search(query: PathQuery): void {
    const { source, destination } = query;
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
      this.#pivot = node;
      this.#pivotWeight = this.#weight[node] as number;
      this.#pivotProbability = this.#probability[node] as number;
      this.#pivotAmount = this.#amount[node] as number;
      this.#pivotOutboundFee = this.#outboundFee[node] as number;
      this.#pivotExpiry = this.#expiry[node] as number;
      this.#pivotPayloadBytes = this.#payloadBytes[node] as number;
      this.#pivotIsExit = false;
    }
  }

  #ownProbability(query: PathQuery, peer: number): number {
    const { results, source } = query;
    return query.estimator.local(results, results === null ? -1 : results.find(source, peer), query.nowUs);
  }

  /** Candidates from other nodes to the pivot: one unified edge a pair. */
  #expand(query: PathQuery): void {
    const { source, destination, lastHop, results, estimator, attemptCostMsat } = query;
    const graph = this.#host.graph;
    const pairs = graph.pairsInto();
    const { from: pairFrom, edgeStart, edge: pairEdge } = pairs;
    const { capacityMsat, feeBaseMsat, feeRatePpm, cltvDelta, minHtlcMsat, maxHtlcMsat, disabled } = graph;
    const outLimit = this.#pivotOutboundFee;
    const groups = this.#group;
    const distances = this.#distance;
    const pivot = this.#pivot;
    const net = this.#pivotAmount;
    const exit = this.#pivotIsExit;
    const weight = this.#pivotWeight;
    const probability = this.#pivotProbability;
    const end = pairs.start[pivot + 1] as number;
    for (let p = pairs.start[pivot] as number; p < end; p++) {
      const from = pairFrom[p] as number;
      // The sender's own channels are taken from the truth, in #expandOwn; a cycle through the recipient is no route.
      if (from === source || from === destination) continue;
      if (exit && lastHop >= 0 && from !== lastHop) continue;
      const current = distances[from] as number;
      const history = groups[from] as number;

      // getEdgeNetwork: highest fee, longest time lock and largest capacity among the usable channels of the pair.
      let edge = -1;
      let bestFee = -Infinity;
      let inbound = 0;
      let outbound = 0;
      let delta = 0;
      let capacity = 0;
      const lastEdge = edgeStart[p + 1] as number;
      for (let k = edgeStart[p] as number; k < lastEdge; k++) {
        const e = pairEdge[k] as number;
        const inFee = exit ? 0 : cappedInboundFee(graph, e, net, outLimit);
        const amount = net + inFee;
        const cap = capacityMsat[e >> 1] as number;
        if (amount > cap && cap !== 0) continue;
        const largestHtlc = maxHtlcMsat[e] as number;
        if (amount > largestHtlc || amount < (minHtlcMsat[e] as number) || disabled[e] !== 0) continue;
        const known = cap === 0 ? Math.floor(largestHtlc / 1000) * 1000 : cap;
        if (known > capacity) capacity = known;
        const edgeDelta = cltvDelta[e] as number;
        if (edgeDelta > delta) delta = edgeDelta;
        const outFee = outboundFee(amount, feeBaseMsat[e] as number, feeRatePpm[e] as number);
        if (outFee + inFee < bestFee) continue;
        bestFee = outFee + inFee;
        edge = e;
        inbound = inFee;
        outbound = outFee;
      }
      if (edge < 0) continue;

      // processEdge
      const amountToSend = net + inbound;
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
      const fee = inbound + outbound;
      const newWeight = weight + edgeWeight(amountToSend, Math.max(fee, 0), delta);
      const distance = Math.floor(newWeight + attemptCostMsat / routeProbability);
      if (distance > current) continue;
      if (distance === current && routeProbability <= (this.#probability[from] as number)) continue;
      const payload = this.#pivotPayloadBytes + hopPayloadBytes(amountToSend, this.#pivotExpiry);
      if (payload > MAX_ROUTING_PAYLOAD_BYTES) continue;

      if (current === Infinity) this.#reached[this.#reachedCount++] = from;
      distances[from] = distance;
      this.#weight[from] = newWeight;
      this.#probability[from] = routeProbability;
      this.#amount[from] = amountToSend + outbound;
      this.#outboundFee[from] = outbound;
      this.#expiry[from] = expiry;
      this.#payloadBytes[from] = payload;
      this.#nextEdge[from] = edge;
      this.#nextDelta[from] = delta;
      this.#heap.pushOrFix(from);
    }
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
    const current = this.#distance[source] as number;
    if (distance > current) return;
    if (distance === current && routeProbability <= (this.#probability[source] as number)) return;
    if (this.#pivotPayloadBytes > MAX_ROUTING_PAYLOAD_BYTES) return;

    if (current === Infinity) this.#reached[this.#reachedCount++] = source;
    this.#distance[source] = distance;
    this.#weight[source] = newWeight;
    this.#probability[source] = routeProbability;
    this.#amount[source] = amountToSend;
    this.#outboundFee[source] = 0;
    this.#expiry[source] = this.#pivotExpiry;
    this.#payloadBytes[source] = this.#pivotPayloadBytes;
    this.#nextEdge[source] = own.edge;
    this.#nextDelta[source] = 0;
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
      const edge = this.#nextEdge[node] as number;
      route.edge[route.length] = edge;
      // The time lock of the hop that starts at `node`, until the expiry takes its place.
      route.expiry[route.length] = this.#nextDelta[node] as number;
      route.length++;
      node = graph.to(edge);
    } while (node !== destination);

    let amount = query.amountMsat;
    let expiry = query.finalExpiry;
    for (let i = route.length - 1; i >= 0; i--) {
      const edge = route.edge[i] as number;
      if (i < route.length - 1) {
        const out = route.edge[i + 1] as number;
        const outFee = outboundFee(amount, graph.feeBaseMsat[out] as number, graph.feeRatePpm[out] as number);
        const base = graph.inboundFeeBaseMsat[edge] as number;
        const rate = graph.inboundFeeRatePpm[edge] as number;
        const fee = outFee + inboundFee(amount + outFee, base, rate);
        if (fee > 0) amount += fee;
      }
      const delta = route.expiry[i] as number;
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
      const useful = (results.groupLargestSuccess[group] as number) >= amountMsat;
      this.#group[results.groupNode[group] as number] = useful ? group + 1 : -group - 1;
    }
  }

  /** Takes back what the search before left behind. */
  #reset(): void {
    const graph = this.#host.graph;
    const results = this.#results;
    if (results !== null) {
      for (let g = 0; g < results.groupCount; g++) this.#group[results.groupNode[g] as number] = 0;
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
    for (let i = 0; i < this.#reachedCount; i++) this.#distance[this.#reached[i] as number] = Infinity;
    this.#reachedCount = 0;
    this.#heap.clear();
  }

  #resize(nodeCount: number): void {
    const size = Math.max(64, nodeCount + (nodeCount >> 2));
    this.#distance = new Float64Array(size).fill(Infinity);
    this.#weight = new Float64Array(size);
    this.#probability = new Float64Array(size);
    this.#amount = new Float64Array(size);
    this.#outboundFee = new Float64Array(size);
    this.#expiry = new Int32Array(size);
    this.#payloadBytes = new Int32Array(size);
    this.#nextEdge = new Int32Array(size);
    this.#nextDelta = new Int32Array(size);
    this.#reached = new Int32Array(size);
    this.#group = new Int32Array(size);
    this.#heap = new DistanceHeap(this.#distance, this.#probability);
  }
}
