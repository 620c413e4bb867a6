/**
 * Routes for a payment: a search for the amount that remains, halved while no route carries it. Sends nothing and keeps
 * nothing between two requests.
 *
 * lnd:routing/payment_session.go:RequestRoute, lnd:routing/payment_lifecycle.go:calcFeeBudget.
 */
import type { ModelHost, RouteBuffer } from '../../engine/simulate/node-model.ts';
import type { LndNode } from './node-state.ts';
import { finalPayloadBytes } from './onion-size.ts';
import { cltvLimit, type LndSettings } from './options.ts';
import { PathFinder } from './path-finding.ts';
import { PATH, PathQuery, type PathResult } from './path-query.ts';
import type { Payment } from './payment-state.ts';
import { searchStep } from './route-trace.ts';
import { decideStep } from './trace.ts';

/** lnd:routing/payment_session.go:BlockPadding: a few blocks may come in while the HTLC travels. */
export const BLOCK_PADDING = 3;
/** lnd:routing/payment_session.go:DefaultShardMinAmt, msat: no part is made smaller than this by halving. */
export const MIN_SHARD_MSAT = 10_000_000;

export class PaymentSession {
  readonly #finder: PathFinder;
  readonly #host: ModelHost;
  readonly #query = new PathQuery();

  constructor(host: ModelHost) {
    this.#host = host;
    this.#finder = new PathFinder(host);
  }

  /**
   * Looks for the next route. The last hop's amount of the route tells how much it delivers.
   * @returns PATH.found with the route, PATH.none or PATH.insufficientBalance
   */
  requestRoute(node: LndNode, payment: Payment, route: RouteBuffer): PathResult {
    const { settings } = node;
    const query = this.#query;
    const { request } = payment;
    query.source = request.source;
    query.destination = request.destination;
    query.outgoingEdges = request.outgoingEdges;
    query.lastHop = request.lastHop;
    query.feeLimitMsat = Math.max(0, payment.feeLimitMsat - payment.feesMsat);
    // The height is that of the payment's start: lnd reads it once, whatever is mined meanwhile.
    query.finalExpiry = payment.height + payment.finalCltvDelta + BLOCK_PADDING;
    query.expiryLimit = payment.height + cltvLimit(request, settings);
    query.minProbability = settings.minRouteProbability;
    query.nowUs = this.#host.nowUs();
    query.results = node.results;
    query.estimator = node.estimator;

    node.learnt?.layOver(this.#host.graph);
    const result = this.#search(payment, settings, route);
    node.learnt?.takeOff(this.#host.graph);
    return result;
  }

  /** The largest of the remaining amount and its halves that a route is found for. */
  #search(payment: Payment, settings: LndSettings, route: RouteBuffer): PathResult {
    const query = this.#query;
    const { request } = payment;
    let amount = request.amountMsat - payment.sentMsat;
    for (;;) {
      query.amountMsat = amount;
      query.attemptCostMsat = attemptCost(settings, amount);
      query.finalPayloadBytes = finalPayloadBytes(amount, query.finalExpiry, request.method);
      const result = this.#finder.find(query, route);
      const trace = this.#host.traceOf?.(request.payment);
      trace?.report(searchStep(this.#host, this.#finder, query, result, route));
      if (result !== PATH.none) return result;
      if (!request.multiPart || payment.parts.length - payment.settledParts + 1 >= payment.maxParts) return result;
      amount = Math.floor(amount / 2);
      if (amount < MIN_SHARD_MSAT) return result;
      trace?.report(decideStep(payment, 'halve', 'no_route', { amount_msat: amount }));
    }
  }
}

/** Time preferences are kept from the ends, where the cost would be nothing or infinite (lnd:routing/pathfind.go:findPath). */
const TIME_PREFERENCE_SCALE = 0.9;

/** Virtual cost of a failed attempt for an amount, msat (lnd:routing/pathfind.go:findPath, absoluteAttemptCost). */
export function attemptCost(settings: LndSettings, amountMsat: number): number {
  const plain = settings.attemptCostMsat + Math.floor((amountMsat * settings.attemptCostPpm) / 1_000_000);
  const preference = settings.timePreference * TIME_PREFERENCE_SCALE;
  return plain * (1 / (0.5 - preference / 2) - 1);
}
