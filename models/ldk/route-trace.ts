/**
 * What LDK's path finding made of a search, for a trace: the paths that its walks found with the parts of their
 * penalties, those that became the route, and which limit stood in the way when there was none. To find that out, the
 * search is made again without one limit after the other, with a copy of the scorer, since a scorer that is asked may
 * fade.
 */
import { blankView, type ModelHost } from '../../engine/simulate/node-model.ts';
import { figuresOf, type TraceHop, type TraceRoute, type TraceStep } from '../../engine/simulate/routing-trace.ts';
import { spendable } from './commitment.ts';
import type { PathHop, PaymentPath } from './payment-path.ts';
import { RemovedFromGraph } from './removed-from-graph.ts';
import type { RouteFinder } from './route-finding.ts';
import type { FoundRoute, RouteQuery } from './route-query.ts';

/** A path without the parts of its cost. */
export function plainRoute(path: PaymentPath): TraceRoute {
  const hops = path.hops.map(({ edge }, i) => ({ edge, amount_msat: path.carried(i), fee_msat: feeOf(path, i) }));
  return { hops, delivered_msat: path.valueMsat, fee_msat: path.feesMsat };
}

function feeOf(path: PaymentPath, hop: number): number {
  return hop === 0 ? 0 : path.carried(hop - 1) - path.carried(hop);
}

/** A path as a walk found it. @param usedMsat what the paths found before use of an edge */
export function walkedRoute(query: RouteQuery, path: PaymentPath, usedMsat: (edge: number) => number): TraceRoute {
  let behind = 0;
  const hops: TraceHop[] = [];
  for (let i = path.hops.length - 1; i >= 0; i--) {
    const hop = path.hops[i] as PathHop;
    const scored = hop.scoredMsat ?? 0;
    const place = { edge: hop.edge, amount_msat: scored, fee_msat: hop.useFeeMsat };
    const cost = hop.own ? { penalty_msat: hop.penaltyMsat - behind } : penaltyOf(query, hop, scored, usedMsat, behind);
    behind = hop.penaltyMsat;
    hops.unshift({ ...place, cost });
  }
  const fees = path.hops.reduce((sum, hop) => sum + hop.useFeeMsat, 0);
  const cost = { fee_msat: fees, penalty_msat: behind, cost_msat: fees + behind };
  return { hops, delivered_msat: path.valueMsat, fee_msat: fees, cost };
}

function penaltyOf(
  query: RouteQuery,
  hop: PathHop,
  scoredMsat: number,
  usedMsat: (edge: number) => number,
  behindMsat: number,
): Record<string, number> {
  const inFlight = usedMsat(hop.edge) + (query.inFlight.get(hop.edge) ?? 0);
  const { edge, capacityMsat, maxHtlcMsat } = hop;
  const parts = query.scorer.penaltyParts(edge, scoredMsat, inFlight, capacityMsat, maxHtlcMsat, query.nowUs);
  return {
    penalty_msat: hop.penaltyMsat - behindMsat,
    liquidity_msat: parts.liquidityMsat,
    impossible_msat: parts.impossibleMsat,
    historical_msat: parts.historicalMsat,
    anti_probing_msat: parts.antiProbingMsat,
    base_msat: parts.baseMsat,
    base_amount_msat: parts.baseAmountMsat,
    bound_min_msat: parts.boundMinMsat,
    bound_max_msat: parts.boundMaxMsat,
    in_flight_msat: inFlight,
  };
}

/** The search that was just made. */
export function searchStep(
  host: ModelHost,
  finder: RouteFinder,
  query: RouteQuery,
  candidates: readonly TraceRoute[],
  route: FoundRoute,
): TraceStep {
  const own = ownChannelsMsat(host, query.source);
  const limits = figuresOf({
    fee_limit_msat: query.maxFeeMsat,
    max_parts: query.multiPath ? query.maxPaths : 1,
    cltv_limit: query.maxCltv,
    max_path_length: query.maxPathLength,
    saturation_power: query.saturationPower,
    own_channels_msat: own,
  });
  const step = { step: 'search', amount_msat: query.amountMsat, limits, candidates } as const;
  if (route !== null) return { ...step, result: 'found', routes: route.map(plainRoute) };
  const why = own < query.amountMsat ? ['own_balance'] : obstacles(finder, query);
  return { ...step, result: 'none', routes: [], obstacles: why };
}

function ownChannelsMsat(host: ModelHost, source: number): number {
  const view = blankView();
  const edges = host.localEdges(source);
  let sum = 0;
  for (let i = 0; i < host.localEdgeCount(source); i++) {
    const edge = edges[i] as number;
    if (!host.eligible(edge)) continue;
    host.view(edge, view);
    sum += spendable(view);
  }
  return sum;
}

/** A sum of CLTV deltas that no route comes to here. */
const NO_CLTV_LIMIT = 0xffff;

const LIFTED: readonly (readonly [string, (query: RouteQuery) => Partial<RouteQuery>])[] = [
  ['fee_limit', () => ({ maxFeeMsat: Infinity })],
  ['cltv_limit', () => ({ maxCltv: NO_CLTV_LIMIT })],
  ['failed_channels', ({ shutOut }) => ({ failedChannels: shutOut ?? new Set() })],
  ['removed_from_graph', () => ({ removed: new RemovedFromGraph() })],
  ['outgoing_channel', () => ({ outgoingEdges: null })],
  ['last_hop', withoutLastHop],
];

function withoutLastHop({ failedChannels, shutOut }: RouteQuery): Partial<RouteQuery> {
  if (shutOut === undefined) return {};
  return { failedChannels: new Set([...failedChannels].filter((channel) => !shutOut.has(channel))) };
}

/** Limits that each alone kept a route from being found; `all_together` when only without all of them there is one. */
function obstacles(finder: RouteFinder, query: RouteQuery): readonly string[] {
  const finds = (changes: Partial<RouteQuery>): boolean =>
    finder.find({ ...query, scorer: query.scorer.copy(), ...changes }) !== null;
  const alone = LIFTED.filter(([, changes]) => finds(changes(query))).map(([name]) => name);
  if (alone.length > 0) return alone;
  const all: Partial<RouteQuery> = Object.assign({}, ...LIFTED.map(([, changes]) => changes(query)));
  return finds({ ...all, failedChannels: new Set() }) ? ['all_together'] : [];
}
