/**
 * Priority queue of nodes for path finding: smallest distance first, then the higher probability, then the lower node
 * index. Four children a node; positions are kept, so a node whose distance falls moves instead of being added twice.
 *
 * lnd:routing/heap.go:distanceHeap. Between nodes equal in distance and probability lnd's order depends on the history
 * of its heap, and so on Go's map order; here the index decides.
 */
export class DistanceHeap {
  length = 0;
  /** Shared with path finding, indexed by node. */
  readonly #distance: Float64Array;
  readonly #probability: Float64Array;
  readonly #nodes: Int32Array;
  /** Position in #nodes, -1 for nodes that are not queued. */
  readonly #position: Int32Array;

  constructor(distance: Float64Array, probability: Float64Array) {
    this.#distance = distance;
    this.#probability = probability;
    this.#nodes = new Int32Array(distance.length);
    this.#position = new Int32Array(distance.length).fill(-1);
  }

  /** Empties the queue. */
  clear(): void {
    for (let i = 0; i < this.length; i++) this.#position[this.#nodes[i] as number] = -1;
    this.length = 0;
  }

  /** The node that comes first. The queue must not be empty. */
  get first(): number {
    return this.#nodes[0]!;
  }

  /** The node at a place from 0 on; the first one comes first, all others in no certain order. */
  at(place: number): number {
    return this.#nodes[place]!;
  }

  /** Whether a node is queued. */
  has(node: number): boolean {
    return this.#position[node]! >= 0;
  }

  /** Adds a node, or moves it up after its distance fell or its probability rose. */
  pushOrFix(node: number): void {
    let at = this.#position[node] as number;
    if (at < 0) at = this.length++;
    this.#siftUp(node, at);
  }

  /** Takes out the first node. The queue must not be empty. */
  pop(): number {
    const nodes = this.#nodes;
    const first = nodes[0] as number;
    this.#position[first] = -1;
    const length = --this.length;
    if (length > 0) this.#siftDown(nodes[length] as number, length);
    return first;
  }

  #siftUp(node: number, from: number): void {
    const nodes = this.#nodes;
    const position = this.#position;
    const distance = this.#distance;
    const d = distance[node] as number;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const other = nodes[parent] as number;
      const e = distance[other] as number;
      if (d > e || (d === e && !this.#winsTie(node, other))) break;
      nodes[at] = other;
      position[other] = at;
      at = parent;
    }
    nodes[at] = node;
    position[node] = at;
  }

  /** Sinks `node` from the top of a queue of `length` nodes. */
  #siftDown(node: number, length: number): void {
    const nodes = this.#nodes;
    const position = this.#position;
    const distance = this.#distance;
    const d = distance[node] as number;
    let at = 0;
    for (;;) {
      const child = 4 * at + 1;
      if (child >= length) break;
      const end = Math.min(child + 4, length);
      let best = child;
      let bestNode = nodes[child] as number;
      let bestDistance = distance[bestNode] as number;
      for (let i = child + 1; i < end; i++) {
        const other = nodes[i] as number;
        const e = distance[other] as number;
        if (e < bestDistance || (e === bestDistance && this.#winsTie(other, bestNode))) {
          best = i;
          bestNode = other;
          bestDistance = e;
        }
      }
      if (d < bestDistance || (d === bestDistance && this.#winsTie(node, bestNode))) break;
      nodes[at] = bestNode;
      position[bestNode] = at;
      at = best;
    }
    nodes[at] = node;
    position[node] = at;
  }

  #winsTie(a: number, b: number): boolean {
    const p = this.#probability[a] as number;
    const q = this.#probability[b] as number;
    return p === q ? a < b : p > q;
  }
}
