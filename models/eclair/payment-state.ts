/**
 * A payment in progress as its sender sees it, and its form in a snapshot. Holds numbers; decides nothing.
 *
 * eclair:payment/send/MultiPartPaymentLifecycle.scala:PaymentProgress, PaymentAborted, PaymentSucceeded;
 * eclair:payment/send/PaymentLifecycle.scala:WaitingForComplete.
 */
import type { Json } from '../../engine/base/json.ts';
import { keyedUnit } from '../../engine/base/random.ts';
import type { PaymentRequest } from '../../engine/simulate/node-model.ts';
import type { Outcome } from '../../engine/simulate/records.ts';
import { type CapturedRequest, captureRequest, restoreRequest } from '../shared/captured-request.ts';
import type { SplitRoute } from './splitting.ts';

/** Reason not set: the payment goes on. */
export const NO_REASON = -1;

/** In one part, in several, or over a route that is given. */
export type PaymentKind = 'single' | 'multi' | 'route';

/** A route in flight. */
export interface Part extends SplitRoute {
  readonly attempt: number;
}

/** What is fixed when a payment begins. */
export interface PaymentPlan {
  readonly request: PaymentRequest;
  readonly kind: PaymentKind;
  readonly maxFeeMsat: number;
  readonly maxParts: number;
  /** No new attempts from then on. */
  readonly deadlineUs: number;
  /** Expiry of the last HTLC of every route. */
  readonly finalExpiry: number;
}

export class Payment {
  readonly plan: PaymentPlan;
  /** Routes, or rounds of several parts, that may still be tried. */
  attemptsLeft: number;
  readonly ignoredNodes: Set<number> = new Set();
  readonly ignoredEdges: Set<number> = new Set();
  /** Nodes that have answered with a channel_update. */
  readonly updatedNodes: Set<number> = new Set();
  parts: Part[] = [];
  succeeded = false;
  /** Why the payment fails once nothing is in flight. */
  reason: Outcome | typeof NO_REASON = NO_REASON;
  /** Random numbers drawn so far; the first was the final expiry's. */
  draws = 1;

  constructor(plan: PaymentPlan, attempts: number) {
    this.plan = plan;
    this.attemptsLeft = attempts;
  }

  get request(): PaymentRequest {
    return this.plan.request;
  }

  get pendingMsat(): number {
    return this.parts.reduce((sum, part) => sum + part.deliveredMsat, 0);
  }

  get pendingFeeMsat(): number {
    return this.parts.reduce((sum, part) => sum + part.feeMsat, 0);
  }

  draw(): number {
    return keyedUnit(this.request.key0, this.request.key1, this.draws++);
  }

  /** Takes out a part that has ended. @throws Error when no part in flight has this number. */
  take(attempt: number): Part {
    const part = this.parts.find((one) => one.attempt === attempt);
    if (part === undefined) throw new Error(`payment ${this.request.payment} has no attempt ${attempt} in flight`);
    this.parts = this.parts.filter((one) => one !== part);
    return part;
  }
}

interface CapturedPayment {
  readonly request: CapturedRequest;
  readonly kind: PaymentKind;
  readonly max_fee_msat: number;
  readonly max_parts: number;
  readonly deadline_us: number;
  readonly final_expiry: number;
  readonly attempts_left: number;
  readonly ignored_nodes: readonly number[];
  readonly ignored_edges: readonly number[];
  readonly updated_nodes: readonly number[];
  readonly parts: readonly {
    readonly attempt: number;
    readonly edges: readonly number[];
    readonly amounts_msat: readonly number[];
  }[];
  readonly succeeded: boolean;
  readonly reason: Outcome | typeof NO_REASON;
  readonly draws: number;
}

const sorted = (set: ReadonlySet<number>): number[] => [...set].sort((a, b) => a - b);

/** A payment as JSON. */
export function capturePayment(payment: Payment): Json {
  const { request, kind, maxFeeMsat, maxParts, deadlineUs, finalExpiry } = payment.plan;
  return {
    // The route stands in it also where there is none.
    request: { route: null, ...(captureRequest(request) as { readonly [key: string]: Json }) },
    kind,
    max_fee_msat: maxFeeMsat,
    max_parts: maxParts,
    deadline_us: deadlineUs,
    final_expiry: finalExpiry,
    attempts_left: payment.attemptsLeft,
    ignored_nodes: sorted(payment.ignoredNodes),
    ignored_edges: sorted(payment.ignoredEdges),
    updated_nodes: sorted(payment.updatedNodes),
    parts: payment.parts.map(({ attempt, edges, amountsMsat }) => ({
      attempt,
      edges: [...edges],
      amounts_msat: [...amountsMsat],
    })),
    succeeded: payment.succeeded,
    reason: payment.reason,
    draws: payment.draws,
  };
}

/** A payment from what capturePayment wrote, under its present number. */
export function restorePayment(state: Json, rowOf: (payment: number) => number): Payment {
  const s = state as unknown as CapturedPayment;
  const plan: PaymentPlan = {
    request: restoreRequest(s.request, rowOf),
    kind: s.kind,
    maxFeeMsat: s.max_fee_msat,
    maxParts: s.max_parts,
    deadlineUs: s.deadline_us,
    finalExpiry: s.final_expiry,
  };
  const payment = new Payment(plan, s.attempts_left);
  for (const node of s.ignored_nodes) payment.ignoredNodes.add(node);
  for (const edge of s.ignored_edges) payment.ignoredEdges.add(edge);
  for (const node of s.updated_nodes) payment.updatedNodes.add(node);
  payment.parts = s.parts.map(({ attempt, edges, amounts_msat }) => {
    const deliveredMsat = amounts_msat[amounts_msat.length - 1] as number;
    const feeMsat = (amounts_msat[0] as number) - deliveredMsat;
    return { attempt, edges, amountsMsat: amounts_msat, deliveredMsat, feeMsat };
  });
  payment.succeeded = s.succeeded;
  payment.reason = s.reason;
  payment.draws = s.draws;
  return payment;
}
