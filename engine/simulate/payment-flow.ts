/**
 * Payments from the sender's side: starting them on the sender's model, carrying out what the model asks for, telling
 * it how attempts ended, and reporting results.
 */
import { US_PER_SECOND } from '../base/numbers.ts';
import { keyedU32 } from '../base/random.ts';
import type { PaymentProfile } from '../timeline/timeline.ts';
import { blankPolicy } from './channel-terms.ts';
import { FAILURE, type FailureCode } from './failure.ts';
import type { Forwarding } from './forwarding.ts';
import { INVOICE } from './invoices.ts';
import { blankView, type InvoiceFacts, MAX_HOPS, type PaymentActions, type RouteBuffer } from './node-model.ts';
import { PAYMENT } from './payments.ts';
import { NoProgressError, paymentGoesOn } from './progress.ts';
import { OUTCOME, type Outcome, RECORD } from './records.ts';
import { offerRefusal } from './refusal-trace.ts';
import type { TraceStep } from './routing-trace.ts';
import { PHYSICS, type World } from './world.ts';

/** Flag of failure codes whose message carries a channel_update (BOLT 4). */
const UPDATE = 0x1000;

export interface Circular {
  /** None when it is not open. */
  readonly outgoingEdges: readonly number[];
  readonly lastHop: number;
  readonly maxFeeMsat: number;
  /** Names of the channels of the whole way; null: the model looks for one between `outgoingEdges` and `lastHop`. */
  readonly route: readonly number[] | null;
}

export class PaymentFlow implements PaymentActions {
  readonly #w: World;
  readonly #forwarding: Forwarding;
  readonly #view = blankView();
  readonly #policy = blankPolicy();

  constructor(world: World, forwarding: Forwarding) {
    this.#w = world;
    this.#forwarding = forwarding;
  }

  /**
   * Starts payment `row` of the timeline. A source that is not running cannot: NotDispatched. A circular payment says
   * which channel it leaves by, which node it comes back from, and what it may cost.
   */
  start(row: number, circular: Circular | null = null): void {
    const w = this.#w;
    const p = w.payments;
    const { source, destination, amountMsat, activity, nth, lane } = w.timeline.payments;
    const from = source[row]!;
    const to = destination[row]!;
    p.state[row] = PAYMENT.running;
    p.startedUs[row] = w.nowUs;
    p.running++;
    w.record(RECORD.paymentStarted, row, from, to, amountMsat[row]!);
    if (w.running[from] === 0) {
      this.resolve(row, OUTCOME.NotDispatched);
      return;
    }
    const { profile, key } = w.timeline.activities[activity[row]!]!;
    // Nobody can pay an invoice that is not made yet.
    if (profile.invoice !== undefined && w.invoices.state[profile.invoice] === INVOICE.none) {
      this.resolve(row, OUTCOME.NotDispatched);
      return;
    }
    const invoice = profile.method === 'invoice';
    const probe = profile.probe === true;
    const route = circular?.route ?? profile.routes?.[lane?.[row] ?? 0] ?? profile.route ?? null;
    const searched = route === null ? circular : null;
    w.modelOf(from).startPayment({
      payment: row,
      source: from,
      destination: to,
      amountMsat: amountMsat[row]!,
      method: profile.method,
      invoice: invoice && !probe ? this.#invoice(row, to, profile) : null,
      probe,
      finalCltvDelta: invoice ? w.modelOf(to).invoiceCltvDelta : -1,
      multiPart: profile.method !== 'keysend' && circular === null,
      feeLimitMsat: circular?.maxFeeMsat ?? profile.feeLimitMsat,
      timeoutUs: profile.timeoutUs,
      maxParts: profile.maxParts,
      maxCltv: profile.maxCltv ?? -1,
      outgoingEdges: searched?.outgoingEdges ?? this.#outgoing(from, profile.outgoingChannels),
      lastHop: searched?.lastHop ?? profile.lastHop ?? -1,
      route: route === null ? null : this.#edgesOf(from, route),
      startedUs: w.nowUs,
      key0: keyedU32(key[0], key[1], nth[row]!),
      key1: keyedU32(key[1], key[0], nth[row]!),
    });
  }

  /** The invoice of a payment, which is made when the payment is where it has no name. */
  #invoice(row: number, recipient: number, profile: PaymentProfile): InvoiceFacts {
    const w = this.#w;
    const lifetimeUs = profile.invoiceExpiryUs ?? w.modelOf(recipient).invoiceExpiryUs;
    const named = profile.invoice;
    if (named !== undefined) {
      return {
        amountMsat: w.invoices.plans[named]!.amountMsat,
        expiresUs: w.invoices.expiresUs(named, lifetimeUs),
        before: w.invoices.paidBefore(named, row, w.payments, w.timeline.payments.source),
      };
    }
    return {
      amountMsat: w.timeline.payments.amountMsat[row]!,
      expiresUs: w.nowUs + lifetimeUs,
      before: 'none',
    };
  }

  /** Edges of the node's channels of these names that are open now; null for any. */
  #outgoing(source: number, names: readonly number[] | undefined): readonly number[] | null {
    if (names === undefined) return null;
    return names.flatMap((name) => this.#edgesOf(source, [name])).filter((edge) => edge >= 0);
  }

  /** The edges of a route from a node on; −1 for a channel that does not exist or does not lead on from there. */
  #edgesOf(source: number, names: readonly number[]): readonly number[] {
    const w = this.#w;
    // Of the right size at once: one that grows has room for seventeen.
    const edges = new Array<number>(names.length);
    let at = source;
    for (let i = 0; i < names.length; i++) {
      const channel = w.byName[names[i]!]!;
      let edge = -1;
      if (channel >= 0 && w.from(2 * channel) === at) edge = 2 * channel;
      else if (channel >= 0 && w.from(2 * channel + 1) === at) edge = 2 * channel + 1;
      at = edge < 0 ? -1 : w.to(edge);
      edges[i] = edge;
    }
    return edges;
  }

  /** @throws NoProgressError */
  send(payment: number, route: RouteBuffer): number {
    this.#count(payment);
    const w = this.#w;
    const p = w.payments;
    const attempt = w.attempts.add(payment, p.attempts[payment]!, route);
    p.attempts[payment]!++;
    const serial = w.attempts.serial[attempt]!;
    w.record(RECORD.attemptSent, payment, serial, route.length, route.amountMsat[0]!);
    if (p.parts[payment] === 0) w.routes.sent(payment, attempt);
    const edge = route.edge[0]!;
    const channel = edge >> 1;
    let code: FailureCode = FAILURE.unknown_next_peer;
    if (w.channels.usable(channel)) {
      w.channels.view(edge, this.#view);
      code = w.modelOf(w.from(edge)).checkOffer(this.#view, route.amountMsat[0]!);
    } else {
      this.#forwarding.missed(edge);
    }
    if (code === 0) {
      this.#forwarding.offer(attempt, 0);
    } else {
      w.traceOf?.(payment)?.report(this.#refusal(serial, edge, route.amountMsat[0]!, code));
      w.after(0, PHYSICS.localFailure, attempt, code);
    }
    return serial;
  }

  /** What the sender's own channel was like when it did not take an HTLC. */
  #refusal(serial: number, edge: number, amountMsat: number, code: FailureCode): TraceStep {
    const w = this.#w;
    const usable = w.channels.usable(edge >> 1);
    w.channels.view(edge, this.#view);
    return offerRefusal(serial, code, usable, amountMsat, this.#view, w.modelOf(w.from(edge)).spendable(this.#view));
  }

  /** @throws NoProgressError */
  timer(payment: number, atUs: number): void {
    this.#count(payment);
    this.#w.queue.push(Math.max(atUs, this.#w.nowUs), PHYSICS.paymentTimer, payment, 0);
  }

  resolve(payment: number, outcome: Outcome): void {
    const w = this.#w;
    const p = w.payments;
    if (p.state[payment] !== PAYMENT.running) return;
    p.state[payment] = PAYMENT.resolved;
    p.running--;
    w.record(RECORD.paymentResolved, payment, outcome, p.attempts[payment]!, p.feeMsat[payment]!);
    const route = w.routes.take(payment);
    w.sink.payment({
      payment,
      startedUs: p.startedUs[payment]!,
      resolvedUs: w.nowUs,
      outcome,
      attempts: p.attempts[payment]!,
      parts: p.parts[payment]!,
      feeMsat: p.feeMsat[payment]!,
      route: route?.nodes ?? [],
      channels: route?.channels ?? [],
      failureCode: p.failureCode[payment]!,
      failureHop: p.failureHop[payment]!,
    });
  }

  /** The preimage of an attempt (slot) came back to the sender. */
  succeeded(attempt: number): void {
    const w = this.#w;
    const p = w.payments;
    const payment = w.attempts.payment[attempt]!;
    const serial = w.attempts.serial[attempt]!;
    const hops = w.attempts.length[attempt]!;
    const base = attempt * MAX_HOPS;
    const fee = w.attempts.amountMsat[base]! - w.attempts.amountMsat[base + hops - 1]!;
    w.attempts.resolved[attempt] = 1;
    w.record(RECORD.attemptSucceeded, serial, payment, hops, fee);
    if (p.parts[payment] === 0) w.routes.succeeded(payment, attempt);
    p.parts[payment]!++;
    p.feeMsat[payment]! += fee;
    w.attempts.release(attempt);
    w.modelOf(w.timeline.payments.source[payment]!).attemptSucceeded(payment, serial);
  }

  /** An attempt (slot) failed; `hop` reported `code`. */
  failed(attempt: number, hop: number, code: number): void {
    const w = this.#w;
    const p = w.payments;
    const payment = w.attempts.payment[attempt]!;
    const serial = w.attempts.serial[attempt]!;
    w.routes.keep(payment, attempt);
    w.attempts.resolved[attempt] = 1;
    p.failureCode[payment] = code;
    p.failureHop[payment] = hop;
    w.record(RECORD.attemptFailed, serial, hop, code, w.attempts.amountMsat[attempt * MAX_HOPS]!);
    const source = w.timeline.payments.source[payment]!;
    const model = w.modelOf(source);
    if ((code & UPDATE) !== 0 && hop > 0 && hop < w.attempts.length[attempt]!) {
      const edge = w.attempts.edge[attempt * MAX_HOPS + hop]!;
      const told = w.modelOf(w.from(edge)).omitsUpdates !== true;
      if (told && w.channels.closedAt[edge >> 1]! < 0) {
        w.channels.getPolicy(edge, this.#policy);
        model.channelUpdate(source, edge, this.#policy, w.channels.policyVersion[edge]!);
      }
    }
    w.attempts.release(attempt);
    model.attemptFailed(payment, serial, hop, code as FailureCode);
  }

  onTimer(payment: number): void {
    const w = this.#w;
    if (w.payments.state[payment] !== PAYMENT.running) return;
    w.modelOf(w.timeline.payments.source[payment]!).paymentTimer(payment);
  }

  /** Counts an attempt or a timer of a payment. */
  #count(payment: number): void {
    const w = this.#w;
    const p = w.payments;
    const actions = ++p.actions[payment]!;
    const elapsedUs = w.nowUs - p.startedUs[payment]!;
    if (paymentGoesOn(actions, elapsedUs)) return;
    const { activities, payments, network } = w.timeline;
    const { name, model } = network.nodes[payments.source[payment]!]!;
    const which = `payment ${payments.nth[payment]!} of ${activities[payments.activity[payment]!]!.name}`;
    const within = `${elapsedUs / US_PER_SECOND} s of virtual time`;
    throw new NoProgressError(`${model} of ${name} wants attempt or timer ${actions} for ${which} within ${within}`);
  }
}
