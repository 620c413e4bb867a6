/**
 * Payment hashes as results show them. A preimage is derived from the activity's key and the number of the payment in
 * it, so that it is the same in every run and on every machine; it secures nothing.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** The 32-byte preimage of payment `nth` of the activity with this key. */
export function preimageOf(key: readonly [number, number], nth: number): Uint8Array {
  return sha256(utf8ToBytes(`blast/preimage/v1:${key[0] >>> 0}:${key[1] >>> 0}:${nth}`));
}

/** The 32-byte preimage of an invoice with a name, which follows from the name and the scenario's seed. */
export function invoicePreimage(seed: number, name: string): Uint8Array {
  return sha256(utf8ToBytes(`blast/invoice/v1:${seed}:${name}`));
}

/** The hash of an invoice with a name, whoever pays it: SHA-256 of its preimage, 64 hex digits. */
export function invoiceHash(seed: number, name: string): string {
  return bytesToHex(sha256(invoicePreimage(seed, name)));
}

/** SHA-256 of the preimage, 64 hex digits. */
export function paymentHash(key: readonly [number, number], nth: number): string {
  return bytesToHex(sha256(preimageOf(key, nth)));
}
