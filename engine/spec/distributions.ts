/**
 * Distributions: the values that a scenario may leave to chance. One type for durations (µs), amounts (msat) and plain
 * numbers, read from the forms that the schema allows:
 *
 *   5s · [1s, 5s] · { uniform: [1s, 5s] } · { exponential: { mean: 5s } }
 *   { log_normal: { median: 5s, sigma: 1 } } · { log_normal: { mean: 5s, sigma: 1 } }
 *   { empirical: { file: gaps.csv, column: gap, unit: ms } }
 *
 * each of the mappings with `min` and `max` beside it, which bound what is drawn (a value beyond becomes the bound).
 * This file only reads; it draws nothing and opens no file (see engine/kinds/sample.ts and engine/compile/samples.ts).
 * What is handed in has passed the schema.
 */
import type { Json } from '../base/json.ts';
import { exp, log } from '../base/math.ts';
import type { Bounded, Distribution, DistributionUnit } from './distribution.ts';
import { parseUnit } from './units.ts';
import { amountMsat, durationUs, property } from './values.ts';

/** A value in the unit's base. */
export function distributionValue(json: Json, unit: DistributionUnit): number {
  if (unit === 'duration') return durationUs(json);
  return unit === 'amount' ? amountMsat(json) : Number(json);
}

/** Reads a validated distribution. */
export function parseDistribution(json: Json, unit: DistributionUnit): Distribution {
  const read = (value: Json | undefined): number => distributionValue(value ?? 0, unit);
  if (Array.isArray(json)) return uniform(read(json[0]), read(json[1]), { unit });
  if (typeof json !== 'object' || json === null) return { kind: 'constant', unit, value: read(json) };
  const min = property(json, 'min');
  const max = property(json, 'max');
  const bounds: Bounded = {
    unit,
    ...(min === undefined ? {} : { min: read(min) }),
    ...(max === undefined ? {} : { max: read(max) }),
  };
  const range = property(json, 'uniform');
  if (Array.isArray(range)) return uniform(read(range[0]), read(range[1]), bounds);
  const exponential = property(json, 'exponential');
  if (exponential !== undefined) return { kind: 'exponential', ...bounds, mean: read(property(exponential, 'mean')) };
  const normal = property(json, 'log_normal');
  if (normal !== undefined) {
    const sigma = Number(property(normal, 'sigma'));
    const median = property(normal, 'median');
    // The mean of a log-normal is its median times e^(sigma² / 2).
    const centre = median === undefined ? read(property(normal, 'mean')) * exp(-(sigma * sigma) / 2) : read(median);
    return { kind: 'log_normal', ...bounds, median: centre, sigma };
  }
  const empirical = property(json, 'empirical');
  const column = property(empirical, 'column');
  return {
    kind: 'empirical',
    ...bounds,
    source: {
      file: String(property(empirical, 'file') ?? ''),
      column: typeof column === 'number' ? column : String(column ?? ''),
      unit: String(property(empirical, 'unit') ?? ''),
    },
  };
}

function uniform(low: number, high: number, bounds: Bounded): Distribution {
  if (low === high) return { kind: 'constant', ...bounds, value: low };
  return { kind: 'uniform', ...bounds, low, high };
}

/**
 * Between which values a draw lies; infinite where there is no bound. The values of an empirical distribution are
 * unknown here, so that only its `min` and `max` count.
 */
export function boundsOf(distribution: Distribution): { readonly low: number; readonly high: number } {
  const least = distribution.unit === 'number' && distribution.kind === 'empirical' ? Number.NEGATIVE_INFINITY : 0;
  const { max = Number.POSITIVE_INFINITY } = distribution;
  const min = distribution.min ?? (isWritten(distribution) ? Number.NEGATIVE_INFINITY : least);
  const clamp = (value: number): number => Math.max(min, Math.min(max, value));
  if (distribution.kind === 'constant') return { low: clamp(distribution.value), high: clamp(distribution.value) };
  if (distribution.kind === 'uniform') return { low: clamp(distribution.low), high: clamp(distribution.high) };
  return { low: min, high: max };
}

/** Whether the values stand in the file, so that its signs count. */
function isWritten(distribution: Distribution): boolean {
  return distribution.kind === 'constant' || distribution.kind === 'uniform';
}

/** Mean of what is drawn, apart from `min` and `max`; null for an empirical distribution, whose values are unknown here. */
export function meanOf(distribution: Distribution): number | null {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value;
    case 'uniform':
      return (distribution.low + distribution.high) / 2;
    case 'exponential':
      return distribution.mean;
    case 'log_normal':
      return distribution.median * exp((distribution.sigma * distribution.sigma) / 2);
    case 'empirical':
      return null;
  }
}

/** mu of a log-normal distribution. */
export function logMedian(median: number): number {
  return log(median);
}

/** One cell of an empirical column in the unit's base, or null when it is no such value. */
export function empiricalValue(cell: string, unit: DistributionUnit, plainUnit: string): number | null {
  const text = cell.trim();
  if (unit === 'number') {
    const value = Number(text);
    return /^-?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?$/i.test(text) && Number.isFinite(value) ? value : null;
  }
  const isPlain = /^[0-9]+(?:\.[0-9]+)?$/.test(text);
  if (isPlain && plainUnit === '') return null;
  const written = !isPlain ? text : unit === 'duration' ? `${text}${plainUnit}` : `${text} ${plainUnit}`;
  const result = parseUnit(unit, written);
  return result.ok ? result.value : null;
}
