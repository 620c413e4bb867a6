/**
 * Draws from distributions. A sampler takes its numbers from one stream and nothing else, so that the same stream gives
 * the same values; constants take no draw. Values of empirical distributions are read beforehand (see samples.ts) and
 * handed in: nothing here opens a file.
 */
import { MAX_SAFE } from '../base/numbers.ts';
import type { RandomStream } from '../base/random.ts';
import type { Distribution, EmpiricalSource } from '../spec/distribution.ts';
import { logMedian } from '../spec/distributions.ts';

/** Values of empirical distributions, in the unit's base. */
export interface Samples {
  values(source: EmpiricalSource, unit: Distribution['unit']): ArrayLike<number>;
}

export interface SamplerOptions {
  /** Smallest value ever drawn, whatever the distribution says. Default 0; of plain numbers none. */
  readonly minimum?: number;
  /** Needed for empirical distributions. */
  readonly samples?: Samples;
}

/**
 * A function that draws one value a call: whole µs or msat, rounded to the nearest, or a number as it is.
 * @throws for an empirical distribution without its samples: a defect of the caller.
 */
export function sampler(distribution: Distribution, stream: RandomStream, options: SamplerOptions = {}): () => number {
  const isNumber = distribution.unit === 'number';
  const floor = options.minimum ?? (isNumber ? Number.NEGATIVE_INFINITY : 0);
  const low = Math.max(floor, distribution.min ?? Number.NEGATIVE_INFINITY);
  const high = Math.max(low, Math.min(distribution.max ?? MAX_SAFE, MAX_SAFE));
  const raw = rawSampler(distribution, stream, options.samples);
  return () => {
    const value = raw();
    const whole = isNumber ? value : Math.floor(value + 0.5);
    return whole < low ? low : whole > high ? high : whole;
  };
}

function rawSampler(distribution: Distribution, stream: RandomStream, samples: Samples | undefined): () => number {
  switch (distribution.kind) {
    case 'constant': {
      const { value } = distribution;
      return () => value;
    }
    case 'uniform': {
      const { low, high, unit } = distribution;
      if (unit === 'number') return () => low + stream.unit() * (high - low);
      return () => stream.integer(low, high);
    }
    case 'exponential': {
      const { mean } = distribution;
      return () => stream.exponential(mean);
    }
    case 'log_normal': {
      const { median, sigma } = distribution;
      if (median === 0) return () => 0;
      const mu = logMedian(median);
      return () => stream.logNormal(mu, sigma);
    }
    case 'empirical': {
      if (samples === undefined) throw new Error('an empirical distribution needs its samples');
      const values = samples.values(distribution.source, distribution.unit);
      if (values.length === 0) throw new Error('an empirical distribution without values');
      return () => values[stream.integer(0, values.length - 1)] as number;
    }
  }
}
