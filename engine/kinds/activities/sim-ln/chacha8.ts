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

  /** The next block; its sixteen words stay in locals. */
  #refill(): void {
    const state = this.#state;
    const block = this.#block;
    let x0 = state[0] as number;
    let x1 = state[1] as number;
    let x2 = state[2] as number;
    let x3 = state[3] as number;
    let x4 = state[4] as number;
    let x5 = state[5] as number;
    let x6 = state[6] as number;
    let x7 = state[7] as number;
    let x8 = state[8] as number;
    let x9 = state[9] as number;
    let x10 = state[10] as number;
    let x11 = state[11] as number;
    let x12 = state[12] as number;
    let x13 = state[13] as number;
    let x14 = state[14] as number;
    let x15 = state[15] as number;
    for (let round = 0; round < 8; round += 2) {
      x0 = (x0 + x4) | 0;
      x12 ^= x0;
      x12 = (x12 << 16) | (x12 >>> 16);
      x8 = (x8 + x12) | 0;
      x4 ^= x8;
      x4 = (x4 << 12) | (x4 >>> 20);
      x0 = (x0 + x4) | 0;
      x12 ^= x0;
      x12 = (x12 << 8) | (x12 >>> 24);
      x8 = (x8 + x12) | 0;
      x4 ^= x8;
      x4 = (x4 << 7) | (x4 >>> 25);
      x1 = (x1 + x5) | 0;
      x13 ^= x1;
      x13 = (x13 << 16) | (x13 >>> 16);
      x9 = (x9 + x13) | 0;
      x5 ^= x9;
      x5 = (x5 << 12) | (x5 >>> 20);
      x1 = (x1 + x5) | 0;
      x13 ^= x1;
      x13 = (x13 << 8) | (x13 >>> 24);
      x9 = (x9 + x13) | 0;
      x5 ^= x9;
      x5 = (x5 << 7) | (x5 >>> 25);
      x2 = (x2 + x6) | 0;
      x14 ^= x2;
      x14 = (x14 << 16) | (x14 >>> 16);
      x10 = (x10 + x14) | 0;
      x6 ^= x10;
      x6 = (x6 << 12) | (x6 >>> 20);
      x2 = (x2 + x6) | 0;
      x14 ^= x2;
      x14 = (x14 << 8) | (x14 >>> 24);
      x10 = (x10 + x14) | 0;
      x6 ^= x10;
      x6 = (x6 << 7) | (x6 >>> 25);
      x3 = (x3 + x7) | 0;
      x15 ^= x3;
      x15 = (x15 << 16) | (x15 >>> 16);
      x11 = (x11 + x15) | 0;
      x7 ^= x11;
      x7 = (x7 << 12) | (x7 >>> 20);
      x3 = (x3 + x7) | 0;
      x15 ^= x3;
      x15 = (x15 << 8) | (x15 >>> 24);
      x11 = (x11 + x15) | 0;
      x7 ^= x11;
      x7 = (x7 << 7) | (x7 >>> 25);
      x0 = (x0 + x5) | 0;
      x15 ^= x0;
      x15 = (x15 << 16) | (x15 >>> 16);
      x10 = (x10 + x15) | 0;
      x5 ^= x10;
      x5 = (x5 << 12) | (x5 >>> 20);
      x0 = (x0 + x5) | 0;
      x15 ^= x0;
      x15 = (x15 << 8) | (x15 >>> 24);
      x10 = (x10 + x15) | 0;
      x5 ^= x10;
      x5 = (x5 << 7) | (x5 >>> 25);
      x1 = (x1 + x6) | 0;
      x12 ^= x1;
      x12 = (x12 << 16) | (x12 >>> 16);
      x11 = (x11 + x12) | 0;
      x6 ^= x11;
      x6 = (x6 << 12) | (x6 >>> 20);
      x1 = (x1 + x6) | 0;
      x12 ^= x1;
      x12 = (x12 << 8) | (x12 >>> 24);
      x11 = (x11 + x12) | 0;
      x6 ^= x11;
      x6 = (x6 << 7) | (x6 >>> 25);
      x2 = (x2 + x7) | 0;
      x13 ^= x2;
      x13 = (x13 << 16) | (x13 >>> 16);
      x8 = (x8 + x13) | 0;
      x7 ^= x8;
      x7 = (x7 << 12) | (x7 >>> 20);
      x2 = (x2 + x7) | 0;
      x13 ^= x2;
      x13 = (x13 << 8) | (x13 >>> 24);
      x8 = (x8 + x13) | 0;
      x7 ^= x8;
      x7 = (x7 << 7) | (x7 >>> 25);
      x3 = (x3 + x4) | 0;
      x14 ^= x3;
      x14 = (x14 << 16) | (x14 >>> 16);
      x9 = (x9 + x14) | 0;
      x4 ^= x9;
      x4 = (x4 << 12) | (x4 >>> 20);
      x3 = (x3 + x4) | 0;
      x14 ^= x3;
      x14 = (x14 << 8) | (x14 >>> 24);
      x9 = (x9 + x14) | 0;
      x4 ^= x9;
      x4 = (x4 << 7) | (x4 >>> 25);
    }
    block[0] = x0 + (state[0] as number);
    block[1] = x1 + (state[1] as number);
    block[2] = x2 + (state[2] as number);
    block[3] = x3 + (state[3] as number);
    block[4] = x4 + (state[4] as number);
    block[5] = x5 + (state[5] as number);
    block[6] = x6 + (state[6] as number);
    block[7] = x7 + (state[7] as number);
    block[8] = x8 + (state[8] as number);
    block[9] = x9 + (state[9] as number);
    block[10] = x10 + (state[10] as number);
    block[11] = x11 + (state[11] as number);
    block[12] = x12 + (state[12] as number);
    block[13] = x13 + (state[13] as number);
    block[14] = x14 + (state[14] as number);
    block[15] = x15 + (state[15] as number);
    const counter = ((state[12] as number) + 1) | 0;
    state[12] = counter;
    if (counter === 0) state[13] = ((state[13] as number) + 1) | 0;
    this.#at = 0;
  }
}
