/**
 * The life of Eclair's payments: a payment in one part tries one route after the other; a payment in several parts sends
 * rounds, each of which places what has failed; a given route is tried once. Every call works the payment as far as it
 * goes without new information.
 *
 * eclair:payment/send/PaymentInitiator.scala, PaymentLifecycle.scala, MultiPartPaymentLifecycle.scala. Routes are found
 * at once here, so failures that come in while Eclair searches, which it would place together, are placed one by one.
 */
import type { Json } from '../../engine/base/json.ts';
import { US_PER_SECOND } from '../../engine/base/numbers.ts';
import { keyedUnit } from '../../engine/base/random.ts';
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import {
  MAX_HOPS,
  type ModelHost,
  type PaymentRequest,
  type Policy,
  RouteBuffer,
} from '../../engine/simulate/node-model.ts';
import { OUTCOME, OUTCOME_NAMES, type Outcome } from '../../engine/simulate/records.ts';
import type { PaymentTrace, TraceRoute } from '../../engine/simulate/routing-trace.ts';
import { isExpiredBySecond } from '../shared/invoice-check.ts';
import type { NodeTable } from '../shared/node-table.ts';
import { PaymentTable } from '../shared/payment-table.ts';
import {
  compareUpdate,
  exclude,
  type Failure,
  fatal,
  fromRecipient,
  ignore,
  learnFailure,
  learnSuccess,
  type Update,
} from './failure-lessons.ts';
import { MIN_EXPIRY_DISTANCE } from './forwarding.ts';
import type { EclairNode } from './node-state.ts';
import type { EclairSettings } from './options.ts';
import { capturePayment, NO_REASON, Payment, type PaymentKind, restorePayment } from './payment-state.ts';
import { RouteFinder, type RouteRequest, type RouteResult } from './route-finding.ts';
import { candidateRoute, searchStep } from './route-trace.ts';
import { type SplitRoute, Splitter } from './splitting.ts';
import {
  beginStep,
  decideStep,
  givenRouteStep,
  learnFailureStep,
  learnSuccessStep,
  Memory,
  sendStep,
} from './trace.ts';

/** eclair:channel/fsm/Channel.scala:MIN_CLTV_EXPIRY_DELTA, blocks: what a keysend's recipient is taken to ask for. */
const MIN_CLTV_EXPIRY_DELTA = 18;

/** Of a payment that has no timeout, µs. */
const NO_DEADLINE = Number.MAX_SAFE_INTEGER;

export class Payments {
  readonly #host: ModelHost;
  readonly #nodes: NodeTable<EclairNode>;
  readonly #finder: RouteFinder;
  readonly #splitter: Splitter;
  readonly #payments = new PaymentTable<Payment>(capturePayment, restorePayment);
  readonly #route = new RouteBuffer();
  /** The update of the failure that is about to be reported. */
  #update: Update | null = null;

  constructor(host: ModelHost, nodes: NodeTable<EclairNode>) {
    this.#host = host;
    this.#nodes = nodes;
    this.#finder = new RouteFinder(host);
    this.#splitter = new Splitter(this.#finder.sender);
  }

  start(request: PaymentRequest): void {
    // Eclair cannot pay by AMP; the compiler refuses to let it.
    // eclair:Eclair.scala: send and sendToRoute refuse an expired invoice; nobody looks whether one was paid before.
    const isRefused = isExpiredBySecond(request.invoice, this.#host.nowUs());
    if (isRefused || request.amountMsat <= 0 || request.method === 'amp') {
      this.#host.actions.resolve(request.payment, OUTCOME.NotDispatched);
      return;
    }
    const payment = this.#begin(request);
    this.#payments.add(payment);
    this.#trace(payment)?.report(beginStep(payment, this.#nodes.of(request.source).settings, this.#host.height()));
    if (payment.plan.kind === 'route') this.#sendToRoute(payment);
    else if (payment.plan.kind === 'single') this.#tryRoute(payment);
    else this.#round(payment, false);
  }

  #begin(request: PaymentRequest): Payment {
    const { settings } = this.#nodes.of(request.source);
    const kind: PaymentKind =
      request.route !== null ? 'route' : request.multiPart && request.method === 'invoice' ? 'multi' : 'single';
    const asked = request.finalCltvDelta < 0 ? MIN_CLTV_EXPIRY_DELTA : request.finalCltvDelta;
    const plan = {
      request,
      kind,
      maxFeeMsat: request.feeLimitMsat < 0 ? defaultMaxFee(settings, request.amountMsat) : request.feeLimitMsat,
      maxParts: request.maxParts < 1 ? settings.search.maxParts : request.maxParts,
      deadlineUs: request.timeoutUs < 0 ? NO_DEADLINE : request.startedUs + request.timeoutUs,
      finalExpiry: this.#host.height() + asked + expiryPadding(settings, request),
    };
    return new Payment(plan, settings.maxAttempts);
  }

  /** The next failure carries this update; see NodeModel.channelUpdate. */
  channelUpdate(edge: number, policy: Policy): void {
    this.#update = compareUpdate(this.#host.graph, edge, policy);
  }

  /** The preimage came back: the payment has succeeded, and ends when its other parts have. */
  succeeded(number: number, attempt: number): void {
    const payment = this.#payments.of(number);
    const part = payment.take(attempt);
    const node = this.#nodes.of(payment.request.source);
    learnSuccess(this.#host.graph, node, part, this.#nowS());
    this.#trace(payment)?.report(learnSuccessStep(node, part));
    payment.succeeded = true;
    this.#endIfIdle(payment);
  }

  /** `hop` reported `code`; see NodeModel.attemptFailed. */
  failed(number: number, attempt: number, hop: number, code: FailureCode): void {
    const payment = this.#payments.of(number);
    const failure: Failure = { part: payment.take(attempt), hop, code, update: this.#update };
    this.#update = null;
    const { graph } = this.#host;
    const node = this.#nodes.of(payment.request.source);
    const trace = this.#trace(payment);
    const before = trace === null ? null : new Memory(node, payment);
    learnFailure(graph, node, failure, this.#nowS());
    exclude(graph, node, payment, failure, this.#host.nowUs());
    const goesOn = !payment.succeeded && payment.reason === NO_REASON && !fromRecipient(failure) && !fatal(failure);
    if (goesOn && payment.plan.kind !== 'route') ignore(graph, payment, failure);
    if (before !== null) trace?.report(learnFailureStep(node, payment, failure, before));
    if (payment.succeeded || payment.reason !== NO_REASON) {
      this.#endIfIdle(payment);
    } else if (fromRecipient(failure)) {
      const incorrect = code === FAILURE.incorrect_or_unknown_payment_details;
      this.#abort(payment, incorrect ? OUTCOME.IncorrectPaymentDetails : OUTCOME.RecipientRejected);
    } else if (fatal(failure) || payment.plan.kind === 'route') {
      this.#abort(payment, OUTCOME.UnexpectedError);
    } else {
      this.#retry(payment);
    }
  }

  #retry(payment: Payment): void {
    if (payment.plan.kind === 'single') payment.attemptsLeft--;
    if (payment.attemptsLeft === 0) this.#abort(payment, OUTCOME.RetriesExhausted);
    else if (this.#host.nowUs() >= payment.plan.deadlineUs) this.#abort(payment, OUTCOME.PaymentExpired);
    else {
      this.#trace(payment)?.report(decideStep(payment, 'retry', 'attempt_failed'));
      if (payment.plan.kind === 'single') this.#tryRoute(payment);
      else this.#round(payment, true);
    }
  }

  /** PaymentLifecycle: the next route for the whole amount. */
  #tryRoute(payment: Payment): void {
    const { randomize } = this.#nodes.of(payment.request.source).settings.search;
    for (;;) {
      const result = this.#find(payment, randomize);
      if (!result.found) {
        this.#abort(payment, result.balanceTooLow ? OUTCOME.InsufficientBalance : OUTCOME.RouteNotFound);
        return;
      }
      if (this.#send(payment, result.routes[0] as SplitRoute)) return;
      if (--payment.attemptsLeft === 0) {
        this.#abort(payment, OUTCOME.RetriesExhausted);
        return;
      }
    }
  }

  /** MultiPartPaymentLifecycle: routes for all that is not in flight. Only the first round is not randomised. */
  #round(payment: Payment, again: boolean): void {
    let randomize = again;
    for (;;) {
      const result = this.#find(payment, randomize);
      if (result.found) {
        payment.attemptsLeft = Math.max(0, payment.attemptsLeft - 1);
        const sent = result.routes.map((route) => this.#send(payment, route));
        if (!sent.includes(false)) return;
        if (payment.attemptsLeft === 0) {
          this.#abort(payment, OUTCOME.RetriesExhausted);
          return;
        }
      } else if (payment.ignoredEdges.size > 0) {
        // With another split they may do.
        this.#trace(payment)?.report(
          decideStep(payment, 'forget_ignored', 'no_route', { forgotten: payment.ignoredEdges.size }),
        );
        payment.ignoredEdges.clear();
        payment.attemptsLeft = Math.max(0, payment.attemptsLeft - 1);
      } else {
        this.#abort(payment, result.balanceTooLow ? OUTCOME.InsufficientBalance : OUTCOME.RouteNotFound);
        return;
      }
      randomize = true;
    }
  }

  #find(payment: Payment, randomize: boolean): RouteResult {
    const { request, plan } = payment;
    const node = this.#nodes.of(request.source);
    const { search } = node.settings;
    const routeRequest: RouteRequest = {
      source: request.source,
      destination: request.destination,
      amountMsat: request.amountMsat - payment.pendingMsat,
      maxFeeMsat: plan.maxFeeMsat - payment.pendingFeeMsat,
      settings: node.settings,
      maxParts: plan.maxParts,
      randomize,
      splitting: randomize ? search.splitting : ('full_capacity' as const),
      ignoredNodes: payment.ignoredNodes,
      ignoredEdges: this.#ignoredEdges(node, payment),
      estimates: search.usePastRelayData ? node.estimates : null,
      nowS: this.#nowS(),
      outgoingEdges: request.outgoingEdges,
      lastHop: request.lastHop,
      pending: payment.parts,
      draw: () => payment.draw(),
    };
    const find = (one: RouteRequest): RouteResult =>
      plan.kind === 'multi' ? this.#finder.multiPart(one) : this.#finder.single(one);
    const trace = this.#trace(payment);
    if (trace === null) return find(routeRequest);
    const candidates: TraceRoute[] = [];
    const looked: RouteRequest['looked'] = (query, paths) => {
      for (const path of paths) candidates.push(candidateRoute(this.#finder, query, path.edges));
    };
    const result = find({ ...routeRequest, looked });
    trace.report(searchStep(routeRequest, plan.kind === 'multi' ? plan.maxParts : 1, candidates, result, find));
    return result;
  }

  /** Whoever wants to know the payment's steps: they are only put together for them. */
  #trace({ request }: Payment): PaymentTrace | null {
    return this.#host.traceOf?.(request.payment) ?? null;
  }

  /** What the payment ignores and what the node excludes for now. */
  #ignoredEdges(node: EclairNode, payment: Payment): ReadonlySet<number> {
    const { excluded } = node;
    if (excluded === null) return payment.ignoredEdges;
    const now = this.#host.nowUs();
    for (const [edge, untilUs] of excluded) if (untilUs <= now) excluded.delete(edge);
    if (excluded.size === 0) {
      node.excluded = null;
      return payment.ignoredEdges;
    }
    return new Set([...payment.ignoredEdges, ...excluded.keys()]);
  }

  /** eclair:router/RouteCalculation.scala:finalizeRoute: every channel must be in the graph; limits are not looked at. */
  #sendToRoute(payment: Payment): void {
    const { request, plan } = payment;
    const { graph } = this.#host;
    const { sender } = this.#finder;
    sender.load(request.source, this.#nodes.of(request.source).settings, null);
    const edges = request.route ?? [];
    let at = request.source;
    for (const edge of edges) {
      if (edge < 0 || graph.from(edge) !== at) break;
      const own = at === request.source;
      const usable = own ? sender.own(edge) !== undefined : graph.known[edge] === 1 && graph.disabled[edge] === 0;
      at = usable ? graph.to(edge) : -1;
    }
    const last = edges[edges.length - 1] ?? -1;
    const leads = last >= 0 && edges.length <= MAX_HOPS && at === request.destination && graph.to(last) === at;
    const route = leads ? this.#splitter.route(edges, request.amountMsat) : null;
    this.#trace(payment)?.report(givenRouteStep(payment, route));
    if (route === null || (request.feeLimitMsat >= 0 && route.feeMsat > plan.maxFeeMsat)) {
      this.#abort(payment, OUTCOME.RouteNotFound);
    } else if (!this.#send(payment, route)) {
      this.#abort(payment, OUTCOME.UnexpectedError);
    }
  }

  /**
   * Sends a route as a part. False when the node's own channel refuses it for its expiry, and is ignored from now on
   * (eclair:channel/Commitments.scala:sendAdd; the simulator asks about the rest).
   */
  #send(payment: Payment, route: SplitRoute): boolean {
    const buffer = this.#route;
    const { edges, amountsMsat } = route;
    let expiry = payment.plan.finalExpiry;
    buffer.length = edges.length;
    for (let i = edges.length - 1; i >= 0; i--) {
      const edge = edges[i] as number;
      buffer.edge[i] = edge;
      buffer.amountMsat[i] = amountsMsat[i] as number;
      buffer.expiry[i] = expiry;
      if (i > 0) expiry += this.#finder.sender.cltvDelta(edge);
    }
    const height = this.#host.height();
    const { maxExpiryDelta } = this.#nodes.of(payment.request.source).settings;
    if (expiry < height + MIN_EXPIRY_DISTANCE || expiry >= height + maxExpiryDelta) {
      payment.ignoredEdges.add(edges[0] as number);
      this.#trace(payment)?.report(decideStep(payment, 'retry', 'expiry_refused_by_own_channel', { expiry }));
      return false;
    }
    const attempt = this.#host.actions.send(payment.request.payment, buffer);
    payment.parts.push({ ...route, attempt });
    this.#trace(payment)?.report(sendStep(attempt, buffer));
    return true;
  }

  /** Fails the payment once its parts in flight have ended. */
  #abort(payment: Payment, reason: Outcome): void {
    payment.reason = reason;
    this.#endIfIdle(payment);
  }

  #endIfIdle(payment: Payment): void {
    this.#trace(payment)?.report(decideStep(payment, ...turn(payment)));
    if (payment.parts.length > 0) return;
    const { payment: number } = payment.request;
    this.#payments.delete(number);
    this.#host.actions.resolve(number, payment.succeeded ? OUTCOME.Success : (payment.reason as Outcome));
  }

  /** Payments of a node in progress, by number. */
  capture(node: number): Json {
    return this.#payments.capture(node);
  }

  /** Takes over payments that capture wrote, by their present numbers; nothing is sent. */
  restore(state: Json, rowOf: (payment: number) => number): void {
    this.#payments.restore(state, rowOf);
  }

  #nowS(): number {
    return Math.floor(this.#host.nowUs() / US_PER_SECOND);
  }
}

/** What a payment that looks for no more routes does, and why. */
function turn({ parts, succeeded, reason }: Payment): readonly ['wait' | 'done' | 'give_up', string] {
  if (parts.length > 0) return ['wait', succeeded ? 'parts_in_flight' : 'given_up_parts_in_flight'];
  return succeeded ? ['done', 'delivered'] : ['give_up', OUTCOME_NAMES[reason] ?? ''];
}

/** eclair:NodeParams.scala:computeFinalExpiry, blocks; the first draw of a payment. */
function expiryPadding(
  { recipientExpiryMin: min, recipientExpiryMax: max }: EclairSettings,
  r: PaymentRequest,
): number {
  return min < max ? min + Math.floor(keyedUnit(r.key0, r.key1, 0) * (max - min + 1)) : max;
}

/** eclair:router/Router.scala:getMaxFee, msat: the flat or the proportional limit, whichever is larger. */
export function defaultMaxFee({ search }: EclairSettings, amountMsat: number): number {
  return Math.max(search.maxFeeFlatMsat, Math.floor(amountMsat * search.maxFeeRatio));
}
