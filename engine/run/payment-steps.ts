/**
 * Everything that the files of a run say about one payment, in order: its records from events.ndjson, the steps of routing
 * from trace.ndjson, and its line in payments.csv. Finds and orders; what it means in words is told elsewhere.
 */
import { paymentLines } from './payment-lines.ts';
import { EVENTS_FILE, PAYMENTS_FILE, TRACE_FILE } from './run-folder.ts';
import { type JsonRow, ResultsProblem, type RunResults } from './run-results.ts';

/** A record (`event` is its name) or a step of routing (`step` is), as its file has it. */
export interface PaymentStep {
  /** Virtual time, µs, and the place in the log: steps of routing come before the record of the same number. */
  readonly us: number;
  readonly n: number;
  readonly from: 'events' | 'trace';
  readonly row: JsonRow;
}

export interface PaymentSteps {
  /** Number of the payment in the timeline; −1 where no file tells it. */
  readonly payment: number;
  readonly activity: string;
  readonly nth: number;
  readonly steps: readonly PaymentStep[];
  /** The line of payments.csv by column, where there is one. */
  readonly line: Readonly<Record<string, string>> | null;
  readonly hasEvents: boolean;
  readonly hasTrace: boolean;
}

type Wanted = { readonly payment: number } | { readonly activity: string; readonly nth: number };

/** Reads `7` as the number of a payment and `coffee/3` as a payment of an activity. @throws ResultsProblem */
function parsed(folder: string, id: string): Wanted {
  if (/^\d{1,15}$/.test(id)) return { payment: Number(id) };
  const parts = /^(.+)\/(\d{1,15})$/.exec(id);
  if (parts !== null) return { activity: parts[1] as string, nth: Number(parts[2]) };
  const hint = 'write its number as in events.ndjson, or its activity and number: coffee/3';
  throw new ResultsProblem('E831', folder, `'${id}' is no payment`, { hint });
}

/**
 * Gathers what is known of a payment.
 * @param id number of the payment, or `ACTIVITY/NUMBER`
 * @throws ResultsProblem when a file cannot be read, or no file knows the payment
 */
export function paymentSteps(results: RunResults, id: string): PaymentSteps {
  const wanted = parsed(results.folder, id);
  const found = new Gathering(results, wanted);
  // The trace first: it tells attempts that were sent before the run went on from a snapshot.
  const traced = found.trace();
  const hasEvents = found.events();
  const line = found.payments();
  if (found.steps.length === 0 && line === null) {
    const many = found.most;
    const hint =
      'activity' in wanted && many >= 0
        ? `'${wanted.activity}' has payments 0 to ${many} there`
        : 'payments are numbered from 0; payments.csv lists all by activity and number';
    throw new ResultsProblem('E831', results.folder, `the run made no payment ${id}`, { hint });
  }
  const { payment, activity, nth } = found;
  return { payment, activity, nth, steps: ordered(found.steps), line, hasEvents, hasTrace: traced };
}

/** By time and place in the log, with every send of a trace at the record of its attempt. */
function ordered(steps: readonly PaymentStep[]): readonly PaymentStep[] {
  const sent = new Map(
    steps.flatMap(({ row, n }) => (row.event === 'attempt_sent' ? [[row.attempt, n] as const] : [])),
  );
  const place = ({ row, n }: PaymentStep): number => (row.step === 'send' ? (sent.get(row.attempt) ?? n) : n);
  const rank = ({ from }: PaymentStep): number => (from === 'trace' ? 0 : 1);
  return steps
    .map((step, index) => ({ step, index, at: place(step) }))
    .sort((a, b) => a.step.us - b.step.us || a.at - b.at || rank(a.step) - rank(b.step) || a.index - b.index)
    .map(({ step }) => step);
}

class Gathering {
  readonly steps: PaymentStep[] = [];
  payment: number;
  activity: string;
  nth: number;
  /** Largest number seen of the activity; −1 for none. */
  most = -1;
  readonly #results: RunResults;
  readonly #attempts = new Set<number>();

  constructor(results: RunResults, wanted: Wanted) {
    this.#results = results;
    this.payment = 'payment' in wanted ? wanted.payment : -1;
    this.activity = 'activity' in wanted ? wanted.activity : '';
    this.nth = 'activity' in wanted ? wanted.nth : -1;
  }

  /** Reads events.ndjson; false when the run wrote none. */
  events(): boolean {
    const results = this.#results;
    if (!results.has(EVENTS_FILE)) return false;
    let last = { number: 0, text: '' };
    for (const line of results.lines(EVENTS_FILE)) {
      last = line;
      const { text } = line;
      // Lines of others are not worth parsing, but a line that is broken is seen.
      if (!text.startsWith('{"n":') || !text.endsWith('}')) results.row(EVENTS_FILE, line);
      if (!this.#concerns(text)) continue;
      const row = results.row(EVENTS_FILE, line);
      this.#note(row);
      this.#add('events', row, EVENTS_FILE, line);
    }
    const end = last.number === 0 ? -1 : Number(results.row(EVENTS_FILE, last).n);
    if (results.records > 0 && last.number > 0 && end + 1 !== results.records) {
      const message = `the file ends with record ${end}, but the run has ${results.records} records: it was cut off`;
      throw results.problem(EVENTS_FILE, last, message);
    }
    return true;
  }

  /** Reads trace.ndjson; false when the payment was not traced. */
  trace(): boolean {
    const results = this.#results;
    if (!results.has(TRACE_FILE)) return false;
    const before = this.steps.length;
    for (const line of results.lines(TRACE_FILE)) {
      if (!line.text.endsWith('}')) results.row(TRACE_FILE, line);
      if (!this.#isOwn(line.text)) continue;
      const row = results.row(TRACE_FILE, line);
      this.#note(row);
      this.#add('trace', row, TRACE_FILE, line);
    }
    return this.steps.length > before;
  }

  /** Reads payments.csv, where it has the columns that tell payments apart. */
  payments(): Readonly<Record<string, string>> | null {
    const results = this.#results;
    if (!results.has(PAYMENTS_FILE) || this.activity === '') return null;
    let found: Readonly<Record<string, string>> | null = null;
    for (const row of paymentLines(results)) {
      if (row.activity !== this.activity) continue;
      this.most = Math.max(this.most, Number(row.nth));
      if (Number(row.nth) === this.nth) found = row;
    }
    return found;
  }

  /** Whether a record is one of the payment, or of one of its attempts. */
  #concerns(text: string): boolean {
    if (this.#isOwn(text)) return true;
    const attempt = /"attempt":(\d+)[,}]/.exec(text);
    return attempt !== null && this.#attempts.has(Number(attempt[1]));
  }

  /** Whether a line names the payment itself. */
  #isOwn(text: string): boolean {
    if (this.payment >= 0) return new RegExp(`"payment":${this.payment}[,}]`).test(text);
    const key = `"activity":${JSON.stringify(this.activity)},"nth":${this.nth}`;
    const at = text.indexOf(key);
    return at >= 0 && /[,}]/.test(text[at + key.length] ?? '');
  }

  #note(row: JsonRow): void {
    if (typeof row.attempt === 'number') this.#attempts.add(row.attempt);
    if (typeof row.payment === 'number') this.payment = row.payment;
    if (typeof row.activity === 'string' && typeof row.nth === 'number') {
      this.activity = row.activity;
      this.nth = row.nth;
    }
  }

  #add(from: PaymentStep['from'], row: JsonRow, file: string, line: { number: number; text: string }): void {
    const { us, n } = row;
    if (typeof us !== 'number' || typeof n !== 'number') {
      throw this.#results.problem(file, line, 'every line has the numbers `us` and `n`');
    }
    this.steps.push({ us, n, from, row });
  }
}
