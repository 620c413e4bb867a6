/**
 * The pool of attempts: one HTLC path of a payment, with its route in columns. A slot is used again after the attempt
 * is resolved and its last HTLC is gone; models and records know attempts by their serial number, which is not.
 */
import { grow } from './columns.ts';
import { MAX_HOPS, type RouteBuffer } from './node-model.ts';

const INITIAL = 128;

export class AttemptPool {
  /** Attempts ever made. */
  made = 0;
  #used = 0;
  #capacity = INITIAL;
  #free: Int32Array = new Int32Array(INITIAL);
  #freeCount = 0;

  serial: Int32Array = new Int32Array(INITIAL);
  payment: Int32Array = new Int32Array(INITIAL);
  /** Number of the attempt within its payment, from 0. */
  ordinal: Int32Array = new Int32Array(INITIAL);
  length: Uint8Array = new Uint8Array(INITIAL);
  /** 1 when the sender knows how it ended. */
  resolved: Uint8Array = new Uint8Array(INITIAL);
  liveHtlcs: Int32Array = new Int32Array(INITIAL);
  failureCode: Uint16Array = new Uint16Array(INITIAL);
  /** Hop that reports the failure: 0 the sender, n the recipient. */
  failureHop: Uint8Array = new Uint8Array(INITIAL);

  // Route: entry MAX_HOPS · slot + hop.
  edge: Int32Array = new Int32Array(INITIAL * MAX_HOPS);
  amountMsat: Float64Array = new Float64Array(INITIAL * MAX_HOPS);
  expiry: Int32Array = new Int32Array(INITIAL * MAX_HOPS);
  /** HTLC of each hop, −1 before and after. */
  htlc: Int32Array = new Int32Array(INITIAL * MAX_HOPS);

  add(payment: number, ordinal: number, route: RouteBuffer): number {
    const s = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#fresh();
    this.serial[s] = this.made++;
    this.payment[s] = payment;
    this.ordinal[s] = ordinal;
    this.length[s] = route.length;
    this.resolved[s] = 0;
    this.liveHtlcs[s] = 0;
    this.failureCode[s] = 0;
    this.failureHop[s] = 0;
    const base = s * MAX_HOPS;
    for (let i = 0; i < route.length; i++) {
      this.edge[base + i] = route.edge[i]!;
      this.amountMsat[base + i] = route.amountMsat[i]!;
      this.expiry[base + i] = route.expiry[i]!;
      this.htlc[base + i] = -1;
    }
    return s;
  }

  /** Frees the slot when the attempt is resolved and none of its HTLCs is left. */
  release(s: number): void {
    if (this.resolved[s] === 1 && this.liveHtlcs[s] === 0 && this.payment[s]! >= 0) {
      this.payment[s] = -1;
      this.#free[this.#freeCount++] = s;
    }
  }

  /** Slots in use, in order. */
  *slots(): Generator<number> {
    for (let s = 0; s < this.#used; s++) if (this.payment[s]! >= 0) yield s;
  }

  /** Attempts of a payment of which the sender does not know yet how they ended. */
  inFlight(payment: number): number {
    let count = 0;
    for (let s = 0; s < this.#used; s++) if (this.payment[s] === payment && this.resolved[s] === 0) count++;
    return count;
  }

  /** Slots ever used. */
  get used(): number {
    return this.#used;
  }

  /** Free slots in the order in which they are not used again: the last one is next. */
  free(): readonly number[] {
    return Array.from(this.#free.subarray(0, this.#freeCount));
  }

  /** Makes room for `used` slots, of which these are free; the others are to be filled. */
  reset(used: number, free: readonly number[]): void {
    while (this.#used < used) this.#fresh();
    for (const slot of free) this.payment[slot] = -1;
    this.#free.set(free);
    this.#freeCount = free.length;
  }

  #fresh(): number {
    if (this.#used === this.#capacity) {
      const size = this.#capacity * 2;
      this.#capacity = size;
      this.#free = grow(this.#free, size);
      this.serial = grow(this.serial, size);
      this.payment = grow(this.payment, size);
      this.ordinal = grow(this.ordinal, size);
      this.length = grow(this.length, size);
      this.resolved = grow(this.resolved, size);
      this.liveHtlcs = grow(this.liveHtlcs, size);
      this.failureCode = grow(this.failureCode, size);
      this.failureHop = grow(this.failureHop, size);
      this.edge = grow(this.edge, size * MAX_HOPS);
      this.amountMsat = grow(this.amountMsat, size * MAX_HOPS);
      this.expiry = grow(this.expiry, size * MAX_HOPS);
      this.htlc = grow(this.htlc, size * MAX_HOPS);
    }
    return this.#used++;
  }
}
