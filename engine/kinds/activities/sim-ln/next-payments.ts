/**
 * The next payment of every node, ordered by (time, number of the node): a binary heap that always holds one for each.
 * Times are whole seconds, or infinite.
 */
export class NextPayments {
  /** Of a node's next payment; write them before `add` or `sink`. */
  readonly time: Float64Array;
  readonly destination: Int32Array;
  readonly amount: Float64Array;
  readonly #heap: Int32Array;
  #size = 0;

  constructor(nodes: number) {
    this.time = new Float64Array(nodes);
    this.destination = new Int32Array(nodes);
    this.amount = new Float64Array(nodes);
    this.#heap = new Int32Array(nodes);
  }

  /** The node that pays first. */
  get first(): number {
    return this.#heap[0] as number;
  }

  /** Takes in a node; each once. */
  add(node: number): void {
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const other = this.#heap[parent] as number;
      if (this.#before(other, node)) break;
      this.#heap[at] = other;
      at = parent;
    }
    this.#heap[at] = node;
  }

  /** Restores the order after the first node got another time. */
  sink(): void {
    const heap = this.#heap;
    const node = heap[0] as number;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      const right = child + 1;
      if (right < this.#size && this.#before(heap[right] as number, heap[child] as number)) child = right;
      const other = heap[child] as number;
      if (this.#before(node, other)) break;
      heap[at] = other;
      at = child;
    }
    heap[at] = node;
  }

  #before(a: number, b: number): boolean {
    const one = this.time[a] as number;
    const two = this.time[b] as number;
    return one < two || (one === two && a < b);
  }
}
