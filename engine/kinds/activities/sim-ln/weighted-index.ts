/**
 * Draws an index by weight, draw for draw as the library that sim-ln uses (rand 0.8): 64 random bits times the total, of
 * which the upper 64 bits are the point on the scale of the cumulative weights; a draw that would favour some is taken
 * again. Weights are integers whose sum is below 2^53.
 */
import { CumulativeSearch } from '../cumulative-search.ts';
import type { ChaCha8 } from './chacha8.ts';

const TWO_32 = 4294967296;

export class WeightedIndex {
  /** Over the cumulative weights without the last one. */
  readonly #search: CumulativeSearch;
  readonly #totalHigh: number;
  readonly #totalLow: number;
  /** The largest lower half of a product that is taken. */
  readonly #zoneHigh: number;
  readonly #zoneLow: number;

  constructor(weights: ArrayLike<number>) {
    const last = weights.length - 1;
    const cumulative = new Float64Array(Math.max(0, last));
    let total = 0;
    for (let i = 0; i <= last; i++) {
      total += weights[i] as number;
      if (i < last) cumulative[i] = total;
    }
    this.#totalHigh = Math.floor(total / TWO_32);
    this.#totalLow = total % TWO_32;
    const range = 1n << 64n;
    const zone = range - 1n - ((range - BigInt(total)) % BigInt(total));
    this.#zoneHigh = Number(zone >> 32n);
    this.#zoneLow = Number(zone & 0xffffffffn);
    this.#search = new CumulativeSearch(cumulative, total);
  }

  draw(random: ChaCha8): number {
    for (;;) {
      random.next();
      const high = random.high >>> 0;
      const low = random.low >>> 0;
      // The product in four parts of 64 bits: low·low, low·high, high·low, high·high.
      const llLow = Math.imul(low, this.#totalLow) >>> 0;
      const llHigh = upper(low, this.#totalLow, llLow);
      const lhLow = Math.imul(low, this.#totalHigh) >>> 0;
      const lhHigh = upper(low, this.#totalHigh, lhLow);
      const hlLow = Math.imul(high, this.#totalLow) >>> 0;
      const hlHigh = upper(high, this.#totalLow, hlLow);
      const middle = llHigh + lhLow + hlLow;
      const middleHigh = Math.floor(middle / TWO_32);
      const middleLow = middle - middleHigh * TWO_32;
      if (middleLow > this.#zoneHigh || (middleLow === this.#zoneHigh && llLow > this.#zoneLow)) continue;
      // The point is below 2^53, as the total is; the answer is the number of cumulative weights that are at most it.
      return this.#search.firstAbove(high * this.#totalHigh + lhHigh + hlHigh + middleHigh);
    }
  }
}

/** Upper 32 bits of the product of two numbers below 2^32, of which the lower 32 bits are known. */
function upper(a: number, b: number, low: number): number {
  // Off by less than 2^-20 before it is rounded.
  return Math.floor((a * b - low) / TWO_32 + 0.5);
}
