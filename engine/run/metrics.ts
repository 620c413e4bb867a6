/** metrics.json: the figures of a run. Amounts msat, times seconds unless the name says otherwise. */
import type { Json } from '../base/json.ts';
import type { PaymentStats } from '../kinds/expectation.ts';
import { CARRIED_KIND } from '../timeline/carried.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { attackCost, JAM_KIND } from './attack-cost.ts';
import { behaviourMetrics } from './behaviour-results.ts';
import { type PaymentBook, rankUs } from './payment-book.ts';
import type { RunResult } from './runner.ts';

export interface TimeFigures {
  /** Seconds from start to success; null when nothing succeeded. */
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Times of the payments that succeeded, of one activity or (null) of all; null when none did. */
export function successTimes(timeline: Timeline, book: PaymentBook, activity: number | null): TimeFigures | null {
  const all = activity === null ? timeline.activities.map((_, i) => i) : [activity];
  const sorted = book.successUs(new Set(all));
  if (sorted.length === 0) return null;
  const rank = (share: number): number => rankUs(sorted, share) / 1_000_000;
  let sum = 0;
  for (const time of sorted) sum += time;
  return { mean: sum / sorted.length / 1_000_000, p50: rank(0.5), p95: rank(0.95), max: rank(1) };
}

/** Payments as metrics.json shows them; outcomes that never occurred are left out. */
export function paymentMetrics(stats: PaymentStats, times: TimeFigures | null): { [key: string]: Json } {
  return {
    count: stats.count,
    succeeded: stats.succeeded,
    failed: stats.failed,
    pending: stats.pending,
    success_rate: stats.successRate,
    outcomes: Object.fromEntries([...stats.outcomes].filter(([, n]) => n > 0)),
    amount_msat: stats.amountMsat,
    fee_msat: stats.feeMsat,
    attempts: stats.attempts,
    time: times === null ? null : { ...times },
  };
}

/** The whole of metrics.json. */
export function runMetrics(timeline: Timeline, result: RunResult): Json {
  const { book } = result;
  const all = book.stats(null) as PaymentStats;
  return {
    format: 'blast-metrics/1',
    payments: paymentMetrics(all, successTimes(timeline, book, null)),
    activities: timeline.activities.flatMap(({ name, kind }, index) =>
      kind === CARRIED_KIND
        ? []
        : [
            {
              name,
              ...paymentMetrics(book.activityStats(index), successTimes(timeline, book, index)),
              ...(kind === JAM_KIND ? { attack: attackCost(timeline, book, index, result.endUs) } : {}),
            },
          ],
    ),
    ...(result.behaviours.length === 0 ? {} : { behaviours: result.behaviours.map(behaviourMetrics) }),
    backend: result.backendMetrics,
  };
}
