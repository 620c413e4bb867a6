/** One search by each model's path finder, of a sender that has learnt nothing yet, over a host that a simulator made. */
import { SimulatorBackend } from '../engine/backends/simulator/simulator-backend.ts';
import { MODEL_KINDS } from '../engine/kinds/registry.ts';
import { type ModelHost, RouteBuffer } from '../engine/simulate/node-model.ts';
import type { Timeline } from '../engine/timeline/timeline.ts';
import { DEFAULT_SETTINGS as CLN } from '../models/cln/options.ts';
import { PrivateLayer } from '../models/cln/private-layer.ts';
import { RouteFinder as ClnFinder, ROUTES } from '../models/cln/route-finding.ts';
import { DEFAULT_SETTINGS as ECLAIR } from '../models/eclair/options.ts';
import { SearchQuery } from '../models/eclair/search-query.ts';
import { SenderGraph } from '../models/eclair/sender-graph.ts';
import { KShortestPaths } from '../models/eclair/yen.ts';
import { DEFAULT_SETTINGS as LDK } from '../models/ldk/options.ts';
import { RemovedFromGraph } from '../models/ldk/removed-from-graph.ts';
import { RouteFinder } from '../models/ldk/route-finding.ts';
import { Scorer } from '../models/ldk/scorer.ts';
import { finalPayloadBytes } from '../models/lnd/onion-size.ts';
import { DEFAULT_SETTINGS as LND } from '../models/lnd/options.ts';
import { PathFinder } from '../models/lnd/path-finding.ts';
import { PathQuery } from '../models/lnd/path-query.ts';
import { attemptCost } from '../models/lnd/payment-session.ts';
import { defaultFeeLimit } from '../models/lnd/payments.ts';
import { AprioriEstimator } from '../models/lnd/probability-apriori.ts';

/** The host that the models of a simulation have, at its start. */
export function hostOf(timeline: Timeline): ModelHost {
  let host: ModelHost | null = null;
  const models = MODEL_KINDS.map((kind) => ({
    ...kind,
    create: (given: ModelHost, ...more: [never?]) => {
      host = given;
      return kind.create(given, ...more);
    },
  }));
  new SimulatorBackend({ models }).start(timeline, { record() {}, text() {}, payment() {} });
  if (host === null) throw new Error('no model was asked');
  return host;
}

const HEIGHT = 1000;

/** What lnd asks for by default. */
export function lndQuery(source: number, destination: number, amountMsat: number): PathQuery {
  const query = new PathQuery();
  query.source = source;
  query.destination = destination;
  query.amountMsat = amountMsat;
  query.feeLimitMsat = defaultFeeLimit(LND, amountMsat);
  query.finalExpiry = HEIGHT + LND.cltvDelta + 3;
  query.expiryLimit = HEIGHT + 2016;
  query.finalPayloadBytes = finalPayloadBytes(amountMsat, query.finalExpiry, 'keysend');
  query.attemptCostMsat = attemptCost(LND, amountMsat);
  query.minProbability = LND.minRouteProbability;
  query.estimator = new AprioriEstimator(LND.apriori);
  return query;
}

/** Searches for a route; answers how many paths it has. */
export type Search = (source: number, destination: number, amountMsat: number) => number;

/** By model: a search, and how many of them a measurement takes. */
export const SEARCHES: Readonly<Record<string, { readonly times: number; of(host: ModelHost): Search }>> = {
  lnd: {
    times: 500,
    of: (host) => {
      const finder = new PathFinder(host);
      const route = new RouteBuffer();
      return (source, destination, amountMsat) =>
        finder.find(lndQuery(source, destination, amountMsat), route) === 0 ? 1 : 0;
    },
  },
  ldk: {
    times: 200,
    of: (host) => {
      const finder = new RouteFinder(host);
      return (source, destination, amountMsat) =>
        finder.find({
          ...{ source, destination, amountMsat, finalCltvDelta: 42, multiPath: true, maxPaths: 10 },
          ...{ maxPathLength: 19, maxCltv: 1008, saturationPower: 2, outgoingEdges: null, nowUs: 0 },
          maxFeeMsat: Math.floor(amountMsat / 100) + 50_000,
          failedChannels: new Set<number>(),
          scorer: new Scorer(LDK.scorer),
          inFlight: new Map(),
          removed: new RemovedFromGraph(),
        })?.length ?? 0;
    },
  },
  cln: {
    times: 100,
    of: (host) => {
      const finder = new ClnFinder(host);
      return (source, destination, amountMsat) => {
        const result = finder.find({
          ...{ source, destination, amountMsat, layer: null, reservations: null, own: new PrivateLayer() },
          ...{ outgoingEdges: null, lastHop: -1, finalCltv: 18, maxDelay: 2016, ...CLN.routes },
          maxFeeMsat: Math.floor(amountMsat / 100) + 5000,
        });
        return result === ROUTES.found ? finder.routes.length : 0;
      };
    },
  },
  eclair: {
    times: 200,
    of: (host) => {
      const sender = new SenderGraph(host);
      const finder = new KShortestPaths(sender);
      return (source, destination, amountMsat) => {
        sender.load(source, ECLAIR, null);
        const query = Object.assign(new SearchQuery(), {
          ...{ source, destination, amountMsat, maxLength: 6, maxCltv: 2016, estimates: null, nowS: 0 },
          maxFeeMsat: Math.max(21_000, Math.floor(amountMsat * 0.03)),
          settings: ECLAIR.search,
        });
        return finder.find(query, 3).length;
      };
    },
  },
};
