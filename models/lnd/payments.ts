/**
 * The life of lnd's payments: ask for a route, send, learn from the outcome, go on until the amount has arrived, a final
 * error or the timeout. Every call works the payment as far as it goes without new information.
 *
 * lnd:routing/payment_lifecycle.go:resumePayment. Two of its habits that surprise: the timeout is looked at only when
 * the loop turns, never while results are awaited; and a later reason replaces an earlier one, so a payment whose parts
 * come back after the deadline ends as timed out, whatever ended it before.
 */
import type { Json } from '../../engine/base/json.ts';
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import { type ModelHost, type PaymentRequest, type Policy, RouteBuffer } from '../../engine/simulate/node-model.ts';
import { OUTCOME, OUTCOME_NAMES, type Outcome } from '../../engine/simulate/records.ts';
import type { PaymentTrace, TraceLesson } from '../../engine/simulate/routing-trace.ts';
import { isExpired, isPaid, isPaidOrUnderWay } from '../shared/invoice-check.ts';
import type { NodeTable } from '../shared/node-table.ts';
import { PaymentTable } from '../shared/payment-table.ts';
import { RouteBuilder } from './explicit-route.ts';
import { MissionControl } from './mission-control.ts';
import type { LndNode } from './node-state.ts';
import type { LndSettings } from './options.ts';
import { cltvLimit } from './options.ts';
import { PATH } from './path-query.ts';
import { BLOCK_PADDING, PaymentSession } from './payment-session.ts';
import { capturePayment, NO_REASON, PartPool, Payment, restorePayment } from './payment-state.ts';
import { FINAL, type FinalReason, Interpretation } from './result-interpretation.ts';
import { beginStep, decideStep, givenRouteStep, learnStep, policyLesson, sendStep } from './trace.ts';

/**
 * None of lnd's numbers: here a refusal by the sender's own link is retried at once and teaches nothing. Should that happen this often at one
 * instant, the next try waits: in lnd the time that a search takes keeps such a payment from spinning.
 */
const MOST_REFUSALS = 16;
const REFUSAL_PAUSE_US = 100_000;

/** Of a payment that has no timeout, µs. */
const NO_DEADLINE = Number.MAX_SAFE_INTEGER;

/** Flag of failure codes whose message carries a channel_update (BOLT 4). */
const UPDATE = 0x1000;

export class Payments {
  readonly #host: ModelHost;
  readonly #nodes: NodeTable<LndNode>;
  readonly #session: PaymentSession;
  readonly #builder: RouteBuilder;
  readonly #parts = new PartPool();
  readonly #payments = new PaymentTable<Payment>(capturePayment, (state, rowOf) =>
    restorePayment(state, rowOf, this.#parts),
  );
  readonly #route = new RouteBuffer();
  readonly #interpretation = new Interpretation();
  readonly #to: (edge: number) => number;
  /** The failure that is about to be reported carries a channel_update. */
  #updated = false;
  /** The policy that came with the failure that is about to be reported, for a trace. */
  #update: TraceLesson | null = null;

  constructor(host: ModelHost, nodes: NodeTable<LndNode>) {
    this.#host = host;
    this.#nodes = nodes;
    this.#session = new PaymentSession(host);
    this.#builder = new RouteBuilder(host);
    this.#to = (edge) => host.graph.to(edge);
  }

  /** Begins a payment. What lnd's RPC server would reject ends as NotDispatched. */
  start(request: PaymentRequest): void {
    const { settings } = this.#nodes.of(request.source);
    const finalDelta = request.finalCltvDelta < 0 ? settings.cltvDelta : request.finalCltvDelta;
    // lnd:routing/router.go:sendToRoute: one that is under way is no obstacle there, one that was paid is.
    if (request.route !== null && isPaid(request.invoice)) {
      this.#host.actions.resolve(request.payment, OUTCOME.NotDispatched);
      return;
    }
    if (request.route !== null) {
      this.#sendToRoute(request, finalDelta);
      return;
    }
    // lnd:lnrpc/routerrpc/router_backend.go:ValidatePayReqExpiry; payments/db: InitPayment, ErrAlreadyPaid and ErrPaymentInFlight.
    if (isExpired(request.invoice, this.#host.nowUs()) || isPaidOrUnderWay(request.invoice)) {
      this.#host.actions.resolve(request.payment, OUTCOME.NotDispatched);
      return;
    }
    // router_backend.go: an amount must be given; routing.ValidateCLTVLimit.
    if (request.amountMsat <= 0 || cltvLimit(request, settings) <= finalDelta + BLOCK_PADDING) {
      this.#host.actions.resolve(request.payment, OUTCOME.NotDispatched);
      return;
    }
    const payment = new Payment(
      request,
      request.feeLimitMsat < 0 ? defaultFeeLimit(settings, request.amountMsat) : request.feeLimitMsat,
      request.maxParts < 1 ? settings.maxParts : request.maxParts,
      request.startedUs + (request.timeoutUs < 0 ? settings.paymentTimeoutUs : request.timeoutUs),
      finalDelta,
      this.#host.height(),
    );
    this.#payments.add(payment);
    this.#trace(payment)?.report(beginStep(payment, settings));
    this.#advance(payment);
  }

  /**
   * A route that is given, once. A route that cannot be built ends the payment before anything is sent.
   *
   * lnd:routing/router.go:sendToRoute without skipTempErr: no timeout, no retry; whatever failure comes back fails the
   * payment with FAILURE_REASON_ERROR unless mission control, which hears of it as of any other, names another reason.
   */
  #sendToRoute(request: PaymentRequest, finalDelta: number): void {
    const { actions } = this.#host;
    const { settings, learnt } = this.#nodes.of(request.source);
    const payment = new Payment(request, request.feeLimitMsat, 1, NO_DEADLINE, finalDelta, this.#host.height());
    this.#trace(payment)?.report(beginStep(payment, settings));
    const built = this.#builder.build(request, finalDelta, learnt, this.#route);
    this.#trace(payment)?.report(givenRouteStep(payment, built ? this.#route : null));
    if (!built) {
      actions.resolve(request.payment, OUTCOME.RouteNotFound);
      return;
    }
    this.#payments.add(payment);
    this.#send(payment);
  }

  /** The preimage came back. */
  succeeded(number: number, attempt: number): void {
    const payment = this.#payments.of(number);
    const part = payment.part(attempt);
    this.#interpretation.succeed(part);
    this.#learn(payment, attempt);
    part.settled = true;
    payment.settledParts++;
    this.#advance(payment);
  }

  /** `hop` reported `code`; see NodeModel.attemptFailed. */
  failed(number: number, attempt: number, hop: number, code: FailureCode): void {
    const payment = this.#payments.of(number);
    const part = payment.part(attempt);
    const read = hop <= 0 || hop >= part.hops || this.#updated || !needsUpdate(code) ? code : FAILURE.none;
    this.#updated = false;
    this.#interpretation.fail(part, hop, read);
    const final = this.#learn(payment, attempt);
    if (final === FINAL.error) payment.reason = OUTCOME.UnexpectedError;
    else if (final === FINAL.incorrectDetails) payment.reason = OUTCOME.IncorrectPaymentDetails;
    else if (payment.request.route !== null) payment.reason = OUTCOME.UnexpectedError;
    payment.remove(part);
    this.#parts.give(part);
    if (hop === 0 && this.#spinning(payment)) {
      this.#trace(payment)?.report(decideStep(payment, 'wait', 'refused_by_own_channel'));
      this.#host.actions.timer(number, this.#host.nowUs() + REFUSAL_PAUSE_US);
      return;
    }
    this.#advance(payment);
  }

  /** The next failure to be reported carries this update; see NodeModel.channelUpdate. */
  channelUpdate(edge: number, policy: Policy): void {
    this.#updated = true;
    if (this.#host.traceOf !== undefined) this.#update = policyLesson(edge, policy);
  }

  /** A pause is over. */
  resume(number: number): void {
    const payment = this.#payments.find(number);
    if (payment !== undefined) this.#advance(payment);
  }

  /** Payments of a node in progress, by number. */
  capture(node: number): Json {
    return this.#payments.capture(node);
  }

  /** Takes over payments that capture wrote, by their present numbers; nothing is sent. */
  restore(state: Json, rowOf: (payment: number) => number): void {
    this.#payments.restore(state, rowOf);
  }

  /** The loop of resumePayment: as many turns as can be made before a result must be awaited. */
  #advance(payment: Payment): void {
    const { request } = payment;
    for (;;) {
      if (this.#host.nowUs() >= payment.deadlineUs) payment.reason = OUTCOME.PaymentExpired;
      if (payment.reason !== NO_REASON || payment.settledParts > 0 || payment.sentMsat >= request.amountMsat) {
        this.#trace(payment)?.report(decideStep(payment, ...turn(payment)));
        if (payment.inFlight > 0) return;
        // Any settled part is the proof of payment, even when others failed.
        this.#end(payment, payment.settledParts > 0 ? OUTCOME.Success : (payment.reason as Outcome));
        return;
      }
      const node = this.#nodes.of(request.source);
      const result = this.#session.requestRoute(node, payment, this.#route);
      if (result === PATH.found) {
        this.#send(payment);
      } else {
        payment.reason = result === PATH.none ? OUTCOME.RouteNotFound : OUTCOME.InsufficientBalance;
      }
    }
  }

  /** Sends the route in the buffer as a part. */
  #send(payment: Payment): void {
    const { request } = payment;
    const part = this.#parts.take();
    part.load(this.#route, request.source, this.#to);
    part.attempt = this.#host.actions.send(request.payment, this.#route);
    payment.add(part);
    this.#trace(payment)?.report(sendStep(part.attempt, this.#route));
  }

  #end(payment: Payment, outcome: Outcome): void {
    this.#payments.delete(payment.request.payment);
    for (const part of payment.parts) this.#parts.give(part);
    this.#host.actions.resolve(payment.request.payment, outcome);
  }

  /** Enters the interpretation into mission control. */
  #learn(payment: Payment, attempt: number): FinalReason {
    const node = this.#nodes.of(payment.request.source);
    const results = node.results ?? new MissionControl();
    node.results = results;
    const final = this.#interpretation.apply(results, this.#host.nowUs());
    this.#trace(payment)?.report(learnStep(attempt, this.#interpretation, results, this.#update));
    this.#update = null;
    return final;
  }

  /** Whoever wants to know the payment's steps: they are only put together for them. */
  #trace({ request }: Payment): PaymentTrace | null {
    return this.#host.traceOf?.(request.payment) ?? null;
  }

  #spinning(payment: Payment): boolean {
    const now = this.#host.nowUs();
    payment.refusals = payment.refusedAtUs === now ? payment.refusals + 1 : 1;
    payment.refusedAtUs = now;
    return payment.refusals >= MOST_REFUSALS && payment.reason === NO_REASON;
  }
}

/**
 * Failures that lnd cannot decode where their channel_update is empty, as LDK's is: then only the node is known that sent
 * it, and no message (lnd:lnwire/onion_error.go:parseChannelUpdateCompatibilityMode, lnd:htlcswitch/failure.go:DecryptError).
 * Of FailTemporaryChannelFailure the update is optional.
 */
function needsUpdate(code: FailureCode): boolean {
  return (code & UPDATE) !== 0 && code !== FAILURE.temporary_channel_failure;
}

/** What a payment that looks for no more routes does, and why. */
function turn(payment: Payment): readonly ['wait' | 'done' | 'give_up', string] {
  if (payment.inFlight > 0)
    return ['wait', payment.reason === NO_REASON ? 'parts_in_flight' : 'given_up_parts_in_flight'];
  return payment.settledParts > 0 ? ['done', 'delivered'] : ['give_up', OUTCOME_NAMES[payment.reason] ?? ''];
}

/** lnd:lnwallet/parameters.go:DefaultRoutingFeeLimitForAmount, msat. */
export function defaultFeeLimit(settings: LndSettings, amountMsat: number): number {
  if (amountMsat <= settings.feeLimitFullUpToMsat) return amountMsat;
  return Math.floor((amountMsat * settings.feeLimitPercent) / 100);
}
