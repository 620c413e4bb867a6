/**
 * A payment in progress as its sender sees it, and its form in a snapshot. Holds numbers; decides nothing.
 *
 * ldk:ln/outbound_payment.rs:PendingOutboundPayment.
 */
import type { Json } from '../../engine/base/json.ts';
import type { PaymentRequest, RouteBuffer } from '../../engine/simulate/node-model.ts';
import type { Outcome } from '../../engine/simulate/records.ts';
import { type CapturedRequest, captureRequest, restoreRequest } from '../shared/captured-request.ts';

/** Reason not set: the payment is not abandoned. */
export const NO_REASON = -1;
/** No timer is set. */
export const NO_TIMER = -1;

/** A path in flight: its channels as edges and what each carries, msat. */
export interface Part {
  readonly attempt: number;
  readonly edges: readonly number[];
  readonly amountsMsat: readonly number[];
  /** What the recipient gets, and what the others take. */
  readonly valueMsat: number;
  readonly feeMsat: number;
}

export function partOf(attempt: number, route: RouteBuffer): Part {
  const edges = Array.from(route.edge.subarray(0, route.length));
  return partFrom(attempt, edges, Array.from(route.amountMsat.subarray(0, route.length)));
}

function partFrom(attempt: number, edges: readonly number[], amountsMsat: readonly number[]): Part {
  const valueMsat = amountsMsat[amountsMsat.length - 1] as number;
  return { attempt, edges, amountsMsat, valueMsat, feeMsat: (amountsMsat[0] as number) - valueMsat };
}

export class Payment {
  readonly request: PaymentRequest;
  /** What may still be paid in fees (remaining_max_total_routing_fee_msat). */
  feesLeftMsat: number;
  /** In flight or arrived (pending_amt_msat). */
  pendingMsat = 0;
  /** Retries made, and routes looked for. */
  retries = 0;
  searches = 0;
  /** Channels that failed (previously_failed_channels). */
  readonly failedChannels: Set<number> = new Set();
  /** In the order they were sent. */
  readonly parts: Part[] = [];
  /** The preimage is known. */
  fulfilled = false;
  /** Why the payment was abandoned; the first reason counts. */
  reason: Outcome | typeof NO_REASON = NO_REASON;
  /** When it is looked at again, µs. */
  timerUs: number = NO_TIMER;
  /** After this instant it is not sent again (PaymentParameters::expiry_time), µs; Infinity without an invoice. */
  expiresUs: number;

  constructor(request: PaymentRequest, feeLimitMsat: number) {
    this.request = request;
    this.feesLeftMsat = feeLimitMsat;
    this.expiresUs = request.invoice?.expiresUs ?? Number.POSITIVE_INFINITY;
  }

  add(part: Part): void {
    this.parts.push(part);
    this.pendingMsat += part.valueMsat;
    this.feesLeftMsat -= part.feeMsat;
  }

  /** Takes out a part that came to its end. Only what failed may be sent again. */
  remove(part: Part, failed: boolean): void {
    this.parts.splice(this.parts.indexOf(part), 1);
    if (!failed) return;
    this.pendingMsat -= part.valueMsat;
    this.feesLeftMsat += part.feeMsat;
  }

  abandon(reason: Outcome): void {
    if (this.reason === NO_REASON) this.reason = reason;
  }

  /** @throws Error when no part in flight has this number: the simulator reported an attempt twice or a foreign one. */
  part(attempt: number): Part {
    for (const part of this.parts) if (part.attempt === attempt) return part;
    throw new Error(`payment ${this.request.payment} has no attempt ${attempt} in flight`);
  }
}

/** A payment as JSON. */
export function capturePayment(payment: Payment): Json {
  return {
    request: captureRequest(payment.request),
    // No limit at all is none that JSON knows.
    fees_left_msat: payment.feesLeftMsat === Infinity ? -1 : payment.feesLeftMsat,
    pending_msat: payment.pendingMsat,
    retries: payment.retries,
    searches: payment.searches,
    failed_channels: [...payment.failedChannels],
    fulfilled: payment.fulfilled,
    reason: payment.reason,
    timer_us: payment.timerUs,
    ...(payment.expiresUs === Number.POSITIVE_INFINITY ? {} : { expires_us: payment.expiresUs }),
    parts: payment.parts.map(({ attempt, edges, amountsMsat }) => ({
      attempt,
      edges: [...edges],
      amounts_msat: [...amountsMsat],
    })),
  };
}

interface CapturedPayment {
  readonly request: CapturedRequest;
  readonly fees_left_msat: number;
  readonly pending_msat: number;
  readonly retries: number;
  readonly searches: number;
  readonly failed_channels: readonly number[];
  readonly fulfilled: boolean;
  readonly reason: Outcome | typeof NO_REASON;
  readonly timer_us: number;
  readonly expires_us?: number;
  readonly parts: readonly {
    readonly attempt: number;
    readonly edges: readonly number[];
    readonly amounts_msat: readonly number[];
  }[];
}

/** A payment from what capturePayment wrote, under its present number. */
export function restorePayment(state: Json, rowOf: (payment: number) => number): Payment {
  const s = state as unknown as CapturedPayment;
  const request = restoreRequest(s.request, rowOf);
  const payment = new Payment(request, 0);
  for (const { attempt, edges, amounts_msat } of s.parts) payment.parts.push(partFrom(attempt, edges, amounts_msat));
  payment.feesLeftMsat = s.fees_left_msat < 0 ? Infinity : s.fees_left_msat;
  payment.pendingMsat = s.pending_msat;
  payment.retries = s.retries;
  payment.searches = s.searches;
  for (const channel of s.failed_channels) payment.failedChannels.add(channel);
  payment.fulfilled = s.fulfilled;
  payment.reason = s.reason;
  payment.timerUs = s.timer_us;
  payment.expiresUs = s.expires_us ?? Number.POSITIVE_INFINITY;
  return payment;
}
