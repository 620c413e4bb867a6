/**
 * The instants of payments whose frequency changes over time: pieces with a frequency that goes from one value to another
 * in a straight line, times a factor for each hour of the calendar's day.
 *
 * regular: a payment whenever the integral of the frequency grows by one, the first at once; nothing is drawn.
 * poisson: candidates come at the highest frequency of a piece, at exponential distances, and each is kept with the
 * probability (frequency of the instant) / (highest frequency). The streams are handed in: one gives the distances, the
 * other decides, a draw for each candidate, so that factors below the highest never move a candidate.
 */
import type { RandomStream } from '../../base/random.ts';
import { DAY_US } from '../../spec/frequency.ts';

/** Frequencies in payments a day. */
export interface Piece {
  readonly startUs: number;
  /** Excluded. */
  readonly endUs: number;
  readonly from: number;
  readonly to: number;
}

/** Factors of the 24 hours of a day, UTC, and the calendar's time at virtual time 0. */
export interface HourlyFactors {
  readonly factors: readonly number[];
  readonly epochMs: number;
}

const HOUR_US = 3_600_000_000;

/** Factor at an instant; 1 without factors. */
function factorAt(hourly: HourlyFactors | null, timeUs: number): number {
  if (hourly === null) return 1;
  const hour = Math.floor((hourly.epochMs * 1000 + timeUs) / HOUR_US) % 24;
  return hourly.factors[(hour + 24) % 24] ?? 1;
}

/** The piece cut at every full hour, with the factors applied. */
function* hours(piece: Piece, hourly: HourlyFactors | null): Generator<Piece, void, undefined> {
  if (hourly === null) {
    yield piece;
    return;
  }
  const epochUs = hourly.epochMs * 1000;
  const slope = (piece.to - piece.from) / (piece.endUs - piece.startUs);
  const at = (timeUs: number): number => piece.from + slope * (timeUs - piece.startUs);
  for (let startUs = piece.startUs; startUs < piece.endUs; ) {
    const nextHour = (Math.floor((epochUs + startUs) / HOUR_US) + 1) * HOUR_US - epochUs;
    const endUs = Math.min(piece.endUs, nextHour);
    const factor = factorAt(hourly, startUs);
    yield { startUs, endUs, from: at(startUs) * factor, to: at(endUs) * factor };
    startUs = endUs;
  }
}

/** Calls `emit` for each instant (whole µs) of a regular arrival until it answers false. Pieces follow each other. */
export function regularArrivals(
  pieces: Iterable<Piece>,
  hourly: HourlyFactors | null,
  emit: (timeUs: number) => boolean,
): void {
  // What the integral still lacks until the next payment; one payment is DAY_US. The first is due at once.
  let lacking = 0;
  for (const whole of pieces) {
    for (const { startUs, endUs, from, to } of hours(whole, hourly)) {
      const length = endUs - startUs;
      const slope = (to - from) / length;
      const total = ((from + to) / 2) * length;
      let done = lacking;
      for (; done < total; done += DAY_US) {
        // Solves from · t + slope · t² / 2 = done in the form that stays exact when the slope is 0.
        const time = (2 * done) / (from + Math.sqrt(Math.max(0, from * from + 2 * slope * done)));
        // At a frequency of 0 the very first payment waits for the frequency to rise, which it does at once.
        if (!emit(Math.min(endUs - 1, startUs + Math.floor(done === 0 ? 0 : time)))) return;
      }
      lacking = done - total;
    }
  }
}

/** Calls `emit` for each instant (whole µs) of a Poisson arrival until it answers false. */
export function poissonArrivals(
  pieces: Iterable<Piece>,
  hourly: HourlyFactors | null,
  distances: RandomStream,
  decisions: RandomStream,
  emit: (timeUs: number) => boolean,
): void {
  const highestFactor = hourly === null ? 1 : Math.max(...hourly.factors);
  for (const { startUs, endUs, from, to } of pieces) {
    const peak = Math.max(from, to) * highestFactor;
    if (peak === 0) continue;
    const slope = (to - from) / (endUs - startUs);
    for (let time = startUs + distances.exponential(DAY_US / peak); time < endUs; ) {
      const timeUs = Math.floor(time);
      const wanted = (from + slope * (timeUs - startUs)) * factorAt(hourly, timeUs);
      if (decisions.unit() * peak < wanted && !emit(timeUs)) return;
      time += distances.exponential(DAY_US / peak);
    }
  }
}

/** Expected number of payments. */
export function expectedArrivals(pieces: Iterable<Piece>, hourly: HourlyFactors | null): number {
  let sum = 0;
  for (const piece of pieces) {
    for (const { startUs, endUs, from, to } of hours(piece, hourly))
      sum += ((from + to) / 2 / DAY_US) * (endUs - startUs);
  }
  return sum;
}
