/** Edges that have flow, which a search may take back: by the node that they lead into, and by the one that they leave. */
import type { GraphView } from '../../engine/simulate/node-model.ts';
import { EdgeLists } from './edge-lists.ts';

export class FlowEdges {
  readonly into: EdgeLists = new EdgeLists();
  readonly from: EdgeLists = new EdgeLists();
  count = 0;
  readonly #graph: GraphView;

  constructor(graph: GraphView) {
    this.#graph = graph;
  }

  /** Makes room; there must be no flow where there are more nodes than before. */
  room(): void {
    const { nodeCount, known } = this.#graph;
    this.into.room(nodeCount, known.length);
    this.from.room(nodeCount, known.length);
  }

  /** An edge has flow from now on. */
  link(edge: number): void {
    this.into.add(this.#graph.to(edge), edge);
    this.from.add(this.#graph.from(edge), edge);
    this.count++;
  }

  /** An edge has none any more. */
  unlink(edge: number): void {
    this.into.remove(this.#graph.to(edge), edge);
    this.from.remove(this.#graph.from(edge), edge);
    this.count--;
  }
}
