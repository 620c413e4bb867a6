/** Two runs side by side, from the folders that they left: what they are runs of, their payments one by one, and the sums. */
import { compareText } from '../base/order.ts';
import { paymentLines } from './payment-lines.ts';
import { PAYMENTS_FILE } from './run-folder.ts';
import { type JsonRow, ResultsProblem, type RunResults } from './run-results.ts';

/** A payment as payments.csv has it. Amounts msat; dispatchMs on the scenario's calendar. */
export interface ComparedPayment {
  readonly outcome: string;
  readonly amountMsat: number;
  readonly feeMsat: number;
  readonly attempts: number;
  readonly route: string;
  readonly dispatchMs: number;
}

/** A payment that is not the same in both runs; null where a run has none of this activity and number. */
export interface PaymentDifference {
  readonly payment: string;
  readonly before: ComparedPayment | null;
  readonly after: ComparedPayment | null;
}

export interface PaymentSums {
  payments: number;
  succeeded: number;
  /** Of payments that succeeded, msat. */
  delivered_msat: number;
  fees_msat: number;
  attempts: number;
}

export interface RunComparison {
  /** The same run digest: nothing at all differs. */
  readonly identical: boolean;
  /** What the runs are of, where it differs: scenario, seed, parameters, how far they came. */
  readonly settings: readonly { readonly name: string; readonly before: string; readonly after: string }[];
  readonly sums: { readonly before: PaymentSums; readonly after: PaymentSums };
  /** How often an outcome became another one; `none` where a run has no such payment. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** All of them, in order of dispatch, then by name. */
  readonly payments: readonly PaymentDifference[];
}

/** @throws ResultsProblem when a folder cannot be read, or lists no payments that can be told apart */
export function compareRuns(before: RunResults, after: RunResults): RunComparison {
  const then = paymentsOf(before);
  const now = paymentsOf(after);
  const payments: PaymentDifference[] = [];
  for (const [payment, one] of then) {
    const other = now.get(payment) ?? null;
    if (other === null || !same(one, other)) payments.push({ payment, before: one, after: other });
  }
  for (const [payment, other] of now) if (!then.has(payment)) payments.push({ payment, before: null, after: other });
  payments.sort((x, y) => startOf(x) - startOf(y) || compareText(x.payment, y.payment));
  const outcomes = new Map<string, number>();
  for (const one of payments) {
    const change = `${one.before?.outcome ?? 'none'} → ${one.after?.outcome ?? 'none'}`;
    if (one.before?.outcome !== one.after?.outcome) outcomes.set(change, (outcomes.get(change) ?? 0) + 1);
  }
  const settings = settingsOf(before.manifest);
  const others = settingsOf(after.manifest);
  const names = [...new Set([...settings.keys(), ...others.keys()])];
  return {
    identical: sameDigest(before.manifest, after.manifest),
    settings: names
      .map((name) => ({ name, before: settings.get(name) ?? '-', after: others.get(name) ?? '-' }))
      .filter((one) => one.before !== one.after),
    sums: { before: sumsOf(then), after: sumsOf(now) },
    outcomes: new Map([...outcomes].sort(([, x], [, y]) => y - x)),
    payments,
  };
}

function paymentsOf(results: RunResults): Map<string, ComparedPayment> {
  const payments = new Map<string, ComparedPayment>();
  for (const row of paymentLines(results)) {
    payments.set(`${row.activity}/${row.nth}`, {
      outcome: row.payment_outcome ?? '',
      amountMsat: Number(row.amount_msat),
      feeMsat: Number(row.fee_msat),
      attempts: Number(row.attempts),
      route: row.route ?? '',
      dispatchMs: Number(row.dispatch_time),
    });
  }
  const made = Number((results.manifest.counts as JsonRow | undefined)?.payments ?? 0);
  if (payments.size === 0 && made > 0) {
    const hint = 'make the run again without `--payments sim-ln`';
    const message = `${PAYMENTS_FILE} does not say which payment a line is of`;
    throw new ResultsProblem('E830', `${results.folder}/${PAYMENTS_FILE}`, message, { hint });
  }
  return payments;
}

const same = (x: ComparedPayment, y: ComparedPayment): boolean =>
  x.outcome === y.outcome &&
  x.amountMsat === y.amountMsat &&
  x.feeMsat === y.feeMsat &&
  x.attempts === y.attempts &&
  x.route === y.route &&
  x.dispatchMs === y.dispatchMs;

const startOf = ({ before, after }: PaymentDifference): number => (before ?? after)?.dispatchMs ?? 0;

function sumsOf(payments: ReadonlyMap<string, ComparedPayment>): PaymentSums {
  const sums: PaymentSums = { payments: payments.size, succeeded: 0, delivered_msat: 0, fees_msat: 0, attempts: 0 };
  for (const { outcome, amountMsat, feeMsat, attempts } of payments.values()) {
    sums.fees_msat += feeMsat;
    sums.attempts += attempts;
    if (outcome !== 'Success') continue;
    sums.succeeded++;
    sums.delivered_msat += amountMsat;
  }
  return sums;
}

function settingsOf(manifest: JsonRow): Map<string, string> {
  const settings = new Map<string, string>();
  for (const name of ['scenario', 'seed', 'backend', 'state']) settings.set(name, String(manifest[name] ?? '-'));
  settings.set('end', `${Number(manifest.end_us) / 1_000_000} s`);
  for (const param of (manifest.params ?? []) as readonly JsonRow[]) {
    settings.set(`params.${String(param.name)}`, String(param.value));
  }
  return settings;
}

function sameDigest(before: JsonRow, after: JsonRow): boolean {
  const digest = (manifest: JsonRow): unknown => (manifest.digests as JsonRow | undefined)?.run;
  return typeof digest(before) === 'string' && digest(before) === digest(after);
}
