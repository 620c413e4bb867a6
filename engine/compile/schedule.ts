/**
 * The instants of an event.
 *
 * An instant that is written out (`at`, `until`) may be the end of the run itself; repetition without `until` stops
 * before the end, as payments do. Instants after the end are left out.
 */
import { cronFields } from '../spec/cron.ts';
import type { ScheduleSpec } from '../spec/scenario.ts';
import { cronTimes } from './cron-walk.ts';

export interface Occurrences {
  /** In order of time, µs. */
  readonly timesUs: readonly number[];
  /** How many instants were left out because they lie after the end of the run (written-out ones only). */
  readonly late: number;
  /** There would be more than `limit`; `timesUs` is then of no use. */
  readonly tooMany: boolean;
}

/** A schedule whose instants are known beforehand. */
export type TimedSchedule = Exclude<ScheduleSpec, { readonly kind: 'when' }>;

/** All instants of a schedule within a run that begins at `epochMs` of the calendar. */
export function occurrencesOf(
  schedule: TimedSchedule,
  durationUs: number,
  limit: number,
  epochMs: number,
): Occurrences {
  if (schedule.kind === 'at') {
    const timesUs = schedule.atUs.filter((time) => time <= durationUs).sort((a, b) => a - b);
    return { timesUs, late: schedule.atUs.length - timesUs.length, tooMany: false };
  }
  const { fromUs, untilUs, count = Number.POSITIVE_INFINITY } = schedule;
  const last = untilUs === undefined ? durationUs - 1 : Math.min(untilUs, durationUs);
  if (schedule.kind === 'cron') {
    const timesUs = cronTimes(cronFields(schedule.expression), epochMs, fromUs, last, count, limit);
    return { timesUs, late: timesUs.length === 0 ? 1 : 0, tooMany: timesUs.length > limit };
  }
  const { everyUs } = schedule;
  const expected = fromUs > last ? 0 : Math.min(count, Math.floor((last - fromUs) / everyUs) + 1);
  if (expected > limit) return { timesUs: [], late: 0, tooMany: true };
  const timesUs = Array.from({ length: expected }, (_, i) => fromUs + i * everyUs);
  return { timesUs, late: expected === 0 ? 1 : 0, tooMany: false };
}
