/**
 * The generator of sim-ln's random draws: ChaCha with 8 rounds, a 64-bit block counter from 0 and stream 0, its key made
 * of a 64-bit seed by PCG32 (as rand_chacha 0.3 does). Only for draws that must equal sim-ln's; everything else is drawn
 * from named streams (engine/base/random.ts).
 */

const PCG_MULTIPLIER = 6364136223846793005n;
const PCG_INCREMENT = 11634580027462260723n;
const WORDS = 16;

/** The 256-bit key that a seed stands for, as little-endian words. */
export function chachaKey(seed: bigint): Uint32Array {
  let state = BigInt.asUintN(64, seed);
  return Uint32Array.from({ length: 8 }, () => {
    state = BigInt.asUintN(64, state * PCG_MULTIPLIER + PCG_INCREMENT);
    const x = Number(BigInt.asUintN(32, ((state >> 18n) ^ state) >> 27n));
    const turn = Number(state >> 59n);
    return (x >>> turn) | (x << (-turn & 31));
  });
}

export class ChaCha8 {
  /** The number drawn last, as two signed halves. */
  high = 0;
  low = 0;
  readonly #state = new Int32Array(WORDS);
  readonly #block = new Int32Array(WORDS);
  #at = WORDS;

  constructor(seed: bigint) {
    // "expand 32-byte k", the key, then counter and stream, which are 0.
    this.#state.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
    this.#state.set(chachaKey(seed), 4);
  }

  /** Draws 64 bits into `high` and `low`. */
  next(): void {
    if (this.#at === WORDS) this.#refill();
    this.low = this.#block[this.#at] as number;
    this.high = this.#block[this.#at + 1] as number;
    this.#at += 2;
  }

  /** Uniform in [0, 1), of the upper 53 bits of a draw. */
  unit(): number {
    this.next();
    return ((this.high >>> 0) * 2097152 + (this.low >>> 11)) * 1.1102230246251565e-16; // 2^-53
  }

  /** Uniform in (0, 1), of the upper 52 bits of a draw. */
  open(): number {
    this.next();
    return ((this.high >>> 0) * 1048576 + (this.low >>> 12)) * 2.220446049250313e-16 + 1.1102230246251565e-16;
  }

  #refill(): void {
    const state = this.#state;
    const b = this.#block;
    b.set(state);
    for (let round = 0; round < 8; round += 2) {
      quarter(b, 0, 4, 8, 12);
      quarter(b, 1, 5, 9, 13);
      quarter(b, 2, 6, 10, 14);
      quarter(b, 3, 7, 11, 15);
      quarter(b, 0, 5, 10, 15);
      quarter(b, 1, 6, 11, 12);
      quarter(b, 2, 7, 8, 13);
      quarter(b, 3, 4, 9, 14);
    }
    for (let i = 0; i < WORDS; i++) b[i] = ((b[i] as number) + (state[i] as number)) | 0;
    const counter = ((state[12] as number) + 1) | 0;
    state[12] = counter;
    if (counter === 0) state[13] = ((state[13] as number) + 1) | 0;
    this.#at = 0;
  }
}

function quarter(x: Int32Array, i: number, j: number, k: number, l: number): void {
  let a = x[i] as number;
  let b = x[j] as number;
  let c = x[k] as number;
  let d = x[l] as number;
  a = (a + b) | 0;
  d ^= a;
  d = (d << 16) | (d >>> 16);
  c = (c + d) | 0;
  b ^= c;
  b = (b << 12) | (b >>> 20);
  a = (a + b) | 0;
  d ^= a;
  d = (d << 8) | (d >>> 24);
  c = (c + d) | 0;
  b ^= c;
  b = (b << 7) | (b >>> 25);
  x[i] = a;
  x[j] = b;
  x[k] = c;
  x[l] = d;
}
