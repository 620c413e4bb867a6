/**
 * A payment in progress as its sender sees it, and its form in a snapshot. Holds numbers; decides nothing.
 *
 * lnd:payments/db/payment.go:MPPayment, MPPaymentState.
 */
import type { Json } from '../../engine/base/json.ts';
import { MAX_HOPS, type PaymentRequest, type RouteBuffer } from '../../engine/simulate/node-model.ts';
import type { Outcome } from '../../engine/simulate/records.ts';
import { type CapturedRequest, captureRequest, restoreRequest } from '../shared/captured-request.ts';

/** Reason not set. */
export const NO_REASON = -1;

/** Numbers of a part's route here: its nodes, sender first, and between two of them what goes from one to the other, msat. */
const ROUTE = 2 * MAX_HOPS + 1;

/** An attempt that is in flight or settled. */
export class Part {
  attempt = -1;
  settled = false;
  hops = 0;
  /** The routes of many parts, and where that of this one begins: a list of its own would lie elsewhere in memory. */
  readonly #routes: Float64Array;
  readonly #at: number;

  constructor(routes: Float64Array, at: number) {
    this.#routes = routes;
    this.#at = at;
  }

  /** Node number `hop` of the route, 0 is the sender. */
  node(hop: number): number {
    return this.#routes[this.#at + 2 * hop] as number;
  }

  /** What goes from node `hop` to the next one, msat. */
  amountMsat(hop: number): number {
    return this.#routes[this.#at + 2 * hop + 1] as number;
  }

  /** What the recipient gets. */
  get deliveredMsat(): number {
    return this.amountMsat(this.hops - 1);
  }

  get feeMsat(): number {
    return this.amountMsat(0) - this.deliveredMsat;
  }

  /** Takes over a route that is about to be sent. */
  load(route: RouteBuffer, source: number, to: (edge: number) => number): void {
    this.settled = false;
    this.hops = route.length;
    const routes = this.#routes;
    let at = this.#at;
    routes[at++] = source;
    for (let i = 0; i < route.length; i++) {
      routes[at++] = route.amountMsat[i] as number;
      routes[at++] = to(route.edge[i] as number);
    }
  }

  /** Takes over a route that was written down; of its nodes there is one more than of the amounts. */
  restore(nodes: readonly number[], amountsMsat: readonly number[]): void {
    this.hops = amountsMsat.length;
    nodes.forEach((node, hop) => {
      this.#routes[this.#at + 2 * hop] = node;
    });
    amountsMsat.forEach((amount, hop) => {
      this.#routes[this.#at + 2 * hop + 1] = amount;
    });
  }
}

/** Parts that are made at once here, and most of them that are kept here for reuse. */
const PARTS = 64;
const SPARE_PARTS = 1024;

/** Makes parts, and has them used again. */
export class PartPool {
  readonly #spare: Part[] = [];

  /** A part to be filled. */
  take(): Part {
    if (this.#spare.length === 0) {
      const routes = new Float64Array(PARTS * ROUTE);
      for (let i = PARTS - 1; i >= 0; i--) this.#spare.push(new Part(routes, i * ROUTE));
    }
    return this.#spare.pop() as Part;
  }

  /** Gives a part back that nobody refers to. */
  give(part: Part): void {
    if (this.#spare.length < SPARE_PARTS) this.#spare.push(part);
  }
}

/** The parts of a payment that has none yet. */
const NO_PARTS: Part[] = [];

export class Payment {
  readonly request: PaymentRequest;
  readonly feeLimitMsat: number;
  readonly maxParts: number;
  readonly deadlineUs: number;
  readonly finalCltvDelta: number;
  /** Best height when the payment began. */
  readonly height: number;
  /** Attempts that have not failed, in the order they were sent, and their sums. */
  parts: Part[] = NO_PARTS;
  settledParts = 0;
  sentMsat = 0;
  feesMsat = 0;
  /** Why the payment fails once nothing is in flight; the last reason given counts. */
  reason: Outcome | typeof NO_REASON = NO_REASON;
  /** Refusals by the sender's own link at one instant, and which instant. */
  refusals = 0;
  refusedAtUs = -1;

  constructor(
    request: PaymentRequest,
    feeLimitMsat: number,
    maxParts: number,
    deadlineUs: number,
    finalCltvDelta: number,
    height: number,
  ) {
    this.request = request;
    this.feeLimitMsat = feeLimitMsat;
    this.maxParts = maxParts;
    this.deadlineUs = deadlineUs;
    this.finalCltvDelta = finalCltvDelta;
    this.height = height;
  }

  get inFlight(): number {
    return this.parts.length - this.settledParts;
  }

  /** Enters a part that was sent. */
  add(part: Part): void {
    // Most payments have one part, and a list that grows has room for seventeen.
    if (this.parts.length === 0) this.parts = [part];
    else this.parts.push(part);
    this.sentMsat += part.deliveredMsat;
    this.feesMsat += part.feeMsat;
    if (part.settled) this.settledParts++;
  }

  /** Takes a failed part out again. */
  remove(part: Part): void {
    this.parts.splice(this.parts.indexOf(part), 1);
    this.sentMsat -= part.deliveredMsat;
    this.feesMsat -= part.feeMsat;
  }

  /** @throws Error when no part in flight has this number: the simulator reported an attempt twice or a foreign one. */
  part(attempt: number): Part {
    for (const part of this.parts) if (part.attempt === attempt && !part.settled) return part;
    throw new Error(`payment ${this.request.payment} has no attempt ${attempt} in flight`);
  }
}

/** A payment as JSON. */
export function capturePayment(payment: Payment): Json {
  return {
    request: captureRequest(payment.request),
    fee_limit_msat: payment.feeLimitMsat,
    max_parts: payment.maxParts,
    deadline_us: payment.deadlineUs,
    final_cltv_delta: payment.finalCltvDelta,
    height: payment.height,
    reason: payment.reason,
    refusals: payment.refusals,
    refused_at_us: payment.refusedAtUs,
    parts: payment.parts.map((part) => ({
      attempt: part.attempt,
      settled: part.settled,
      nodes: Array.from({ length: part.hops + 1 }, (_, hop) => part.node(hop)),
      amounts_msat: Array.from({ length: part.hops }, (_, hop) => part.amountMsat(hop)),
    })),
  };
}

interface CapturedPayment {
  readonly request: CapturedRequest;
  readonly fee_limit_msat: number;
  readonly max_parts: number;
  readonly deadline_us: number;
  readonly final_cltv_delta: number;
  readonly height: number;
  readonly reason: Outcome | typeof NO_REASON;
  readonly refusals: number;
  readonly refused_at_us: number;
  readonly parts: readonly {
    readonly attempt: number;
    readonly settled: boolean;
    readonly nodes: readonly number[];
    readonly amounts_msat: readonly number[];
  }[];
}

/** A payment from what capturePayment wrote, under its present number. */
export function restorePayment(state: Json, rowOf: (payment: number) => number, pool: PartPool): Payment {
  const s = state as unknown as CapturedPayment;
  const payment = new Payment(
    restoreRequest(s.request, rowOf),
    s.fee_limit_msat,
    s.max_parts,
    s.deadline_us,
    s.final_cltv_delta,
    s.height,
  );
  payment.reason = s.reason;
  payment.refusals = s.refusals;
  payment.refusedAtUs = s.refused_at_us;
  for (const captured of s.parts) {
    const part = pool.take();
    part.attempt = captured.attempt;
    part.settled = captured.settled;
    part.restore(captured.nodes, captured.amounts_msat);
    payment.add(part);
  }
  return payment;
}
