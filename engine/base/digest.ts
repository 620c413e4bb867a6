/** SHA-256 over text, JSON and streams of fixed-size binary records. */
import { _SHA256, sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
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

/** A SHA-256 in the middle of its input: bytes so far, the eight words of its state and the bytes not used yet, in hex. */
export interface HashState {
  readonly bytes: number;
  readonly tail: string;
  readonly words: string;
}

/** SHA-256 that can be written down in the middle of its input and gone on with in another process. */
class ResumableSha256 extends _SHA256 {
  save(): HashState {
    const words = new DataView(new ArrayBuffer(32));
    this.get().forEach((word, i) => {
      words.setUint32(4 * i, word >>> 0);
    });
    return {
      bytes: this.length,
      tail: bytesToHex(this.buffer.slice(0, this.pos)),
      words: bytesToHex(new Uint8Array(words.buffer)),
    };
  }

  load({ bytes, tail, words }: HashState): void {
    const state = hexToBytes(words);
    const view = new DataView(state.buffer, state.byteOffset);
    const at = (i: number): number => view.getUint32(4 * i) | 0;
    this.set(at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7));
    const rest = hexToBytes(tail);
    this.buffer.set(rest);
    this.pos = rest.length;
    this.length = bytes;
  }
}

const BUFFER_BYTES = 1 << 16;

/**
 * A running SHA-256 over numbers, in little-endian form on every machine.
 * Values are gathered in one buffer; nothing is allocated per value.
 */
export class NumberHasher {
  readonly #hash = new ResumableSha256();
  readonly #bytes = new Uint8Array(BUFFER_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  #used = 0;

  #room(n: number): void {
    if (this.#used + n > BUFFER_BYTES) this.#flush();
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

  /** What is needed to go on in another hasher. */
  save(): HashState {
    this.#flush();
    return this.#hash.save();
  }

  /** Goes on from what save wrote; everything added before is forgotten. */
  load(state: HashState): void {
    this.#used = 0;
    this.#hash.load(state);
  }

  #flush(): void {
    this.#hash.update(this.#bytes.subarray(0, this.#used));
    this.#used = 0;
  }

  /** Digest of everything so far; more can be added afterwards. */
  digest(): string {
    const copy = this.#hash.clone();
    copy.update(this.#bytes.subarray(0, this.#used));
    return bytesToHex(copy.digest());
  }
}
