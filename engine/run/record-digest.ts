/**
 * The digest of everything that happened: SHA-256 over every record in order, with intermediate digests
 * (checkpoints) at fixed instants and a trace that locates a difference. Knows nothing of files.
 */
import { NumberHasher, RECORD_FIELDS, type Sha256Stream, sha256Text } from '../base/digest.ts';
import type { PaymentResult, RecordCode, RecordSink } from '../simulate/records.ts';
import type { RecordsState } from '../snapshot/document.ts';
import { Fingerprints, type Trace } from './fingerprints.ts';

/** The log up to an instant: all records before `atUs`, how many they are, and their digest. */
export interface Checkpoint {
  readonly atUs: number;
  readonly records: number;
  readonly digest: string;
}

export const MAX_CHECKPOINTS = 100;

const SECOND = 1_000_000;
const INTERVALS: readonly number[] = [
  1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 21_600, 86_400, 604_800, 2_592_000, 31_536_000,
].map((s) => s * SECOND);

/** The smallest of 1 s, 5 s, 10 s, 30 s, 1 m, 5 m, … that gives at most 100 checkpoints; µs. */
export function checkpointInterval(durationUs: number): number {
  for (const interval of INTERVALS) if (durationUs <= interval * MAX_CHECKPOINTS) return interval;
  let interval = INTERVALS[INTERVALS.length - 1] as number;
  while (durationUs > interval * MAX_CHECKPOINTS) interval *= 2;
  return interval;
}

/** Records that wait to be hashed together, which is faster than one by one; few enough for the fastest cache. */
const BATCH = 256;

/** Marks a text in the hashed stream; no record has this code. */
const TEXT_MARK = 0xffffffff;

export class RecordDigest implements RecordSink {
  readonly checkpoints: Checkpoint[] = [];
  /** Time of the last record, µs. */
  lastUs = 0;
  readonly #hasher: NumberHasher;
  readonly #fingerprints = new Fingerprints();
  /** Records that are not hashed yet, in a row, and how many numbers they are. */
  readonly #batch = new Float64Array(BATCH * RECORD_FIELDS);
  #used = 0;
  readonly #interval: number;
  readonly #durationUs: number;
  #nextUs: number;

  /** @param hash a hash of the host; then the log can be neither captured nor restored */
  constructor(durationUs: number, hash?: Sha256Stream) {
    this.#hasher = new NumberHasher(hash);
    this.#durationUs = durationUs;
    this.#interval = checkpointInterval(durationUs);
    this.#nextUs = this.#interval;
  }

  get records(): number {
    return this.#fingerprints.records + this.#used / RECORD_FIELDS;
  }

  record(code: RecordCode, timeUs: number, a: number, b: number, c: number, amount: number): void {
    if (timeUs >= this.#nextUs) this.#checkpointsUpTo(timeUs);
    if (timeUs > this.lastUs) this.lastUs = timeUs;
    const batch = this.#batch;
    const at = this.#used;
    batch[at] = code;
    batch[at + 1] = timeUs;
    batch[at + 2] = a;
    batch[at + 3] = b;
    batch[at + 4] = c;
    batch[at + 5] = amount;
    this.#used = at + RECORD_FIELDS;
    if (this.#used === batch.length) this.#hash();
  }

  /** Hashes what waits. */
  #hash(): void {
    const records = this.#used / RECORD_FIELDS;
    this.#used = 0;
    this.#hasher.records(this.#batch, records);
    this.#fingerprints.addAll(this.#batch, records);
  }

  text(number: number, text: string): void {
    this.#hash();
    this.#hasher.u32(TEXT_MARK);
    this.#hasher.u32(number);
    this.#hasher.text(text);
  }

  payment(_result: PaymentResult): void {
    // A result repeats what its records have said.
  }

  /** The log so far, to go on with it. */
  capture(): RecordsState {
    this.#hash();
    return {
      checkpoints: this.checkpoints.map(({ atUs, digest, records }) => ({ at_us: atUs, digest, records })),
      hash: this.#hasher.save(),
      interval_us: this.#interval,
      last_us: this.lastUs,
      trace: this.#fingerprints.capture(),
    };
  }

  /** Goes on with a log. Its checkpoints count where they are as far apart as those of this run. */
  restore(state: RecordsState): void {
    this.#used = 0;
    this.#hasher.load(state.hash);
    this.#fingerprints.restore(state.trace);
    this.lastUs = state.last_us;
    if (state.interval_us === this.#interval) {
      for (const { at_us, digest, records } of state.checkpoints) {
        this.checkpoints.push({ atUs: at_us, records, digest });
        this.#nextUs += this.#interval;
      }
    } else {
      while (this.#nextUs <= state.last_us) this.#nextUs += this.#interval;
    }
  }

  /** Completes the checkpoints up to `endUs`, where the run ended. */
  finish(endUs: number): void {
    this.#checkpointsUpTo(Math.min(endUs, this.#durationUs));
  }

  digest(): string {
    this.#hash();
    return this.#hasher.digest();
  }

  trace(): Trace {
    this.#hash();
    return this.#fingerprints.trace();
  }

  #checkpointsUpTo(timeUs: number): void {
    while (this.#nextUs <= timeUs && this.#nextUs <= this.#durationUs) {
      this.#hash();
      this.checkpoints.push({ atUs: this.#nextUs, records: this.records, digest: this.#hasher.digest() });
      this.#nextUs += this.#interval;
    }
  }
}

/** Digest of a whole run: what was played, what happened, and the state it ended in. */
export function runDigest(timelineDigest: string, recordsDigest: string, stateDigest: string): string {
  return sha256Text(`blast-run-digest/1\ntimeline ${timelineDigest}\nrecords ${recordsDigest}\nstate ${stateDigest}\n`);
}
