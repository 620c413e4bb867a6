/**
 * What became of every payment, in columns by row of the timeline, and totals for each activity kept up to date, so
 * that an expectation in the middle of a run costs no walk over all payments.
 */
import type { PaymentStats } from '../kinds/expectation.ts';
import { globMatcher } from '../kinds/expectation-names.ts';
import { OUTCOME, OUTCOME_NAMES, type PaymentResult } from '../simulate/records.ts';
import type { ActivityTotals, RunState } from '../snapshot/document.ts';
import { CARRIED_KIND } from '../timeline/carried.ts';
import type { Timeline } from '../timeline/timeline.ts';

/** Running totals of one activity. Amounts msat, times µs. */
interface Totals {
  started: number;
  amountMsat: number;
  feeMsat: number;
  attempts: number;
  successUs: number;
  maxUs: number;
  readonly outcomes: Float64Array;
}

const newTotals = (): Totals => ({
  started: 0,
  amountMsat: 0,
  feeMsat: 0,
  attempts: 0,
  successUs: 0,
  maxUs: 0,
  outcomes: new Float64Array(OUTCOME_NAMES.length),
});

/** Nearest rank: the value that at least such a share of the sorted values do not exceed. */
export function rankUs(sorted: Float64Array, share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] as number;
}

export class PaymentBook {
  /** µs by payment; −1 before it starts or resolves. */
  readonly startedUs: Float64Array;
  readonly resolvedUs: Float64Array;
  /** OUTCOME by payment; −1 before it resolves. */
  readonly outcome: Int8Array;
  started = 0;
  resolved = 0;
  readonly #timeline: Timeline;
  readonly #totals: readonly Totals[];

  constructor(timeline: Timeline) {
    const n = timeline.payments.length;
    this.startedUs = new Float64Array(n).fill(-1);
    this.resolvedUs = new Float64Array(n).fill(-1);
    this.outcome = new Int8Array(n).fill(-1);
    this.#timeline = timeline;
    this.#totals = timeline.activities.map(newTotals);
  }

  /** Notes that payment `row` starts; called before the backend hears of it, which may resolve it at once. */
  start(row: number, timeUs: number): void {
    this.startedUs[row] = timeUs;
    this.started++;
    this.#of(row).started++;
  }

  /** Notes a result; a second result of the same payment is ignored. */
  resolve(result: PaymentResult): void {
    const row = result.payment;
    if (this.outcome[row] !== -1 || this.#isCarried(row)) return;
    this.resolvedUs[row] = result.resolvedUs;
    this.outcome[row] = result.outcome;
    this.resolved++;
    const totals = this.#of(row);
    totals.attempts += result.attempts;
    totals.outcomes[result.outcome] = (totals.outcomes[result.outcome] ?? 0) + 1;
    if (result.outcome !== OUTCOME.Success) return;
    const us = result.resolvedUs - result.startedUs;
    totals.amountMsat += this.#timeline.payments.amountMsat[row] ?? 0;
    totals.feeMsat += result.feeMsat;
    totals.successUs += us;
    if (us > totals.maxUs) totals.maxUs = us;
  }

  /** Everything noted so far. */
  capture(): Pick<RunState, 'activities' | 'payments'> {
    const row: number[] = [];
    for (let i = 0; i < this.outcome.length; i++) if (this.startedUs[i] !== -1) row.push(i);
    return {
      activities: this.#totals.flatMap((totals, i) => (totals.started === 0 ? [] : [this.#captureTotals(totals, i)])),
      payments: {
        outcome: row.map((i) => this.outcome[i] as number),
        resolved_us: row.map((i) => this.resolvedUs[i] as number),
        row,
        started_us: row.map((i) => this.startedUs[i] as number),
      },
    };
  }

  #captureTotals(totals: Totals, index: number): ActivityTotals {
    return {
      activity: this.#timeline.activities[index]?.name ?? '',
      amount_msat: totals.amountMsat,
      attempts: totals.attempts,
      fee_msat: totals.feeMsat,
      max_us: totals.maxUs,
      outcomes: Array.from(totals.outcomes),
      started: totals.started,
      success_us: totals.successUs,
    };
  }

  /** Takes over what capture wrote; rows and names are those of this timeline. */
  restore({ activities, payments }: Pick<RunState, 'activities' | 'payments'>): void {
    payments.row.forEach((row, i) => {
      this.startedUs[row] = payments.started_us[i] as number;
      this.resolvedUs[row] = payments.resolved_us[i] as number;
      this.outcome[row] = payments.outcome[i] as number;
      this.started++;
      if (this.outcome[row] !== -1) this.resolved++;
    });
    const indexes = new Map(this.#timeline.activities.map(({ name }, i) => [name, i]));
    for (const state of activities) {
      const totals = this.#totals[indexes.get(state.activity) ?? -1];
      if (totals === undefined) continue;
      totals.started = state.started;
      totals.amountMsat = state.amount_msat;
      totals.feeMsat = state.fee_msat;
      totals.attempts = state.attempts;
      totals.successUs = state.success_us;
      totals.maxUs = state.max_us;
      totals.outcomes.set(state.outcomes);
    }
  }

  /** Rows that started and have not resolved, in order. */
  pendingRows(): number[] {
    const rows: number[] = [];
    if (this.started === this.resolved) return rows;
    for (let row = 0; row < this.outcome.length; row++) {
      if (this.startedUs[row] !== -1 && this.outcome[row] === -1) rows.push(row);
    }
    return rows;
  }

  /** Totals of all payments, or of the activities that a glob matches; null when it matches none. */
  stats(pattern: string | null): PaymentStats | null {
    const indexes = this.#matching(pattern);
    if (pattern !== null && indexes.length === 0) return null;
    return this.#sum(indexes);
  }

  /** Seconds from start to success that 95 % of the successes among these do not exceed; 0 when none succeeded. */
  p95Time(pattern: string | null): number {
    const times = this.successUs(new Set(this.#matching(pattern)));
    return times.length === 0 ? 0 : rankUs(times, 0.95) / 1_000_000;
  }

  #matching(pattern: string | null): readonly number[] {
    const matches = pattern === null ? () => true : globMatcher(pattern);
    return this.#timeline.activities.flatMap(({ name, kind }, i) =>
      kind !== CARRIED_KIND && matches(name) ? [i] : [],
    );
  }

  /** Totals of one activity by its index. */
  activityStats(index: number): PaymentStats {
    return this.#sum([index]);
  }

  /** True for a payment of the time before the run. */
  #isCarried(row: number): boolean {
    const { activities, payments } = this.#timeline;
    return activities[payments.activity[row] ?? -1]?.kind === CARRIED_KIND;
  }

  /** Times from start to success of the payments of some activities, µs, the shortest first. */
  successUs(activities: ReadonlySet<number>): Float64Array {
    const times: number[] = [];
    for (let row = 0; row < this.outcome.length; row++) {
      if (this.outcome[row] !== OUTCOME.Success) continue;
      if (!activities.has(this.#timeline.payments.activity[row] as number)) continue;
      times.push((this.resolvedUs[row] as number) - (this.startedUs[row] as number));
    }
    return Float64Array.from(times).sort();
  }

  #of(row: number): Totals {
    const totals = this.#totals[this.#timeline.payments.activity[row] ?? -1];
    if (totals === undefined) throw new RangeError(`the timeline has no payment ${row}`);
    return totals;
  }

  #sum(indexes: readonly number[]): PaymentStats {
    const sum = newTotals();
    for (const index of indexes) {
      const totals = this.#totals[index] as Totals;
      sum.started += totals.started;
      sum.amountMsat += totals.amountMsat;
      sum.feeMsat += totals.feeMsat;
      sum.attempts += totals.attempts;
      sum.successUs += totals.successUs;
      sum.maxUs = Math.max(sum.maxUs, totals.maxUs);
      totals.outcomes.forEach((n, outcome) => {
        sum.outcomes[outcome] = (sum.outcomes[outcome] ?? 0) + n;
      });
    }
    const resolved = sum.outcomes.reduce((total, n) => total + n, 0);
    const succeeded = sum.outcomes[OUTCOME.Success] ?? 0;
    return {
      count: sum.started,
      succeeded,
      failed: resolved - succeeded,
      pending: sum.started - resolved,
      successRate: resolved === 0 ? 0 : succeeded / resolved,
      amountMsat: sum.amountMsat,
      feeMsat: sum.feeMsat,
      attempts: sum.attempts,
      meanTime: succeeded === 0 ? 0 : sum.successUs / succeeded / 1_000_000,
      maxTime: sum.maxUs / 1_000_000,
      outcomes: new Map(OUTCOME_NAMES.map((name, outcome) => [name, sum.outcomes[outcome] ?? 0])),
    };
  }
}
