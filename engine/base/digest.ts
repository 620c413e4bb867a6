/** SHA-256 over text, JSON and streams of fixed-size binary records. */
import { _SHA256, sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson, type Json } from './json.ts';
import { blockFunction } from './sha256-blocks.ts';

/** SHA-256 of a text's UTF-8 bytes, 64 hex digits. */
export function sha256Text(text: string): string {
  return sha256Bytes(utf8ToBytes(text));
}

/** SHA-256 of bytes, 64 hex digits. */
export function sha256Bytes(bytes: Uint8Array): string {
  return bytesToHex(bytes.length < MANY_BYTES ? sha256(bytes) : new ResumableSha256().update(bytes).digest());
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

/** From here on it pays to have the block function made, and to call it. */
const MANY_BYTES = 1 << 14;

/** SHA-256 that can be written down in the middle of its input and gone on with in another process. */
class ResumableSha256 extends _SHA256 {
  override update(data: Uint8Array): this {
    const blocks = data.length < MANY_BYTES ? null : blockFunction();
    if (blocks === null) return super.update(data);
    const start = this.pos === 0 ? 0 : this.blockLen - this.pos;
    super.update(data.subarray(0, start));
    const end = start + Math.floor((data.length - start) / this.blockLen) * this.blockLen;
    const words = Int32Array.from(this.get());
    blocks(words, data, start, end);
    this.#set(words);
    this.length += end - start;
    return super.update(data.subarray(end));
  }

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
    this.#set(Int32Array.from({ length: 8 }, (_, i) => view.getUint32(4 * i)));
    const rest = hexToBytes(tail);
    this.buffer.set(rest);
    this.pos = rest.length;
    this.length = bytes;
  }

  /** Digest of everything so far and of `rest`; goes on without `rest`. */
  digestWith(rest: Uint8Array): string {
    return bytesToHex(this.clone().update(rest).digest());
  }

  #set(words: Int32Array): void {
    this.set(...(Array.from(words) as Parameters<ResumableSha256['set']>));
  }
}

/** A SHA-256 of the host, for streams that are never written down in the middle. */
export interface Sha256Stream {
  update(bytes: Uint8Array): unknown;
  /** Digest of everything so far and of `rest`, 64 hex digits; goes on without `rest`. */
  digestWith(rest: Uint8Array): string;
}

const encoder = new TextEncoder();

const BUFFER_BYTES = 1 << 16;
/** Characters of a text that is encoded at once: each takes at most three bytes. */
const MOST_AT_ONCE = (BUFFER_BYTES - 4) / 3;
/** A word and five numbers. */
const RECORD_BYTES = 44;
/** The same in a batch. */
export const RECORD_FIELDS = 6;

/**
 * A running SHA-256 over numbers, in little-endian form on every machine.
 * Values are gathered in one buffer; nothing is allocated per value.
 */
export class NumberHasher {
  readonly #hash: Sha256Stream;
  readonly #bytes = new Uint8Array(BUFFER_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  #used = 0;

  /** @param hash one that is faster; then the hasher can be neither saved nor loaded */
  constructor(hash: Sha256Stream = new ResumableSha256()) {
    this.#hash = hash;
  }

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

  /** The first `records` of a batch: a word and five numbers each, as a record is. */
  records(batch: Float64Array, records: number): void {
    const view = this.#view;
    let at = this.#used;
    for (let from = 0; from < RECORD_FIELDS * records; from += RECORD_FIELDS) {
      if (at + RECORD_BYTES > BUFFER_BYTES) {
        this.#used = at;
        this.#flush();
        at = 0;
      }
      view.setUint32(at, (batch[from] as number) >>> 0, true);
      view.setFloat64(at + 4, batch[from + 1] as number, true);
      view.setFloat64(at + 12, batch[from + 2] as number, true);
      view.setFloat64(at + 20, batch[from + 3] as number, true);
      view.setFloat64(at + 28, batch[from + 4] as number, true);
      view.setFloat64(at + 36, batch[from + 5] as number, true);
      at += RECORD_BYTES;
    }
    this.#used = at;
  }

  /**
   * `count` rows of a table, of `rowBytes` each, straight into the buffer.
   * @param put writes a row there, numbers little-endian; the same bytes come of u32 and f64 one by one, at four times the cost
   */
  rows(count: number, rowBytes: number, put: (view: DataView, at: number, row: number) => void): void {
    const view = this.#view;
    let at = this.#used;
    for (let row = 0; row < count; row++) {
      if (at + rowBytes > BUFFER_BYTES) {
        this.#used = at;
        this.#flush();
        at = 0;
      }
      put(view, at, row);
      at += rowBytes;
    }
    this.#used = at;
  }

  text(value: string): void {
    // Straight into the buffer where it has room for whatever the text is in UTF-8.
    if (value.length <= MOST_AT_ONCE) {
      this.#room(4 + 3 * value.length);
      const start = this.#used + 4;
      const { written } = encoder.encodeInto(value, this.#bytes.subarray(start));
      this.#view.setUint32(this.#used, written, true);
      this.#used = start + written;
      return;
    }
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

  /** What is needed to go on in another hasher. @throws TypeError with a hash of the host */
  save(): HashState {
    this.#flush();
    return this.#resumable().save();
  }

  /** Goes on from what save wrote; everything added before is forgotten. @throws TypeError with a hash of the host */
  load(state: HashState): void {
    this.#used = 0;
    this.#resumable().load(state);
  }

  #resumable(): ResumableSha256 {
    if (this.#hash instanceof ResumableSha256) return this.#hash;
    throw new TypeError('a hash of the host has no state that can be kept');
  }

  #flush(): void {
    this.#hash.update(this.#bytes.subarray(0, this.#used));
    this.#used = 0;
  }

  /** Digest of everything so far; more can be added afterwards. */
  digest(): string {
    return this.#hash.digestWith(this.#bytes.subarray(0, this.#used));
  }
}
