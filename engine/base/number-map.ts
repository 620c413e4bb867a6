/**
 * A map from whole numbers to values for the hot paths: open addressing over columns, at most half full, so that a look-up is
 * a multiplication and a load or two and an entry that comes and goes allocates nothing.
 *
 * The order of its entries is that of their places and means nothing: whoever lists them sorts them.
 */

const FIRST_BITS = 4;
/** Knuth, "The Art of Computer Programming", volume 3, section 6.4: 2^32 by the golden ratio; numbers in a row spread evenly. */
const GOLDEN = 0x9e3779b1;
const NONE = -1;

export class NumberMap<Value> {
  size = 0;
  #bits = FIRST_BITS;
  /** Key of each place, NONE where it is free. */
  #keys: Int32Array = new Int32Array(1 << FIRST_BITS).fill(NONE);
  #values: (Value | undefined)[] = new Array(1 << FIRST_BITS).fill(undefined);

  /** The value of a key from 0 to 2^31 − 1, or undefined. */
  get(key: number): Value | undefined {
    const keys = this.#keys;
    const mask = keys.length - 1;
    for (let at = Math.imul(key, GOLDEN) >>> (32 - this.#bits); ; at = (at + 1) & mask) {
      const found = keys[at];
      if (found === key) return this.#values[at];
      if (found === NONE) return undefined;
    }
  }

  set(key: number, value: Value): void {
    if (2 * (this.size + 1) > this.#keys.length) this.#grow();
    const keys = this.#keys;
    const mask = keys.length - 1;
    let at = Math.imul(key, GOLDEN) >>> (32 - this.#bits);
    while (keys[at] !== NONE && keys[at] !== key) at = (at + 1) & mask;
    if (keys[at] === NONE) {
      keys[at] = key;
      this.size++;
    }
    this.#values[at] = value;
  }

  /** Takes a key out; the entries behind it move up, so that none is behind a gap. */
  delete(key: number): void {
    const keys = this.#keys;
    const mask = keys.length - 1;
    let gap = Math.imul(key, GOLDEN) >>> (32 - this.#bits);
    while (keys[gap] !== key) {
      if (keys[gap] === NONE) return;
      gap = (gap + 1) & mask;
    }
    for (let at = (gap + 1) & mask; keys[at] !== NONE; at = (at + 1) & mask) {
      const home = Math.imul(keys[at]!, GOLDEN) >>> (32 - this.#bits);
      // It may move to the gap when that lies on its way from where it belongs to where it is.
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      keys[gap] = keys[at]!;
      this.#values[gap] = this.#values[at];
      gap = at;
    }
    keys[gap] = NONE;
    this.#values[gap] = undefined;
    this.size--;
  }

  /** All values, in no order. */
  values(): Value[] {
    const values: Value[] = [];
    this.#keys.forEach((key, at) => {
      if (key !== NONE) values.push(this.#values[at] as Value);
    });
    return values;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#bits++;
    this.#keys = new Int32Array(2 * keys.length).fill(NONE);
    this.#values = new Array(2 * keys.length).fill(undefined);
    this.size = 0;
    keys.forEach((key, at) => {
      if (key !== NONE) this.set(key, values[at] as Value);
    });
  }
}
