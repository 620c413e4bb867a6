/**
 * Payments in progress of all nodes of a model, by number, and how those of one node come into a snapshot and out of it.
 * What a payment is and how it is written is the model's own.
 */
import type { Json } from '../../engine/base/json.ts';
import { NumberMap } from '../../engine/base/number-map.ts';
import type { PaymentRequest } from '../../engine/simulate/node-model.ts';

export class PaymentTable<Payment extends { readonly request: PaymentRequest }> {
  readonly #payments = new NumberMap<Payment>();
  readonly #write: (payment: Payment) => Json;
  readonly #read: (state: Json, rowOf: (payment: number) => number) => Payment;

  /** @param read makes a payment of what `write` wrote, under its present number */
  constructor(write: (payment: Payment) => Json, read: (state: Json, rowOf: (payment: number) => number) => Payment) {
    this.#write = write;
    this.#read = read;
  }

  add(payment: Payment): void {
    this.#payments.set(payment.request.payment, payment);
  }

  delete(number: number): void {
    this.#payments.delete(number);
  }

  /** A payment that may have ended. */
  find(number: number): Payment | undefined {
    return this.#payments.get(number);
  }

  /** @throws Error when the payment has ended or never began: the simulator reported something twice. */
  of(number: number): Payment {
    const payment = this.#payments.get(number);
    if (payment === undefined) throw new Error(`payment ${number} is not in progress`);
    return payment;
  }

  /** Payments of a node, by number. */
  capture(node: number): Json {
    const own = this.#payments.values().filter((payment) => payment.request.source === node);
    own.sort((a, b) => a.request.payment - b.request.payment);
    return own.map(this.#write);
  }

  /** Takes over payments that capture wrote; answers them. */
  restore(state: Json, rowOf: (payment: number) => number): readonly Payment[] {
    const payments = (state as readonly Json[]).map((captured) => this.#read(captured, rowOf));
    for (const payment of payments) this.add(payment);
    return payments;
  }
}
