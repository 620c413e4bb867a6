/** SHA-256 over text, JSON and streams of fixed-size binary records. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson, type Json } from './json.ts';

/** SHA-256 of a text's UTF-8 bytes, 64 hex digits. */
export function sha256Text(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** SHA-256 of bytes, 64 hex digits. */
export function sha256Bytes(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}

/** SHA-256 of the canonical form of a JSON value, 64 hex digits. */
export function sha256Json(value: Json): string {
  return sha256Text(canonicalJson(value));
}

const BUFFER_BYTES = 1 << 16;

/**
 * A running SHA-256 over numbers, in little-endian form on every machine.
 * Values are gathered in one buffer; nothing is allocated per value.
 */
export class NumberHasher {
  #hash: ReturnType<typeof sha256.create> = sha256.create();
  readonly #bytes = new Uint8Array(BUFFER_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  #used = 0;

  #room(n: number): void {
    if (this.#used + n <= BUFFER_BYTES) return;
    this.#hash.update(this.#bytes.subarray(0, this.#used));
    this.#used = 0;
  }

  u32(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.#used, value >>> 0, true);
    this.#used += 4;
  }

  f64(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.#used, value, true);
    this.#used += 8;
  }

  text(value: string): void {
    const bytes = utf8ToBytes(value);
    this.u32(bytes.length);
    for (let at = 0; at < bytes.length; ) {
      this.#room(1);
      const n = Math.min(bytes.length - at, BUFFER_BYTES - this.#used);
      this.#bytes.set(bytes.subarray(at, at + n), this.#used);
      this.#used += n;
      at += n;
    }
  }

  /** Digest of everything so far; more can be added afterwards. */
  digest(): string {
    const copy = this.#hash.clone();
    copy.update(this.#bytes.subarray(0, this.#used));
    return bytesToHex(copy.digest());
  }
}
