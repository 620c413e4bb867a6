/**
 * Edges of nodes with the cheap ones first, for searches that can stop when all that follows is too dear. Only roughly in order: by
 * powers of two, which one pass tells apart, and edges of one power as they were. A node's edges are put in order when it is asked for
 * the second time, since that is worth it only where they are read again and again.
 */

/** Classes here: nothing, prices of 1 to 32 bits, longer ones, and at last edges without room. */
const CLASSES = 35;
/** Bits of a price that is not long here, and the first price that is. */
const BITS = 32;
const LONG_PRICE = 0x1_0000_0000;
// States of a node here.
const SEEN = 1;
const ORDERED = 2;

export class PriceOrder {
  /** Numbers of edges, where the node's own numbers were. */
  order: Int32Array = new Int32Array(0);
  #state: Uint8Array = new Uint8Array(0);
  readonly #next = new Int32Array(CLASSES + 1);
  #class: Uint8Array = new Uint8Array(0);

  /** Forgets everything; makes room. */
  clear(nodes: number, edges: number): void {
    if (this.order.length !== edges) this.order = new Int32Array(edges);
    if (this.#state.length !== nodes) this.#state = new Uint8Array(nodes);
    else this.#state.fill(0);
  }

  /**
   * True when the edges of a node, numbers `begin` … `end` − 1, are in order.
   * @param price what an edge costs that is the same for all, negative when it has no room
   */
  has(node: number, begin: number, end: number, price: (edge: number) => number): boolean {
    const state = this.#state[node]!;
    if (state === ORDERED) return true;
    this.#state[node] = state + 1;
    if (state !== SEEN) return false;
    this.#arrange(begin, end, price);
    return true;
  }

  #arrange(begin: number, end: number, price: (edge: number) => number): void {
    if (this.#class.length < end - begin) this.#class = new Uint8Array(2 * (end - begin));
    const next = this.#next.fill(0);
    for (let i = begin; i < end; i++) {
      const of = classOf(price(i));
      this.#class[i - begin] = of;
      next[of + 1]!++;
    }
    for (let c = 0; c < CLASSES; c++) next[c + 1]! += next[c]!;
    for (let i = begin; i < end; i++) this.order[begin + next[this.#class[i - begin]!]!++] = i;
  }
}

/** 0 for 0, else the number of bits. */
function classOf(price: number): number {
  return price < 0 ? CLASSES - 1 : price >= LONG_PRICE ? CLASSES - 2 : BITS - Math.clz32(price);
}

/** True when neither an edge of this price nor one that follows it in order costs as little as `most`. */
export function allDearer(price: number, most: number): boolean {
  // Those of its class cost more than half of it, or are long.
  return price < 0 || (price < LONG_PRICE ? price : LONG_PRICE) > 2 * most + 1;
}
