/** Payments of hosted nodes: what the payer knows of each, from the records of the simulation. Starts and decides nothing. */
import { OUTCOME, type Outcome, type PaymentResult } from '../simulate/records.ts';
import type { PaymentState } from '../simulate/state.ts';
import type { PaymentProfile } from '../timeline/timeline.ts';
import { HostError } from './host-error.ts';
import type { HostedEdge } from './hosted-channel.ts';
import type { HostedTimeline } from './hosted-timeline.ts';

/** Payments that ended and are remembered. */
const KEPT = 10_000;

/** An HTLC of an attempt. */
export interface HostedHop extends HostedEdge {
  readonly amountMsat: number;
  readonly expiry: number;
}

export interface HostedAttempt {
  /** Serial number in the network. */
  readonly attempt: number;
  readonly sentUs: number;
  readonly hops: readonly HostedHop[];
  state: 'in_flight' | 'succeeded' | 'failed';
  /** −1 while it is in flight. */
  resolvedUs: number;
  /** BOLT 4, and the hop that reported it: 0 the payer, n the recipient, −1 nobody. */
  failureCode: number;
  failureHop: number;
}

export interface HostedPayment {
  /** From 1. */
  readonly id: number;
  readonly source: number;
  readonly destination: number;
  readonly amountMsat: number;
  readonly profile: PaymentProfile;
  readonly startedUs: number;
  readonly attempts: readonly HostedAttempt[];
  /** Attempts that were made; more than are listed when the network was loaded in between. */
  readonly made: number;
  readonly feeMsat: number;
  readonly parts: number;
  /** BOLT 4, 0 when none, and the hop that reported it. */
  readonly failureCode: number;
  readonly failureHop: number;
  /** Null while it is in flight. */
  readonly ended: {
    readonly outcome: Outcome;
    readonly resolvedUs: number;
    readonly route: readonly HostedEdge[];
  } | null;
}

type Open = { -readonly [K in keyof HostedPayment]: HostedPayment[K] } & { readonly attempts: HostedAttempt[] };

interface Waiter {
  resolve(payment: HostedPayment): void;
  reject(error: Error): void;
}

export class HostedPayments {
  readonly #open = new Map<number, Open>();
  readonly #ended = new Map<number, HostedPayment>();
  readonly #waiters = new Map<number, Waiter[]>();
  /** Rows of the attempts that are in flight, by serial number. */
  readonly #rows = new Map<number, number>();

  /** Takes over the payments of a state that are not over. */
  restore(timeline: HostedTimeline, payments: readonly PaymentState[], inFlight: number): void {
    for (const { row, state, started_us, attempts, parts, fee_msat, failure } of payments) {
      if (state !== inFlight) continue;
      this.#open.set(row, {
        ...blank(row, timeline, started_us),
        made: attempts,
        parts,
        feeMsat: fee_msat,
        failureCode: failure?.[0] ?? 0,
        failureHop: failure?.[1] ?? -1,
      });
    }
  }

  /** Payments that somebody waits for. */
  get awaited(): number {
    return this.#waiters.size;
  }

  begin(row: number, timeline: HostedTimeline, nowUs: number): HostedPayment {
    const payment = blank(row, timeline, nowUs);
    this.#open.set(row, payment);
    return payment;
  }

  /** @throws HostError when there is none of this number, or it is forgotten */
  find(id: number): HostedPayment {
    const found = this.#open.get(id - 1) ?? this.#ended.get(id - 1);
    if (found === undefined) {
      throw new HostError(`could not find payment ${id}`, 'unknown_payment', { subject: String(id) });
    }
    return found;
  }

  /** The payment when it has ended. @throws HostError as find() and when the network goes before */
  async ended(id: number): Promise<HostedPayment> {
    const now = this.find(id);
    if (now.ended !== null) return now;
    return await new Promise((resolve, reject) => {
      const waiting = this.#waiters.get(id - 1) ?? [];
      waiting.push({ resolve, reject });
      this.#waiters.set(id - 1, waiting);
    });
  }

  /** The network goes: nobody will ever know. */
  abandon(error: Error): void {
    for (const waiting of this.#waiters.values()) for (const { reject } of waiting) reject(error);
    this.#waiters.clear();
  }

  sent(row: number, attempt: HostedAttempt): HostedPayment | null {
    const payment = this.#open.get(row);
    if (payment === undefined) return null;
    payment.attempts.push(attempt);
    payment.made++;
    this.#rows.set(attempt.attempt, row);
    return payment;
  }

  /** An attempt has ended: without a failure code it has succeeded. */
  attemptEnded(serial: number, nowUs: number, feeMsat: number, code: number, hop: number): HostedPayment | null {
    const row = this.#rows.get(serial);
    const payment = row === undefined ? undefined : this.#open.get(row);
    this.#rows.delete(serial);
    const attempt = payment?.attempts.findLast(({ attempt: number }) => number === serial);
    if (payment === undefined || attempt === undefined) return null;
    const succeeded = code === 0;
    attempt.state = succeeded ? 'succeeded' : 'failed';
    attempt.resolvedUs = nowUs;
    attempt.failureCode = code;
    attempt.failureHop = succeeded ? -1 : hop;
    if (succeeded) {
      payment.parts++;
      payment.feeMsat += feeMsat;
    } else {
      payment.failureCode = code;
      payment.failureHop = hop;
    }
    return payment;
  }

  /** The payment has ended; whoever waits for it is told. */
  resolved(result: PaymentResult, route: readonly HostedEdge[]): HostedPayment | null {
    const { payment: row, outcome, resolvedUs, attempts, parts, feeMsat, failureCode, failureHop } = result;
    const payment = this.#open.get(row);
    if (payment === undefined) return null;
    this.#open.delete(row);
    const ended: HostedPayment = {
      ...payment,
      made: attempts,
      parts,
      feeMsat,
      failureCode,
      failureHop,
      ended: { outcome, resolvedUs, route },
    };
    this.#ended.set(row, ended);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > KEPT && oldest !== undefined) this.#ended.delete(oldest);
    const waiting = this.#waiters.get(row) ?? [];
    this.#waiters.delete(row);
    for (const { resolve } of waiting) resolve(ended);
    return ended;
  }
}

/** Whether the payment came to its recipient; null while it is in flight. */
export function succeeded({ ended }: HostedPayment): boolean | null {
  return ended === null ? null : ended.outcome === OUTCOME.Success;
}

function blank(row: number, timeline: HostedTimeline, startedUs: number): Open {
  return {
    id: row + 1,
    ...timeline.payment(row),
    startedUs,
    attempts: [],
    made: 0,
    feeMsat: 0,
    parts: 0,
    failureCode: 0,
    failureHop: -1,
    ended: null,
  };
}
