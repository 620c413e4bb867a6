/**
 * −log10 as LDK's scorer computes it: from a table by the highest bit of a number and the six bits below it. The table is
 * made here by the formula that LDK's test checks its own against: 2048 · log10 of the smallest number of each row and
 * column, rounded. The engine's logarithm is close enough that every entry is the same.
 *
 * ldk:routing/log_approx.rs:negative_log10_times_2048.
 */
import { exp2, log } from '../../engine/base/math.ts';

/** ldk:routing/log_approx.rs:LOWER_BITS, and its columns; rows for the bits of the integers that there are here. */
const LOWER_BITS = 6;
const COLUMNS = 64;
const ROWS = 53;
/** ldk:routing/log_approx.rs:LOG10_TIMES_2048. */
const UNIT = 2048;
const LN10 = 2.302585092994046;

/** Smallest number with this highest bit and these bits below it, as far as there are any. */
function smallest(row: number, column: number): number {
  if (row >= LOWER_BITS) return (COLUMNS + column) * exp2(row - LOWER_BITS);
  return (COLUMNS + column) >> (LOWER_BITS - row);
}

/** 2048 · log10 of numbers from 1 to 2^53 − 1 (ldk:routing/log_approx.rs:LOG10_TIMES_2048); made when first asked for. */
let table: Uint16Array | undefined;

function makeTable(): Uint16Array {
  return Uint16Array.from({ length: ROWS * COLUMNS }, (_, i) =>
    Math.round((log(smallest(Math.floor(i / COLUMNS), i % COLUMNS)) / LN10) * UNIT),
  );
}

/** A double, whose highest bit is read here from its exponent. */
const scratch = new DataView(new ArrayBuffer(8));

/** 2048 · log10 of an integer from 1 to 2^53 − 1, approximately. */
export function log10Times2048(x: number): number {
  table ??= makeTable();
  scratch.setFloat64(0, x);
  // Sign 0, 11 bits of exponent, and of the 20 bits of mantissa here the first six.
  const high = scratch.getUint32(0);
  return table[((high >>> 20) - 1023) * COLUMNS + ((high >>> 14) & (COLUMNS - 1))] as number;
}

/** 2048 · −log10 of numerator / denominator, both integers from 1 on. */
export function negativeLog10Times2048(numerator: number, denominator: number): number {
  return log10Times2048(denominator) - log10Times2048(numerator);
}
