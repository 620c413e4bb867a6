/**
 * Payments that are made at processes: they go on beside everything else, and what came of each waits until the run looks
 * for it.
 */
import { OUTCOME, RECORD, type RecordSink } from '../../simulate/records.ts';
import type { RebalanceRequest } from '../../timeline/control.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import { type DriverPaid, type DriverPayment, DriverRefusal } from './driver.ts';
import { need, type ProcessCalls } from './process-calls.ts';
import type { Seat } from './seat.ts';

/** What invoices with a name are called at their processes. */
export interface InvoiceIds {
  /** Undefined of one that is not made. */
  idOf(invoice: number): string | undefined;
}

export interface PaymentCallsOptions {
  readonly timeline: Timeline;
  readonly seats: readonly Seat[];
  readonly sink: RecordSink;
  readonly calls: ProcessCalls;
  readonly invoices: InvoiceIds;
}

export class PaymentCalls {
  readonly #timeline: Timeline;
  readonly #seats: readonly Seat[];
  readonly #sink: RecordSink;
  readonly #calls: ProcessCalls;
  readonly #invoices: InvoiceIds;
  readonly #paying = new Set<number>();
  /** Rows of the payments of each invoice with a name, in the order in which they began. */
  readonly #ofInvoice = new Map<number, number[]>();
  /** What has come of payments since the last look. */
  readonly #ended: ((nowUs: number) => void)[] = [];

  constructor({ timeline, seats, sink, calls, invoices }: PaymentCallsOptions) {
    this.#timeline = timeline;
    this.#seats = seats;
    this.#sink = sink;
    this.#calls = calls;
    this.#invoices = invoices;
  }

  get inFlight(): number {
    return this.#paying.size;
  }

  /** Begins payment `row` of the timeline. */
  begin(row: number, nowUs: number): void {
    this.#begin(row, nowUs, () => this.#pay(row));
  }

  /** Begins a payment of a node to itself. */
  rebalance(
    { node, outChannel, inChannel, amountMsat, maxFeeMsat, route = [], row }: RebalanceRequest,
    nowUs: number,
  ): void {
    const seat = this.#seats[node]!;
    const circle = { node: seat.node, outChannel, inChannel, amountMsat, maxFeeMsat, route };
    this.#begin(row, nowUs, () =>
      this.#calls.call(seat, () => need(seat.driver.rebalance, 'rebalance').call(seat.driver, circle)),
    );
  }

  /** The latest payment of an invoice by this node, as its process calls it; null when there was none. */
  paying(invoice: number, payer: string): { readonly row: number; readonly amountMsat: number } | null {
    const { source, amountMsat } = this.#timeline.payments;
    const row = this.#ofInvoice.get(invoice)?.findLast((one) => this.#seats[source[one]!]!.node.name === payer);
    return row === undefined ? null : { row, amountMsat: amountMsat[row]! };
  }

  #begin(row: number, nowUs: number, work: () => Promise<DriverPaid>): void {
    const { source, destination, amountMsat } = this.#timeline.payments;
    this.#sink.record(RECORD.paymentStarted, nowUs, row, source[row]!, destination[row]!, amountMsat[row]!);
    this.#paying.add(row);
    work().then(
      (paid) => this.#ended.push((endUs) => this.#resolve(row, nowUs, endUs, paid)),
      (error: unknown) => {
        if (error instanceof DriverRefusal) {
          this.#ended.push((endUs) => this.#resolve(row, nowUs, endUs, NOT_PAID));
        } else this.#calls.fail(error);
      },
    );
  }

  /** Tells what has come of payments since the last time; false when something may be due at this very instant. */
  tell(nowUs: number): boolean {
    for (let ended = this.#ended.shift(); ended !== undefined; ended = this.#ended.shift()) {
      ended(nowUs);
      if (this.#sink.interrupt === true) return false;
    }
    return true;
  }

  async #pay(row: number): Promise<DriverPaid> {
    const { payments, activities } = this.#timeline;
    const { invoice: named, lastHop, routes, ...profile } = activities[payments.activity[row]!]!.profile;
    const [from, to] = [this.#seats[payments.source[row]!]!, this.#seats[payments.destination[row]!]!];
    const invoice = named === undefined ? null : this.#invoices.idOf(named);
    // Nobody can pay an invoice that is not made yet.
    if (invoice === undefined) return { ...NOT_PAID, outcome: OUTCOME.NotDispatched };
    if (named !== undefined) this.#ofInvoice.set(named, [...(this.#ofInvoice.get(named) ?? []), row]);
    const route = routes?.[payments.lane?.[row] ?? 0];
    const payment: DriverPayment = {
      node: from.node,
      destination: to.node,
      invoice,
      amountMsat: payments.amountMsat[row]!,
      profile: route === undefined ? profile : { ...profile, route },
      ...(lastHop === undefined ? {} : { lastHop: this.#seats[lastHop]!.node }),
    };
    return this.#calls.call(from, () => need(from.driver.pay, 'pay').call(from.driver, payment));
  }

  #resolve(row: number, startedUs: number, resolvedUs: number, paid: DriverPaid): void {
    this.#paying.delete(row);
    const route = paid.route.map((key) => this.#seats.findIndex(({ node }) => node.pubkey === key));
    this.#sink.record(RECORD.paymentResolved, resolvedUs, row, paid.outcome, paid.attempts, paid.feeMsat);
    this.#sink.payment({
      payment: row,
      startedUs,
      resolvedUs,
      outcome: paid.outcome,
      attempts: paid.attempts,
      parts: paid.parts,
      feeMsat: paid.feeMsat,
      route: route.includes(-1) ? [] : route,
      channels: [],
      failureCode: paid.failureCode,
      failureHop: paid.failureHop,
    });
  }
}

/** A payment that its process did not take. */
const NOT_PAID: DriverPaid = {
  outcome: OUTCOME.UnexpectedError,
  attempts: 0,
  parts: 0,
  feeMsat: 0,
  route: [],
  failureCode: 0,
  failureHop: -1,
};
