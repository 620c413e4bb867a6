/**
 * Finds the first record in which a run differs from a locked one, while it runs: the fingerprints of the lock are
 * compared group by group, and the records of the first group that differs are kept with those around it.
 */
import type { RecordCode } from '../simulate/records.ts';
import type { Action, Timeline } from '../timeline/timeline.ts';
import { decodeFingerprints, FINGERPRINT_MASK, recordHash, type Trace } from './fingerprints.ts';
import type { RunObserver } from './observers.ts';
import { RecordNames, recordLine } from './record-names.ts';

/** A record of this run near the difference. */
export interface NearRecord {
  /** Its index in the log. */
  readonly n: number;
  readonly timeUs: number;
  readonly text: string;
}

/**
 * Where two logs first differ. `changed`: in one of the records `from` (included) to `to` (excluded). `longer`: this
 * run goes on with record `from` where the locked one ended. `shorter`: this run ended before record `from`.
 */
export interface Divergence {
  readonly kind: 'changed' | 'longer' | 'shorter';
  readonly from: number;
  readonly to: number;
  /** Records of this run: those of the group that differs, and a few before them. */
  readonly records: readonly NearRecord[];
}

/** Records kept from before the group that differs. */
const BEFORE = 3;
const WIDTH = 6;

export class DivergenceWatch implements RunObserver {
  readonly #names: RecordNames;
  readonly #trace: Trace;
  readonly #expected: readonly number[];
  /** The last records as rows of numbers, in a ring. */
  readonly #ring: Float64Array;
  readonly #slots: number;
  #count = 0;
  #sum = 0;
  #found: Omit<Divergence, 'records'> | null = null;
  #records: NearRecord[] = [];
  #finished = false;

  constructor(timeline: Timeline, trace: Trace) {
    this.#names = new RecordNames(timeline);
    this.#trace = trace;
    this.#expected = decodeFingerprints(trace.fingerprints);
    this.#slots = trace.stride + BEFORE;
    this.#ring = new Float64Array(this.#slots * WIDTH);
  }

  action(action: Action): void {
    this.#names.action(action);
  }

  text(number: number, text: string): void {
    this.#names.text(number, text);
  }

  payment(): void {}

  record(code: RecordCode, timeUs: number, a: number, b: number, c: number, amount: number): void {
    this.#names.note(code, a, b);
    if (this.#found !== null) return;
    const index = this.#count++;
    const at = (index % this.#slots) * WIDTH;
    this.#ring[at] = code;
    this.#ring[at + 1] = timeUs;
    this.#ring[at + 2] = a;
    this.#ring[at + 3] = b;
    this.#ring[at + 4] = c;
    this.#ring[at + 5] = amount;
    if (index >= this.#trace.records) {
      // The last group was compared when it was complete in the lock, so everything before is equal.
      this.#keep({ kind: 'longer', from: index, to: index + 1 });
      return;
    }
    this.#sum = (this.#sum + recordHash(index, this.#ring, at)) | 0;
    if (this.#count % this.#trace.stride === 0 || this.#count === this.#trace.records) this.#compare();
  }

  finish(): void {
    if (this.#found !== null || this.#finished) return;
    this.#finished = true;
    if (this.#count >= this.#trace.records) return;
    // Within a group nobody can tell whether the records that are there are the locked ones.
    const inGroup = this.#count % this.#trace.stride;
    this.#keep({ kind: 'shorter', from: this.#count - inGroup, to: Math.max(this.#count, this.#count - inGroup + 1) });
  }

  /** The first difference, or null; to be asked after `finish`. */
  divergence(): Divergence | null {
    return this.#found === null ? null : { ...this.#found, records: this.#records };
  }

  #compare(): void {
    const group = Math.floor((this.#count - 1) / this.#trace.stride);
    if ((this.#sum & FINGERPRINT_MASK) !== this.#expected[group]) {
      this.#keep({ kind: 'changed', from: group * this.#trace.stride, to: this.#count });
    }
    this.#sum = 0;
  }

  #keep(found: Omit<Divergence, 'records'>): void {
    this.#found = found;
    const first = Math.max(0, this.#count - this.#slots, found.from - BEFORE);
    for (let n = first; n < this.#count; n++) {
      const at = (n % this.#slots) * WIDTH;
      const [code, timeUs, a, b, c, amount] = this.#ring.subarray(at, at + WIDTH) as unknown as [
        RecordCode,
        number,
        number,
        number,
        number,
        number,
      ];
      this.#records.push({ n, timeUs, text: recordLine(this.#names.describe(code, a, b, c, amount)) });
    }
  }
}
