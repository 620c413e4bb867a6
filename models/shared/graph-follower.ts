/**
 * Keeps a model's copy of the public graph up to date: laid out anew when channels came or went, else edge by edge as
 * policies changed, and all of them when more changed than the graph remembers. Decides nothing; what a copy holds of an
 * edge is its own business.
 */
import type { GraphView, PairIndex } from '../../engine/simulate/node-model.ts';

/** What a copy does when it is told to. */
export interface GraphCopy {
  /** Makes room for the edges of `pairs`, and for nothing else; each of them is written after this. */
  readonly layOut: (graph: GraphView, pairs: PairIndex) => void;
  /** Reads an edge again; one that it has no room for is left alone. */
  readonly write: (graph: GraphView, edge: number) => void;
}

export class GraphFollower {
  readonly #copy: GraphCopy;
  #pairs: PairIndex | null = null;
  #seen = 0;

  constructor(copy: GraphCopy) {
    this.#copy = copy;
  }

  /** Catches up with the graph. */
  follow(graph: GraphView): void {
    const pairs = graph.pairsInto();
    const { changes, changed } = graph;
    const { layOut, write } = this.#copy;
    const isAnew = pairs !== this.#pairs;
    if (isAnew) {
      this.#pairs = pairs;
      layOut(graph, pairs);
    }
    if (isAnew || changes - this.#seen > changed.length) {
      for (const edge of pairs.edge) write(graph, edge);
    } else {
      for (let i = this.#seen; i < changes; i++) write(graph, changed[i % changed.length]!);
    }
    this.#seen = changes;
  }
}
