/**
 * What the outcome of an attempt says about the pairs and nodes of its route. Decides nothing about retries beyond
 * naming the outcomes that end a payment, and touches no state but its own result.
 *
 * Pair k leads from hop k to hop k + 1, hop 0 being the sender and hop n the recipient.
 * lnd:routing/result_interpretation.go, without blinded routes.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import { MAX_HOPS } from '../../engine/simulate/node-model.ts';
import type { MissionControl } from './mission-control.ts';

/** Why an outcome ends the payment (paymentsdb.FailureReason), or not. */
export const FINAL = { none: 0, error: 1, incorrectDetails: 2 } as const;
export type FinalReason = (typeof FINAL)[keyof typeof FINAL];

/** Results of a route: at most both directions of every pair. */
const MOST_PAIRS = 2 * MAX_HOPS;

/** A route that was sent: `hops` + 1 nodes, sender first, and the msat that go from each to the next. */
export interface SentRoute {
  readonly hops: number;
  node(hop: number): number;
  amountMsat(hop: number): number;
}

const NO_ROUTE: SentRoute = { hops: 0, node: () => -1, amountMsat: () => 0 };

/** The result of interpreting one outcome. Filled anew each time. */
export class Interpretation {
  /** Pairs with a result; a pair occurs once, the last result counts. */
  count = 0;
  readonly from: Int32Array = new Int32Array(MOST_PAIRS);
  readonly to: Int32Array = new Int32Array(MOST_PAIRS);
  readonly success: Uint8Array = new Uint8Array(MOST_PAIRS);
  readonly amount: Float64Array = new Float64Array(MOST_PAIRS);
  /** Node whose channels all failed, or -1. */
  nodeFailure = -1;
  final: FinalReason = FINAL.none;
  /** Pair whose policy may just be out of date (second chance), or -1. */
  policyFrom = -1;
  policyTo = -1;
  /** What came of it: mission control granted the second chance, and nothing was entered. */
  secondChance = false;

  #route: SentRoute = NO_ROUTE;
  #hops = 0;

  /** Every hop did its part. */
  succeed(route: SentRoute): void {
    this.#begin(route);
    this.#successRange(0, this.#hops - 1);
  }

  /** Hop `hop` reported `code`, 0 when only the hop could be made out; -1 when nothing could be read. */
  fail(route: SentRoute, hop: number, code: FailureCode): void {
    this.#begin(route);
    if (hop < 0) this.#unknown();
    else if (hop === 0) this.#fromSelf(code);
    else if (hop === this.#hops) this.#fromRecipient(code);
    else this.#fromIntermediate(hop, code);
  }

  /**
   * Enters the result into mission control (applyPaymentResult) and answers whether the payment ends. A policy failure
   * that gets a second chance leaves no trace.
   */
  apply(control: MissionControl, nowUs: number): FinalReason {
    this.secondChance = this.policyFrom >= 0 && control.grantSecondChance(this.policyFrom, this.policyTo, nowUs);
    if (this.secondChance) return FINAL.none;
    if (this.nodeFailure >= 0) control.failNode(this.nodeFailure, nowUs);
    for (let i = 0; i < this.count; i++) {
      const from = this.from[i] as number;
      const to = this.to[i] as number;
      if (this.success[i] === 1) control.succeed(from, to, this.amount[i] as number, nowUs);
      else control.fail(from, to, this.amount[i] as number, nowUs);
    }
    return this.final;
  }

  #begin(route: SentRoute): void {
    this.#route = route;
    this.#hops = route.hops;
    this.count = 0;
    this.nodeFailure = -1;
    this.final = FINAL.none;
    this.policyFrom = -1;
    this.policyTo = -1;
  }

  /** processPaymentOutcomeUnknown. */
  #unknown(): void {
    if (this.#hops === 1) {
      this.#failNode(1);
      this.final = FINAL.error;
      return;
    }
    this.#failRange(0, this.#hops - 1);
  }

  /** processPaymentOutcomeSelf: only a malformed onion speaks against the peer; anything else is retried. */
  #fromSelf(code: FailureCode): void {
    switch (code) {
      case FAILURE.invalid_onion_version:
      case FAILURE.invalid_onion_hmac:
      case FAILURE.invalid_onion_key:
        this.#failNode(1);
        if (this.#hops === 1) this.final = FINAL.error;
    }
  }

  /** processPaymentOutcomeFinal. */
  #fromRecipient(code: FailureCode): void {
    const n = this.#hops;
    switch (code) {
      case FAILURE.final_incorrect_cltv_expiry:
      case FAILURE.final_incorrect_htlc_amount:
        if (n === 1) {
          this.#failNode(1);
          this.final = FINAL.error;
          return;
        }
        this.#failPair(n - 1);
        this.#successRange(0, n - 2);
        return;
      case FAILURE.incorrect_or_unknown_payment_details:
        this.#successRange(0, n - 1);
        this.final = FINAL.incorrectDetails;
        return;
      case FAILURE.mpp_timeout:
        this.#successRange(0, n - 1);
        return;
      default:
        this.#failNode(n);
        this.#successRange(0, n - 2);
        this.final = FINAL.error;
    }
  }

  /** processPaymentOutcomeIntermediate. */
  #fromIntermediate(hop: number, code: FailureCode): void {
    switch (code) {
      case FAILURE.invalid_onion_version:
      case FAILURE.invalid_onion_hmac:
      case FAILURE.invalid_onion_key:
      case FAILURE.unknown_next_peer:
      case FAILURE.permanent_channel_failure:
        this.#failPair(hop);
        return;
      case FAILURE.channel_disabled:
        this.#policyFailure(hop);
        this.#failPair(hop);
        this.#successRange(0, hop - 1);
        return;
      case FAILURE.amount_below_minimum:
      case FAILURE.fee_insufficient:
      case FAILURE.incorrect_cltv_expiry:
        this.#policyFailure(hop);
        // The first hop got what we sent, so it is to blame; else it may be the hop before.
        if (hop === 1) {
          this.#failNode(1);
          return;
        }
        this.#failPair(hop - 1);
        this.#successRange(0, hop - 2);
        return;
      case FAILURE.temporary_channel_failure:
        this.#set(this.#node(hop), this.#node(hop + 1), false, this.#route.amountMsat(hop));
        this.#successRange(0, hop - 1);
        return;
      case FAILURE.expiry_too_soon:
        if (hop === 1) this.#failNode(1);
        else this.#failRange(0, hop - 1);
        return;
      case FAILURE.invalid_onion_payload:
      case FAILURE.invalid_onion_blinding:
        this.#failNode(hop);
        this.#successRange(0, hop - 2);
        return;
      default:
        this.#failNode(hop);
    }
  }

  #node(hop: number): number {
    return this.#route.node(hop);
  }

  #policyFailure(hop: number): void {
    this.policyFrom = this.#node(hop);
    this.policyTo = this.#node(hop + 1);
  }

  /** The node fails with all its channels; so do the pairs of this route that lead into it and out of it. */
  #failNode(hop: number): void {
    this.nodeFailure = this.#node(hop);
    this.#failPair(hop - 1);
    if (hop < this.#hops) this.#failPair(hop);
  }

  #failRange(first: number, last: number): void {
    for (let k = first; k <= last; k++) this.#failPair(k);
  }

  /** Both directions, whatever the amount. */
  #failPair(k: number): void {
    this.#set(this.#node(k), this.#node(k + 1), false, 0);
    this.#set(this.#node(k + 1), this.#node(k), false, 0);
  }

  #successRange(first: number, last: number): void {
    for (let k = first; k <= last; k++) this.#set(this.#node(k), this.#node(k + 1), true, this.#route.amountMsat(k));
  }

  #set(from: number, to: number, success: boolean, amountMsat: number): void {
    let at = 0;
    while (at < this.count && !(this.from[at] === from && this.to[at] === to)) at++;
    if (at === this.count) this.count++;
    this.from[at] = from;
    this.to[at] = to;
    this.success[at] = success ? 1 : 0;
    this.amount[at] = amountMsat;
  }
}
