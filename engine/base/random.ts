/**
 * Named random streams.
 *
 * The seed of a stream is a hash of (scenario seed, kind, name, purpose); no stream is split off another one, so
 * adding or renaming one activity never moves another one's draws. The generator is sfc32 (Chris Doty-Humphrey,
 * public domain): 128 bits of state, 32-bit integer steps only. Seeds and draws are part of the file format's promise:
 * a change here changes every digest.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { exp, log } from './math.ts';

const TWO_M32 = 2.3283064365386963e-10; // 2^-32
const TWO_M53 = 1.1102230246251565e-16; // 2^-53

/** The 16 bytes of a stream's seed as four 32-bit words. */
export type StreamSeed = readonly [number, number, number, number];

/** Seed of the stream called (kind, name, purpose) in a scenario with this seed. Parts are length-prefixed, so no two names collide. */
export function streamSeed(seed: number, kind: string, name: string, purpose: string): StreamSeed {
  const parts = ['blast/stream/v1', String(seed), kind, name, purpose];
  const digest = sha256(utf8ToBytes(parts.map((p) => `${p.length}:${p}`).join(',')));
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
  return [view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true), view.getUint32(12, true)];
}

/** A reproducible source of numbers. */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(seed: StreamSeed) {
    this.#a = seed[0] | 0;
    this.#b = seed[1] | 0;
    this.#c = seed[2] | 0;
    this.#counter = seed[3] | 0 || 1;
    for (let i = 0; i < 12; i++) this.u32();
  }

  static named(seed: number, kind: string, name: string, purpose: string): RandomStream {
    return new RandomStream(streamSeed(seed, kind, name, purpose));
  }

  /** Uniform integer in [0, 2^32). */
  u32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t;
    this.#c |= 0;
    return t >>> 0;
  }

  /** Uniform number in [0, 1) with 53 bits. */
  unit(): number {
    const high = this.u32() >>> 5;
    const low = this.u32() >>> 6;
    return (high * 67108864 + low) * TWO_M53;
  }

  /** Uniform integer in [low, high], both included; high − low below 2^53. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  /** Exponential with the given mean. */
  exponential(mean: number): number {
    return -log(1 - this.unit()) * mean;
  }

  /** Standard normal, by Marsaglia's polar method (log and sqrt only). */
  normal(): number {
    for (;;) {
      const u = 2 * this.unit() - 1;
      const v = 2 * this.unit() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * log(s)) / s);
    }
  }

  /** Log-normal: e^(mu + sigma · normal). */
  logNormal(mu: number, sigma: number): number {
    return exp(mu + sigma * this.normal());
  }

  /** `n` random bytes. */
  bytes(n: number): Uint8Array {
    const out = new Uint8Array(n);
    for (let i = 0; i < n; i += 4) {
      const w = this.u32();
      for (let j = 0; j < 4 && i + j < n; j++) out[i + j] = (w >>> (8 * j)) & 0xff;
    }
    return out;
  }
}

/**
 * A stateless draw: 32 random bits from two words of key and a counter (the finalizer of MurmurHash3, applied twice).
 * Used while a timeline is played, so that a draw depends on what is drawn for and never on the order of other draws.
 */
export function keyedU32(key0: number, key1: number, counter: number): number {
  let h = (key0 ^ Math.imul(counter, 0x9e3779b9)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h = (h ^ (h >>> 16) ^ key1) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A stateless uniform number in [0, 1) with 32 bits. */
export function keyedUnit(key0: number, key1: number, counter: number): number {
  return keyedU32(key0, key1, counter) * TWO_M32;
}
