/** Steps of axes, and numbers as they are shown. The same text on every machine: no locale. */
import { formatAmount, formatDuration, groupDigits } from '../spec/units.ts';

/** Seconds between ticks that a reader counts in. */
const TIME_STEPS: readonly number[] = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
  ...[60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400],
];

/** The step of 1, 2 or 5 times a power of ten with which there are at most `most` up to `largest`. */
export function valueStep(largest: number, most = 5): number {
  if (!(largest > 0)) return 1;
  // Read from text, since products of tenths are not what they look like.
  for (let exponent = -12; ; exponent++) {
    for (const times of [1, 2, 5]) {
      const step = Number(`${times}e${exponent}`);
      if (step * most >= largest) return step;
    }
  }
}

/** µs between ticks of an axis of time. */
export function timeStep(lengthUs: number, most = 6): number {
  const wanted = lengthUs / 1_000_000 / most;
  const step = TIME_STEPS.find((one) => one >= wanted) ?? Math.ceil(wanted / 86_400) * 86_400;
  return Math.max(1, Math.round(step * 1_000_000));
}

/** A coordinate: a tenth of a pixel is enough. */
export function at(value: number): string {
  return String(Number(value.toFixed(1)));
}

/** At most four digits that count, in groups: `12_345`, `0.01234`, `1.2e-7`. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1000) return grouped(Math.round(value));
  if (size < 0.0001) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** For an axis, where there is room for five signs or so: `25k`, `1.5M`. */
export function axisText(value: number): string {
  const size = Math.abs(value);
  for (const [unit, sign] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (size >= unit * (sign === 'k' ? 10 : 1)) return `${Number((value / unit).toPrecision(4))}${sign}`;
  }
  return numberText(value);
}

/** A whole number in groups of three. */
export function grouped(value: number): string {
  return value < 0 ? `-${groupDigits(-value)}` : groupDigits(value);
}

export function percentText(share: number | null): string {
  return share === null || Number.isNaN(share) ? '-' : `${(share * 100).toFixed(1)} %`;
}

/** Large amounts in whole sat; the files have them exactly. */
export function amountText(msat: number): string {
  const size = Math.abs(msat);
  return formatAmount(size >= 1_000_000 ? Math.trunc(msat / 1000) * 1000 : Math.round(msat));
}

/** A duration to three digits that count or so: `1.34 s` below a minute, else `1h30m`. */
export function durationText(us: number): string {
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us < 1_000_000) return `${Number((us / 1000).toPrecision(3))} ms`;
  if (us < 60_000_000) return `${Number((us / 1_000_000).toPrecision(3))} s`;
  return formatDuration(Math.round(us / 1_000_000) * 1_000_000);
}
