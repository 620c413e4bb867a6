/**
 * The block function of SHA-256 (FIPS 180-4, section 6.2.2) as a WebAssembly module, written out round by round: the state
 * stays in locals, the message schedule is computed four words at a time. It only makes bytes; sha256-blocks.ts runs them.
 */

/** Where in the module's memory what lies: eight words of state, the constants, constants + schedule, the input. */
export const MEMORY = { state: 0, constants: 64, schedule: 320, input: 1024, pages: 2 } as const;

/** Bytes that fit behind `input`, a multiple of a block. */
export const INPUT_BYTES = 65_536;

/** FIPS 180-4, section 4.2.2. */
// biome-ignore format: a table
export const CONSTANTS: readonly number[] = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

type Code = readonly number[];

// Instructions of the WebAssembly core specification, appendix "Index of Instructions"; 0xfd leads those of vectors.
const ADD: Code = [0x6a];
const AND: Code = [0x71];
const XOR: Code = [0x73];
const ROTR: Code = [0x78];
const LESS: Code = [0x49];
const END: Code = [0x0b];
const VECTOR = 0xfd;
const V_SHUFFLE: Code = [VECTOR, 0x0d];
const V_CONST: Code = [VECTOR, 0x0c];
const V_AND: Code = [VECTOR, 0x4e];
const V_OR: Code = [VECTOR, 0x50];
const V_XOR: Code = [VECTOR, 0x51];
const V_SHL: Code = [VECTOR, 0xab, 0x01];
const V_SHR: Code = [VECTOR, 0xad, 0x01];
const V_ADD: Code = [VECTOR, 0xae, 0x01];
const I32 = 0x7f;
const V128 = 0x7b;
const NO_RESULT = 0x40;
/** A loop, and the branch to its beginning. */
const LOOP: Code = [0x03, NO_RESULT];
const AGAIN: Code = [0x0d, 0];
/** Alignments of loads and stores, as powers of two. */
const WORD = 2;
const ANY = 0;

// Locals. Parameters: where the input begins and ends, in whole blocks, at least one.
const FROM = 0;
const TO = 1;
/** a to h, and what they were before the block. */
const STATE = 2;
const BEFORE = 10;
const SUM = 18;
/** a xor b of this round, and of the one before. */
const DIFFERENCE = 19;
const FORMER = 20;
const SCALARS = 19;
/** The last sixteen words of the schedule, four by four; and a scratch vector. */
const WORDS = 21;
const SCRATCH = 25;
const VECTORS = 5;

function unsigned(n: number): Code {
  return n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...unsigned(n >>> 7)];
}

/** A constant below 64, which needs one byte. */
const small = (n: number): Code => [0x41, n];
const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
const tee = (local: number): Code => [0x22, local];
const load = (at: number): Code => [...small(0), 0x28, WORD, ...unsigned(at)];
const store = (at: number, value: Code): Code => [...small(0), ...value, 0x36, WORD, ...unsigned(at)];
const loadVector = (base: Code, at: number): Code => [...base, VECTOR, 0x00, ANY, ...unsigned(at)];
const storeVector = (at: number, value: Code): Code => [...small(0), ...value, VECTOR, 0x0b, ANY, ...unsigned(at)];

function rotated(local: number, by: number): Code {
  return [...get(local), ...small(by), ...ROTR];
}

function rotatedVector(local: number, by: number): Code {
  return [...get(local), ...small(by), ...V_SHR, ...get(local), ...small(32 - by), ...V_SHL, ...V_OR];
}

/** Four words of the eight of two vectors. */
function picked(a: number, b: number, words: readonly number[]): Code {
  return [...get(a), ...get(b), ...V_SHUFFLE, ...words.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte))];
}

/** σ0 or σ1 of the words in SCRATCH: two rotations and a shift. */
function sigma(first: number, second: number, shift: number): Code {
  const shifted = [...get(SCRATCH), ...small(shift), ...V_SHR];
  return [...rotatedVector(SCRATCH, first), ...rotatedVector(SCRATCH, second), ...V_XOR, ...shifted, ...V_XOR];
}

/** Writes constants + words of four rounds, 4 · `quarter` and on, to where the rounds find them. */
function keyed(quarter: number, words: number): Code {
  const constants = loadVector(small(0), MEMORY.constants + 16 * quarter);
  return storeVector(MEMORY.schedule + 16 * (quarter & 3), [...get(words), ...constants, ...V_ADD]);
}

/** The first sixteen words of a block: its bytes, big-endian. */
function blockWords(quarter: number): Code {
  const bytes = loadVector(get(FROM), 16 * quarter);
  const turned = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];
  return [...bytes, ...bytes, ...V_SHUFFLE, ...turned, ...set(WORDS + quarter), ...keyed(quarter, WORDS + quarter)];
}

/** Words 4 · `quarter` and on, for quarters from 4: W[t] = σ1(W[t−2]) + W[t−7] + σ0(W[t−15]) + W[t−16]. */
function nextWords(quarter: number): Code {
  const [oldest, second, third, newest] = [0, 1, 2, 3].map((i) => WORDS + ((quarter + i) & 3)) as [
    number,
    number,
    number,
    number,
  ];
  const half = (isUpper: boolean): Code => {
    const mask = Array.from({ length: 16 }, (_, byte) => (byte >> 3 === Number(isUpper) ? 0xff : 0));
    const from = isUpper ? picked(oldest, oldest, [0, 1, 0, 1]) : picked(newest, newest, [2, 3, 2, 3]);
    const added = [...sigma(17, 19, 10), ...V_CONST, ...mask, ...V_AND, ...get(oldest), ...V_ADD];
    return [...from, ...set(SCRATCH), ...added, ...set(oldest)];
  };
  return [
    ...[...picked(oldest, second, [1, 2, 3, 4]), ...set(SCRATCH)],
    ...[...get(oldest), ...picked(third, newest, [1, 2, 3, 4]), ...V_ADD],
    ...[...sigma(7, 18, 3), ...V_ADD, ...set(oldest)],
    // The upper two need the lower two.
    ...[...half(false), ...half(true), ...keyed(quarter, oldest)],
  ];
}

/** A round; the locals of a to h change places instead of being moved. */
function round(t: number): Code {
  const at = (letter: number): number => STATE + ((letter - t) & 7);
  const [a, b, d, e, f, g, h] = [at(0), at(1), at(3), at(4), at(5), at(6), at(7)];
  const sigma1 = [...rotated(e, 6), ...rotated(e, 11), ...XOR, ...rotated(e, 25), ...XOR];
  const sigma0 = [...rotated(a, 2), ...rotated(a, 13), ...XOR, ...rotated(a, 22), ...XOR];
  const choice = [...get(f), ...get(g), ...XOR, ...get(e), ...AND, ...get(g), ...XOR];
  // The majority of a, b and c is b where b and c agree, else a.
  const majority = [
    ...[...get(a), ...get(b), ...XOR, ...tee(DIFFERENCE)],
    ...[...get(FORMER), ...AND, ...get(b), ...XOR],
  ];
  return [
    ...[...get(h), ...load(MEMORY.schedule + 4 * (t & 15)), ...ADD, ...sigma1, ...ADD, ...choice, ...ADD],
    ...[...tee(SUM), ...get(d), ...ADD, ...set(d)],
    ...[...get(SUM), ...sigma0, ...ADD, ...majority, ...ADD, ...set(h), ...get(DIFFERENCE), ...set(FORMER)],
  ];
}

function blocks(): Code {
  const letters = [0, 1, 2, 3, 4, 5, 6, 7];
  const code: number[] = letters.flatMap((i) => [...load(MEMORY.state + 4 * i), ...set(STATE + i)]);
  code.push(...LOOP, ...letters.flatMap((i) => [...get(STATE + i), ...set(BEFORE + i)]));
  for (let quarter = 0; quarter < 4; quarter++) code.push(...blockWords(quarter));
  code.push(...get(STATE + 1), ...get(STATE + 2), ...XOR, ...set(FORMER));
  for (let t = 0; t < 64; t++) {
    code.push(...round(t));
    if (t < 48 && t % 4 === 3) code.push(...nextWords((t >> 2) + 4));
  }
  for (const i of letters) code.push(...get(STATE + i), ...get(BEFORE + i), ...ADD, ...set(STATE + i));
  // 64 takes two bytes.
  code.push(...get(FROM), 0x41, 0xc0, 0x00, ...ADD, ...tee(FROM), ...get(TO), ...LESS, ...AGAIN, ...END);
  for (const i of letters) code.push(...store(MEMORY.state + 4 * i, get(STATE + i)));
  return [...code, ...END];
}

/** A module that exports `memory` and `blocks(from, to)`. */
export function sha256Module(): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
  const name = (text: string): Code => [text.length, ...Array.from(text, (letter) => letter.charCodeAt(0))];
  const body = [2, SCALARS, I32, VECTORS, V128, ...blocks()];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 2, I32, I32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, MEMORY.pages]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('blocks'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}
