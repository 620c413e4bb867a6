/**
 * Many numbers, of which the k-th smallest is asked for again and again while a few are taken out and others put in: kept in
 * buckets by their leading bits, so that one bucket has to be looked into. Numbers are never negative.
 */
import { select } from './selection.ts';

/** Bits of a double's upper half that do not count here: sign and exponent of 12 bits (IEEE 754) and 6 bits of the mantissa are left. */
const SHIFT = 14;
/** A bucket here for each value of the others but the sign. */
const BUCKETS = 1 << (31 - SHIFT);

/** A double's bits; the upper half comes second where the processor begins with the lower one. */
const number = new Float64Array(1);
const halves = new Uint32Array(number.buffer);
const UPPER = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

export class BucketIndex {
  count = 0;
  /** Probabilities lie near 1, so that it is 1 − p that tells them apart; the order is then that of 1 − p. */
  readonly #complement: boolean;
  /** Numbers by bucket: those of bucket b are sorted[start[b]] … sorted[start[b + 1] − 1]. */
  readonly #start: Int32Array = new Int32Array(BUCKETS + 1);
  #sorted: Float64Array = new Float64Array(0);
  #bucketOf: Int32Array = new Int32Array(0);
  /** What a question adds to the count of a bucket; all 0 between questions. */
  readonly #change: Int32Array = new Int32Array(BUCKETS);
  #scratch: Float64Array = new Float64Array(64);

  constructor(complement: boolean) {
    this.#complement = complement;
  }

  /** Takes the first `count` numbers instead of those before. */
  build(values: Float64Array, count: number): void {
    this.count = count;
    if (this.#sorted.length < count) {
      this.#sorted = new Float64Array(values.length);
      this.#bucketOf = new Int32Array(values.length);
    }
    const start = this.#start;
    const bucketOf = this.#bucketOf;
    const sorted = this.#sorted;
    start.fill(0);
    for (let i = 0; i < count; i++) {
      const bucket = this.#bucket(values[i]!);
      bucketOf[i] = bucket;
      start[bucket + 1]!++;
    }
    for (let b = 0; b < BUCKETS; b++) start[b + 1]! += start[b]!;
    // Filled from the end of each bucket, so that start[b + 1] comes down to the beginning of bucket b, and is moved back.
    for (let i = 0; i < count; i++) sorted[--start[bucketOf[i]! + 1]!] = values[i]!;
    for (let b = 0; b < BUCKETS; b++) start[b] = start[b + 1]!;
    start[BUCKETS] = count;
  }

  /**
   * The number of that rank, from 0, when `removed` (each is one of those here) is taken out and `added` put in; by 1 − p
   * where complements count. There must be one.
   */
  select(rank: number, removed: Values, added: Values): number {
    const change = this.#change;
    const start = this.#start;
    // The bucket that holds the rank before the change is near the one that does after it.
    let bucket = this.#holding(Math.min(rank, this.count - 1));
    let before = start[bucket]!;
    for (let i = 0; i < removed.count; i++) {
      const b = this.#bucket(removed.values[i]!);
      change[b]!--;
      if (b < bucket) before--;
    }
    for (let i = 0; i < added.count; i++) {
      const b = this.#bucket(added.values[i]!);
      change[b]!++;
      if (b < bucket) before++;
    }
    while (before > rank) {
      bucket--;
      before -= start[bucket + 1]! - start[bucket]! + change[bucket]!;
    }
    for (;;) {
      const size = start[bucket + 1]! - start[bucket]! + change[bucket]!;
      if (before + size > rank) break;
      before += size;
      bucket++;
    }
    for (let i = 0; i < removed.count; i++) change[this.#bucket(removed.values[i]!)] = 0;
    for (let i = 0; i < added.count; i++) change[this.#bucket(added.values[i]!)] = 0;
    const count = this.#gather(bucket, removed, added);
    const at = rank - before;
    return select(this.#scratch, count, this.#complement ? count - 1 - at : at);
  }

  /** The bucket of the number of that rank among those that were built, the first for −1. */
  #holding(rank: number): number {
    const start = this.#start;
    let low = 0;
    for (let high = BUCKETS - 1; low < high; ) {
      const middle = (low + high) >> 1;
      if (start[middle + 1]! > rank) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The numbers of a bucket after the change. */
  #gather(bucket: number, removed: Values, added: Values): number {
    const begin = this.#start[bucket]!;
    let count = this.#start[bucket + 1]! - begin;
    const room = count + added.count;
    if (this.#scratch.length < room) this.#scratch = new Float64Array(2 * room);
    const scratch = this.#scratch;
    for (let i = 0; i < count; i++) scratch[i] = this.#sorted[begin + i]!;
    for (let i = 0; i < removed.count; i++) {
      const value = removed.values[i]!;
      if (this.#bucket(value) !== bucket) continue;
      let at = 0;
      while (scratch[at] !== value) at++;
      scratch[at] = scratch[--count]!;
    }
    for (let i = 0; i < added.count; i++) {
      if (this.#bucket(added.values[i]!) === bucket) scratch[count++] = added.values[i]!;
    }
    return count;
  }

  #bucket(value: number): number {
    number[0] = this.#complement ? 1 - value : value;
    return halves[UPPER]! >>> SHIFT;
  }
}

/** A list of numbers that grows. */
export class Values {
  values: Float64Array = new Float64Array(64);
  count = 0;

  add(value: number): void {
    if (this.count === this.values.length) {
      const more = new Float64Array(2 * this.count);
      more.set(this.values);
      this.values = more;
    }
    this.values[this.count++] = value;
  }
}
