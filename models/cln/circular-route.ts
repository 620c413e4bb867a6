/**
 * Ways from a node back to itself, as those who rebalance Core Lightning's channels make them: they choose the channel to
 * leave by and the peer to come back from, ask for one path between, and send it with sendpay. askrene itself finds no
 * route from a node to itself.
 *
 * cln:plugins/askrene/askrene.c:json_getroutes ("source and destination must be different"). The path between is askrene's
 * single path; fees and time locks count more until they are within the limits, as in linear_routes.
 */
import { MU_MAX } from './arc-costs.ts';
import { amountsOf, type Flow, flowDelay, flowFee } from './flows.ts';
import { type FoundRoute, ROUTES, type RouteFinder, type RouteQuery, type RoutesResult } from './route-finding.ts';

/** cln:plugins/askrene/child/mcf.c:linear_routes. */
const LARGEST_DELAY_FACTOR = 10;
const FIRST_DELAY_FACTOR = 1e-6;

/** A route from query.source to itself, out over one of query.outgoingEdges and in from query.lastHop. */
export function circularRoute(finder: RouteFinder, query: RouteQuery): FoundRoute | RoutesResult {
  const { network, single } = finder;
  const { source, watch } = query;
  network.load({ ...query, lastHop: -1 });
  const outgoingEdge = best(
    finder,
    (query.outgoingEdges ?? []).filter((edge) => network.usable(edge)),
  );
  if (outgoingEdge < 0) return ROUTES.none;
  if (network.most(outgoingEdge) < query.amountMsat) return ROUTES.insufficientFunds;
  const back = best(finder, waysBack(finder, query, outgoingEdge));
  if (back < 0) return ROUTES.none;
  const first = network.graph.to(outgoingEdge);
  let mu = 1;
  let delayFactor = FIRST_DELAY_FACTOR;
  for (;;) {
    const between =
      first === query.lastHop ? [] : single.find(first, query.lastHop, query.amountMsat, mu, delayFactor, source);
    if (between === null) {
      watch?.solved(query.amountMsat, query.maxFeeMsat, mu, delayFactor, null);
      watch?.ended('none', 0, 0);
      return ROUTES.none;
    }
    const flow: Flow = { edges: [outgoingEdge, ...between, back], deliversMsat: query.amountMsat };
    watch?.solved(query.amountMsat, query.maxFeeMsat, mu, delayFactor, [flow]);
    const fee = flowFee(network, flow);
    const blocks = query.finalCltv + flowDelay(network, flow);
    if (fee > query.maxFeeMsat) {
      watch?.ended('too_dear', fee, query.maxFeeMsat);
      if (mu === MU_MAX || between.length === 0) return ROUTES.tooExpensive;
      mu = Math.min(mu === 1 ? 10 : mu + 10, MU_MAX);
    } else if (blocks > query.maxDelay) {
      watch?.ended('too_long', blocks, query.maxDelay);
      if (delayFactor > LARGEST_DELAY_FACTOR || between.length === 0) return ROUTES.tooExpensive;
      delayFactor *= 2;
    } else {
      watch?.ended('taken', query.amountMsat, query.amountMsat);
      return routeOf(finder, flow, query.finalCltv);
    }
  }
}

/** The edge that carries most, the first among equals; −1 where there is none. */
function best({ network }: RouteFinder, edges: readonly number[]): number {
  return edges.reduce((most, edge) => (most < 0 || network.most(edge) > network.most(most) ? edge : most), -1);
}

/** Usable channels from the last hop that carry the amount, but for the one that the route leaves by. */
function waysBack(
  { network }: RouteFinder,
  { lastHop, amountMsat }: RouteQuery,
  outgoingEdge: number,
): readonly number[] {
  return Array.from({ length: network.ownEdgeCount() }, (_, i) => (network.ownEdges()[i] as number) ^ 1).filter(
    (edge) =>
      edge >> 1 !== outgoingEdge >> 1 &&
      network.graph.from(edge) === lastHop &&
      network.usable(edge) &&
      Math.min(network.most(edge), network.maxHtlc(edge)) >= amountMsat,
  );
}

function routeOf({ network }: RouteFinder, flow: Flow, finalCltv: number): FoundRoute {
  const cltvs: number[] = [];
  let cltv = finalCltv;
  for (let i = flow.edges.length - 1; i >= 0; i--) {
    cltvs[i] = cltv;
    cltv += network.cltvDelta(flow.edges[i] as number);
  }
  return { edges: flow.edges, amountsMsat: amountsOf(network, flow), cltvs };
}
