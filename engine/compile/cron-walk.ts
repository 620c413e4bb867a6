/**
 * The instants of a cron expression on the virtual calendar, in UTC and by arithmetic alone: days that match are found
 * one by one, times of the day are the product of the fields.
 */
import { US_PER_SECOND } from '../base/numbers.ts';
import { dateOfDay, weekdayOfDay } from '../spec/calendar.ts';
import type { CronFields } from '../spec/cron.ts';

const DAY_S = 86_400;
const US_PER_MS = 1000;

/**
 * Virtual times (µs) from `fromUs` to `lastUs`, both included, in order; at most `limit` + 1 of them, and at most `count`.
 */
export function cronTimes(
  fields: CronFields,
  epochMs: number,
  fromUs: number,
  lastUs: number,
  count: number,
  limit: number,
): number[] {
  const times: number[] = [];
  if (lastUs < fromUs) return times;
  const epochUs = epochMs * US_PER_MS;
  const seconds = secondsOfDay(fields);
  const lastDay = Math.floor((epochUs + lastUs) / US_PER_SECOND / DAY_S);
  for (let day = Math.floor((epochUs + fromUs) / US_PER_SECOND / DAY_S); day <= lastDay; day++) {
    if (!matches(fields, day)) continue;
    for (const second of seconds) {
      const timeUs = (day * DAY_S + second) * US_PER_SECOND - epochUs;
      if (timeUs < fromUs) continue;
      if (timeUs > lastUs || times.length === count || times.length > limit) return times;
      times.push(timeUs);
    }
  }
  return times;
}

function matches(fields: CronFields, day: number): boolean {
  if (!fields.dayOfWeek.includes(weekdayOfDay(day))) return false;
  const { month, date } = dateOfDay(day);
  return fields.month.includes(month) && fields.dayOfMonth.includes(date);
}

/** Seconds since midnight, ascending. */
function secondsOfDay({ hour, minute, second }: CronFields): number[] {
  const all: number[] = [];
  for (const h of hour) for (const m of minute) for (const s of second) all.push((h * 60 + m) * 60 + s);
  return all;
}
