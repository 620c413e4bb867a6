/**
 * Public keys of nodes.
 *
 * A node whose key was not given (by the file or by an imported graph) gets one derived from its name: a real, valid
 * compressed secp256k1 key, so that tools which read keys accept it. The private key is SHA-256 of a fixed prefix and
 * the name: anyone can compute it. It identifies a simulated node and protects nothing; never send money to it.
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { manyPublicKeys } from '../base/public-keys.ts';
import type { NodePlan } from './network.ts';

/** Multiplying a point is slow (up to half a millisecond), so keys are derived when first asked for. */
const derived = new WeakMap<NodePlan, string>();

/** From so many keys on it pays to derive them together. */
const MANY = 64;

/** The private key of a name, 32 bytes. */
function secretOf(name: string): Uint8Array {
  for (let counter = 0; ; counter++) {
    // The counter only matters if a hash is no valid scalar, which has a chance of about 2^-128.
    const secret = sha256(utf8ToBytes(`blast/node-key/v1:${counter}:${name}`));
    if (secp256k1.utils.isValidSecretKey(secret)) return secret;
  }
}

/** The key derived from a name, 33 bytes as 66 hex digits. */
export function derivedPubkey(name: string): string {
  // The fast multiplication leaks the key by its timing, which is no loss here.
  const point = secp256k1.Point.BASE.multiplyUnsafe(secp256k1.Point.Fn.fromBytes(secretOf(name)));
  return bytesToHex(point.toBytes(true));
}

/** The same for many names, in their order. */
export function derivedPubkeys(names: readonly string[]): string[] {
  return names.length < MANY ? names.map(derivedPubkey) : manyPublicKeys(names.map(secretOf));
}

/** A node's public key: the given one in lower case, else the one derived from its name. */
export function pubkeyOf(node: NodePlan): string {
  if (node.pubkey !== undefined) return node.pubkey.toLowerCase();
  let key = derived.get(node);
  if (key === undefined) {
    key = derivedPubkey(node.name);
    derived.set(node, key);
  }
  return key;
}

/** Public keys of nodes, in their order: many together take a fifth of the time that they take one by one. */
export function pubkeysOf(nodes: readonly NodePlan[]): string[] {
  const unknown = nodes.filter((node) => node.pubkey === undefined && !derived.has(node));
  derivedPubkeys(unknown.map(({ name }) => name)).forEach((key, i) => {
    derived.set(unknown[i] as NodePlan, key);
  });
  return nodes.map(pubkeyOf);
}

/** Whether a text is a compressed secp256k1 public key in hex that lies on the curve. */
export function isPubkey(text: string): boolean {
  if (!/^0[23][0-9a-fA-F]{64}$/.test(text)) return false;
  return secp256k1.utils.isValidPublicKey(hexToBytes(text), true);
}
