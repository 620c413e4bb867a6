/** Payments being planned: columns that grow, so that a million payments are no million objects. */

const FIRST_SIZE = 64;

export interface PaymentListColumns {
  readonly timeUs: Float64Array;
  readonly source: Int32Array;
  readonly destination: Int32Array;
  readonly amountMsat: Float64Array;
}

export class PaymentList {
  #length = 0;
  #time: Float64Array;
  #source: Int32Array;
  #destination: Int32Array;
  #amount: Float64Array;

  /** @param expected about how many there will be; there is room for more in any case */
  constructor(expected = 0) {
    const size = Math.max(FIRST_SIZE, Math.ceil(expected));
    this.#time = new Float64Array(size);
    this.#source = new Int32Array(size);
    this.#destination = new Int32Array(size);
    this.#amount = new Float64Array(size);
  }

  get length(): number {
    return this.#length;
  }

  /** Adds a payment. Time µs, amount msat, nodes are indexes. */
  push(timeUs: number, source: number, destination: number, amountMsat: number): void {
    const at = this.#length;
    if (at === this.#time.length) this.#grow();
    this.#time[at] = timeUs;
    this.#source[at] = source;
    this.#destination[at] = destination;
    this.#amount[at] = amountMsat;
    this.#length = at + 1;
  }

  /** Times in the order in which payments were added, µs. */
  times(): Float64Array {
    return this.#time.subarray(0, this.#length);
  }

  /** The columns as they stand, without a copy; with `order`, rows in that order. */
  columns(order?: Int32Array): PaymentListColumns {
    const n = this.#length;
    if (order === undefined) {
      return {
        timeUs: this.times(),
        source: this.#source.subarray(0, n),
        destination: this.#destination.subarray(0, n),
        amountMsat: this.#amount.subarray(0, n),
      };
    }
    const timeUs = new Float64Array(n);
    const source = new Int32Array(n);
    const destination = new Int32Array(n);
    const amountMsat = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const row = order[i] as number;
      timeUs[i] = this.#time[row] as number;
      source[i] = this.#source[row] as number;
      destination[i] = this.#destination[row] as number;
      amountMsat[i] = this.#amount[row] as number;
    }
    return { timeUs, source, destination, amountMsat };
  }

  #grow(): void {
    const size = this.#time.length * 2;
    const time = new Float64Array(size);
    time.set(this.#time);
    this.#time = time;
    const source = new Int32Array(size);
    source.set(this.#source);
    this.#source = source;
    const destination = new Int32Array(size);
    destination.set(this.#destination);
    this.#destination = destination;
    const amount = new Float64Array(size);
    amount.set(this.#amount);
    this.#amount = amount;
  }
}
