/** For each model: one random query, answered by its path finder and by the plainly written search of the same rules. */
import type { RandomStream } from '../../engine/base/random.ts';
import { RouteBuffer } from '../../engine/simulate/node-model.ts';
import { pathsOf } from '../../models/cln/flow-paths.ts';
import { KnowledgeLayer } from '../../models/cln/knowledge-layer.ts';
import { LinearNetwork } from '../../models/cln/linear-network.ts';
import { MinCostFlow } from '../../models/cln/min-cost-flow.ts';
import { PrivateLayer } from '../../models/cln/private-layer.ts';
import { Reservations } from '../../models/cln/reservations.ts';
import { SenderNetwork } from '../../models/cln/sender-network.ts';
import { type TextbookEdge, textbookFlowCost } from '../../models/cln/testing/textbook-flow.ts';
import { BalanceEstimates } from '../../models/eclair/balance-estimates.ts';
import { DEFAULT_SETTINGS as ECLAIR } from '../../models/eclair/options.ts';
import { SearchQuery } from '../../models/eclair/search-query.ts';
import { SenderGraph } from '../../models/eclair/sender-graph.ts';
import { textbookPaths } from '../../models/eclair/testing/textbook-paths.ts';
import { KShortestPaths } from '../../models/eclair/yen.ts';
import { DEFAULT_SETTINGS as LDK } from '../../models/ldk/options.ts';
import { RemovedFromGraph } from '../../models/ldk/removed-from-graph.ts';
import { RouteFinder } from '../../models/ldk/route-finding.ts';
import { Scorer } from '../../models/ldk/scorer.ts';
import { textbookRoute } from '../../models/ldk/testing/textbook-route-finding.ts';
import { MissionControl } from '../../models/lnd/mission-control.ts';
import { finalPayloadBytes } from '../../models/lnd/onion-size.ts';
import { DEFAULT_SETTINGS as LND, type LndSettings } from '../../models/lnd/options.ts';
import { PathFinder } from '../../models/lnd/path-finding.ts';
import { PATH, PathQuery } from '../../models/lnd/path-query.ts';
import type { ProbabilityEstimator } from '../../models/lnd/probability.ts';
import { AprioriEstimator } from '../../models/lnd/probability-apriori.ts';
import { BimodalEstimator } from '../../models/lnd/probability-bimodal.ts';
import { copyRoute, type FakeHost } from '../../models/lnd/testing/fake-host.ts';
import { textbookSearch } from '../../models/lnd/testing/textbook-path-finding.ts';

/** cln:plugins/askrene/child/mcf.c:linear_routes: what a block of time lock counts at first. */
const CLN_DELAY_FACTOR = 1e-6;

/** What both said; paths of one hop and more, and null where there is no route. */
export interface Answers {
  readonly fast: unknown;
  readonly plain: unknown;
  /** Hops of all paths, and how many paths. */
  readonly hops: number;
  readonly paths: number;
}

/** Who pays whom how much. */
export interface Ask {
  readonly source: number;
  readonly destination: number;
  readonly amountMsat: number;
}

export type Comparison = (host: FakeHost, ask: Ask, random: RandomStream) => Answers;

/** lnd's search with one of its estimators. */
function lndWith(name: 'apriori' | 'bimodal'): Comparison {
  const settings = { ...LND, estimator: name };
  const estimator = name === 'bimodal' ? new BimodalEstimator(LND.bimodal) : new AprioriEstimator(LND.apriori);
  return (host, ask, random) => lnd(settings, estimator, host, ask, random);
}

function lnd(
  settings: LndSettings,
  estimator: ProbabilityEstimator,
  host: FakeHost,
  ask: Ask,
  random: RandomStream,
): Answers {
  const q = new PathQuery();
  const results = new MissionControl();
  for (let i = random.integer(0, 60); i > 0; i--) {
    const edge = random.integer(0, host.graph.known.length - 1);
    const [from, to] = [host.graph.from(edge), host.graph.to(edge)];
    const msat = Math.max(1, Math.floor(ask.amountMsat * 2 * random.unit()));
    const at = host.now - random.integer(0, 9_000_000_000);
    if (random.integer(0, 1) === 1) results.succeed(from, to, msat, at);
    else results.fail(from, to, random.integer(0, 3) === 0 ? 0 : msat, at);
  }
  Object.assign(q, ask, {
    finalExpiry: 1083,
    expiryLimit: 3016,
    minProbability: 0.01,
    feeLimitMsat: ask.amountMsat <= 1_000_000 ? ask.amountMsat : Math.floor(ask.amountMsat / 20),
    attemptCostMsat: 100_000 + Math.floor(ask.amountMsat / 1000),
    finalPayloadBytes: finalPayloadBytes(ask.amountMsat, 1083, 'invoice'),
    nowUs: host.now,
    results,
  });
  q.estimator = estimator;
  const finder = new PathFinder(host);
  const route = new RouteBuffer();
  const result = finder.find(q, route);
  const fast =
    result === PATH.found
      ? { ...copyRoute(route), probability: finder.routeProbability(q.source) }
      : result === PATH.none
        ? 'none'
        : 'insufficient';
  const found = result === PATH.found;
  return {
    fast,
    plain: textbookSearch(host, q, settings),
    hops: found ? route.length : 0,
    paths: found ? 1 : 0,
  };
}

const eclair: Comparison = (host, ask, random) => {
  const estimates = new BalanceEstimates(host.graph, 86_400);
  for (let i = random.integer(0, 30); i > 0; i--) {
    const edge = random.integer(0, host.graph.known.length - 1);
    const msat = Math.floor(random.unit() * host.graph.capacityMsat[edge >> 1]!);
    if (random.integer(0, 1) === 1) estimates.couldNotSend(edge, msat, random.integer(0, 90_000));
    else estimates.couldSend(edge, msat, random.integer(0, 90_000));
  }
  const q = Object.assign(new SearchQuery(), ask, {
    maxFeeMsat: Math.max(21_000, Math.floor(ask.amountMsat * 0.03)),
    maxLength: 6,
    maxCltv: 2016,
    settings: { ...ECLAIR.search, useLogProbability: random.integer(0, 3) === 0 },
    estimates: random.integer(0, 2) === 0 ? estimates : null,
    nowS: 100_000,
  });
  const settings = { ...ECLAIR, search: q.settings };
  const count = random.integer(1, 5);
  const sender = new SenderGraph(host);
  sender.load(ask.source, settings, null);
  const plainly = (paths: readonly { edges: Iterable<number>; weight: number }[]): unknown =>
    paths.map(({ edges, weight }) => ({ edges: [...edges], weight }));
  const paths = new KShortestPaths(sender).find(q, count);
  return {
    fast: plainly(paths),
    plain: plainly(textbookPaths(host, settings, q, count, null)),
    hops: paths.reduce((sum, { edges }) => sum + edges.length, 0),
    paths: paths.length,
  };
};

const ldk: Comparison = (host, ask, random) => {
  const scorer = new Scorer(LDK.scorer);
  const inFlight = new Map<number, number>();
  for (let i = random.integer(0, 60); i > 0; i--) {
    const edge = random.integer(0, host.graph.known.length - 1);
    const capacity = host.graph.capacityMsat[edge >> 1]!;
    const msat = Math.min(capacity, Math.max(1, Math.floor(random.unit() * 2 * ask.amountMsat)));
    // The scorer's ticks are others' business: everything was learnt since the last one.
    const at = host.now - random.integer(0, 90_000_000);
    if (random.integer(0, 1) === 1) scorer.failedAt(edge, msat, capacity, at);
    else scorer.failedDownstream(edge, msat, capacity, at);
    if (random.integer(0, 9) === 0) inFlight.set(edge, msat);
  }
  const asked = {
    ...ask,
    finalCltvDelta: 42,
    maxFeeMsat: Math.floor(ask.amountMsat / 100) + 50_000,
    multiPath: random.integer(0, 3) > 0,
    maxPaths: 10,
    maxPathLength: 19,
    maxCltv: 1008,
    saturationPower: 2,
    outgoingEdges: null,
    failedChannels: new Set<number>(),
    scorer,
    inFlight,
    removed: new RemovedFromGraph(),
    nowUs: host.now,
  };
  const route = new RouteFinder(host).find(asked);
  const fast =
    route === null
      ? null
      : route.map((path) => ({
          edges: path.hops.map((hop) => hop.edge),
          amounts: path.hops.map((_, i) => path.carried(i)),
        }));
  return {
    fast,
    plain: textbookRoute(host, asked, LDK.scorer),
    hops: route === null ? 0 : route.reduce((sum, { hops }) => sum + hops.length, 0),
    paths: route?.length ?? 0,
  };
};

/** What is compared is the cost of the cheapest flow: several flows may cost the same. */
const cln: Comparison = (host, ask, random) => {
  const layer = new KnowledgeLayer();
  for (let i = random.integer(0, 60); i > 0; i--) {
    const edge = random.integer(0, host.graph.known.length - 1);
    const msat = Math.floor(random.unit() * host.graph.capacityMsat[edge >> 1]!);
    if (random.integer(0, 1) === 1) layer.atLeast(edge, msat, i);
    else layer.atMost(edge, msat, i);
  }
  const network = new SenderNetwork(host);
  const { source, destination, amountMsat } = ask;
  network.load({
    ...{ source, destination, layer, reservations: new Reservations(), own: new PrivateLayer() },
    outgoingEdges: null,
    lastHop: -1,
  });
  const mu = [1, 10, 50, 100][random.integer(0, 3)]!;
  const arcs = new LinearNetwork(network);
  arcs.build(amountMsat, mu, CLN_DELAY_FACTOR);
  const solver = new MinCostFlow(arcs);
  const found = solver.solve(source, destination);
  const edges: TextbookEdge[] = [];
  for (let edge = 0; edge < host.graph.known.length; edge++) {
    if (!network.usable(edge)) continue;
    edges.push({
      from: host.graph.from(edge),
      to: host.graph.to(edge),
      leastMsat: network.least(edge),
      mostMsat: network.most(edge),
      minHtlcMsat: network.minHtlc(edge),
      maxHtlcMsat: network.maxHtlc(edge),
      baseMsat: network.feeBase(edge),
      ppm: network.feeRate(edge),
      delta: network.cltvDelta(edge),
      bias: network.bias(edge),
    });
  }
  const paths = found ? pathsOf(solver, host.graph, source, destination, arcs.units, arcs.accuracyMsat) : [];
  return {
    fast: found ? solver.cost() : null,
    plain: textbookFlowCost(host.graph.nodeCount, edges, source, destination, amountMsat, mu, CLN_DELAY_FACTOR),
    hops: paths.reduce((sum, path) => sum + path.edges.length, 0),
    paths: paths.length,
  };
};

/** By implementation. */
export const COMPARISONS: Readonly<Record<string, Comparison>> = {
  cln,
  eclair,
  ldk,
  lnd: lndWith('apriori'),
  'lnd, bimodal': lndWith('bimodal'),
};
