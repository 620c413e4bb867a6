/**
 * Invoices with a name, by their index in the timeline: what their recipients know of them. Storage, and what follows from
 * it alone; who settles and cancels is receiving.ts.
 *
 * The parts of a payment are counted by payment, not by payment hash: two payments of one invoice never make a set
 * together. The one that is complete first is held or settled, and the other one finds the invoice taken.
 */
import type { InvoicePlan, Timeline } from '../timeline/timeline.ts';
import { PAYMENT, type PaymentTable } from './payments.ts';

/** none: not made yet. held: a complete payment waits for its recipient's decision. */
export const INVOICE = { none: 0, open: 1, held: 2, settled: 3, cancelled: 4 } as const;
export const INVOICE_NAMES: readonly string[] = Object.keys(INVOICE);

export class InvoiceTable {
  readonly plans: readonly InvoicePlan[];
  readonly state: Uint8Array;
  readonly createdUs: Float64Array;
  /** Row of the payment that is held, −1 when there is none. */
  readonly payment: Int32Array;
  /** Node whose payment is held or was settled, −1 when there is none. */
  readonly payer: Int32Array;
  /** Rows of the payments that name each invoice. */
  readonly #rows: readonly number[][];

  constructor({ invoices = [], activities, payments }: Timeline) {
    this.plans = invoices;
    this.state = new Uint8Array(invoices.length);
    this.createdUs = new Float64Array(invoices.length);
    this.payment = new Int32Array(invoices.length).fill(-1);
    this.payer = new Int32Array(invoices.length).fill(-1);
    const rows: number[][] = invoices.map(() => []);
    for (let row = 0; invoices.length > 0 && row < payments.length; row++) {
      const named = activities[payments.activity[row]!]!.profile.invoice;
      if (named !== undefined) rows[named]!.push(row);
    }
    this.#rows = rows;
  }

  /** A payment names an invoice whose row was not known before: one that was planned while the network is played. */
  name(invoice: number, row: number): void {
    this.#rows[invoice]!.push(row);
  }

  /** The instant after which it is not paid any more, µs. */
  expiresUs(invoice: number, lifetimeUs: number): number {
    return this.createdUs[invoice]! + (this.plans[invoice]!.expiryUs ?? lifetimeUs);
  }

  /** Whether a payment from this node of the same invoice has succeeded, or is under way. */
  paidBefore(invoice: number, row: number, payments: PaymentTable, source: Int32Array): 'none' | 'in_flight' | 'paid' {
    if (this.state[invoice] === INVOICE.settled && this.payer[invoice] === source[row]) return 'paid';
    const isUnderWay = (other: number): boolean =>
      other !== row && source[other] === source[row] && payments.state[other] === PAYMENT.running;
    return this.#rows[invoice]!.some(isUnderWay) ? 'in_flight' : 'none';
  }
}
