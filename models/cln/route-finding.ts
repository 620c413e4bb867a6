/**
 * Routes for an amount, as askrene answers getroutes: solve, refine, and solve again with fees (mu) or time locks (phi)
 * counting more until the flows are within the limits, and for what is still missing.
 *
 * cln:plugins/askrene/child/mcf.c:linear_routes, cln:plugins/askrene/child/explain_failure.c:check_capacity.
 */
import type { ModelHost } from '../../engine/simulate/node-model.ts';
import type { TraceRound } from '../../engine/simulate/routing-trace.ts';
import { MU_MAX } from './arc-costs.ts';
import { pathsOf } from './flow-paths.ts';
import { amountsOf, type Flow, fits, flowDelay, flowFee, reserve, totalDelivered, totalFee } from './flows.ts';
import { LinearNetwork } from './linear-network.ts';
import { MinCostFlow } from './min-cost-flow.ts';
import { type RefineWatch, reduceTo, refine, squash } from './refine.ts';
import { type NetworkQuery, SenderNetwork } from './sender-network.ts';
import { SinglePath } from './single-path.ts';

/** cln:plugins/askrene/child/mcf.c:linear_routes. */
const FIRST_MU = 1;
const MU_STEP = 10;
const FIRST_DELAY_FACTOR = 1e-6;
const LARGEST_DELAY_FACTOR = 10;
/**
 * Rounds after which a request is given up. Core Lightning has no such number but stops after 10 s (route_seconds); no
 * request that ends by itself needs as many.
 */
const MOST_ROUNDS = 1000;

export interface RouteQuery extends NetworkQuery {
  readonly amountMsat: number;
  readonly maxFeeMsat: number;
  /** Blocks that the recipient asks for, and the largest sum of time locks with them. */
  readonly finalCltv: number;
  readonly maxDelay: number;
  readonly maxParts: number;
  readonly singlePathUpToMsat: number;
  /** Who wants to know how routes come about; nothing is told, and nothing put together for it, without. */
  readonly watch?: RoutesWatch;
}

/** Told of every round of a request while it is played, for a trace. Must change nothing that it is told of. */
export interface RoutesWatch extends RefineWatch {
  /** Flows for what is missing were looked for; null when there are none. */
  solved(missingMsat: number, budgetMsat: number, mu: number, delayFactor: number, flows: readonly Flow[] | null): void;
  /** What refining left of them. */
  refined(flows: readonly Flow[]): void;
  /** How the round ended: what its flows come to, and what was allowed: fees, msat, or blocks. */
  ended(outcome: TraceRound['outcome'], value: number, allowed: number): void;
  /** A flow of a round that is taken does not fit any more beside those before it. */
  noRoom(flow: Flow): void;
  /** All flows of the request: how many there were, how many are left when those over the same channels are one. */
  joined(before: number, after: number): void;
  /** They were too many for the limit of parts, which the largest can or cannot keep to. */
  reduced(before: number, after: number, possible: boolean): void;
}

export interface FoundRoute {
  readonly edges: readonly number[];
  /** By hop: what the channel carries, msat, and the time lock that is left there, blocks. */
  readonly amountsMsat: readonly number[];
  readonly cltvs: readonly number[];
}

export const ROUTES = { found: 0, none: 1, tooExpensive: 2, insufficientFunds: 3 } as const;
export type RoutesResult = (typeof ROUTES)[keyof typeof ROUTES];

export class RouteFinder {
  readonly network: SenderNetwork;
  readonly arcs: LinearNetwork;
  readonly solver: MinCostFlow;
  readonly single: SinglePath;
  /** Routes of the last request that was answered with ROUTES.found. */
  routes: readonly FoundRoute[] = [];
  /** How much fees and time locks counted in the end, for who wants to know. */
  mu: number = FIRST_MU;
  delayFactor: number = FIRST_DELAY_FACTOR;

  constructor(host: ModelHost) {
    this.network = new SenderNetwork(host);
    this.arcs = new LinearNetwork(this.network);
    this.solver = new MinCostFlow(this.arcs);
    this.single = new SinglePath(this.network);
  }

  find(query: RouteQuery): RoutesResult {
    const { network } = this;
    network.load(query);
    if (query.maxParts === 1) network.minCapacityMsat = query.amountMsat;
    const flows: Flow[] = [];
    const result = this.#collect(query, flows);
    // Flows were reserved to make them aware of each other.
    for (const flow of flows) reserve(network, flow, -1);
    if (result !== ROUTES.found) return result;
    const { watch } = query;
    const found = flows.length;
    squash(network, flows);
    watch?.joined(found, flows.length);
    if (flows.length > query.maxParts) {
      const squashed = flows.length;
      const fits = reduceTo(network, flows, query.amountMsat, query.maxParts);
      watch?.reduced(squashed, flows.length, fits);
      if (!fits) return ROUTES.none;
      if (totalFee(network, flows) > query.maxFeeMsat) return ROUTES.tooExpensive;
    }
    if (!flows.every((flow) => this.#withinLimits(flow))) return ROUTES.none;
    this.routes = flows.map((flow) => this.#route(flow, query.finalCltv));
    return ROUTES.found;
  }

  /** Fills `flows` until they deliver the whole amount. */
  #collect(query: RouteQuery, flows: Flow[]): RoutesResult {
    const { network } = this;
    const { watch } = query;
    let missing = query.amountMsat;
    let budget = query.maxFeeMsat;
    this.mu = FIRST_MU;
    this.delayFactor = FIRST_DELAY_FACTOR;
    for (let round = 0; missing > 0; round++) {
      if (round === MOST_ROUNDS) return ROUTES.none;
      const found = this.#solve(query, missing);
      watch?.solved(missing, budget, this.mu, this.delayFactor, found);
      if (found === null) {
        watch?.ended('none', 0, 0);
        return missing > network.ownTotalMsat() ? ROUTES.insufficientFunds : ROUTES.none;
      }
      refine(network, missing, found, watch);
      watch?.refined(found);
      // Whatever was dropped has left out a channel.
      if (found.length === 0) {
        watch?.ended('all_left_out', 0, 0);
        continue;
      }
      const fees = totalFee(network, found);
      const share = Math.trunc(budget * (totalDelivered(found) / missing));
      if (fees > share) {
        const last = this.mu === MU_MAX;
        if (!last || fees > budget) watch?.ended('too_dear', fees, last ? budget : share);
        if (!last) {
          this.mu = Math.min(this.mu === FIRST_MU ? MU_STEP : this.mu + MU_STEP, MU_MAX);
          continue;
        }
        if (fees > budget) return ROUTES.tooExpensive;
      }
      const worst = found.reduce((most, flow) => Math.max(most, flowDelay(network, flow)), 0);
      if (query.finalCltv + worst > query.maxDelay) {
        watch?.ended('too_long', query.finalCltv + worst, query.maxDelay);
        if (this.delayFactor > LARGEST_DELAY_FACTOR) return ROUTES.tooExpensive;
        this.delayFactor *= 2;
        continue;
      }
      const before = missing;
      for (const flow of found) {
        // Another HTLC on an own channel leaves less for fees.
        if (!fits(network, flow)) {
          watch?.noRoom(flow);
          continue;
        }
        reserve(network, flow, 1);
        flows.push(flow);
        missing -= flow.deliversMsat;
        budget -= flowFee(network, flow);
      }
      watch?.ended('taken', before - missing, before);
    }
    return ROUTES.found;
  }

  #solve({ source, destination, maxParts, singlePathUpToMsat }: RouteQuery, amountMsat: number): Flow[] | null {
    const { network } = this;
    if (maxParts === 1 || amountMsat <= singlePathUpToMsat) {
      const edges = this.single.find(source, destination, amountMsat, this.mu, this.delayFactor, -1);
      return edges === null ? null : [{ edges, deliversMsat: amountMsat }];
    }
    this.arcs.build(amountMsat, this.mu, this.delayFactor);
    if (!this.solver.solve(source, destination)) return null;
    const { units, accuracyMsat } = this.arcs;
    return pathsOf(this.solver, network.graph, source, destination, units, accuracyMsat);
  }

  /** check_htlc_min_limits, check_htlc_max_limits. */
  #withinLimits(flow: Flow): boolean {
    const { network } = this;
    const amounts = amountsOf(network, flow);
    return flow.edges.every((edge, i) => {
      const amount = amounts[i] as number;
      return amount >= network.minHtlc(edge) && amount <= network.maxHtlc(edge);
    });
  }

  /** cln:plugins/askrene/child/child.c:convert_flows_to_routes. */
  #route(flow: Flow, finalCltv: number): FoundRoute {
    const cltvs: number[] = [];
    let cltv = finalCltv;
    for (let i = flow.edges.length - 1; i >= 0; i--) {
      cltvs[i] = cltv;
      cltv += this.network.cltvDelta(flow.edges[i] as number);
    }
    return { edges: flow.edges, amountsMsat: amountsOf(this.network, flow), cltvs };
  }
}
