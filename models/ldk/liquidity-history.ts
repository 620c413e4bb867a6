/**
 * Where the bounds of a channel's balance have been in the past: for the lower and the upper bound a count in each of 32
 * uneven buckets, and the success probability that follows from them. Knows no clock; the scorer says when to fade.
 *
 * ldk:routing/scoring.rs:bucketed_history. Counts are 16-bit fixed-point numbers with 5 bits of fraction.
 */
import { exp2 } from '../../engine/base/math.ts';
import { MAX_SAFE } from '../../engine/base/numbers.ts';
import { type Odds, oddsFloat } from './success-probability.ts';

/** ldk:routing/scoring.rs:bucketed_history: BUCKET_START_POS, where each bucket begins, in 2^14ths of a capacity. */
export const BUCKETS = 32;
const START: readonly number[] = [
  0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3072, 4096, 6144, 8192, 10_240, 12_288, 13_312, 14_336, 15_360,
  15_872, 16_128, 16_256, 16_320, 16_352, 16_368, 16_376, 16_380, 16_382, 16_383, 16_384,
];
const TICKS = 16_384;
/** ldk:routing/scoring.rs:BUCKET_FIXED_POINT_ONE. */
const ONE = 32;
/** Squares up to here are added as doubles: 32 · 32 of them stay below 2^53. */
const SMALL_SQUARE = 4_398_046_511_104;
/** Weight of a single full data point (FULLY_DECAYED): 32^4. */
const FULL_POINT = 1_048_576;
const BILLION = 1024 * 1024 * 1024;

/** ldk:routing/scoring.rs:amount_to_pos: floor(amount · 2^14 / (capacity + 1)). */
export function positionOf(amountMsat: number, capacityMsat: number): number {
  const product = amountMsat * TICKS;
  if (product <= MAX_SAFE) return Math.floor(product / (capacityMsat + 1));
  return Number((BigInt(amountMsat) * 16_384n) / BigInt(capacityMsat + 1));
}

export function bucketOf(position: number): number {
  let bucket = 0;
  while (position >= (START[bucket + 1] as number)) bucket++;
  return bucket;
}

/** ldk:routing/scoring.rs:HistoricalBucketRangeTracker::track_datapoint. */
function track(buckets: Uint16Array, offsetMsat: number, capacityMsat: number): void {
  const position = positionOf(offsetMsat, capacityMsat);
  if (position >= TICKS) return;
  for (let i = 0; i < BUCKETS; i++) buckets[i] = Math.floor(((buckets[i] as number) * 2047) / 2048);
  const bucket = bucketOf(position);
  buckets[bucket] = Math.min(0xffff, (buckets[bucket] as number) + ONE);
}

/** Adds up squares of products of two counts, exactly: a square can have 64 bits. */
class Weights {
  #sum = 0;
  #exact = 0n;

  add(product: number): void {
    const square = product * product;
    if (square < SMALL_SQUARE) this.#sum += square;
    else this.#exact += BigInt(product) * BigInt(product);
  }

  /** The sum, rounded once. */
  get value(): number {
    return this.#exact === 0n ? this.#sum : Number(this.#exact + BigInt(this.#sum));
  }
}

const odds: Odds = { numerator: 0, denominator: 0 };

export class LiquidityHistory {
  /** Counts of the lower bound's distance from 0 and of the upper bound's distance from the capacity, in direction 0. */
  readonly min: Uint16Array = new Uint16Array(BUCKETS);
  readonly max: Uint16Array = new Uint16Array(BUCKETS);
  /** Weight of all data points (total_valid_points_tracked). */
  #total = 0;

  /** Enters where the bounds are now, seen in a direction: msat from 0 and from the capacity. */
  add(direction: number, minOffsetMsat: number, maxOffsetMsat: number, capacityMsat: number): void {
    track(direction === 0 ? this.min : this.max, minOffsetMsat, capacityMsat);
    track(direction === 0 ? this.max : this.min, maxOffsetMsat, capacityMsat);
    this.recount();
  }

  /** Fades all counts by this many half-lives (ldk:routing/scoring.rs:decay_buckets). */
  fade(halfLives: number): void {
    const factor = Math.floor(1024 * exp2(-halfLives));
    for (const buckets of [this.min, this.max]) {
      for (let i = 0; i < BUCKETS; i++) buckets[i] = Math.floor(((buckets[i] as number) * factor) / 1024);
    }
    this.recount();
  }

  /** To be called when counts were written from outside. */
  recount(): void {
    const weights = new Weights();
    for (let i = 0; i < BUCKETS; i++) {
      const min = this.min[i] as number;
      if (min === 0) continue;
      for (let k = 0; k < BUCKETS - i; k++) weights.add(min * (this.max[k] as number));
    }
    this.#total = weights.value;
  }

  /**
   * 2^30 · probability that the channel carries the amount in a direction, rounded down; −1 when there is less than one
   * full data point.
   *
   * ldk:routing/scoring.rs:calculate_success_probability_times_billion.
   */
  probabilityTimesBillion(direction: number, amountMsat: number, capacityMsat: number, linear: boolean): number {
    if (this.#total < FULL_POINT) return -1;
    const position = positionOf(amountMsat, capacityMsat);
    if (position >= TICKS) return -1;
    const min = direction === 0 ? this.min : this.max;
    const max = direction === 0 ? this.max : this.min;
    let sum = min[0] === 0 ? 0 : this.#aboveZero(position, min[0] as number, max, linear);
    for (let i = 1; i < BUCKETS; i++) {
      const count = min[i] as number;
      const from = START[i] as number;
      for (let k = 0; k < BUCKETS - i; k++) {
        const to = (START[BUCKETS - k] as number) - 1;
        if (position >= to) break;
        const product = count * (max[k] as number);
        // What has no weight adds nothing.
        if (product === 0) continue;
        const weight = (product * product) / this.#total;
        if (position < from) {
          sum += weight;
        } else {
          oddsFloat(position, from, to, TICKS - 1, linear, true, odds);
          sum += (weight * odds.numerator) / odds.denominator;
        }
      }
    }
    return Math.floor(sum * BILLION);
  }

  /** Nothing was seen to go through: only the highest upper bound on record counts. */
  #aboveZero(position: number, zero: number, max: Uint16Array, linear: boolean): number {
    const weights = new Weights();
    let highest = 0;
    let highestFull = -1;
    for (let k = 0; k < BUCKETS; k++) {
      const count = max[k] as number;
      if (count >= ONE) highestFull = k;
      if (count !== 0) highest = k;
      weights.add(count * zero);
    }
    const to = (START[BUCKETS - (highestFull >= 0 ? highestFull : highest)] as number) - 1;
    if (position >= to) return 0;
    oddsFloat(position, 0, to, TICKS - 1, linear, true, odds);
    return ((weights.value / this.#total) * odds.numerator) / odds.denominator;
  }
}
