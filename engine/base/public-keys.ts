/**
 * Public keys of many secrets of secp256k1 at once: the same keys as one by one, in a fifth of the time.
 *
 * A key is a sum of multiples of the generator, one for each byte of the secret, out of a table. To add two points one must
 * divide; all secrets take their next step together, so that one division does for all of them (Montgomery, "Speeding the
 * Pollard and elliptic curve methods of factorization", 1987, section 10.3.1). Nothing here runs in constant time: only for
 * secrets that protect nothing.
 *
 * The formula is that of two points which are neither the same nor opposite, and these never are: what the lower bytes of a
 * secret come to is less than the least multiple of the next one. The last carry adds 2^256 to a secret less 2^256; they would
 * be the same where the secret is 2^257 modulo the order, which is below 2^130 and carries nothing.
 */
import { normalizeZ } from '@noble/curves/abstract/curve.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';

const { Point } = secp256k1;
const { Fp } = Point;
const BITS = 256n;
const MASK = (1n << BITS) - 1n;
/** 2^256 modulo the field's order, SEC 2 section 2.4.1: p = 2^256 − 2^32 − 977. */
const FOLD = (1n << BITS) - Fp.ORDER;

/** Bytes of a secret, and one for what the uppermost of them carries. */
const WINDOWS = 33;
const WINDOW_BITS = 8;
/** Multiples of each window's point; those with the other sign have y with the other sign. */
const MULTIPLES = 1 << (WINDOW_BITS - 1);

/** Points in affine coordinates: any numbers of the right residue, also negative ones. */
interface Points {
  readonly x: bigint[];
  readonly y: bigint[];
}

/** Made at first use. */
let table: Points | null = null;

/**
 * Compressed public keys, 66 hex digits each.
 * @param secrets valid ones, 32 bytes each, big-endian
 */
export function manyPublicKeys(secrets: readonly Uint8Array[]): string[] {
  table ??= makeTable();
  const { x: xs, y: ys } = table;
  const sums: Points = { x: [], y: [] };
  const carries = new Uint8Array(secrets.length);
  for (let window = 0; window < WINDOWS; window++) {
    const rows: number[] = [];
    const added: Points = { x: [], y: [] };
    secrets.forEach((secret, row) => {
      const value = (secret[WINDOWS - 2 - window] ?? 0) + (carries[row] as number);
      carries[row] = value > MULTIPLES ? 1 : 0;
      const digit = value > MULTIPLES ? value - 2 * MULTIPLES : value;
      if (digit === 0) return;
      const at = MULTIPLES * window + Math.abs(digit) - 1;
      const x = xs[at] as bigint;
      const y = ys[at] as bigint;
      const signed = digit < 0 ? -y : y;
      if (sums.x[row] === undefined) {
        sums.x[row] = x;
        sums.y[row] = signed;
        return;
      }
      rows.push(row);
      added.x.push(x);
      added.y.push(signed);
    });
    addAll(sums, rows, added);
  }
  return secrets.map((_, row) => compressed(sums.x[row] as bigint, sums.y[row] as bigint));
}

function compressed(x: bigint, y: bigint): string {
  const digits = Fp.create(x).toString(16).padStart(64, '0');
  return `${(Fp.create(y) & 1n) === 1n ? '03' : '02'}${digits}`;
}

/** Multiples 1 to 128 of 2^8w · G for each window w. */
function makeTable(): Points {
  // Powers of two come of doubling; every other multiple is a power of two and a smaller multiple.
  const powers = [Point.BASE];
  for (let i = 1; i < WINDOWS * WINDOW_BITS; i++) powers.push((powers[i - 1] as typeof Point.BASE).double());
  const made: Points = { x: [], y: [] };
  normalizeZ(Point, powers).forEach((point, i) => {
    const { x, y } = point.toAffine();
    const at = MULTIPLES * Math.floor(i / WINDOW_BITS) + (1 << (i % WINDOW_BITS)) - 1;
    made.x[at] = x;
    made.y[at] = y;
  });
  for (let power = 2; power < MULTIPLES; power *= 2) {
    const rows: number[] = [];
    const added: Points = { x: [], y: [] };
    for (let first = 0; first < WINDOWS * MULTIPLES; first += MULTIPLES) {
      for (let more = 1; more < power; more++) {
        const row = first + power + more - 1;
        made.x[row] = made.x[first + more - 1] as bigint;
        made.y[row] = made.y[first + more - 1] as bigint;
        rows.push(row);
        added.x.push(made.x[first + power - 1] as bigint);
        added.y.push(made.y[first + power - 1] as bigint);
      }
    }
    addAll(made, rows, added);
  }
  return made;
}

/** Adds a point to that of each of the rows. */
function addAll(to: Points, rows: readonly number[], { x: xs, y: ys }: Points): void {
  const before: bigint[] = [];
  let product = 1n;
  rows.forEach((row, i) => {
    before.push(product);
    product = times(product, (xs[i] as bigint) - (to.x[row] as bigint));
  });
  let inverse = Fp.inv(Fp.create(product));
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i] as number;
    const x = to.x[row] as bigint;
    const y = to.y[row] as bigint;
    const run = (xs[i] as bigint) - x;
    const slope = times(fold(inverse * (before[i] as bigint)), (ys[i] as bigint) - y);
    inverse = times(inverse, run);
    const sum = fold(slope * slope) - x - (xs[i] as bigint);
    to.x[row] = sum;
    to.y[row] = fold(slope * (x - sum)) - y;
  }
}

/**
 * A number of the residue of the product: once folded it has 290 bits where the factors have 256, twice folded 257 even where
 * the factors have 290.
 */
function times(a: bigint, b: bigint): bigint {
  return fold(fold(a * b));
}

/** A smaller number of the same residue. */
function fold(n: bigint): bigint {
  return (n & MASK) + (n >> BITS) * FOLD;
}
