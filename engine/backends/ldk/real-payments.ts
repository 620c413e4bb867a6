/** Payments of real nodes: what is asked of LDK, what it does about it, and how that shows in records and results. */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { FAILURE } from '../../simulate/failure.ts';
import { OUTCOME, type Outcome, type PaymentResult, RECORD } from '../../simulate/records.ts';
import type { RebalanceRequest } from '../../timeline/control.ts';
import { preimageOf } from '../../timeline/payment-hash.ts';
import type { PaymentProfile } from '../../timeline/timeline.ts';
import type { Ldk } from './binding.ts';
import type { RealChannels } from './real-channels.ts';
import type { RealInvoices } from './real-invoices.ts';
import type { Found, RealNode, Search } from './real-node.ts';
import { steered, type Way } from './steering.ts';
import type { World } from './world-contract.ts';

/** ldk-sample:src/cli.rs:send_payment: Retry::Timeout of 10 s, which LDK without a clock cannot have, as retries without end. */
const RETRY_US = 10_000_000;
const RETRIES = 1000;
/** ldk:ln/channelmanager.rs:MIN_FINAL_CLTV_EXPIRY_DELTA, blocks. */
const KEYSEND_DELTA = 42;

export interface PaymentsWorld extends World {
  readonly channels: RealChannels;
  readonly invoices: RealInvoices;
}

/** Of a RebalanceRequest. */
type Circle = Pick<RebalanceRequest, 'outChannel' | 'route' | 'maxFeeMsat'>;

interface Attempt {
  readonly number: number;
  readonly scids: readonly bigint[];
  readonly amountMsat: number;
  readonly feeMsat: number;
  /** Nodes, the sender first, and channel instances. */
  readonly nodes: readonly number[];
  readonly channels: readonly number[];
  ended: boolean;
}

interface Payment {
  readonly row: number;
  readonly source: RealNode;
  readonly destination: RealNode;
  readonly amountMsat: number;
  readonly profile: PaymentProfile;
  /** −1 for LDK's own. */
  readonly feeLimitMsat: number;
  readonly way: Way;
  readonly startedUs: number;
  readonly id: string;
  readonly preimage: Uint8Array;
  readonly attempts: Attempt[];
  readonly succeeded: Attempt[];
  failureCode: number;
  failureHop: number;
  /** Why this side gave it up; null while it has not. */
  abandoned: Outcome | null;
  /** What the first failure after that makes of it: LDK with a clock looks at the time only then. */
  failedLate: Outcome | null;
  resolved: boolean;
}

export class RealPayments {
  readonly #w: PaymentsWorld;
  readonly #byId: Map<string, Payment> = new Map();
  readonly #byHash: Map<string, Payment> = new Map();
  #attempts = 0;
  inFlight = 0;
  readonly forwards: number[] = [];
  readonly feesEarnedMsat: number[] = [];

  constructor(world: PaymentsWorld) {
    this.#w = world;
  }

  /** Payments in flight, in the order in which they began. */
  unresolved(): readonly (Pick<Payment, 'row' | 'source' | 'destination' | 'amountMsat' | 'startedUs'> & {
    readonly attempts: number;
  })[] {
    return [...this.#byId.values()]
      .filter(({ resolved }) => !resolved)
      .map((payment) => ({ ...payment, attempts: payment.attempts.length }));
  }

  /** Payments in flight of an invoice with a name, in the order in which they began. */
  ofInvoice(invoice: number): readonly Pick<Payment, 'row' | 'source'>[] {
    return [...this.#byId.values()].filter(({ resolved, profile }) => !resolved && profile.invoice === invoice);
  }

  /** A circular payment says by which channel it leaves, or its whole way, and what it may cost. */
  start(row: number, circle: Circle | null = null): void {
    const w = this.#w;
    const { payments, activities } = w.timeline;
    const source = w.nodes[payments.source[row]!]!;
    const destination = w.nodes[payments.destination[row]!]!;
    const amountMsat = payments.amountMsat[row]!;
    const { profile, key } = activities[payments.activity[row]!]!;
    const route = circle?.route ?? profile.routes?.[payments.lane?.[row] ?? 0] ?? profile.route ?? null;
    const outgoing = circle === null ? profile.outgoingChannels : [circle.outChannel];
    const own = preimageOf(key, payments.nth[row]!);
    const id = sha256(Uint8Array.of(1, ...own));
    const preimage = profile.invoice === undefined ? own : w.invoices.preimage(profile.invoice);
    const payment: Payment = {
      row,
      source,
      destination,
      amountMsat,
      profile,
      feeLimitMsat: circle?.maxFeeMsat ?? profile.feeLimitMsat,
      way: { route, outgoing: outgoing ?? null, lastHop: profile.lastHop ?? null },
      startedUs: w.nowUs(),
      id: bytesToHex(id),
      preimage,
      attempts: [],
      succeeded: [],
      failureCode: FAILURE.none,
      failureHop: -1,
      abandoned: null,
      failedLate: null,
      resolved: false,
    };
    this.inFlight++;
    w.record(RECORD.paymentStarted, row, source.index, destination.index, amountMsat);
    const { invoice } = profile;
    if (!source.running || (invoice !== undefined && !w.invoices.isPayable(invoice, source, route !== null))) {
      this.#resolve(payment, OUTCOME.NotDispatched, 0);
      return;
    }
    this.#byId.set(payment.id, payment);
    if (profile.invoice === undefined) this.#byHash.set(bytesToHex(sha256(preimage)), payment);
    const problem = this.#send(payment, id);
    w.touch(source);
    if (problem !== null) {
      this.#resolve(payment, problem, 0);
      return;
    }
    const giveUp = (outcome: Outcome): void => {
      if (payment.resolved || payment.abandoned !== null || !source.running) return;
      payment.abandoned = outcome;
      source.manager.abandon_payment(id);
      w.touch(source);
    };
    const timeoutUs = profile.timeoutUs < 0 ? RETRY_US : Math.min(profile.timeoutUs, RETRY_US);
    w.after(timeoutUs, () => giveUp(OUTCOME.RetriesExhausted));
  }

  /** Hands a payment to LDK; why it does not even begin, or null. */
  #send(payment: Payment, id: Uint8Array): Outcome | null {
    const { ldk } = this.#w.binding;
    const { source, destination, profile, amountMsat } = payment;
    // ldk:ln/channelmanager.rs:send_payment_with_route: what is given is tried once.
    const retry = ldk.Retry.constructor_attempts(payment.way.route === null ? RETRIES : 0);
    let answer: { is_ok(): boolean };
    if (profile.method === 'keysend') {
      const payee = ldk.PaymentParameters.constructor_for_keysend(destination.id, KEYSEND_DELTA, false);
      const route = ldk.RouteParameters.constructor_from_payment_params_and_value(payee, BigInt(amountMsat));
      this.#limit(route, payment);
      // Probes have no invoice; a made-up secret makes them no keysend either.
      if (profile.probe === true) {
        const onion = ldk.RecipientOnionFields.constructor_secret_only(id);
        answer = source.manager.send_payment(madeUp(payment.preimage), onion, id, route, retry);
      } else {
        const some = ldk.Option_ThirtyTwoBytesZ.constructor_some(payment.preimage);
        const onion = ldk.RecipientOnionFields.constructor_spontaneous_empty();
        answer = source.manager.send_spontaneous_payment(some, onion, id, route, retry);
      }
    } else {
      const { invoices } = this.#w;
      const { invoice: named, invoiceExpiryUs } = profile;
      const hash = sha256(payment.preimage);
      const asked =
        named === undefined
          ? invoices.single(destination, amountMsat, hash, invoiceExpiryUs)
          : invoices.asks(named, amountMsat, payment.row);
      if (asked === null) return OUTCOME.UnexpectedError;
      const { onion, route } = asked;
      this.#limit(route, payment);
      answer = source.manager.send_payment(hash, onion, id, route, retry);
    }
    if (answer.is_ok()) return null;
    const { LDKRetryableSendFailure_PaymentExpired: expired } = ldk.RetryableSendFailure;
    const why = (answer as unknown as { err: Ldk.RetryableSendFailure }).err;
    return why === expired ? OUTCOME.PaymentExpired : OUTCOME.RouteNotFound;
  }

  #limit(route: Ldk.RouteParameters, { profile, feeLimitMsat, way }: Payment): void {
    const { ldk } = this.#w.binding;
    // Whoever gives a route has looked at what it costs.
    if (way.route !== null) route.set_max_total_routing_fee_msat(ldk.Option_u64Z.constructor_none());
    if (feeLimitMsat >= 0) {
      route.set_max_total_routing_fee_msat(ldk.Option_u64Z.constructor_some(BigInt(feeLimitMsat)));
    }
    const parameters = route.get_payment_params();
    if (profile.maxParts > 0) parameters.set_max_path_count(profile.maxParts);
    if (profile.maxCltv !== undefined) parameters.set_max_total_cltv_expiry_delta(profile.maxCltv);
    route.set_payment_params(parameters);
  }

  /** LDK looks for a route; the payment's way may be given or begin with a given channel. */
  look(id: string, parameters: Ldk.RouteParameters, first: Ldk.ChannelDetails[], search: Search): Found {
    const payment = this.#byId.get(id);
    return payment === undefined ? search(parameters, first) : steered(this.#w, payment, parameters, first, search);
  }

  /** LDK has found a route and is about to send its paths. */
  routed(source: RealNode, id: string, route: Ldk.Route): void {
    const w = this.#w;
    const payment = this.#byId.get(id);
    if (payment === undefined) return;
    for (const path of route.get_paths()) {
      const hops = path.get_hops();
      const nodes = [source.index];
      const channels: number[] = [];
      const scids: bigint[] = [];
      let feeMsat = 0;
      let amountMsat = 0;
      hops.forEach((hop, i) => {
        const scid = hop.get_short_channel_id();
        scids.push(scid);
        channels.push(w.channels.byScid.get(scid)?.index ?? -1);
        nodes.push(w.indexOf(hop.get_pubkey()));
        if (i === hops.length - 1) amountMsat = Number(hop.get_fee_msat());
        else feeMsat += Number(hop.get_fee_msat());
      });
      const attempt: Attempt = { number: this.#attempts++, scids, amountMsat, feeMsat, nodes, channels, ended: false };
      payment.attempts.push(attempt);
      w.record(RECORD.attemptSent, payment.row, attempt.number, hops.length, amountMsat + feeMsat);
    }
  }

  /** Events of LDK that are about payments; false for others. */
  hear(node: RealNode, event: Ldk.Event): boolean {
    const w = this.#w;
    const { ldk } = w.binding;
    if (event instanceof ldk.Event_PaymentClaimable) this.#claimable(node, event);
    else if (event instanceof ldk.Event_PaymentPathSuccessful) {
      node.learn(event.path, null, false);
    } else if (event instanceof ldk.Event_PaymentPathFailed) this.#pathFailed(node, event);
    else if (event instanceof ldk.Event_PaymentSent) {
      const id = (event.payment_id as unknown as { some?: Uint8Array }).some;
      const payment = id === undefined ? undefined : this.#byId.get(bytesToHex(id));
      const fee = event.fee_paid_msat as unknown as { some?: bigint };
      if (payment !== undefined) this.#sent(payment, fee.some === undefined ? null : Number(fee.some));
    } else if (event instanceof ldk.Event_PaymentFailed) {
      const payment = this.#byId.get(bytesToHex(event.payment_id));
      const reason = event.reason as unknown as { some?: number };
      if (payment === undefined) return true;
      const { failedLate, abandoned } = payment;
      this.#resolve(payment, failedLate ?? abandoned ?? this.#outcomeOf(reason.some ?? -1), 0);
    } else if (event instanceof ldk.Event_PaymentForwarded) {
      const earned = event.total_fee_earned_msat as unknown as { some?: bigint };
      this.forwards[node.index] = (this.forwards[node.index] ?? 0) + 1;
      this.feesEarnedMsat[node.index] = (this.feesEarnedMsat[node.index] ?? 0) + Number(earned.some ?? 0n);
    } else return false;
    return true;
  }

  #claimable(node: RealNode, event: Ldk.Event_PaymentClaimable): void {
    const w = this.#w;
    const hash = bytesToHex(event.payment_hash);
    if (w.invoices.arrived(node, hash, event)) return;
    const payment = this.#byHash.get(hash);
    if (payment === undefined) return;
    const { holdUs, settles } = payment.profile;
    if (holdUs < 0) return;
    const settle = (): void => {
      if (!node.running) return;
      if (settles === false) node.manager.fail_htlc_backwards(sha256(payment.preimage));
      else node.manager.claim_funds(payment.preimage);
      w.touch(node);
    };
    if (holdUs === 0) settle();
    else w.after(holdUs, settle);
  }

  /** The preimage came back: the paths that have not failed succeed, though LDK says so of each only later. */
  #sent(payment: Payment, feeMsat: number | null): void {
    if (payment.resolved) return;
    for (const attempt of payment.attempts) {
      if (attempt.ended) continue;
      attempt.ended = true;
      payment.succeeded.push(attempt);
      this.#w.record(RECORD.attemptSucceeded, attempt.number, payment.row, attempt.channels.length, attempt.feeMsat);
    }
    const sum = payment.succeeded.reduce((fees, attempt) => fees + attempt.feeMsat, 0);
    this.#resolve(payment, OUTCOME.Success, feeMsat ?? sum);
  }

  #pathFailed(node: RealNode, event: Ldk.Event_PaymentPathFailed): void {
    const w = this.#w;
    const { ldk } = w.binding;
    const scid = (event.short_channel_id as unknown as { some?: bigint }).some;
    const onPath = event.failure instanceof ldk.PathFailure_OnPath;
    if (onPath && event.payment_failed_permanently) node.learn(event.path, null, true);
    else if (scid !== undefined) node.learn(event.path, scid, false);
    const said = onPath ? onionError(node.onionErrors.shift() ?? '') : null;
    const id = (event.payment_id as unknown as { some?: Uint8Array }).some;
    const payment = id === undefined ? undefined : this.#byId.get(bytesToHex(id));
    if (payment === undefined) return;
    if (payment.abandoned !== null) {
      payment.failedLate ??= event.payment_failed_permanently ? OUTCOME.RecipientRejected : payment.abandoned;
    }
    payment.failureCode = said?.code ?? FAILURE.temporary_channel_failure;
    const attempt = attemptOf(payment, event.path);
    const by = said === null ? node.index : w.indexOfHex(said.node);
    payment.failureHop = attempt === undefined ? -1 : attempt.nodes.indexOf(by);
    if (attempt === undefined) return;
    attempt.ended = true;
    const { failureHop, failureCode } = payment;
    w.record(RECORD.attemptFailed, attempt.number, failureHop, failureCode, attempt.amountMsat + attempt.feeMsat);
  }

  #outcomeOf(reason: number): Outcome {
    const { ldk } = this.#w.binding;
    const name = (ldk.PaymentFailureReason as unknown as Record<number, string>)[reason] ?? '';
    switch (name.replace('LDKPaymentFailureReason_', '')) {
      case 'RecipientRejected':
        return OUTCOME.RecipientRejected;
      case 'UserAbandoned':
        return OUTCOME.UserAbandoned;
      case 'RetriesExhausted':
        return OUTCOME.RetriesExhausted;
      case 'PaymentExpired':
        return OUTCOME.PaymentExpired;
      case 'RouteNotFound':
        return OUTCOME.RouteNotFound;
      default:
        return OUTCOME.UnexpectedError;
    }
  }

  #resolve(payment: Payment, outcome: Outcome, feeMsat: number): void {
    if (payment.resolved) return;
    payment.resolved = true;
    this.inFlight--;
    const w = this.#w;
    // Behind the records of the same instant.
    w.soon(() => {
      const shown = payment.succeeded[0] ?? payment.attempts.at(-1);
      const result: PaymentResult = {
        payment: payment.row,
        startedUs: payment.startedUs,
        resolvedUs: w.nowUs(),
        outcome,
        attempts: payment.attempts.length,
        parts: payment.succeeded.length,
        feeMsat,
        route: shown?.nodes ?? [],
        channels: shown?.channels ?? [],
        failureCode: payment.failureCode,
        failureHop: payment.failureHop,
      };
      w.record(RECORD.paymentResolved, payment.row, outcome, payment.attempts.length, feeMsat);
      w.paid(result);
    });
  }
}

/** A payment hash that the recipient does not know. */
function madeUp(preimage: Uint8Array): Uint8Array {
  return sha256(Uint8Array.of(2, ...preimage));
}

/** The attempt that took this path and has not ended. */
function attemptOf(payment: Payment, path: Ldk.Path): Attempt | undefined {
  const hops = path.get_hops();
  const scids = hops.map((hop) => hop.get_short_channel_id());
  const amount = Number(hops.at(-1)?.get_fee_msat() ?? 0n);
  return payment.attempts.find((one) => {
    if (one.ended || one.amountMsat !== amount || one.scids.length !== scids.length) return false;
    return one.scids.every((scid, i) => scid === scids[i]);
  });
}

/** ldk:ln/onion_utils.rs:process_onion_failure logs `Onion Error[from NODE: title(0xCODE)…`; no event has the code. */
function onionError(text: string): { readonly node: string; readonly code: number } | null {
  const match = /^Onion Error\[from ([0-9a-f]{66}): [^(]*\((0x[0-9a-f]+)\)/.exec(text);
  return match === null ? null : { node: match[1]!, code: Number.parseInt(match[2]!, 16) };
}
