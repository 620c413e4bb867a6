/**
 * What a request for routes came to, for a trace: its rounds, the routes that are taken, and which limit stood in the way
 * when there were none. To find that out, the request is made again without one limit after the other.
 */
import { figuresOf, type TraceRoute, type TraceStep } from '../../engine/simulate/routing-trace.ts';
import { PrivateLayer } from './private-layer.ts';
import type { RoundTrace } from './round-trace.ts';
import { type FoundRoute, ROUTES, type RouteFinder, type RouteQuery, type RoutesResult } from './route-finding.ts';

/** A route that is taken. */
export function plainRoute({ edges, amountsMsat }: FoundRoute): TraceRoute {
  const amount = (i: number): number => amountsMsat[i] as number;
  const hops = edges.map((edge, i) => ({
    edge,
    amount_msat: amount(i),
    fee_msat: i === 0 ? 0 : amount(i - 1) - amount(i),
  }));
  const delivered = amount(edges.length - 1);
  return { hops, delivered_msat: delivered, fee_msat: amount(0) - delivered };
}

type Found = readonly FoundRoute[] | RoutesResult;

/** The request that was just answered. @param find answers another one of the same kind */
export function searchStep(
  finder: RouteFinder,
  query: RouteQuery,
  { rounds, changes }: RoundTrace,
  result: Found,
  find: (query: RouteQuery) => Found,
): TraceStep {
  const limits = figuresOf({
    fee_limit_msat: query.maxFeeMsat,
    max_parts: query.maxParts,
    cltv_limit: query.maxDelay,
    single_path_up_to_msat: query.singlePathUpToMsat,
    // Without a part to send nothing was looked for.
    own_channels_msat: query.maxParts < 1 ? undefined : finder.network.ownTotalMsat(),
  });
  const step = {
    step: 'search',
    amount_msat: query.amountMsat,
    limits,
    rounds,
    ...(changes.length === 0 ? {} : { changes }),
  } as const;
  if (typeof result === 'object') return { ...step, result: 'found', routes: result.map(plainRoute) };
  if (result === ROUTES.insufficientFunds) {
    return { ...step, result: 'insufficient_balance', routes: [], obstacles: ['own_balance'] };
  }
  return { ...step, result: 'none', routes: [], obstacles: obstacles(query, find) };
}

/** Parts and blocks that no request comes to here. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

type Lifted = readonly (readonly [string, Partial<RouteQuery>])[];

const ANY_WAY: Lifted = [
  ['max_parts', { maxParts: NO_LIMIT }],
  ['outgoing_channel', { outgoingEdges: null }],
  ['last_hop', { lastHop: -1 }],
];

function lifted({ source, destination }: RouteQuery): Lifted {
  const circular = source === destination;
  return [
    ['fee_limit', { maxFeeMsat: NO_LIMIT }],
    ['cltv_limit', { maxDelay: NO_LIMIT }],
    ['memory', { layer: null }],
    ['ignored', { own: new PrivateLayer() }],
    ['reserved', { reservations: null }],
    // A way back to oneself is one part, and made of the other two.
    ...(circular ? [] : ANY_WAY),
  ];
}

/** Limits that each alone kept routes from being found; `all_together` when only without all of them there are some. */
function obstacles(query: RouteQuery, find: (query: RouteQuery) => Found): readonly string[] {
  const { watch: _, ...plain } = query;
  const finds = (changes: Partial<RouteQuery>): boolean => typeof find({ ...plain, ...changes }) === 'object';
  const limits = lifted(query);
  const alone = limits.filter(([, changes]) => finds(changes)).map(([name]) => name);
  if (alone.length > 0) return alone;
  return finds(Object.assign({}, ...limits.map(([, changes]) => changes))) ? ['all_together'] : [];
}
