/**
 * Edges by node, as lists that change one by one without allocating: those with flow, by either end, and the sender's own.
 * Only keeps them; a search reads `head` by node and `next` by edge, the newest first.
 */
import { grown } from './grown.ts';

/** End of a list. */
export const NONE = -1;

/** Lists of edges, each edge in one of them at most. */
export class EdgeLists {
  head: Int32Array = new Int32Array(0);
  next: Int32Array = new Int32Array(0);

  /** Makes room; there must be nothing in the lists where there are more nodes than before. */
  room(nodes: number, edges: number): void {
    if (nodes > this.head.length) this.head = new Int32Array(nodes).fill(NONE);
    if (edges > this.next.length) this.next = grown(this.next, edges);
  }

  add(node: number, edge: number): void {
    this.next[edge] = this.head[node]!;
    this.head[node] = edge;
  }

  /** Takes out an edge, which must be there. */
  remove(node: number, edge: number): void {
    const { head, next } = this;
    if (head[node] === edge) {
      head[node] = next[edge]!;
      return;
    }
    let before = head[node]!;
    while (next[before] !== edge) before = next[before]!;
    next[before] = next[edge]!;
  }

  /** Empties the list of a node. */
  clear(node: number): void {
    this.head[node] = NONE;
  }
}
