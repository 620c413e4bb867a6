/**
 * What Eclair's path finding made of a search, for a trace: the paths that were looked at with the parts of their weights,
 * how the amount was placed on them, and which limit stood in the way when nothing was found. To find that out, the
 * search is made again without one limit after the other, with a copy of what is known of balances and without drawing.
 */
import { log } from '../../engine/base/math.ts';
import { figuresOf, type TraceHop, type TraceRoute, type TraceStep } from '../../engine/simulate/routing-trace.ts';
import { nodeFee } from './fees.ts';
import type { PathWeight } from './path-weight.ts';
import type { RouteFinder, RouteRequest, RouteResult } from './route-finding.ts';
import type { SearchQuery } from './search-query.ts';
import type { SplitRoute } from './splitting.ts';

/** A route that is taken. */
export function splitRoute({ edges, amountsMsat, deliveredMsat, feeMsat }: SplitRoute): TraceRoute {
  const hops = edges.map((edge, i) => {
    const amount = amountsMsat[i] as number;
    return { edge, amount_msat: amount, fee_msat: i === 0 ? 0 : (amountsMsat[i - 1] as number) - amount };
  });
  return { hops, delivered_msat: deliveredMsat, fee_msat: feeMsat };
}

/** A path that was looked at, for the amount that it was searched with. */
export function candidateRoute(finder: RouteFinder, query: SearchQuery, edges: readonly number[]): TraceRoute {
  const hops: TraceHop[] = [];
  let amount = query.amountMsat;
  let before: VirtualCosts = { hopCost: 0, risk: 0, failure: 0, cltv: 0 };
  const whole = finder.pathWeight(query, edges, (i, probability, path) => {
    const own = i === 0;
    const now = own ? before : virtualCosts(query, path, probability, before);
    hops.unshift({
      edge: edges[i] as number,
      amount_msat: amount,
      fee_msat: path.amountMsat - amount,
      cost: {
        hop_cost_msat: now.hopCost - before.hopCost,
        risk_msat: now.risk - before.risk,
        failure_cost_msat: now.failure - before.failure,
        probability,
        probability_to_recipient: path.probability,
        weight_msat: path.weight,
      },
    });
    amount = path.amountMsat;
    before = now;
  });
  const fee = whole.amountMsat - query.amountMsat;
  const cost = {
    fee_msat: fee,
    hop_cost_msat: before.hopCost,
    risk_msat: before.risk,
    failure_cost_msat: before.failure,
    probability: whole.probability,
    cltv_blocks: whole.cltv,
    weight_msat: whole.weight,
  };
  return { hops, delivered_msat: query.amountMsat, fee_msat: fee, cost };
}

interface VirtualCosts {
  readonly hopCost: number;
  readonly risk: number;
  readonly failure: number;
  readonly cltv: number;
}

/** The virtual costs in the weight of a path that begins with a public edge (path-weight.ts). */
function virtualCosts(
  { settings }: SearchQuery,
  path: Readonly<PathWeight>,
  probability: number,
  before: VirtualCosts,
): VirtualCosts {
  const { failureCost, lockedFundsRisk, useLogProbability } = settings;
  const { cltv } = path;
  const failure = nodeFee(failureCost.baseMsat, failureCost.ppm, path.amountMsat);
  if (!useLogProbability) {
    return {
      hopCost: path.hopCostMsat,
      risk: path.amountMsat * cltv * lockedFundsRisk,
      failure: failure === 0 ? 0 : failure / path.probability,
      cltv,
    };
  }
  return {
    hopCost: path.hopCostMsat,
    risk: before.risk + path.amountMsat * (cltv - before.cltv) * lockedFundsRisk,
    failure: before.failure - (failure === 0 ? 0 : failure * log(probability)),
    cltv,
  };
}

/** The search that was just made, for so many parts. @param find makes another one of the same kind */
export function searchStep(
  request: RouteRequest,
  parts: number,
  candidates: readonly TraceRoute[],
  result: RouteResult,
  find: (request: RouteRequest) => RouteResult,
): TraceStep {
  const { search } = request.settings;
  const limits = figuresOf({
    fee_limit_msat: request.maxFeeMsat,
    max_parts: parts,
    max_route_length: search.maxRouteLength,
    cltv_limit: search.maxCltv,
    ignored_nodes: request.ignoredNodes.size,
    ignored_channels: request.ignoredEdges.size,
    randomized: request.randomize ? 1 : 0,
  });
  const step = { step: 'search', amount_msat: request.amountMsat, limits, candidates } as const;
  if (result.found) return { ...step, result: 'found', routes: result.routes.map(splitRoute) };
  if (result.balanceTooLow) return { ...step, result: 'insufficient_balance', routes: [], obstacles: ['own_balance'] };
  return { ...step, result: 'none', routes: [], obstacles: obstacles(request, find) };
}

const NO_LIMIT = Number.MAX_SAFE_INTEGER;
const NONE: ReadonlySet<number> = new Set();

/** Limits that each alone kept a route from being found; `all_together` when only without all of them there is one. */
function obstacles(request: RouteRequest, find: (request: RouteRequest) => RouteResult): readonly string[] {
  const { settings } = request;
  const lifted: readonly (readonly [string, Partial<RouteRequest>])[] = [
    ['fee_limit', { maxFeeMsat: NO_LIMIT }],
    ['cltv_limit', { settings: { ...settings, search: { ...settings.search, maxCltv: NO_LIMIT } } }],
    ['ignored', { ignoredNodes: NONE, ignoredEdges: NONE }],
    ['outgoing_channel', { outgoingEdges: null }],
    ['last_hop', { lastHop: -1 }],
  ];
  const plain = { ...request, randomize: false, draw: () => 0 };
  const finds = (changes: Partial<RouteRequest>): boolean =>
    find({ ...plain, estimates: request.estimates?.copy() ?? null, ...changes }).found;
  const alone = lifted.filter(([, changes]) => finds(changes)).map(([name]) => name);
  if (alone.length > 0) return alone;
  return finds(Object.assign({}, ...lifted.map(([, changes]) => changes))) ? ['all_together'] : [];
}
