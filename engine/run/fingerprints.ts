/**
 * A compact trace of a run's records, to find the first one in which two runs differ.
 *
 * Records are grouped by a stride of 2^k so that there are at most 2048 groups; the stride doubles whenever that is
 * exceeded. A group's fingerprint is the sum, modulo 2^24, of a hash of each of its records together with the
 * record's index. A sum folds: the fingerprints of a doubled stride are sums of pairs, so traces of different strides
 * can be compared, and a small run is traced record by record. This locates differences; it proves nothing: equality
 * is proved by the run digest.
 */
import { RECORD_FIELDS } from '../base/digest.ts';

export const MAX_GROUPS = 2048;

/** Fingerprints are sums modulo this. */
export const FINGERPRINT_MASK = 0xffffff;

/** A trace as a lock file keeps it: the fingerprints of ceil(records / stride) groups, four base64 digits each. */
export interface Trace {
  readonly records: number;
  readonly stride: number;
  readonly fingerprints: string;
}

const { imul } = Math;

function mix(h: number, word: number): number {
  const k = imul(word, 0xcc9e2d51);
  const x = h ^ imul((k << 15) | (k >>> 17), 0x1b873593);
  return (imul((x << 13) | (x >>> 19), 5) + 0xe6546b64) | 0;
}

const LOW_RANGE = 0x100000000;

/**
 * 32-bit hash (MurmurHash3's steps) of a record at its place in the log. Integers up to 2^53 count in full: ToInt32 keeps the
 * low word, the quotient has the high one.
 * @param batch code, time, a, b, c and amount of the record, from `at` on
 */
export function recordHash(index: number, batch: Float64Array, at: number): number {
  const timeUs = batch[at + 1] as number;
  const amount = batch[at + 5] as number;
  let h = mix((batch[at] as number) | 0, index | 0);
  h = mix(h, (index / LOW_RANGE) | 0);
  h = mix(h, timeUs | 0);
  h = mix(h, Math.floor(timeUs / LOW_RANGE) | 0);
  h = mix(h, (batch[at + 2] as number) | 0);
  h = mix(h, (batch[at + 3] as number) | 0);
  h = mix(h, (batch[at + 4] as number) | 0);
  h = mix(h, amount | 0);
  h = mix(h, Math.floor(amount / LOW_RANGE) | 0);
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  // Signed: that one needs no object for itself.
  return (h ^ (h >>> 16)) | 0;
}

/** Gathers the trace of a run. */
export class Fingerprints {
  records = 0;
  #stride = 1;
  readonly #sums = new Int32Array(MAX_GROUPS);

  /** Adds the first `records` of a batch of records in a row: code, time, a, b, c and amount of each. */
  addAll(batch: Float64Array, records: number): void {
    const sums = this.#sums;
    let index = this.records;
    let group = Math.floor(index / this.#stride);
    let left = (group + 1) * this.#stride - index;
    for (let at = 0; at < RECORD_FIELDS * records; at += RECORD_FIELDS) {
      if (left-- === 0) {
        group++;
        left = this.#stride - 1;
      }
      if (group === MAX_GROUPS) {
        foldOnce(sums);
        this.#stride *= 2;
        group = MAX_GROUPS / 2;
        left = this.#stride - 1;
      }
      sums[group] = ((sums[group] as number) + recordHash(index++, batch, at)) | 0;
    }
    this.records = index;
  }

  /** All that is needed to go on: the trace is as exact as the sums. */
  capture(): Trace {
    const { fingerprints, records, stride } = this.trace();
    return { fingerprints, records, stride };
  }

  restore({ records, stride, fingerprints }: Trace): void {
    this.records = records;
    this.#stride = stride;
    this.#sums.fill(0);
    this.#sums.set(decodeFingerprints(fingerprints));
  }

  trace(): Trace {
    const groups = Math.ceil(this.records / this.#stride);
    return { records: this.records, stride: this.#stride, fingerprints: encode(this.#sums.subarray(0, groups)) };
  }
}

/** Adds pairs and clears the second half. */
function foldOnce(sums: Int32Array): void {
  const half = sums.length / 2;
  for (let i = 0; i < half; i++) sums[i] = ((sums[2 * i] ?? 0) + (sums[2 * i + 1] ?? 0)) | 0;
  sums.fill(0, half);
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function encode(sums: Int32Array): string {
  let text = '';
  for (const sum of sums) {
    for (let shift = 18; shift >= 0; shift -= 6) text += DIGITS[(sum >> shift) & 63];
  }
  return text;
}

/** The fingerprints of a trace's text; inverse of encode. The text must consist of base64 digits, four for each group. */
export function decodeFingerprints(text: string): number[] {
  const sums: number[] = [];
  for (let at = 0; at + 4 <= text.length; at += 4) {
    let sum = 0;
    for (let i = 0; i < 4; i++) sum = sum * 64 + DIGITS.indexOf(text[at + i] ?? '');
    sums.push(sum);
  }
  return sums;
}
