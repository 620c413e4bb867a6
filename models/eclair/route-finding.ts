/**
 * Routes for a payment, in one part or in several: the search within its limits, in a second pass with looser ones, and
 * the order in which routes are tried. Sends nothing and keeps nothing between two requests.
 *
 * eclair:router/RouteCalculation.scala:handleRouteRequest, findRouteInternal, findMultiPartRouteInternal.
 */
import type { ModelHost } from '../../engine/simulate/node-model.ts';
import type { BalanceEstimates } from './balance-estimates.ts';
import type { EclairSettings, Splitting } from './options.ts';
import { SearchQuery } from './search-query.ts';
import { SenderGraph } from './sender-graph.ts';
import { ROUTE_MAX_LENGTH } from './shortest-path.ts';
import { type SplitRoute, Splitter } from './splitting.ts';
import { KShortestPaths, type WeightedPath } from './yen.ts';

/** eclair:router/RouteCalculation.scala:DEFAULT_ROUTES_COUNT, DEFAULT_ROUTE_MAX_CLTV. */
const DEFAULT_ROUTES_COUNT = 3;
const DEFAULT_ROUTE_MAX_CLTV = 2016;

/** eclair:router/Router.scala:RouteRequest. */
export interface RouteRequest {
  readonly source: number;
  readonly destination: number;
  /** What is still to be sent, and the fee that it may cost. */
  readonly amountMsat: number;
  readonly maxFeeMsat: number;
  readonly settings: EclairSettings;
  readonly maxParts: number;
  readonly randomize: boolean;
  readonly splitting: Splitting;
  readonly ignoredNodes: ReadonlySet<number>;
  /** What this payment ignores, and what the node excludes for now. */
  readonly ignoredEdges: ReadonlySet<number>;
  readonly estimates: BalanceEstimates | null;
  readonly nowS: number;
  readonly outgoingEdges: readonly number[] | null;
  readonly lastHop: number;
  /** Parts in flight. */
  readonly pending: readonly SplitRoute[];
  /** Uniform draws in [0, 1) of this payment. */
  draw(): number;
  /** Is shown the paths of every pass, in the order in which they are tried; for a trace. */
  readonly looked?: (query: SearchQuery, paths: readonly WeightedPath[]) => void;
}

export type RouteResult =
  | { readonly found: true; readonly routes: readonly SplitRoute[] }
  | { readonly found: false; readonly balanceTooLow: boolean };

export class RouteFinder {
  readonly sender: SenderGraph;
  readonly #paths: KShortestPaths;
  readonly #splitter: Splitter;
  readonly #query = new SearchQuery();

  constructor(host: ModelHost) {
    this.sender = new SenderGraph(host);
    this.#paths = new KShortestPaths(this.sender);
    this.#splitter = new Splitter(this.sender);
  }

  /** One route for the whole amount. */
  single(request: RouteRequest): RouteResult {
    this.#load(request);
    const count = request.randomize ? DEFAULT_ROUTES_COUNT : 1;
    const [first] = this.#find(request, request.amountMsat, count);
    if (first === undefined) return this.#notFound(request);
    return { found: true, routes: [this.#splitter.route(first.edges, request.amountMsat)] };
  }

  /** Routes that carry the amount together. */
  multiPart(request: RouteRequest): RouteResult {
    this.#load(request);
    const { amountMsat, settings } = request;
    // All direct channels are to be used, the empty ones counted so that other routes may stand in for them.
    const parts = Math.max(request.maxParts, this.sender.ownTo(request.destination).length);
    const share = Math.floor(amountMsat / parts);
    const minPartMsat = Math.min(Math.max(settings.search.minPartMsat, share), amountMsat);
    const paths = this.#find(request, minPartMsat, parts);
    if (paths.length === 0) return this.#notFound(request);
    const routes =
      this.#split(request, paths, minPartMsat) ??
      // Too dear: cheap paths first.
      (request.randomize ? this.#split(request, byWeight(paths), minPartMsat) : null);
    return routes === null ? this.#notFound(request) : { found: true, routes };
  }

  #split(request: RouteRequest, paths: readonly WeightedPath[], minPartMsat: number): readonly SplitRoute[] | null {
    const routes = this.#splitter.split(request, paths, minPartMsat);
    if (routes === null) return null;
    let sum = 0;
    let fees = 0;
    for (const route of routes) {
      sum += route.deliveredMsat;
      fees += route.feeMsat;
    }
    return sum === request.amountMsat && fees <= request.maxFeeMsat ? routes : null;
  }

  /** Paths for an amount in the order in which they are tried: direct channels first. */
  #find(request: RouteRequest, amountMsat: number, count: number): readonly WeightedPath[] {
    const query = this.#query;
    const { search } = request.settings;
    if (request.source === request.destination) return [];
    query.amountMsat = amountMsat;
    query.maxLength = search.maxRouteLength;
    query.maxCltv = search.maxCltv;
    let paths = this.#paths.find(query, count);
    if (paths.length === 0 && search.maxRouteLength < ROUTE_MAX_LENGTH) {
      query.maxLength = ROUTE_MAX_LENGTH;
      query.maxCltv = DEFAULT_ROUTE_MAX_CLTV;
      paths = this.#paths.find(query, count);
    }
    const direct = paths.filter((path) => path.edges.length === 1);
    const others = paths.filter((path) => path.edges.length > 1);
    const ordered = request.randomize
      ? [...shuffle(direct, request), ...shuffle(others, request)]
      : [...direct, ...others];
    request.looked?.(query, ordered);
    return ordered;
  }

  /** Weight of a path as the search sees it; see KShortestPaths.pathWeight. */
  pathWeight: KShortestPaths['pathWeight'] = (query, edges, each) => this.#paths.pathWeight(query, edges, each);

  #load(request: RouteRequest): void {
    const query = this.#query;
    query.source = request.source;
    query.destination = request.destination;
    query.maxFeeMsat = request.maxFeeMsat;
    query.settings = request.settings.search;
    query.estimates = request.estimates;
    query.nowS = request.nowS;
    query.ignoredNodes = request.ignoredNodes;
    query.ignoredEdges = request.ignoredEdges;
    query.lastHop = request.lastHop;
    this.sender.load(request.source, request.settings, request.outgoingEdges);
  }

  /** isNeighborBalanceTooLow: there are channels to the recipient, but all together do not hold the amount. */
  #notFound(request: RouteRequest): RouteResult {
    const direct = this.sender.ownTo(request.destination);
    const balance = direct.reduce((sum, own) => sum + own.balanceMsat, 0);
    return { found: false, balanceTooLow: direct.length > 0 && balance < request.amountMsat };
  }
}

function byWeight(paths: readonly WeightedPath[]): readonly WeightedPath[] {
  return [...paths].sort((a, b) => (a.weight === b.weight ? 0 : a.weight < b.weight ? -1 : 1));
}

/** A random order, all equally likely. */
function shuffle<T>(items: readonly T[], { draw }: { draw(): number }): readonly T[] {
  const shuffled = [...items];
  for (let n = shuffled.length; n > 1; n--) {
    const k = Math.floor(draw() * n);
    const last = shuffled[n - 1] as T;
    shuffled[n - 1] = shuffled[k] as T;
    shuffled[k] = last;
  }
  return shuffled;
}
