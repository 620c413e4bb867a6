/**
 * How an amount is split over paths: each takes what its channels can still carry, or part of that, until the whole is
 * placed. Looks for no paths.
 *
 * eclair:router/RouteCalculation.scala:split, computeRouteMaxAmount, maxEdgeAmount, optimizeExpectedValue.
 */
import type { BalanceEstimates } from './balance-estimates.ts';
import type { Splitting } from './options.ts';
import type { SenderGraph } from './sender-graph.ts';
import type { WeightedPath } from './yen.ts';

/** A path with what each of its edges carries, msat. */
export interface SplitRoute {
  readonly edges: readonly number[];
  readonly amountsMsat: readonly number[];
  readonly deliveredMsat: number;
  readonly feeMsat: number;
}

export interface SplitRequest {
  readonly amountMsat: number;
  readonly splitting: Splitting;
  readonly pending: readonly SplitRoute[];
  readonly estimates: BalanceEstimates | null;
  readonly nowS: number;
  draw(): number;
}

interface Candidate {
  readonly edges: readonly number[];
  readonly mostMsat: number;
  readonly chosenMsat: number;
}

/** What is used of each channel, msat. Both directions share an entry, as in Eclair. */
type Used = Map<number, number>;

export class Splitter {
  readonly #sender: SenderGraph;

  constructor(sender: SenderGraph) {
    this.#sender = sender;
  }

  /** A path that delivers an amount. */
  route(edges: readonly number[], deliveredMsat: number): SplitRoute {
    const amounts: number[] = new Array(edges.length);
    let amount = deliveredMsat;
    for (let i = edges.length - 1; i >= 0; i--) {
      amounts[i] = amount;
      if (i > 0) amount += this.#sender.fee(edges[i] as number, amount);
    }
    return { edges, amountsMsat: amounts, deliveredMsat, feeMsat: (amounts[0] as number) - deliveredMsat };
  }

  /** Routes over the paths, in the order given; null when they cannot carry the amount together. */
  split(request: SplitRequest, paths: readonly WeightedPath[], minPartMsat: number): readonly SplitRoute[] | null {
    const used: Used = new Map();
    for (const { edges, amountsMsat } of request.pending) {
      // Own channels show in their balances what is pending.
      edges.forEach((edge, i) => {
        if (i > 0) addUse(used, edge, amountsMsat[i] as number);
      });
    }
    let left = request.amountMsat;
    const candidates: Candidate[] = [];
    const queue = [...paths];
    while (queue.length > 0 && left > 0) {
      const path = queue.shift() as WeightedPath;
      const most = this.#mostOf(path.edges, used);
      if (most < Math.min(minPartMsat, left)) continue;
      const chosen = Math.min(Math.max(this.#choose(request, path.edges, most, used), minPartMsat), left);
      // FullCapacity has no smallest part.
      const amount = request.splitting === 'full_capacity' ? Math.min(most, left) : chosen;
      candidates.unshift({ edges: path.edges, mostMsat: most, chosenMsat: amount });
      // All of it counts as used: amounts may be raised below. The path is tried again after the others.
      this.#use(used, path.edges, most);
      left -= amount;
      queue.push(path);
    }
    return left === 0
      ? candidates.map(({ edges, chosenMsat }) => this.route(edges, chosenMsat))
      : this.#raise(candidates, request.amountMsat);
  }

  #choose(request: SplitRequest, edges: readonly number[], most: number, used: Used): number {
    if (request.splitting === 'randomize') {
      // 20 to 100 % of it (eclair:router/RouteCalculation.scala:split).
      return Math.floor(most * ((20 + Math.floor(request.draw() * 81)) / 100));
    }
    return request.splitting === 'full_capacity' ? most : this.#bestExpected(request, edges, most, used);
  }

  /** Raises all parts by the same share of what they leave, so that they carry the amount. */
  #raise(candidates: readonly Candidate[], amountMsat: number): readonly SplitRoute[] | null {
    let most = 0;
    let chosen = 0;
    for (const candidate of candidates) {
      most += candidate.mostMsat;
      chosen += candidate.chosenMsat;
    }
    if (most < amountMsat) return null;
    const share = (amountMsat - chosen) / (most - chosen);
    const routes: SplitRoute[] = [];
    let left = amountMsat;
    for (const { edges, mostMsat, chosenMsat } of candidates) {
      if (left <= 0) break;
      const amount = Math.min(chosenMsat + Math.ceil((mostMsat - chosenMsat) * share), left);
      routes.unshift(this.route(edges, amount));
      left -= amount;
    }
    return routes;
  }

  /** What a path can deliver. Fees are computed forwards, so they are overestimated a little. */
  #mostOf(edges: readonly number[], used: Used): number {
    let amount = Infinity;
    edges.forEach((edge, i) => {
      const net = i === 0 ? amount : amount - this.#sender.fee(edge, amount);
      amount = Math.min(net, this.#sender.largestAmount(edge, used.get(edge >> 1) ?? 0));
    });
    return Math.max(0, amount);
  }

  #use(used: Used, edges: readonly number[], deliveredMsat: number): void {
    let amount = deliveredMsat;
    for (let i = edges.length - 1; i >= 0; i--) {
      const edge = edges[i] as number;
      addUse(used, edge, amount);
      amount += this.#sender.fee(edge, amount);
    }
  }

  /** The amount whose product with the probability that it arrives is largest, by bisection of the derivative. */
  #bestExpected({ estimates, nowS }: SplitRequest, edges: readonly number[], most: number, used: Used): number {
    const { capacityMsat } = this.#sender.graph;
    let low = 1;
    let high = most;
    while (high - low > 1) {
      const x = Math.floor((high + low) / 2);
      let slope = 1 / x;
      for (let i = 1; i < edges.length; i++) {
        const edge = edges[i] as number;
        if (estimates === null) {
          const capacity = (capacityMsat[edge >> 1] as number) - (used.get(edge >> 1) ?? 0);
          slope += -1 / capacity / (1 - x / capacity);
        } else {
          slope += estimates.slope(edge, x, nowS) / estimates.canSend(edge, x, nowS);
        }
      }
      if (slope > 0) low = x;
      else high = x;
    }
    return high;
  }
}

function addUse(used: Used, edge: number, amountMsat: number): void {
  used.set(edge >> 1, (used.get(edge >> 1) ?? 0) + amountMsat);
}
