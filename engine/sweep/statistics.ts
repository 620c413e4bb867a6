/** Figures over the seeds of a combination. Sums go over the seeds in order, so that the digits are always the same. */
import { studentT } from './student-t.ts';

export const CONFIDENCE = 0.95;

/** Null: there are too few values for it. */
export interface Figures {
  /** Values that there are. */
  readonly n: number;
  readonly mean: number | null;
  /** Of a sample: divided by n − 1. */
  readonly sd: number | null;
  /** Ends of the 95 % confidence interval of the mean. */
  readonly low: number | null;
  readonly high: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** Digits that result files show: the rest is noise of the arithmetic. */
const DIGITS = 12;

const shown = (value: number): number => {
  const short = Number(value.toPrecision(DIGITS));
  return short === 0 ? 0 : short;
};

/** Figures of the values that are there. */
export function figures(values: readonly (number | null)[]): Figures {
  const there = values.filter((value) => value !== null);
  const n = there.length;
  if (n === 0) return { n, mean: null, sd: null, low: null, high: null, min: null, max: null };
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of there) {
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const mean = sum / n;
  const bounds = { n, mean: shown(mean), min: shown(min), max: shown(max) };
  if (n === 1) return { ...bounds, sd: null, low: null, high: null };
  let squares = 0;
  for (const value of there) squares += (value - mean) * (value - mean);
  // Equal values have no spread, whatever their mean was rounded to.
  const sd = min === max ? 0 : Math.sqrt(squares / (n - 1));
  const half = studentT(CONFIDENCE, n - 1) * (sd / Math.sqrt(n));
  return { ...bounds, sd: shown(sd), low: shown(mean - half), high: shown(mean + half) };
}

/** Figures of the differences, seed by seed; a seed that either lacks is left out. */
export function pairedFigures(values: readonly (number | null)[], baseline: readonly (number | null)[]): Figures {
  return figures(
    values.map((value, i) => {
      const base = baseline[i] ?? null;
      return value === null || base === null ? null : value - base;
    }),
  );
}
