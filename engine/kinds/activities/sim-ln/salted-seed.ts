/**
 * The seed of one node's draws in sim-ln: SipHash-1-3 with a zero key over the length of what follows (64 bits), the
 * node's public key (33 bytes) and the seed of the simulation (64 bits), all little-endian. It identifies and protects
 * nothing.
 */
import { hexToBytes } from '@noble/hashes/utils.js';

const MASK = (1n << 64n) - 1n;

/** Seed for the node with this compressed public key (66 hex digits). */
export function saltedSeed(pubkey: string, seed: bigint): bigint {
  const key = hexToBytes(pubkey);
  const bytes = new Uint8Array(8 + key.length + 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(key.length + 8), true);
  bytes.set(key, 8);
  view.setBigUint64(8 + key.length, seed, true);
  return sipHash13(bytes);
}

function rotate(x: bigint, by: bigint): bigint {
  return ((x << by) | (x >> (64n - by))) & MASK;
}

/** SipHash with one round a word and three at the end, key 0. */
export function sipHash13(bytes: Uint8Array): bigint {
  // "somepseudorandomlygeneratedbytes"
  let v0 = 0x736f6d6570736575n;
  let v1 = 0x646f72616e646f6dn;
  let v2 = 0x6c7967656e657261n;
  let v3 = 0x7465646279746573n;
  const round = (): void => {
    v0 = (v0 + v1) & MASK;
    v1 = rotate(v1, 13n) ^ v0;
    v0 = rotate(v0, 32n);
    v2 = (v2 + v3) & MASK;
    v3 = rotate(v3, 16n) ^ v2;
    v0 = (v0 + v3) & MASK;
    v3 = rotate(v3, 21n) ^ v0;
    v2 = (v2 + v1) & MASK;
    v1 = rotate(v1, 17n) ^ v2;
    v2 = rotate(v2, 32n);
  };
  const words = bytes.length >>> 3;
  const padded = new Uint8Array(8 * words + 8);
  padded.set(bytes);
  padded[padded.length - 1] = bytes.length & 0xff;
  const view = new DataView(padded.buffer);
  for (let word = 0; word <= words; word++) {
    const m = view.getBigUint64(8 * word, true);
    v3 ^= m;
    round();
    v0 ^= m;
  }
  v2 ^= 0xffn;
  round();
  round();
  round();
  return v0 ^ v1 ^ v2 ^ v3;
}
