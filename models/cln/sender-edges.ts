/**
 * Edges that a search does not find among the public ones by node: the sender's own, and public ones of which the request knows
 * something, where those are read apart. Laid out for one search and taken away after it.
 */
import { EdgeLists } from './edge-lists.ts';
import type { PublicEdges } from './public-edges.ts';
import type { SenderNetwork } from './sender-network.ts';

export class SenderEdges {
  /** The sender's edges by the node that they lead to, as places in ownEdges. */
  readonly own: EdgeLists = new EdgeLists();
  /** Public edges of others of which the request knows something, by either end. */
  readonly knownFrom: EdgeLists = new EdgeLists();
  readonly knownInto: EdgeLists = new EdgeLists();
  readonly #network: SenderNetwork;
  readonly #edges: PublicEdges;

  constructor(network: SenderNetwork, edges: PublicEdges) {
    this.#network = network;
    this.#edges = edges;
  }

  /** True when a way from a node may lead through leaves: over channels that only the sender knows, or when another node asks. */
  leadThroughLeaves(source: number): boolean {
    const network = this.#network;
    const edges = this.#edges;
    if (source !== network.source) return edges.isLeaf(source);
    const own = network.ownEdges();
    const count = network.ownEdgeCount();
    for (let i = 0; i < count; i++) {
      const to = network.graph.to(own[i]!);
      if (edges.isLeaf(to) && edges.neighbourOf(to) !== source) return true;
    }
    return false;
  }

  placeOwn(): void {
    const network = this.#network;
    const own = network.ownEdges();
    const count = network.ownEdgeCount();
    this.own.room(network.graph.nodeCount, count);
    for (let i = 0; i < count; i++) this.own.add(network.graph.to(own[i]!), i);
  }

  takeOwn(): void {
    const network = this.#network;
    const own = network.ownEdges();
    const count = network.ownEdgeCount();
    for (let i = 0; i < count; i++) this.own.clear(network.graph.to(own[i]!));
  }

  placeKnown(): void {
    const { graph, source, slotCount } = this.#network;
    this.knownFrom.room(graph.nodeCount, graph.known.length);
    this.knownInto.room(graph.nodeCount, graph.known.length);
    for (let i = 0; i < slotCount; i++) {
      const { edge } = this.#network.slotAt(i);
      const [from, to] = [graph.from(edge), graph.to(edge)];
      if (graph.known[edge] !== 1 || from === source || to === source) continue;
      this.knownFrom.add(from, edge);
      this.knownInto.add(to, edge);
    }
  }

  takeKnown(): void {
    const { graph, slotCount } = this.#network;
    for (let i = 0; i < slotCount; i++) {
      const { edge } = this.#network.slotAt(i);
      this.knownFrom.clear(graph.from(edge));
      this.knownInto.clear(graph.to(edge));
    }
  }
}
