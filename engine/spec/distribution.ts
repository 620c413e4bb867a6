/** Distributions as data: what distributions.ts reads and a sampler draws from. */

/** What is drawn: µs, msat, or a number as it is. */
export type DistributionUnit = 'duration' | 'amount' | 'number';

export interface Bounded {
  readonly unit: DistributionUnit;
  /** What is drawn is never below or above; absent: no bound. */
  readonly min?: number;
  readonly max?: number;
}

export type Distribution =
  | (Bounded & { readonly kind: 'constant'; readonly value: number })
  /** Of durations and amounts both ends are included. */
  | (Bounded & { readonly kind: 'uniform'; readonly low: number; readonly high: number })
  | (Bounded & { readonly kind: 'exponential'; readonly mean: number })
  /** e^(mu + sigma · normal) with mu = ln(median). */
  | (Bounded & { readonly kind: 'log_normal'; readonly median: number; readonly sigma: number })
  | (Bounded & { readonly kind: 'empirical'; readonly source: EmpiricalSource });

/** A column of a CSV file; every row is as likely as any other. */
export interface EmpiricalSource {
  /** Path as written, relative to the scenario's folder. */
  readonly file: string;
  /** Name in the header, or index from 0. */
  readonly column: string | number;
  /** Unit of values without one, such as `ms` or `sat`; empty when every value carries its own. */
  readonly unit: string;
}
