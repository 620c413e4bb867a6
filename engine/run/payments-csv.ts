/**
 * payments.csv: a line for each payment, written when it resolves (so not in order of dispatch), those unresolved at
 * the end last. The first seven columns are exactly sim-ln's, so that scripts for its results read this file.
 */
import { compareText } from '../base/order.ts';
import { failureName } from '../simulate/failure.ts';
import { PAYMENT } from '../simulate/payments.ts';
import { OUTCOME, OUTCOME_NAMES, type PaymentResult, type RecordCode } from '../simulate/records.ts';
import { carriedActivity } from '../timeline/carried.ts';
import { payingNodes } from '../timeline/payment-ends.ts';
import { invoiceHash, paymentHash } from '../timeline/payment-hash.ts';
import { paymentRow } from '../timeline/payment-row.ts';
import { pubkeyOf, pubkeysOf } from '../timeline/pubkey.ts';
import type { Timeline, TimelineActivity } from '../timeline/timeline.ts';
import type { RunObserver } from './observers.ts';
import type { RunStart } from './run-start.ts';

/** Those that sim-ln writes, in its order. */
export const SIM_LN_COLUMNS: readonly string[] = [
  'source',
  'destination',
  'amount_msat',
  'hash',
  'dispatch_time',
  'htlc_count',
  'payment_outcome',
];

export const PAYMENT_COLUMNS: readonly string[] = [
  ...SIM_LN_COLUMNS,
  'activity',
  'nth',
  'source_name',
  'destination_name',
  'route',
  'fee_msat',
  'attempts',
  'failure',
  'failure_hop',
  /** ms since 1970 on the scenario's calendar, as dispatch_time. */
  'resolve_time_ms',
  /** ms from dispatch to resolution. */
  'resolved_ms',
];

/** Outcome of a payment that was in flight when the run ended. */
export const PENDING_OUTCOME = 'Pending';

/** What sim-ln writes where it has no hash: the source did not make the payment at all. */
const NO_HASH = 'Unknown';

/** All columns, or those of sim-ln alone. */
export const PAYMENTS_FORMS = ['all', 'sim-ln'] as const;
export type PaymentsForm = (typeof PAYMENTS_FORMS)[number];

export class PaymentsCsv implements RunObserver {
  #timeline: Timeline;
  readonly #write: (text: string) => void;
  readonly #form: PaymentsForm;
  /** Instants at which payments in flight started, by payment. */
  readonly #inFlight: Map<number, number> = new Map();
  /** Keys are derived together before the first line. */
  #keysKnown = false;

  constructor(timeline: Timeline, write: (text: string) => void, form: PaymentsForm = 'all') {
    this.#timeline = timeline;
    this.#write = write;
    this.#form = form;
    write(`${(form === 'all' ? PAYMENT_COLUMNS : SIM_LN_COLUMNS).join(',')}\n`);
  }

  plays(timeline: Timeline): void {
    this.#timeline = timeline;
  }

  /** Payments that are in flight already. */
  started({ kind, snapshot: { state, run } }: RunStart): void {
    const originUs = kind === 'anew' ? state.time_us : (run?.origin_us ?? 0);
    for (const one of state.payments) {
      // A journal lists no others.
      if ('state' in one && one.state !== PAYMENT.running) continue;
      const activity = kind === 'anew' ? carriedActivity(one.activity) : one.activity;
      const row = paymentRow(this.#timeline, activity, one.nth, one.row);
      if (row >= 0) this.#inFlight.set(row, one.started_us - originUs);
    }
  }

  dispatched(row: number, timeUs: number): void {
    this.#inFlight.set(row, timeUs);
  }

  payment(result: PaymentResult): void {
    this.#inFlight.delete(result.payment);
    const failed = result.failureCode !== 0;
    const dispatched = result.outcome !== OUTCOME.NotDispatched;
    this.#line(result.payment, result.startedUs, dispatched, result.parts, OUTCOME_NAMES[result.outcome] ?? 'Unknown', [
      result.route.map((node) => this.#name(node)).join(' > '),
      result.feeMsat,
      result.attempts,
      failed ? failureName(result.failureCode) : '',
      failed && result.failureHop >= 0 ? result.failureHop : '',
      this.#timeline.epochMs + Math.floor(result.resolvedUs / 1000),
      (result.resolvedUs - result.startedUs) / 1000,
    ]);
  }

  finish(): void {
    if (this.#form === 'sim-ln') return;
    for (const [row, startedUs] of this.#pending()) {
      this.#line(row, startedUs, true, 0, PENDING_OUTCOME, ['', '', '', '', '', '', '']);
    }
  }

  /** Payments in flight in the order in which they started, which a state does not keep. */
  #pending(): readonly (readonly [row: number, startedUs: number])[] {
    const { payments, activities } = this.#timeline;
    const name = (row: number): string => activities[payments.activity[row] as number]?.name ?? '';
    const nth = (row: number): number => payments.nth[row] as number;
    return [...this.#inFlight].sort(
      ([a, aUs], [b, bUs]) => aUs - bUs || compareText(name(a), name(b)) || nth(a) - nth(b),
    );
  }

  record(_code: RecordCode): void {
    // Results say all that a line needs.
  }

  text(): void {}

  #line(
    row: number,
    startedUs: number,
    dispatched: boolean,
    htlcs: number,
    outcome: string,
    rest: readonly (string | number)[],
  ): void {
    const { payments, activities, epochMs } = this.#timeline;
    const source = payments.source[row] as number;
    const destination = payments.destination[row] as number;
    const activity = activities[payments.activity[row] as number];
    const nth = payments.nth[row] as number;
    const named = this.#timeline.invoices?.[activity?.profile.invoice ?? -1];
    const hash = (): string =>
      named === undefined
        ? paymentHash((activity as TimelineActivity).key, nth)
        : invoiceHash(this.#timeline.seed, named.name);
    const fields = [
      this.#pubkey(source),
      this.#pubkey(destination),
      payments.amountMsat[row] as number,
      activity === undefined || !dispatched ? NO_HASH : hash(),
      epochMs + Math.floor(startedUs / 1000),
      htlcs,
      outcome,
    ];
    if (this.#form === 'all')
      fields.push(activity?.name ?? '', nth, this.#name(source), this.#name(destination), ...rest);
    this.#write(`${fields.map(csvField).join(',')}\n`);
  }

  #name(node: number): string {
    return this.#timeline.network.nodes[node]?.name ?? `#${node}`;
  }

  #pubkey(node: number): string {
    if (!this.#keysKnown) {
      this.#keysKnown = true;
      pubkeysOf(payingNodes(this.#timeline));
    }
    const plan = this.#timeline.network.nodes[node];
    return plan === undefined ? '' : pubkeyOf(plan);
  }
}

/** A field as RFC 4180 wants it: quoted only when it must be. */
export function csvField(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
