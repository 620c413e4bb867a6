/**
 * The instants of an event.
 *
 * An instant that is written out (`at`, `until`) may be the end of the run itself; repetition without `until` stops
 * before the end, as payments do. Instants after the end are left out.
 */
import type { ScheduleSpec } from '../spec/scenario.ts';

export interface Occurrences {
  /** In order of time, µs. */
  readonly timesUs: readonly number[];
  /** How many instants were left out because they lie after the end of the run (written-out ones only). */
  readonly late: number;
  /** There would be more than `limit`; `timesUs` is then of no use. */
  readonly tooMany: boolean;
}

/** All instants of a schedule within a run. */
export function occurrencesOf(schedule: ScheduleSpec, durationUs: number, limit: number): Occurrences {
  if (schedule.kind === 'at') {
    const timesUs = schedule.atUs.filter((time) => time <= durationUs).sort((a, b) => a - b);
    return { timesUs, late: schedule.atUs.length - timesUs.length, tooMany: false };
  }
  const { everyUs, fromUs, untilUs, count = Number.POSITIVE_INFINITY } = schedule;
  const last = untilUs === undefined ? durationUs - 1 : Math.min(untilUs, durationUs);
  const expected = fromUs > last ? 0 : Math.min(count, Math.floor((last - fromUs) / everyUs) + 1);
  if (expected > limit) return { timesUs: [], late: 0, tooMany: true };
  const timesUs = Array.from({ length: expected }, (_, i) => fromUs + i * everyUs);
  return { timesUs, late: expected === 0 ? 1 : 0, tooMany: false };
}
