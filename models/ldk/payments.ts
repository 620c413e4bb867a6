/**
 * The life of LDK's payments: look for a route, send all its paths, learn from each outcome, and when a batch is due send
 * what failed again, until the amount has arrived, the payee refuses, no route is left or there is no time.
 *
 * ldk:ln/outbound_payment.rs:send_payment_for_non_bolt12_invoice, check_retry_payments, find_route_and_send_payment,
 * fail_htlc, claim_htlc.
 */

import type { Json } from '../../engine/base/json.ts';
import { keyedUnit } from '../../engine/base/random.ts';
import type { FailureCode } from '../../engine/simulate/failure.ts';
import { type ModelHost, type PaymentRequest, RouteBuffer } from '../../engine/simulate/node-model.ts';
import { OUTCOME, OUTCOME_NAMES, type Outcome } from '../../engine/simulate/records.ts';
import type { PaymentTrace, TraceRoute } from '../../engine/simulate/routing-trace.ts';
import { isExpired, isPaidOrUnderWay } from '../shared/invoice-check.ts';
import type { NodeTable } from '../shared/node-table.ts';
import { PaymentTable } from '../shared/payment-table.ts';
import { cltvOffset } from './cltv-offset.ts';
import { RouteBuilder } from './explicit-route.ts';
import { reactionTo } from './failure-reaction.ts';
import { defaultFeeLimit } from './fees.ts';
import { otherLastChannels } from './last-hop.ts';
import { learnFailure, learnSuccess } from './learning.ts';
import type { LdkNode } from './node-state.ts';
import { cltvLimit } from './options.ts';
import type { PathHop, PaymentPath } from './payment-path.ts';
import { capturePayment, NO_REASON, NO_TIMER, type Part, Payment, partOf, restorePayment } from './payment-state.ts';
import { RouteFinder } from './route-finding.ts';
import type { FoundRoute, RouteQuery } from './route-query.ts';
import { searchStep, walkedRoute } from './route-trace.ts';
import { beginStep, decideStep, givenRouteStep, learnFailureStep, learnSuccessStep, sendStep } from './trace.ts';

/** ldk:ln/channelmanager.rs:MIN_FINAL_CLTV_EXPIRY_DELTA: final delta of keysend payments, blocks. */
export const MIN_FINAL_CLTV_EXPIRY_DELTA = 42;
/** ldk:ln/outbound_payment.rs:RETRY_OVERFLOW_PERCENTAGE. */
const RETRY_OVERFLOW_PERCENTAGE = 10;
/** Keyed draws of a payment: above those of the walks beyond the payee. */
const BATCH_DRAWS = 0x4000_0000;

export class Payments {
  readonly #host: ModelHost;
  readonly #nodes: NodeTable<LdkNode>;
  readonly #batchAt: (node: number, draw: number) => number;
  readonly #finder: RouteFinder;
  readonly #builder: RouteBuilder;
  readonly #payments = new PaymentTable<Payment>(capturePayment, restorePayment);
  readonly #buffer = new RouteBuffer();

  constructor(host: ModelHost, nodes: NodeTable<LdkNode>, batchAt: (node: number, draw: number) => number) {
    this.#host = host;
    this.#nodes = nodes;
    this.#batchAt = batchAt;
    this.#finder = new RouteFinder(host);
    this.#builder = new RouteBuilder(host);
  }

  /** Begins a payment. One for which there is no route ends before anything is sent. */
  start(request: PaymentRequest): void {
    const { settings, removed } = this.#nodes.of(request.source);
    const { amountMsat, feeLimitMsat } = request;
    // ldk:ln/outbound_payment.rs:find_initial_route, RetryableSendFailure::PaymentExpired; ldk-node:
    // src/payment/bolt11.rs:send_internal, DuplicatePayment for one that is pending or succeeded.
    const isRefused =
      isPaidOrUnderWay(request.invoice) || (request.route === null && isExpired(request.invoice, this.#host.nowUs()));
    if (isRefused || request.method === 'amp') {
      // LDK cannot pay by AMP; the compiler refuses to let it.
      this.#host.actions.resolve(request.payment, OUTCOME.NotDispatched);
      return;
    }
    const given = request.route !== null;
    const limit = given ? Infinity : defaultFeeLimit(amountMsat, settings.feeLimitBaseMsat, settings.feeLimitPercent);
    const payment = new Payment(request, feeLimitMsat < 0 ? limit : feeLimitMsat);
    this.#trace(payment)?.report(beginStep(payment, settings));
    let route: FoundRoute;
    if (given) {
      const path = this.#builder.build(request, removed);
      route = path === null || path.feesMsat > payment.feesLeftMsat ? null : [path];
      this.#trace(payment)?.report(givenRouteStep(payment, route));
    } else {
      route = this.#find(payment);
    }
    if (route === null) {
      this.#trace(payment)?.report(decideStep(payment, 'give_up', 'RouteNotFound'));
      this.#host.actions.resolve(request.payment, OUTCOME.RouteNotFound);
      return;
    }
    this.#payments.add(payment);
    this.#send(payment, route);
  }

  /** The preimage came back. */
  succeeded(number: number, attempt: number): void {
    const payment = this.#payments.of(number);
    const part = payment.part(attempt);
    const node = this.#nodes.of(payment.request.source);
    payment.fulfilled = true;
    this.#ended(payment, part, false);
    learnSuccess(this.#host.graph, node, part, this.#host.nowUs());
    this.#trace(payment)?.report(learnSuccessStep(this.#host, node, part));
    this.#finish(payment);
  }

  /** `hop` reported `code`; see NodeModel.attemptFailed. */
  failed(number: number, attempt: number, hop: number, code: FailureCode): void {
    const payment = this.#payments.of(number);
    const part = payment.part(attempt);
    const node = this.#nodes.of(payment.request.source);
    const reaction = reactionTo(hop, part.edges.length, code);
    this.#ended(payment, part, true);
    learnFailure(this.#host.graph, node, part, reaction, this.#host.nowUs());
    this.#trace(payment)?.report(learnFailureStep(this.#host, node, part, reaction));
    if (!payment.fulfilled) {
      if (reaction.avoid >= 0) payment.failedChannels.add((part.edges[reaction.avoid] as number) >> 1);
      if (reaction.final) payment.abandon(OUTCOME.RecipientRejected);
      else if (!this.#retryable(payment)) payment.abandon(OUTCOME.RetriesExhausted);
      // What the own channel refuses is sent again at once, everything else with the next batch.
      if (payment.reason === NO_REASON) this.#wake(payment, hop === 0);
    }
    this.#finish(payment);
  }

  /** A batch is due. */
  resume(number: number): void {
    const payment = this.#payments.find(number);
    if (payment === undefined || payment.timerUs === NO_TIMER || payment.timerUs > this.#host.nowUs()) return;
    payment.timerUs = NO_TIMER;
    if (!payment.fulfilled && payment.reason === NO_REASON) this.#retry(payment);
    this.#finish(payment);
  }

  /** Payments of a node in progress, by number. */
  capture(node: number): Json {
    return this.#payments.capture(node);
  }

  /** Takes over payments that capture wrote, by their present numbers; nothing is sent. */
  restore(state: Json, rowOf: (payment: number) => number): void {
    for (const payment of this.#payments.restore(state, rowOf)) {
      for (const part of payment.parts) this.#count(payment, part, 1);
    }
  }

  #retry(payment: Payment): void {
    const { amountMsat } = payment.request;
    if (!this.#retryable(payment)) {
      if (payment.parts.length === 0) payment.abandon(OUTCOME.RetriesExhausted);
      return;
    }
    if (payment.pendingMsat >= amountMsat) return;
    // ldk:ln/outbound_payment.rs:find_route_and_send_payment, has_expired.
    if (this.#host.nowUs() > payment.expiresUs) {
      payment.abandon(OUTCOME.PaymentExpired);
      return;
    }
    const route = this.#find(payment);
    if (route === null) {
      payment.abandon(OUTCOME.RouteNotFound);
      return;
    }
    const value = route.reduce((sum, path) => sum + path.valueMsat, 0);
    if (value + payment.pendingMsat > Math.floor((amountMsat * (100 + RETRY_OVERFLOW_PERCENTAGE)) / 100)) {
      payment.abandon(OUTCOME.UnexpectedError);
      return;
    }
    payment.retries++;
    this.#send(payment, route);
  }

  /** ldk:ln/outbound_payment.rs:is_auto_retryable_now: the scenario's timeout, or what the node's options say. */
  #retryable(payment: Payment): boolean {
    const { route, timeoutUs, startedUs, source } = payment.request;
    if (route !== null) return false;
    const { retryAttempts, retryTimeoutUs } = this.#nodes.of(source).settings;
    if (timeoutUs < 0 && retryAttempts > 0) return retryAttempts > payment.retries;
    return (timeoutUs < 0 ? retryTimeoutUs : timeoutUs) >= this.#host.nowUs() - startedUs;
  }

  /** Looks for a route for what is missing. */
  #find(payment: Payment): FoundRoute {
    const { request } = payment;
    const node = this.#nodes.of(request.source);
    const { settings } = node;
    payment.searches++;
    const shutOut = request.lastHop < 0 ? null : otherLastChannels(this.#host, request);
    const { failedChannels } = payment;
    const query: RouteQuery = {
      source: request.source,
      destination: request.destination,
      amountMsat: request.amountMsat - payment.pendingMsat,
      finalCltvDelta: this.#finalDelta(payment),
      maxFeeMsat: payment.feesLeftMsat,
      multiPath: request.multiPart,
      maxPaths: request.maxParts < 1 ? settings.maxPaths : request.maxParts,
      maxPathLength: settings.maxPathLength,
      maxCltv: cltvLimit(request, settings),
      saturationPower: settings.saturationPower,
      outgoingEdges: request.outgoingEdges,
      failedChannels: shutOut === null ? failedChannels : new Set([...failedChannels, ...shutOut]),
      ...(shutOut === null ? {} : { shutOut }),
      scorer: node.scorer,
      inFlight: node.inFlight,
      removed: node.removed,
      nowUs: this.#host.nowUs(),
    };
    const trace = this.#trace(payment);
    if (trace === null) return this.#finder.find(query);
    const candidates: TraceRoute[] = [];
    const walked: RouteQuery['walked'] = (path, used) => candidates.push(walkedRoute(query, path, used));
    const route = this.#finder.find({ ...query, walked });
    trace.report(searchStep(this.#host, this.#finder, query, candidates, route));
    return route;
  }

  /** Whoever wants to know the payment's steps: they are only put together for them. */
  #trace({ request }: Payment): PaymentTrace | null {
    return this.#host.traceOf?.(request.payment) ?? null;
  }

  #finalDelta({ request }: Payment): number {
    return request.finalCltvDelta < 0 ? MIN_FINAL_CLTV_EXPIRY_DELTA : request.finalCltvDelta;
  }

  #send(payment: Payment, route: readonly PaymentPath[]): void {
    for (const path of route) {
      this.#load(payment, path);
      const part = partOf(this.#host.actions.send(payment.request.payment, this.#buffer), this.#buffer);
      payment.add(part);
      this.#trace(payment)?.report(sendStep(part.attempt, this.#buffer));
      this.#count(payment, part, 1);
    }
  }

  /** Writes a path into the buffer: amounts, and expiries from the block to come on. */
  #load(payment: Payment, path: PaymentPath): void {
    const { graph } = this.#host;
    const { source, key0, key1 } = payment.request;
    const maxCltv = cltvLimit(payment.request, this.#nodes.of(source).settings);
    const route = this.#buffer;
    const finalDelta = this.#finalDelta(payment);
    const locks = path.hops.reduce((sum, hop) => sum + hop.cltvDelta, finalDelta);
    const nodes = [source, ...path.hops.map((hop) => graph.to(hop.edge))];
    const room = Math.max(0, maxCltv - locks);
    let expiry = this.#host.height() + 1 + finalDelta + cltvOffset(graph, nodes, room, key0, key1, payment.searches);
    route.length = path.hops.length;
    for (let i = route.length - 1; i >= 0; i--) {
      const hop = path.hops[i] as PathHop;
      route.edge[i] = hop.edge;
      route.amountMsat[i] = path.carried(i);
      route.expiry[i] = expiry;
      expiry += hop.cltvDelta;
    }
  }

  #ended(payment: Payment, part: Part, failed: boolean): void {
    payment.remove(part, failed);
    this.#count(payment, part, -1);
  }

  /** Adds a part to what the node has in flight, or takes it out. */
  #count(payment: Payment, part: Part, sign: number): void {
    const { inFlight } = this.#nodes.of(payment.request.source);
    part.edges.forEach((edge, i) => {
      const sum = (inFlight.get(edge) ?? 0) + sign * (part.amountsMsat[i] as number);
      if (sum > 0) inFlight.set(edge, sum);
      else inFlight.delete(edge);
    });
  }

  /** Has the payment looked at again, at once or with the node's next batch, unless it will be before. */
  #wake(payment: Payment, atOnce: boolean): void {
    const { source, payment: number, key0, key1 } = payment.request;
    const now = this.#host.nowUs();
    const draw = keyedUnit(key0, key1, BATCH_DRAWS + payment.searches);
    const at = atOnce ? now : this.#batchAt(source, draw);
    if (payment.timerUs !== NO_TIMER && payment.timerUs <= at) return;
    payment.timerUs = at;
    const because = atOnce ? 'refused_by_own_channel' : 'next_batch';
    this.#trace(payment)?.report(decideStep(payment, 'retry', because, { in_us: at - now }));
    this.#host.actions.timer(number, at);
  }

  /** Ends a payment that has nothing in flight and no prospect. */
  #finish(payment: Payment): void {
    const { payment: number } = payment.request;
    if (!(payment.fulfilled || payment.reason !== NO_REASON)) return;
    this.#trace(payment)?.report(decideStep(payment, ...turn(payment)));
    if (payment.parts.length > 0) return;
    this.#payments.delete(number);
    this.#host.actions.resolve(number, payment.fulfilled ? OUTCOME.Success : (payment.reason as Outcome));
  }
}

/** What a payment that looks for no more routes does, and why. */
function turn({ parts, fulfilled, reason }: Payment): readonly ['wait' | 'done' | 'give_up', string] {
  if (parts.length > 0) return ['wait', fulfilled ? 'parts_in_flight' : 'given_up_parts_in_flight'];
  return fulfilled ? ['done', 'delivered'] : ['give_up', OUTCOME_NAMES[reason] ?? ''];
}
