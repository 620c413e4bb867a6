/**
 * A payment in progress as its sender sees it, and its form in a snapshot. Holds numbers; decides nothing.
 *
 * cln:plugins/xpay/xpay.c:payment, attempt.
 */
import type { Json } from '../../engine/base/json.ts';
import { keyedUnit } from '../../engine/base/random.ts';
import type { PaymentRequest } from '../../engine/simulate/node-model.ts';
import type { Outcome } from '../../engine/simulate/records.ts';
import { type CapturedRequest, captureRequest, restoreRequest } from '../shared/captured-request.ts';
import { PrivateLayer } from './private-layer.ts';

/** Reason not set: the payment goes on. */
export const NO_REASON = -1;
/** No restriction of parts by xpay. */
export const ANY_PARTS = 0;

/** A route in flight: its channels as edges and what each carries, msat. */
export interface Part {
  readonly attempt: number;
  readonly edges: readonly number[];
  readonly amountsMsat: readonly number[];
}

export function deliveredMsat({ amountsMsat }: Part): number {
  return amountsMsat[amountsMsat.length - 1] as number;
}

/** What is fixed when a payment begins. */
export interface PaymentPlan {
  readonly request: PaymentRequest;
  readonly maxFeeMsat: number;
  /** No new attempts from then on, µs; one is made in any case. */
  readonly deadlineUs: number;
  /** Blocks that the recipient asks for. */
  readonly finalCltv: number;
}

export class Payment {
  readonly plan: PaymentPlan;
  /** xpay's own restriction of parts, which it lifts when no routes are found with it. */
  maxParts: number;
  /** Height that the recipient may not have known when it said that it does not know the payment. */
  startHeight: number;
  layer: PrivateLayer = new PrivateLayer();
  /** Attempts made. */
  attempts = 0;
  /** In flight, in the order in which they were sent. */
  readonly parts: Part[] = [];
  succeeded = false;
  /** Why the payment fails once nothing is in flight. */
  reason: Outcome | typeof NO_REASON = NO_REASON;
  /** Random numbers drawn so far. */
  draws = 0;
  /** Refusals by the sender's own channels at one instant, and which instant. */
  refusals = 0;
  refusedAtUs = -1;

  constructor(plan: PaymentPlan, maxParts: number, startHeight: number) {
    this.plan = plan;
    this.maxParts = maxParts;
    this.startHeight = startHeight;
  }

  get request(): PaymentRequest {
    return this.plan.request;
  }

  get goesOn(): boolean {
    return !this.succeeded && this.reason === NO_REASON;
  }

  get missingMsat(): number {
    return this.request.amountMsat - this.parts.reduce((sum, part) => sum + deliveredMsat(part), 0);
  }

  get pendingFeeMsat(): number {
    return this.parts.reduce((sum, part) => sum + (part.amountsMsat[0] as number) - deliveredMsat(part), 0);
  }

  /** A uniform number in [0, 1). */
  draw(): number {
    return keyedUnit(this.request.key0, this.request.key1, this.draws++);
  }

  /** Takes out a part that has ended. @throws Error when no part in flight has this number. */
  take(attempt: number): Part {
    const at = this.parts.findIndex((part) => part.attempt === attempt);
    if (at < 0) throw new Error(`payment ${this.request.payment} has no attempt ${attempt} in flight`);
    return this.parts.splice(at, 1)[0] as Part;
  }
}

interface CapturedPayment {
  readonly request: CapturedRequest;
  readonly max_fee_msat: number;
  readonly deadline_us: number;
  readonly final_cltv: number;
  readonly max_parts: number;
  readonly start_height: number;
  readonly layer: Json;
  readonly attempts: number;
  readonly parts: readonly {
    readonly attempt: number;
    readonly edges: readonly number[];
    readonly amounts_msat: readonly number[];
  }[];
  readonly succeeded: boolean;
  readonly reason: Outcome | typeof NO_REASON;
  readonly draws: number;
  readonly refusals: number;
  readonly refused_at_us: number;
}

/** A payment as JSON. */
export function capturePayment(payment: Payment): Json {
  const { request, maxFeeMsat, deadlineUs, finalCltv } = payment.plan;
  return {
    request: captureRequest(request),
    max_fee_msat: maxFeeMsat,
    deadline_us: deadlineUs,
    final_cltv: finalCltv,
    max_parts: payment.maxParts,
    start_height: payment.startHeight,
    layer: payment.layer.capture(),
    attempts: payment.attempts,
    parts: payment.parts.map(({ attempt, edges, amountsMsat }) => ({
      attempt,
      edges: [...edges],
      amounts_msat: [...amountsMsat],
    })),
    succeeded: payment.succeeded,
    reason: payment.reason,
    draws: payment.draws,
    refusals: payment.refusals,
    refused_at_us: payment.refusedAtUs,
  };
}

/** A payment from what capturePayment wrote, under its present number. */
export function restorePayment(state: Json, rowOf: (payment: number) => number): Payment {
  const s = state as unknown as CapturedPayment;
  const plan: PaymentPlan = {
    request: restoreRequest(s.request, rowOf),
    maxFeeMsat: s.max_fee_msat,
    deadlineUs: s.deadline_us,
    finalCltv: s.final_cltv,
  };
  const payment = new Payment(plan, s.max_parts, s.start_height);
  payment.layer = PrivateLayer.restore(s.layer);
  payment.attempts = s.attempts;
  for (const { attempt, edges, amounts_msat } of s.parts) {
    payment.parts.push({ attempt, edges, amountsMsat: amounts_msat });
  }
  payment.succeeded = s.succeeded;
  payment.reason = s.reason;
  payment.draws = s.draws;
  payment.refusals = s.refusals;
  payment.refusedAtUs = s.refused_at_us;
  return payment;
}
