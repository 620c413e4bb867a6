/**
 * When each node pays next, and who is first: a calendar of whole seconds that shows one stretch of time, in which a node is
 * put at its second without looking at the others. Nodes that pay later stand in no place; they are looked for when the stretch
 * is over, about once for as many payments as there are nodes.
 */

/** Seconds of a stretch. */
const LEAST_SECONDS = 16;
const MOST_SECONDS = 4096;
/** From here on a second more may make no difference to a number. */
const FAR = 4_503_599_627_370_496; // 2^52
/** So many nodes of one second are sorted here, more by the language. */
const FEW = 24;
const NONE = -1;

export class NextPayments {
  /** Of a node's next payment, whole seconds or Infinity; write it before `put`. */
  readonly time: Float64Array;
  /** The first node of each second of the stretch, and the next one of the same second for each node. */
  readonly #heads: Int32Array;
  readonly #links: Int32Array;
  /** Where the stretch begins, and the second of it that is open. */
  #from = 0;
  #open: number;
  /** Seconds that have places; 0 while times are too large for any. */
  #seconds: number;
  /** Nodes of the open second in their order, of which the first `taken` are gone. */
  readonly #opened: Int32Array;
  #size = 0;
  #taken = 0;

  /** @param rate payments a second to expect, of all nodes together; how many come makes no difference to the order */
  constructor(nodes: number, rate: number) {
    const seconds = Math.ceil(Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, nodes / rate)));
    this.time = new Float64Array(nodes);
    this.#heads = new Int32Array(seconds).fill(NONE);
    this.#links = new Int32Array(nodes);
    this.#opened = new Int32Array(nodes);
    this.#open = seconds;
    this.#seconds = seconds;
  }

  /**
   * Takes out the node that pays first: of the least time, and of those the least number. All nodes must have a time, and all
   * but the one that was taken last must have been put.
   */
  take(): number {
    while (this.#taken === this.#size) this.#advance();
    return this.#opened[this.#taken++] as number;
  }

  /** Puts a node that was taken; false where it is the first again, and so stays taken. */
  put(node: number): boolean {
    const second = (this.time[node] as number) - this.#from;
    // All others come at the open second with a greater number, or later.
    if (second <= this.#open) return false;
    if (second < this.#seconds) this.#link(node, second | 0);
    return true;
  }

  #link(node: number, second: number): void {
    this.#links[node] = this.#heads[second] as number;
    this.#heads[second] = node;
  }

  /** Opens the next second at which there are nodes, if there is one in the stretch, or goes to the next stretch. */
  #advance(): void {
    const heads = this.#heads;
    let second = this.#open + 1;
    while (second < heads.length && heads[second] === NONE) second++;
    if (second >= heads.length) {
      this.#stretch();
      return;
    }
    this.#open = second;
    let size = 0;
    for (let node = heads[second] as number; node !== NONE; node = this.#links[node] as number) {
      this.#opened[size++] = node;
    }
    heads[second] = NONE;
    sort(this.#opened, size);
    this.#size = size;
    this.#taken = 0;
  }

  /** Begins a stretch at the next payment; nothing of it is open. */
  #stretch(): void {
    const { time } = this;
    let first = Infinity;
    for (let node = 0; node < time.length; node++) first = Math.min(first, time[node] as number);
    this.#from = first;
    if (first >= FAR) {
      // The stretch is one instant and one node.
      this.#open = 0;
      this.#seconds = 0;
      this.#opened[0] = time.indexOf(first);
      this.#size = 1;
      this.#taken = 0;
      return;
    }
    this.#open = -1;
    this.#seconds = this.#heads.length;
    const end = first + this.#seconds;
    for (let node = time.length - 1; node >= 0; node--) {
      const at = time[node] as number;
      if (at < end) this.#link(node, at - first);
    }
  }
}

/** Sorts the first numbers of a column. */
function sort(column: Int32Array, size: number): void {
  if (size > FEW) {
    column.subarray(0, size).sort();
    return;
  }
  for (let i = 1; i < size; i++) {
    const one = column[i] as number;
    let at = i;
    for (; at > 0 && (column[at - 1] as number) > one; at--) column[at] = column[at - 1] as number;
    column[at] = one;
  }
}
