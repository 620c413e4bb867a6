/**
 * Values that a parameter takes in a sweep: their canonical text, which `--param` reads again, and the values of ranges.
 * Equal values have equal texts however they were written.
 */
import { exp, log } from '../../base/math.ts';
import { compareText } from '../../base/order.ts';
import { checkValue } from '../params.ts';
import type { ParamValue, WrittenValue } from '../scenario.ts';
import { formatAmount, formatDuration, parseAmount, parseDuration, parseFeerate, parseRate } from '../units.ts';

type ParamType = ParamValue['type'];

/** A value of a parameter. */
export interface Level {
  readonly text: string;
  /** For comparison: µs, msat, the number itself, or the value of a text that is a rate; null for other texts. */
  readonly size: number | null;
}

export type LevelReading =
  | { readonly ok: true; readonly level: Level }
  | { readonly ok: false; readonly reason: string; readonly hint?: string };

/** The level of a value as it stands in the file. */
export function readLevel(type: ParamType, written: WrittenValue): LevelReading {
  const checked = checkValue(type, written);
  return checked.ok ? { ok: true, level: levelOf(type, checked.value) } : checked;
}

/** The level of a parameter's checked value. */
export function levelOf(type: ParamType, value: unknown): Level {
  if (type === 'duration' || type === 'amount') {
    const result = (type === 'duration' ? parseDuration : parseAmount)(String(value));
    if (!result.ok) throw new Error(`not validated: ${result.reason}`);
    return SCALES[type].level(result.value);
  }
  if (type === 'int' || type === 'number') return SCALES.number.level(Number(value));
  const text = String(value);
  const rate = [SCALES.rate, SCALES.feerate].map((scale) => scale.read(text)).find((size) => size !== null);
  return { text, size: rate ?? null };
}

/** How the values of a range are counted and written. */
interface Scale {
  /** Value in the base unit; null when the text is none. */
  read(text: string): number | null;
  /** The distance of the values that a range may have, by its ends; 0 where there is none. */
  grid(from: number, to: number): number;
  level(value: number): Level;
}

function unit(parse: typeof parseDuration, write: (value: number) => string, grid: number): Scale {
  return {
    read: (text) => {
      const result = parse(text);
      return result.ok ? result.value : null;
    },
    // Whole milliseconds, satoshi and so on as long as both ends are.
    grid: (from, to) => (from % grid === 0 && to % grid === 0 ? grid : 1),
    level: (value) => ({ text: write(value), size: value }),
  };
}

/** Digits of a decimal that is computed: enough to be exact for people, and none of the noise of binary fractions. */
const DIGITS = 12;

const decimal = (value: number): number => Number(value.toPrecision(DIGITS));

const number = (grid: number): Scale => ({
  read: (text) => {
    const value = Number(text);
    return Number.isFinite(value) && (grid === 0 || value % grid === 0) ? value : null;
  },
  grid: () => grid,
  level: (value) => ({ text: String(value === 0 ? 0 : value), size: value === 0 ? 0 : value }),
});

const SCALES = {
  duration: unit(parseDuration, formatDuration, 1000),
  amount: unit(parseAmount, formatAmount, 1000),
  rate: unit(parseRate, (ppm) => `${ppm} ppm`, 1),
  feerate: unit(parseFeerate, (perKw) => `${decimal(perKw / 250)} sat/vB`, 25),
  int: number(1),
  number: number(0),
} as const;

/** The scale of a range over a parameter of this type; null where its values are no quantities. */
function scaleOf(type: ParamType, from: string, to: string): Scale | null {
  if (type === 'duration' || type === 'amount' || type === 'int' || type === 'number') return SCALES[type];
  if (type === 'bool') return null;
  const both = [SCALES.rate, SCALES.feerate].find((scale) => scale.read(from) !== null && scale.read(to) !== null);
  return both ?? null;
}

/** A range of values of one parameter. */
export interface LevelRange {
  readonly from: number;
  readonly to: number;
  /** The value at a share of the way, 0 … 1, rounded to what the parameter can be. */
  at(share: number): Level;
  /** Value of a step in the same unit; null when it is none. */
  step(text: string): number | null;
  /** The value at a distance from the beginning. */
  after(distance: number): Level;
}

/** The range between two values; null where the parameter's values are no quantities. */
export function levelRange(type: ParamType, logarithmic: boolean, from: string, to: string): LevelRange | null {
  const scale = scaleOf(type, from, to);
  const first = scale?.read(from) ?? null;
  const last = scale?.read(to) ?? null;
  if (scale === null || first === null || last === null) return null;
  const grid = scale.grid(first, last);
  const rounded = (value: number): Level => scale.level(grid === 0 ? decimal(value) : Math.round(value / grid) * grid);
  return {
    from: first,
    to: last,
    at: (share) => {
      if (share === 0) return scale.level(first);
      if (share === 1) return scale.level(last);
      return rounded(logarithmic ? first * exp(share * log(last / first)) : first + share * (last - first));
    },
    step: (text) => scale.read(text),
    after: (distance) => (grid === 0 ? scale.level(decimal(first + distance)) : scale.level(first + distance)),
  };
}

/** Order of two values: by size, and by their text what has no size or the same. */
export function compareLevels(a: Level, b: Level): number {
  const [x, y] = [a.size ?? Number.POSITIVE_INFINITY, b.size ?? Number.POSITIVE_INFINITY];
  return x < y ? -1 : x > y ? 1 : compareText(a.text, b.text);
}
