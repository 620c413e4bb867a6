/** Labels of one direction of a search, by node: how far away nodes are, which are done, and which come next. */
import { NodeHeap } from '../shared/node-heap.ts';

export class SearchSide {
  /** Infinity where the search has not been. */
  distance: Float64Array = new Float64Array(0);
  done: Uint8Array = new Uint8Array(0);
  heap: NodeHeap = new NodeHeap(this.distance);
  reached: Int32Array = new Int32Array(0);
  count = 0;
  /** Edges that were looked at. */
  work = 0;

  label(node: number, distance: number): void {
    if (this.distance[node] === Infinity) this.reached[this.count++] = node;
    this.distance[node] = distance;
    this.heap.pushOrFix(node);
  }

  reset(nodes: number): void {
    for (let i = 0; i < this.count; i++) {
      const node = this.reached[i]!;
      this.distance[node] = Infinity;
      this.done[node] = 0;
    }
    this.count = 0;
    this.work = 0;
    this.heap.clear();
    if (nodes <= this.distance.length) return;
    this.distance = new Float64Array(nodes).fill(Infinity);
    this.done = new Uint8Array(nodes);
    this.heap = new NodeHeap(this.distance);
    this.reached = new Int32Array(nodes);
  }
}
