/**
 * Priority queue of nodes for path finding: smallest weight first, then the lower node index. Positions are kept, so a
 * node whose weight falls moves instead of being added twice.
 */
export class NodeHeap {
  length = 0;
  /** Shared with path finding, indexed by node. */
  readonly #weight: Float64Array;
  readonly #nodes: Int32Array;
  /** Position in #nodes, -1 for nodes that are not queued. */
  readonly #position: Int32Array;

  constructor(weight: Float64Array) {
    this.#weight = weight;
    this.#nodes = new Int32Array(weight.length);
    this.#position = new Int32Array(weight.length).fill(-1);
  }

  /** Empties the queue. */
  clear(): void {
    for (let i = 0; i < this.length; i++) this.#position[this.#nodes[i] as number] = -1;
    this.length = 0;
  }

  /** Adds a node, or moves it up after its weight fell. */
  pushOrFix(node: number): void {
    let at = this.#position[node] as number;
    if (at < 0) at = this.length++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const other = this.#nodes[parent] as number;
      if (!this.#precedes(node, other)) break;
      this.#put(other, at);
      at = parent;
    }
    this.#put(node, at);
  }

  /** The node that pop would take out. The queue must not be empty. */
  get first(): number {
    return this.#nodes[0] as number;
  }

  /** Takes out the first node. The queue must not be empty. */
  pop(): number {
    const first = this.#nodes[0] as number;
    this.#position[first] = -1;
    const length = --this.length;
    if (length > 0) this.#sink(this.#nodes[length] as number, length);
    return first;
  }

  #sink(node: number, length: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#precedes(this.#nodes[child + 1] as number, this.#nodes[child] as number)) child++;
      const best = this.#nodes[child] as number;
      if (!this.#precedes(best, node)) break;
      this.#put(best, at);
      at = child;
    }
    this.#put(node, at);
  }

  #put(node: number, at: number): void {
    this.#nodes[at] = node;
    this.#position[node] = at;
  }

  #precedes(a: number, b: number): boolean {
    const x = this.#weight[a] as number;
    const y = this.#weight[b] as number;
    return x === y ? a < b : x < y;
  }
}
