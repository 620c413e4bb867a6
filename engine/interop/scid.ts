/**
 * Short channel ids: 64 bits, block height in the upper 24, transaction index in the next 24, output index in the last
 * 16 (BOLT 7). They do not fit a double, so they are kept as decimal text.
 */

const DECIMAL = /^\d{1,20}$/;
const PARTS = /^(\d{1,8})x(\d{1,8})x(\d{1,5})$/;
const LIMIT = 1n << 64n;

/** The decimal text of a short channel id given as decimal or as `700000x12x0`; null when it is neither. */
export function readScid(text: string): string | null {
  const parts = PARTS.exec(text);
  if (parts !== null) {
    const [, block, transaction, output] = parts as unknown as [string, string, string, string];
    if (Number(block) >= 1 << 24 || Number(transaction) >= 1 << 24 || Number(output) >= 1 << 16) return null;
    return ((BigInt(block) << 40n) | (BigInt(transaction) << 16n) | BigInt(output)).toString();
  }
  if (!DECIMAL.test(text)) return null;
  const value = BigInt(text);
  return value < LIMIT ? value.toString() : null;
}

/** The readable form of a short channel id in decimal, e.g. `700000x12x0`. */
export function scidName(decimal: string): string {
  const value = BigInt(decimal);
  return `${value >> 40n}x${(value >> 16n) & 0xffffffn}x${value & 0xffffn}`;
}
