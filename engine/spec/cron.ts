/**
 * Cron expressions: five fields (minute, hour, day of the month, month, day of the week), or six with seconds in front.
 * Which texts are valid and what their fields mean is node-cron's: a day must match both the day of the month AND the day
 * of the week. When that is, on the virtual calendar, is the business of the compiler; nothing here knows a clock.
 */
import { parse, validateDetailed } from 'node-cron';

/** The values that each field allows, ascending; days of the week from 0, Sunday, months from 1. */
export interface CronFields {
  readonly second: readonly number[];
  readonly minute: readonly number[];
  readonly hour: readonly number[];
  readonly dayOfMonth: readonly number[];
  readonly month: readonly number[];
  readonly dayOfWeek: readonly number[];
}

/** Longest expression, in characters. */
const LONGEST = 1000;

const FIELD_NAMES: Readonly<Record<string, string>> = {
  second: 'a second',
  minute: 'a minute',
  hour: 'an hour',
  dayOfMonth: 'a day of the month',
  month: 'a month',
  dayOfWeek: 'a day of the week',
};

/**
 * One part of a field: `*`, a number or name, a range, each with a step or without. The library would expand a range of a
 * billion numbers before it refuses it, so numbers are short.
 */
const PART = /^(?:\*|(?:[0-9]{1,2}|[a-z]{3,9})(?:-(?:[0-9]{1,2}|[a-z]{3,9}))?)(?:\/[1-9][0-9]?)?$/i;
const FIELD_ORDER = ['second', 'minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'];

/** What is wrong with an expression, or null. */
export function cronProblem(text: string): string | null {
  if (text.length > LONGEST) return `the expression is longer than ${LONGEST} characters`;
  const written = text.trim() === '' ? [] : text.trim().split(/\s+/);
  if (written.length !== 5 && written.length !== 6) {
    return `expected five fields, or six with seconds, got ${written.length}`;
  }
  const bad = written.findIndex((field) => !field.split(',').every((part) => PART.test(part)));
  if (bad >= 0) return `\`${written[bad]}\` is not ${FIELD_NAMES[FIELD_ORDER[bad + 6 - written.length] ?? '']}`;
  const { valid, errors } = validateDetailed(text);
  if (valid) return null;
  const error = errors[0];
  const field = FIELD_NAMES[error?.field ?? ''];
  if (error === undefined || field === undefined) return 'it names no instant that exists';
  return `\`${error.value}\` is not ${field}`;
}

/** The fields of a valid expression. */
export function cronFields(text: string): CronFields {
  const fields = parse(text);
  const ascending = (values: readonly (number | string)[]): readonly number[] =>
    [...new Set(values.map(Number))].sort((a, b) => a - b);
  return {
    second: ascending(fields.second),
    minute: ascending(fields.minute),
    hour: ascending(fields.hour),
    dayOfMonth: ascending(fields.dayOfMonth),
    month: ascending(fields.month),
    dayOfWeek: ascending(fields.dayOfWeek),
  };
}
