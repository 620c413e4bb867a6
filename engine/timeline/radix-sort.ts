/**
 * A stable sort of row numbers by a column of non-negative integers below 2^53, in time proportional to their number.
 *
 * A comparison sort of a million rows calls its comparator twenty million times; this one makes a few passes over typed arrays
 * when there are many: as spread-sort.ts does it, or by digits where keys crowd. It knows nothing of timelines.
 */

import { spreadOrder } from './spread-sort.ts';

const DIGIT_BITS = 16;
const BUCKETS = 1 << DIGIT_BITS;
const TWO_32 = 4294967296;
/** Fewer rows than this are sorted by comparison, which is quicker than to count the buckets. */
const FEW = 4096;

/** True when the keys are in order already, which the usual small scenario is. */
function isSorted(keys: Float64Array): boolean {
  for (let i = 1; i < keys.length; i++) {
    if ((keys[i] as number) < (keys[i - 1] as number)) return false;
  }
  return true;
}

/**
 * Row numbers in ascending order of their keys; rows with equal keys keep their order.
 * Keys must be integers in [0, 2^53); anything else sorts by its low bits, so check before.
 */
export function stableOrder(keys: Float64Array): Int32Array {
  const n = keys.length;
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  if (isSorted(keys)) return order;
  if (n < FEW) return order.sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
  return spreadOrder(keys) ?? radixOrder(keys, order);
}

/** The same by digits, whatever the keys; `rows` are the row numbers as they stand, and may be used up. */
function radixOrder(keys: Float64Array, rows: Int32Array<ArrayBuffer>): Int32Array {
  const n = keys.length;
  let order = rows;
  const low = new Uint32Array(n);
  const high = new Uint32Array(n);
  let anyHigh = 0;
  let anyLow = 0;
  for (let i = 0; i < n; i++) {
    const key = keys[i] as number;
    const h = Math.floor(key / TWO_32);
    high[i] = h;
    low[i] = key - h * TWO_32;
    anyHigh |= h;
    anyLow |= low[i] as number;
  }

  const counts = new Int32Array(BUCKETS);
  let spare = new Int32Array(n);
  for (let pass = 0; pass < 4; pass++) {
    const words = pass < 2 ? low : high;
    const shift = (pass & 1) * DIGIT_BITS;
    // A digit that is zero in every key moves nothing.
    if ((((pass < 2 ? anyLow : anyHigh) >>> shift) & (BUCKETS - 1)) === 0) continue;
    counts.fill(0);
    for (let i = 0; i < n; i++) {
      const digit = ((words[i] as number) >>> shift) & (BUCKETS - 1);
      counts[digit] = (counts[digit] as number) + 1;
    }
    let start = 0;
    for (let b = 0; b < BUCKETS; b++) {
      const count = counts[b] as number;
      counts[b] = start;
      start += count;
    }
    for (let i = 0; i < n; i++) {
      const row = order[i] as number;
      const digit = ((words[row] as number) >>> shift) & (BUCKETS - 1);
      const to = counts[digit] as number;
      counts[digit] = to + 1;
      spare[to] = row;
    }
    const swap = order;
    order = spare;
    spare = swap;
  }
  return order;
}
