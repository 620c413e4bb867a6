/** The pool of forwards that a node with a reputation keeps account of, as columns by the slot of the outgoing HTLC. */
import { grow } from '../columns.ts';
import { BUCKET, type Bucket } from './buckets.ts';
import type { TrackedForward } from './reputation.ts';

const INITIAL = 256;

export class Forwards {
  #capacity = INITIAL;
  /** BUCKET; none where nothing is kept of the HTLC. */
  bucket: Uint8Array = new Uint8Array(INITIAL);
  #accountable: Uint8Array = new Uint8Array(INITIAL);
  #in: Int32Array = new Int32Array(INITIAL);
  #out: Int32Array = new Int32Array(INITIAL);
  #amountMsat: Float64Array = new Float64Array(INITIAL);
  #feeMsat: Float64Array = new Float64Array(INITIAL);
  #riskMsat: Float64Array = new Float64Array(INITIAL);
  #addedUs: Float64Array = new Float64Array(INITIAL);
  /** What `take` answers; reused. */
  readonly #taken: { -readonly [key in keyof TrackedForward]: TrackedForward[key] } = {
    htlc: 0,
    bucket: BUCKET.none,
    accountable: false,
    in: 0,
    out: 0,
    amountMsat: 0,
    feeMsat: 0,
    riskMsat: 0,
    addedUs: 0,
  };

  put(f: TrackedForward): void {
    if (f.htlc >= this.#capacity) this.#grow(f.htlc);
    this.bucket[f.htlc] = f.bucket;
    this.#accountable[f.htlc] = f.accountable ? 1 : 0;
    this.#in[f.htlc] = f.in;
    this.#out[f.htlc] = f.out;
    this.#amountMsat[f.htlc] = f.amountMsat;
    this.#feeMsat[f.htlc] = f.feeMsat;
    this.#riskMsat[f.htlc] = f.riskMsat;
    this.#addedUs[f.htlc] = f.addedUs;
  }

  has(htlc: number): boolean {
    return htlc < this.#capacity && this.bucket[htlc] !== BUCKET.none;
  }

  isAccountable(htlc: number): boolean {
    return this.has(htlc) && this.#accountable[htlc] === 1;
  }

  /** The forward in a slot; the object is reused by the next call. */
  get(htlc: number): TrackedForward {
    const f = this.#taken;
    f.htlc = htlc;
    f.bucket = this.bucket[htlc] as Bucket;
    f.accountable = this.#accountable[htlc] === 1;
    f.in = this.#in[htlc]!;
    f.out = this.#out[htlc]!;
    f.amountMsat = this.#amountMsat[htlc]!;
    f.feeMsat = this.#feeMsat[htlc]!;
    f.riskMsat = this.#riskMsat[htlc]!;
    f.addedUs = this.#addedUs[htlc]!;
    return f;
  }

  forget(htlc: number): void {
    this.bucket[htlc] = BUCKET.none;
    this.#accountable[htlc] = 0;
  }

  /** Slots in use, in order. */
  slots(): number[] {
    const found: number[] = [];
    for (let h = 0; h < this.#capacity; h++) if (this.bucket[h] !== BUCKET.none) found.push(h);
    return found;
  }

  #grow(htlc: number): void {
    while (this.#capacity <= htlc) this.#capacity *= 2;
    const size = this.#capacity;
    this.bucket = grow(this.bucket, size);
    this.#accountable = grow(this.#accountable, size);
    this.#in = grow(this.#in, size);
    this.#out = grow(this.#out, size);
    this.#amountMsat = grow(this.#amountMsat, size);
    this.#feeMsat = grow(this.#feeMsat, size);
    this.#riskMsat = grow(this.#riskMsat, size);
    this.#addedUs = grow(this.#addedUs, size);
  }
}
