/** Potentials of nodes, which keep costs from being negative where flow can be taken back. 0 unless they were moved. */
export class Potentials {
  of: Float64Array = new Float64Array(0);
  /** Nodes that were moved. */
  count = 0;
  #moved: Int32Array = new Int32Array(0);
  #isMoved: Uint8Array = new Uint8Array(0);

  /** All become 0. */
  clear(nodes: number): void {
    for (let i = 0; i < this.count; i++) {
      const node = this.#moved[i]!;
      this.of[node] = 0;
      this.#isMoved[node] = 0;
    }
    this.count = 0;
    if (nodes <= this.of.length) return;
    this.of = new Float64Array(nodes);
    this.#moved = new Int32Array(nodes);
    this.#isMoved = new Uint8Array(nodes);
  }

  move(node: number, by: number): void {
    if (this.#isMoved[node] === 0) {
      this.#isMoved[node] = 1;
      this.#moved[this.count++] = node;
    }
    this.of[node]! += by;
  }
}
