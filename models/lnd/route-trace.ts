/**
 * What lnd's path finding made of a search, for a trace: the parts of the cost of every hop, and which limit stood in
 * the way when nothing was found. The parts are computed anew along the route by the rules of path-finding.ts; to find out
 * what stood in the way, the search is made again without one limit after the other. Neither changes anything that is
 * remembered.
 */
import { type ModelHost, RouteBuffer } from '../../engine/simulate/node-model.ts';
import {
  type Figures,
  figuresOf,
  sentRoute,
  type TraceHop,
  type TraceRoute,
  type TraceStep,
} from '../../engine/simulate/routing-trace.ts';
import { edgeWeight } from './expansion.ts';
import { cappedInboundFee, outboundFee } from './fees.ts';
import type { PathFinder } from './path-finding.ts';
import { PATH, type PathQuery, type PathResult } from './path-query.ts';

/** A height that no expiry comes to here. */
const NO_EXPIRY_LIMIT = 0x7fff_ffff;

/** The search that was just made; `route` holds what it found. */
export function searchStep(
  host: ModelHost,
  finder: PathFinder,
  query: PathQuery,
  result: PathResult,
  route: RouteBuffer,
): TraceStep {
  const limits = figuresOf({
    fee_limit_msat: query.feeLimitMsat,
    cltv_limit_height: query.expiryLimit,
    min_probability: query.minProbability,
    attempt_cost_msat: query.attemptCostMsat,
    own_channels_msat: finder.balance.totalMsat,
    largest_own_channel_msat: finder.balance.largestMsat,
  });
  const step = { step: 'search', amount_msat: query.amountMsat, limits } as const;
  if (result === PATH.found) {
    return { ...step, result: 'found', routes: [costedRoute(host, finder, query, route)] };
  }
  if (result === PATH.insufficientBalance) {
    return { ...step, result: 'insufficient_balance', routes: [], obstacles: ['own_balance'] };
  }
  const largest = finder.balance.largestMsat;
  const why = largest < query.amountMsat ? ['own_channel'] : obstacles(finder, query);
  return { ...step, result: 'none', routes: [], obstacles: why };
}

/** The route with what each hop adds to its distance. */
export function costedRoute(host: ModelHost, finder: PathFinder, query: PathQuery, route: RouteBuffer): TraceRoute {
  const plain = sentRoute(route);
  const hops: TraceHop[] = [];
  let net = query.amountMsat;
  let charged = 0;
  let weight = 0;
  let probability = 1;
  for (let i = route.length - 1; i >= 0; i--) {
    const edge = route.edge[i] as number;
    const exit = i === route.length - 1;
    const inbound = exit ? 0 : cappedInboundFee(host.graph, edge, net, charged);
    const amount = net + inbound;
    const unified = i === 0 ? OWN : unifiedEdge(host, edge, net, exit ? -1 : charged);
    const own = i === 0;
    const { feeBaseMsat, feeRatePpm } = host.graph;
    const outbound = own ? 0 : outboundFee(amount, feeBaseMsat[edge] as number, feeRatePpm[edge] as number);
    const fee = Math.max(inbound + outbound, 0);
    const added = edgeWeight(amount, fee, unified.delta);
    const chance = hopProbability(host, query, edge, amount, unified.capacityMsat, own);
    weight += added;
    probability *= chance;
    net = amount + outbound;
    charged = outbound;
    const cost: Figures = {
      ...(own ? {} : { outbound_fee_msat: outbound }),
      ...(inbound === 0 ? {} : { inbound_fee_msat: inbound }),
      time_lock_msat: added - fee,
      probability: chance,
      probability_to_recipient: probability,
      distance_msat: Math.floor(weight + query.attemptCostMsat / probability),
    };
    hops.unshift({ ...(plain.hops[i] as TraceHop), cost });
  }
  const { distanceMsat, weightMsat } = finder.routeDistance(query.source);
  const cost = figuresOf({
    fee_and_time_lock_msat: weightMsat,
    probability: finder.routeProbability(query.source),
    attempt_cost_msat: query.attemptCostMsat,
    attempt_cost_by_probability_msat: distanceMsat - weightMsat,
    distance_msat: distanceMsat,
  });
  return { ...plain, hops, cost };
}

interface UnifiedEdge {
  readonly delta: number;
  readonly capacityMsat: number;
}

const OWN: UnifiedEdge = { delta: 0, capacityMsat: 0 };

/**
 * Time lock and capacity that the pair of a public edge has for an amount: the largest among its usable channels.
 * @param charged outbound fee of the node that the edge leads to; −1 at the recipient, who asks no inbound fee
 */
function unifiedEdge({ graph }: ModelHost, edge: number, net: number, charged: number): UnifiedEdge {
  const { start, from, edgeStart, edge: edges } = graph.pairsInto();
  const to = graph.to(edge);
  let delta = 0;
  let capacityMsat = 0;
  for (let p = start[to] as number; p < (start[to + 1] as number); p++) {
    if (from[p] !== graph.from(edge)) continue;
    for (let k = edgeStart[p] as number; k < (edgeStart[p + 1] as number); k++) {
      const e = edges[k] as number;
      const amount = charged < 0 ? net : net + cappedInboundFee(graph, e, net, charged);
      const cap = graph.capacityMsat[e >> 1] as number;
      const most = graph.maxHtlcMsat[e] as number;
      if ((amount > cap && cap !== 0) || amount > most || amount < (graph.minHtlcMsat[e] as number)) continue;
      if (graph.disabled[e] !== 0) continue;
      capacityMsat = Math.max(capacityMsat, cap === 0 ? Math.floor(most / 1000) * 1000 : cap);
      delta = Math.max(delta, graph.cltvDelta[e] as number);
    }
  }
  return { delta, capacityMsat };
}

function hopProbability(
  { graph }: ModelHost,
  { results, estimator, nowUs }: PathQuery,
  edge: number,
  amountMsat: number,
  capacityMsat: number,
  own: boolean,
): number {
  const from = graph.from(edge);
  const to = graph.to(edge);
  if (own) return estimator.local(results, results === null ? -1 : results.find(from, to), nowUs);
  const group = results === null ? -1 : results.group(from);
  if (results === null || group < 0) return estimator.untried(amountMsat, capacityMsat);
  return estimator.pair(results, group, to, amountMsat, capacityMsat, nowUs);
}

const LIFTED: readonly (readonly [string, Partial<PathQuery>])[] = [
  ['fee_limit', { feeLimitMsat: Number.MAX_SAFE_INTEGER }],
  ['cltv_limit', { expiryLimit: NO_EXPIRY_LIMIT }],
  ['min_probability', { minProbability: 0 }],
  ['memory', { results: null }],
  ['outgoing_channel', { outgoingEdges: null }],
  ['last_hop', { lastHop: -1 }],
];

/** Limits that each alone kept a route from being found; `all_together` when only without all of them there is one. */
function obstacles(finder: PathFinder, query: PathQuery): readonly string[] {
  const scratch = new RouteBuffer();
  const finds = (changes: Partial<PathQuery>): boolean =>
    finder.find(Object.assign(Object.create(query) as PathQuery, changes), scratch) === PATH.found;
  const alone = LIFTED.filter(([, changes]) => finds(changes)).map(([name]) => name);
  if (alone.length > 0) return alone;
  return finds(Object.assign({}, ...LIFTED.map(([, changes]) => changes))) ? ['all_together'] : [];
}
