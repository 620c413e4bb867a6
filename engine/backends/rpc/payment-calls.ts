/**
 * Payments that are made at processes: they go on beside everything else, and what came of each waits until the run looks
 * for it.
 */
import { OUTCOME, RECORD, type RecordSink } from '../../simulate/records.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import { type DriverPaid, DriverRefusal } from './driver.ts';
import { need, type ProcessCalls } from './process-calls.ts';
import type { Seat } from './seat.ts';

export class PaymentCalls {
  readonly #timeline: Timeline;
  readonly #seats: readonly Seat[];
  readonly #sink: RecordSink;
  readonly #calls: ProcessCalls;
  readonly #paying = new Set<number>();
  /** What has come of payments since the last look. */
  readonly #ended: ((nowUs: number) => void)[] = [];

  constructor(timeline: Timeline, seats: readonly Seat[], sink: RecordSink, calls: ProcessCalls) {
    this.#timeline = timeline;
    this.#seats = seats;
    this.#sink = sink;
    this.#calls = calls;
  }

  get inFlight(): number {
    return this.#paying.size;
  }

  /** Begins payment `row` of the timeline. */
  begin(row: number, nowUs: number): void {
    const { source, destination, amountMsat } = this.#timeline.payments;
    this.#sink.record(RECORD.paymentStarted, nowUs, row, source[row]!, destination[row]!, amountMsat[row]!);
    this.#paying.add(row);
    this.#pay(row).then(
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
    const { profile } = activities[payments.activity[row]!]!;
    const [from, to] = [this.#seats[payments.source[row]!]!, this.#seats[payments.destination[row]!]!];
    const amountMsat = payments.amountMsat[row]!;
    const expiryUs = profile.invoiceExpiryUs;
    const invoice =
      profile.method === 'keysend' || to.driver.makeInvoice === undefined
        ? null
        : await this.#calls.call(to, () =>
            need(to.driver.makeInvoice, 'create_invoice').call(to.driver, {
              node: to.node,
              amountMsat,
              ...(expiryUs === undefined ? {} : { expiryUs }),
            }),
          );
    const payment = { node: from.node, destination: to.node, invoice, amountMsat, profile };
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
