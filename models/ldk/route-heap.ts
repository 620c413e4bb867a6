/**
 * The heap of LDK's search: nodes by the cost per msat of reaching the payee from them; among equals the larger value, then
 * the shorter way, then the lower node. A node may be in it several times. Grows, never shrinks.
 *
 * ldk:routing/router.rs:RouteGraphNode.
 */
import { compareCostPerMsat } from './cost-per-msat.ts';

const FIRST_SIZE = 64;

export class RouteHeap {
  length = 0;
  // The entry that `pop` took out.
  node = -1;
  value = 0;
  cost = 0;
  hops = 0;

  #node: Int32Array = new Int32Array(FIRST_SIZE);
  #cost: Float64Array = new Float64Array(FIRST_SIZE);
  #value: Float64Array = new Float64Array(FIRST_SIZE);
  #hops: Int32Array = new Int32Array(FIRST_SIZE);
  /** Positions of entries in heap order, and positions that are free. */
  #order: Int32Array = new Int32Array(FIRST_SIZE);
  #free: Int32Array = new Int32Array(FIRST_SIZE);
  #freeCount = 0;
  #used = 0;

  clear(): void {
    this.length = 0;
    this.#used = 0;
    this.#freeCount = 0;
  }

  push(node: number, cost: number, value: number, hops: number): void {
    let at = this.#used;
    if (this.#freeCount > 0) at = this.#free[--this.#freeCount] as number;
    else this.#used++;
    if (at === this.#node.length) this.#grow();
    this.#node[at] = node;
    this.#cost[at] = cost;
    this.#value[at] = value;
    this.#hops[at] = hops;
    let i = this.length++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = this.#order[parent] as number;
      if (!this.#before(at, above)) break;
      this.#order[i] = above;
      i = parent;
    }
    this.#order[i] = at;
  }

  /** Takes out the first entry; false when there is none. */
  pop(): boolean {
    if (this.length === 0) return false;
    const first = this.#order[0] as number;
    this.node = this.#node[first] as number;
    this.value = this.#value[first] as number;
    this.cost = this.#cost[first] as number;
    this.hops = this.#hops[first] as number;
    this.#free[this.#freeCount++] = first;
    const last = this.#order[--this.length] as number;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.length) break;
      const right = child + 1;
      if (right < this.length && this.#before(this.#order[right] as number, this.#order[child] as number))
        child = right;
      const below = this.#order[child] as number;
      if (!this.#before(below, last)) break;
      this.#order[i] = below;
      i = child;
    }
    this.#order[i] = last;
    return true;
  }

  #before(a: number, b: number): boolean {
    const cost = compareCostPerMsat(
      this.#cost[a] as number,
      this.#value[a] as number,
      this.#cost[b] as number,
      this.#value[b] as number,
    );
    if (cost !== 0) return cost < 0;
    const value = (this.#value[b] as number) - (this.#value[a] as number);
    if (value !== 0) return value < 0;
    const hops = (this.#hops[a] as number) - (this.#hops[b] as number);
    if (hops !== 0) return hops < 0;
    return (this.#node[a] as number) < (this.#node[b] as number);
  }

  #grow(): void {
    const size = 2 * this.#node.length;
    this.#node = copyInto(new Int32Array(size), this.#node);
    this.#cost = copyInto(new Float64Array(size), this.#cost);
    this.#value = copyInto(new Float64Array(size), this.#value);
    this.#hops = copyInto(new Int32Array(size), this.#hops);
    this.#order = copyInto(new Int32Array(size), this.#order);
    this.#free = copyInto(new Int32Array(size), this.#free);
  }
}

function copyInto<T extends Int32Array | Float64Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
