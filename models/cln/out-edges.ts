/**
 * Known edges by the node that they leave, in the order of their indexes: the adjacency that a search forwards needs.
 * Made anew when channels come or go.
 */
import type { GraphView, PairIndex } from '../../engine/simulate/node-model.ts';

export class OutEdges {
  /** Edges of node v are edge[start[v]] … edge[start[v + 1] − 1]. */
  start: Int32Array = new Int32Array(1);
  edge: Int32Array = new Int32Array(0);
  /** Where edge[i] leads. */
  to: Int32Array = new Int32Array(0);
  #pairs: PairIndex | null = null;

  /** Brings the index up to date. */
  refresh(graph: GraphView): void {
    const pairs = graph.pairsInto();
    if (pairs === this.#pairs) return;
    this.#pairs = pairs;
    const start = new Int32Array(graph.nodeCount + 1);
    for (const e of pairs.edge) start[graph.from(e) + 1] = (start[graph.from(e) + 1] as number) + 1;
    for (let v = 0; v < graph.nodeCount; v++) start[v + 1] = (start[v + 1] as number) + (start[v] as number);
    const next = start.slice();
    const edge = new Int32Array(pairs.edge.length);
    for (const e of pairs.edge.slice().sort()) {
      const v = graph.from(e);
      const at = next[v] as number;
      next[v] = at + 1;
      edge[at] = e;
    }
    this.start = start;
    this.edge = edge;
    this.to = edge.map((e) => graph.to(e));
  }
}
