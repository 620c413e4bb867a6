/**
 * The balances that a node has learnt from its own payments, by pair of nodes. Only kept when path finding uses them
 * (use_past_relay_data): else nothing could be seen of them.
 *
 * eclair:router/BalanceEstimate.scala:BalancesEstimates. Eclair changes an estimate whenever a channel_update of the pair
 * comes in; here the same is done when the estimate is next looked at.
 */
import type { Json } from '../../engine/base/json.ts';
import type { GraphView } from '../../engine/simulate/node-model.ts';
import { type BalanceEstimate, EstimateRules, unknownBalance } from './balance-estimate.ts';

/** Edges of a pair that are enabled, each with its capacity and the version of its policy, when last looked at. */
type SeenEdge = readonly [edge: number, capacityMsat: number, version: number];

interface Pair {
  readonly from: number;
  readonly to: number;
  readonly estimate: BalanceEstimate;
  readonly edges: readonly SeenEdge[];
}

export class BalanceEstimates {
  readonly #graph: GraphView;
  readonly #halfLifeS: number;
  readonly #rules: EstimateRules;
  /** By `from` · nodes + `to`. */
  readonly #pairs = new Map<number, Pair>();

  constructor(graph: GraphView, halfLifeS: number) {
    this.#graph = graph;
    this.#halfLifeS = halfLifeS;
    this.#rules = new EstimateRules(halfLifeS);
  }

  /** Probability that the nodes of `edge` can send an amount over it. */
  canSend(edge: number, amountMsat: number, nowS: number): number {
    const pair = this.#read(edge);
    return this.#rules.canSend(pair.estimate, largest(pair.edges), amountMsat, nowS);
  }

  slope(edge: number, amountMsat: number, nowS: number): number {
    const pair = this.#read(edge);
    return this.#rules.slope(pair.estimate, largest(pair.edges), amountMsat, nowS);
  }

  /** eclair:router/BalanceEstimate.scala:channelCouldSend and its neighbours, of the edge that was used. */
  couldSend(edge: number, amountMsat: number, nowS: number): void {
    this.#change(edge, (e, max) => this.#rules.couldSend(e, max, amountMsat, nowS));
  }

  couldNotSend(edge: number, amountMsat: number, nowS: number): void {
    this.#change(edge, (e, max) => this.#rules.couldNotSend(e, max, amountMsat, nowS));
  }

  didSend(edge: number, amountMsat: number, nowS: number): void {
    this.#change(edge, (e, max, single) => this.#rules.didSend(e, max, amountMsat, nowS, single));
    this.#change(edge ^ 1, (e, max, single) => this.#rules.didReceive(e, max, amountMsat, nowS, single));
  }

  /** What was last known of the edge's pair; undefined when nothing is. Unlike the questions above it changes nothing. */
  known(edge: number): BalanceEstimate | undefined {
    return this.#pairs.get(this.#key(this.#graph.from(edge), this.#graph.to(edge)))?.estimate;
  }

  /** The same knowledge, to be asked without the original taking up what has happened to channels. */
  copy(): BalanceEstimates {
    const copy = new BalanceEstimates(this.#graph, this.#halfLifeS);
    copy.restore(this.capture());
    return copy;
  }

  capture(): Json {
    const pairs = [...this.#pairs.values()].sort((a, b) => a.from - b.from || a.to - b.to);
    return pairs.map(({ from, to, estimate: e, edges }) => ({
      from,
      to,
      low_msat: e.lowMsat,
      low_s: e.lowS,
      high_msat: e.highMsat,
      high_s: e.highS,
      edges: edges.map((seen) => [...seen]),
    }));
  }

  restore(state: Json): void {
    for (const captured of state as readonly Readonly<Record<string, Json>>[]) {
      const { from, to, low_msat, low_s, high_msat, high_s, edges } = captured as unknown as {
        readonly from: number;
        readonly to: number;
        readonly low_msat: number;
        readonly low_s: number;
        readonly high_msat: number;
        readonly high_s: number;
        readonly edges: readonly SeenEdge[];
      };
      const estimate = { lowMsat: low_msat, lowS: low_s, highMsat: high_msat, highS: high_s };
      this.#pairs.set(this.#key(from, to), { from, to, estimate, edges });
    }
  }

  #change(edge: number, change: (e: BalanceEstimate, maxMsat: number, single: boolean) => BalanceEstimate): void {
    const pair = this.#read(edge);
    // A pair without a channel is not estimated any more.
    if (pair.edges.length === 0) return;
    const estimate = change(pair.estimate, largest(pair.edges), pair.edges.length === 1);
    this.#pairs.set(this.#key(pair.from, pair.to), { ...pair, estimate });
  }

  /** What is known of a pair, after what has happened to its channels since. */
  #read(edge: number): Pair {
    const from = this.#graph.from(edge);
    const to = this.#graph.to(edge);
    const now = this.#edgesOf(from, to);
    const known = this.#pairs.get(this.#key(from, to));
    if (known === undefined) return { from, to, estimate: unknownBalance(largest(now)), edges: now };
    const estimate = caughtUp(known, now);
    if (estimate !== known.estimate) this.#pairs.set(this.#key(from, to), { from, to, estimate, edges: now });
    return { from, to, estimate, edges: now };
  }

  #edgesOf(from: number, to: number): readonly SeenEdge[] {
    const graph = this.#graph;
    const pairs = graph.pairsInto();
    const seen: SeenEdge[] = [];
    for (let p = pairs.start[to] as number; p < (pairs.start[to + 1] as number); p++) {
      if (pairs.from[p] !== from) continue;
      for (let k = pairs.edgeStart[p] as number; k < (pairs.edgeStart[p + 1] as number); k++) {
        const e = pairs.edge[k] as number;
        if (graph.disabled[e] === 1) continue;
        seen.push([e, graph.capacityMsat[e >> 1] as number, graph.version[e] as number]);
      }
    }
    return seen;
  }

  #key(from: number, to: number): number {
    return from * this.#graph.nodeCount + to;
  }
}

function largest(edges: readonly SeenEdge[]): number {
  let most = 0;
  for (const [, capacity] of edges) if (capacity > most) most = capacity;
  return most;
}

/** removeEdge for those that went, then addEdge for those that came or have a new policy. */
function caughtUp({ estimate, edges: before }: Pair, now: readonly SeenEdge[]): BalanceEstimate {
  let { lowMsat, highMsat } = estimate;
  let left = before;
  for (const gone of before) {
    if (now.some(([edge]) => edge === gone[0])) continue;
    left = left.filter((seen) => seen !== gone);
    lowMsat = Math.max(0, lowMsat - gone[1]);
    highMsat = Math.min(highMsat, largest(left));
  }
  for (const [edge, capacity, version] of now) {
    const known = before.find((seen) => seen[0] === edge);
    if (known === undefined || known[2] !== version) highMsat = Math.max(highMsat, capacity);
  }
  return lowMsat === estimate.lowMsat && highMsat === estimate.highMsat ? estimate : { ...estimate, lowMsat, highMsat };
}
