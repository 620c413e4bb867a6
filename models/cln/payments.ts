/**
 * The life of xpay's payments: ask askrene for routes for the whole amount, send them all, learn from each that ends, and
 * ask again at once for what failed, until the amount has arrived, the recipient refuses, no routes are left or the time is
 * over. Every call works the payment as far as it goes without new information.
 *
 * cln:plugins/xpay/xpay.c:xpay_core, json_xkeysend, getroutes_for, getroutes_done, injectpaymentonion_failed. Routes are
 * found at once here, so failures that come in while Core Lightning searches, which it would route together, are routed one
 * by one. A payment that was given up is reported when its parts in flight have ended; Core Lightning reports it before.
 */
import type { Json } from '../../engine/base/json.ts';
import { US_PER_SECOND } from '../../engine/base/numbers.ts';
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import {
  MAX_HOPS,
  type ModelHost,
  type PaymentRequest,
  type Policy,
  RouteBuffer,
} from '../../engine/simulate/node-model.ts';
import { OUTCOME, OUTCOME_NAMES, type Outcome } from '../../engine/simulate/records.ts';
import type { PaymentTrace } from '../../engine/simulate/routing-trace.ts';
import { isExpired, isPaidOrUnderWay } from '../shared/invoice-check.ts';
import type { NodeTable } from '../shared/node-table.ts';
import { PaymentTable } from '../shared/payment-table.ts';
import { circularRoute } from './circular-route.ts';
import { cltvShadow } from './cltv-shadow.ts';
import { explicitRoute } from './explicit-route.ts';
import {
  type Failure,
  learnFailure,
  learnSuccess,
  newUpdate,
  type Update,
  VERDICT,
  type Verdict,
} from './failure-lessons.ts';
import { defaultMaxFee } from './fees.ts';
import { KnowledgeLayer } from './knowledge-layer.ts';
import type { ClnNode } from './node-state.ts';
import { OutEdges } from './out-edges.ts';
import { ANY_PARTS, capturePayment, NO_REASON, type Part, Payment, restorePayment } from './payment-state.ts';
import { Reservations } from './reservations.ts';
import { RoundTrace } from './round-trace.ts';
import { type FoundRoute, ROUTES, RouteFinder, type RouteQuery, type RoutesResult } from './route-finding.ts';
import { searchStep } from './route-trace.ts';
import { beginStep, decideStep, givenRouteStep, Lessons, sendStep } from './trace.ts';

/** cln:plugins/xpay/xpay.c:json_xkeysend: what a keysend's recipient is taken to ask for, blocks. */
const KEYSEND_CLTV = 22;
/** cln:plugins/xpay/xpay.c:do_inject: a block may come in meanwhile. */
const EXTRA_BLOCK = 1;
/** cln:plugins/xpay/xpay.c:xpay_core: parts for a recipient that gossip does not know. */
const UNKNOWN_RECIPIENT_PARTS = 6;
/**
 * A refusal by the sender's own channel is routed anew at once. Should that happen this often at one instant, the next try
 * waits: in Core Lightning the time that a search takes keeps such a payment from spinning.
 */
const MOST_REFUSALS = 16;
const REFUSAL_PAUSE_US = 100_000;

export class Payments {
  readonly #host: ModelHost;
  readonly #nodes: NodeTable<ClnNode>;
  readonly #finder: RouteFinder;
  readonly #out: OutEdges = new OutEdges();
  readonly #payments = new PaymentTable<Payment>(capturePayment, restorePayment);
  readonly #route = new RouteBuffer();
  /** The update of the failure that is about to be reported. */
  #update: Update | null = null;

  constructor(host: ModelHost, nodes: NodeTable<ClnNode>) {
    this.#host = host;
    this.#nodes = nodes;
    this.#finder = new RouteFinder(host);
  }

  start(request: PaymentRequest): void {
    // lightning:plugins/xpay/xpay.c: an expired invoice is PAY_INVOICE_EXPIRED, of a paid one injectpaymentonion answers
    // PAY_INJECTPAYMENTONION_ALREADY_PAID, and of one that is under way PAY_IN_PROGRESS (lightningd/pay.c:check_progress);
    // both end the payment.
    const { invoice } = request;
    const isRefused = isExpired(invoice, this.#host.nowUs()) || isPaidOrUnderWay(invoice);
    if (isRefused || request.amountMsat <= 0 || request.method === 'amp') {
      this.#host.actions.resolve(request.payment, OUTCOME.NotDispatched);
      return;
    }
    const payment = this.#begin(request);
    this.#payments.add(payment);
    this.#trace(payment)?.report(beginStep(payment, this.#nodes.of(request.source).settings, this.#maxDelay(payment)));
    if (request.route === null) this.#place(payment);
    else this.#sendGiven(payment);
  }

  #begin(request: PaymentRequest): Payment {
    const node = this.#nodes.of(request.source);
    const { settings } = node;
    node.layer?.forgetBefore(this.#nowS() - settings.routes.forgetAfterS);
    const plan = {
      request,
      maxFeeMsat:
        request.feeLimitMsat < 0
          ? defaultMaxFee(request.amountMsat, settings.maxFeePpm, settings.maxFeeFlatMsat)
          : request.feeLimitMsat,
      deadlineUs: request.startedUs + (request.timeoutUs < 0 ? settings.retryForUs : request.timeoutUs),
      finalCltv: request.finalCltvDelta < 0 ? KEYSEND_CLTV : request.finalCltvDelta,
    };
    this.#out.refresh(this.#host.graph);
    const known = this.#isKnown(request.destination);
    const parts = request.multiPart ? (known ? ANY_PARTS : UNKNOWN_RECIPIENT_PARTS) : 1;
    return new Payment(plan, parts, this.#host.height());
  }

  /** True when gossip has a channel of the node. */
  #isKnown(node: number): boolean {
    const pairs = this.#host.graph.pairsInto();
    return (
      (this.#out.start[node + 1] as number) > (this.#out.start[node] as number) ||
      (pairs.start[node + 1] as number) > (pairs.start[node] as number)
    );
  }

  /** The next failure carries this update; see NodeModel.channelUpdate. */
  channelUpdate(node: number, edge: number, policy: Policy): void {
    const { graph } = this.#host;
    this.#update = graph.from(edge) === node ? null : newUpdate(graph, edge, policy);
  }

  /** The preimage came back: the payment has succeeded, and ends when its other parts have. */
  succeeded(number: number, attempt: number): void {
    const payment = this.#payments.of(number);
    const part = payment.take(attempt);
    const node = this.#nodes.of(payment.request.source);
    payment.succeeded = true;
    if (payment.request.route === null) {
      node.layer ??= new KnowledgeLayer();
      const trace = this.#trace(payment);
      const lessons = trace === null ? null : this.#lessons(payment, part, node.layer);
      learnSuccess(part, lessons ?? node.layer, this.#nowS());
      if (lessons !== null) trace?.report(lessons.step(null));
      node.reservations?.change(part.edges, part.amountsMsat, -1);
    }
    this.#endIfIdle(payment);
  }

  /** `hop` reported `code`; see NodeModel.attemptFailed. */
  failed(number: number, attempt: number, hop: number, code: FailureCode): void {
    const payment = this.#payments.of(number);
    const part = payment.take(attempt);
    const failure = { part, hop, code, update: this.#update };
    this.#update = null;
    if (payment.request.route !== null) {
      this.#givenFailed(payment, failure);
      return;
    }
    const verdict = this.#learn(payment, failure);
    if (!payment.goesOn) {
      this.#endIfIdle(payment);
    } else if (verdict === VERDICT.incorrectDetails) {
      this.#giveUp(payment, OUTCOME.IncorrectPaymentDetails);
    } else if (verdict === VERDICT.rejected) {
      this.#giveUp(payment, OUTCOME.RecipientRejected);
    } else if (hop === 0 && this.#spinning(payment)) {
      const pause = { in_us: REFUSAL_PAUSE_US };
      this.#trace(payment)?.report(decideStep(payment, 'wait', 'refused_by_own_channel', pause));
      this.#host.actions.timer(number, this.#host.nowUs() + REFUSAL_PAUSE_US);
    } else {
      this.#trace(payment)?.report(
        decideStep(payment, 'retry', 'attempt_failed', { amount_msat: payment.missingMsat }),
      );
      this.#place(payment);
    }
  }

  #learn(payment: Payment, failure: Failure): Verdict {
    const node = this.#nodes.of(payment.request.source);
    const { edges, amountsMsat } = failure.part;
    node.layer ??= new KnowledgeLayer();
    node.reservations ??= new Reservations();
    node.reservations.change(edges, amountsMsat, -1);
    const trace = this.#trace(payment);
    const lessons = trace === null ? null : this.#lessons(payment, failure.part, node.layer);
    const into = lessons ?? node.layer;
    const verdict = learnFailure(payment, failure, into, node.reservations, this.#host.height(), this.#nowS());
    if (lessons !== null) trace?.report(lessons.step(verdict));
    return verdict;
  }

  #lessons(payment: Payment, part: Part, layer: KnowledgeLayer): Lessons {
    const { settings } = this.#nodes.of(payment.request.source);
    return new Lessons(payment, part, layer, this.#host.graph, settings);
  }

  /** Whoever wants to know the payment's steps: they are only put together for them. */
  #trace({ request }: Payment): PaymentTrace | null {
    return this.#host.traceOf?.(request.payment) ?? null;
  }

  /** What sendpay sends neither askrene nor xpay hears of. */
  #givenFailed(payment: Payment, { part, hop, code }: Failure): void {
    const unknown = hop === part.edges.length && code === FAILURE.incorrect_or_unknown_payment_details;
    this.#giveUp(payment, unknown ? OUTCOME.IncorrectPaymentDetails : OUTCOME.UnexpectedError);
  }

  /** A pause is over. */
  resume(number: number): void {
    const payment = this.#payments.find(number);
    if (payment?.goesOn === true && payment.missingMsat > 0) this.#place(payment);
  }

  /** Payments of a node in progress, by number. */
  capture(node: number): Json {
    return this.#payments.capture(node);
  }

  /** Takes over payments that capture wrote, by their present numbers; nothing is sent. */
  restore(node: ClnNode, state: Json, rowOf: (payment: number) => number): void {
    node.reservations = null;
    for (const payment of this.#payments.restore(state, rowOf)) {
      if (payment.request.route !== null) continue;
      for (const { edges, amountsMsat } of payment.parts) this.#reserve(node, edges, amountsMsat);
    }
  }

  /** getroutes_for: routes for all that is not in flight. */
  #place(payment: Payment): void {
    for (;;) {
      const result = this.#find(payment);
      if (typeof result === 'object') {
        if (payment.attempts > 0 && this.#host.nowUs() > payment.plan.deadlineUs) {
          this.#giveUp(payment, OUTCOME.PaymentExpired);
        } else if (result.some((route) => route.edges.length > MAX_HOPS)) {
          this.#giveUp(payment, OUTCOME.UnexpectedError);
        } else {
          for (const route of result) this.#send(payment, route);
        }
        return;
      }
      // getroutes_done_err: once more without the restriction.
      if (payment.maxParts === ANY_PARTS || payment.request.destination === payment.request.source) {
        const insufficient = result === ROUTES.insufficientFunds;
        this.#giveUp(payment, insufficient ? OUTCOME.InsufficientBalance : OUTCOME.RouteNotFound);
        return;
      }
      payment.maxParts = ANY_PARTS;
      this.#trace(payment)?.report(decideStep(payment, 'lift_max_parts', 'no_route'));
    }
  }

  #find(payment: Payment): readonly FoundRoute[] | RoutesResult {
    const { request, plan } = payment;
    const node = this.#nodes.of(request.source);
    const { settings } = node;
    const pending = payment.parts.length;
    const most = request.maxParts < 1 ? settings.routes.maxParts : request.maxParts - pending;
    const query: RouteQuery = {
      source: request.source,
      destination: request.destination,
      layer: node.layer,
      reservations: node.reservations,
      own: payment.layer,
      outgoingEdges: request.outgoingEdges,
      lastHop: request.lastHop,
      amountMsat: payment.missingMsat,
      maxFeeMsat: Math.max(0, plan.maxFeeMsat - payment.pendingFeeMsat),
      finalCltv: plan.finalCltv,
      maxDelay: this.#maxDelay(payment),
      maxParts: payment.maxParts === ANY_PARTS ? most : Math.min(most, payment.maxParts - pending),
      singlePathUpToMsat: settings.routes.singlePathUpToMsat,
    };
    const trace = this.#trace(payment);
    if (trace === null) return this.#routes(query);
    const rounds = new RoundTrace(this.#finder, query);
    const result = this.#routes({ ...query, watch: rounds });
    trace.report(searchStep(this.#finder, query, rounds, result, (other) => this.#routes(other)));
    return result;
  }

  #routes(query: RouteQuery): readonly FoundRoute[] | RoutesResult {
    if (query.maxParts < 1) return ROUTES.none;
    if (query.source === query.destination) {
      const circle = circularRoute(this.#finder, query);
      return typeof circle === 'object' ? [circle] : circle;
    }
    const result = this.#finder.find(query);
    return result === ROUTES.found ? this.#finder.routes : result;
  }

  #sendGiven(payment: Payment): void {
    const route = explicitRoute(this.#host, payment.request, payment.plan.finalCltv);
    this.#trace(payment)?.report(givenRouteStep(payment, route));
    if (route === null) this.#giveUp(payment, OUTCOME.RouteNotFound);
    else this.#send(payment, route);
  }

  #send(payment: Payment, { edges, amountsMsat, cltvs }: FoundRoute): void {
    const { request } = payment;
    const node = this.#nodes.of(request.source);
    const buffer = this.#route;
    const given = request.route !== null;
    const base = this.#host.height() + EXTRA_BLOCK + (given ? 0 : this.#shadow(payment, node, cltvs));
    buffer.length = edges.length;
    edges.forEach((edge, i) => {
      buffer.edge[i] = edge;
      buffer.amountMsat[i] = amountsMsat[i] as number;
      buffer.expiry[i] = base + (cltvs[i] as number);
    });
    payment.attempts++;
    const attempt = this.#host.actions.send(request.payment, buffer);
    const part = { attempt, edges, amountsMsat };
    payment.parts.push(part);
    if (!given) this.#reserve(node, edges, amountsMsat);
    this.#trace(payment)?.report(sendStep(part, buffer, given ? null : node.reservations));
  }

  #shadow(payment: Payment, { settings }: ClnNode, cltvs: readonly number[]): number {
    if (!settings.shadow) return 0;
    const { graph } = this.#host;
    this.#out.refresh(graph);
    const room = this.#maxDelay(payment) - (cltvs[0] as number);
    return cltvShadow(graph, this.#out, payment.request.destination, room, () => payment.draw());
  }

  #maxDelay({ request }: Payment): number {
    return request.maxCltv < 0 ? this.#nodes.of(request.source).settings.maxDelay : request.maxCltv;
  }

  #reserve(node: ClnNode, edges: readonly number[], amountsMsat: readonly number[]): void {
    node.reservations ??= new Reservations();
    node.reservations.change(edges, amountsMsat, 1);
  }

  #spinning(payment: Payment): boolean {
    const now = this.#host.nowUs();
    payment.refusals = payment.refusedAtUs === now ? payment.refusals + 1 : 1;
    payment.refusedAtUs = now;
    return payment.refusals >= MOST_REFUSALS;
  }

  /** Fails the payment once its parts in flight have ended. */
  #giveUp(payment: Payment, reason: Outcome): void {
    payment.reason = reason;
    this.#endIfIdle(payment);
  }

  #endIfIdle(payment: Payment): void {
    if (!payment.succeeded && payment.reason === NO_REASON) return;
    this.#trace(payment)?.report(decideStep(payment, ...turn(payment)));
    if (payment.parts.length > 0) return;
    const { payment: number } = payment.request;
    this.#payments.delete(number);
    this.#host.actions.resolve(number, payment.succeeded ? OUTCOME.Success : (payment.reason as Outcome));
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
