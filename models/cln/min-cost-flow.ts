/**
 * The cheapest flow from one node to another: successive shortest paths, each found by Dijkstra's algorithm on costs that
 * potentials keep from being negative. Costs are whole numbers, so the flow is exactly optimal.
 *
 * cln:plugins/askrene/child/algorithm.c:mcf_refinement finds an optimum, too; where several flows cost the same it may
 * find another one. Here the lower node goes first among equally far ones, and the first of equally long ways is kept:
 * edges in the order of their indexes, forwards before backwards.
 *
 * An arc and the one that takes its flow back cost the same with opposite signs. Core Lightning leaves the bias out of the
 * latter (combine_cost_function), which makes it give back 3 % less where a payment has a bias of −1.
 */
import { NodeHeap } from '../shared/node-heap.ts';
import { PARTS } from './arc-costs.ts';
import type { LinearNetwork } from './linear-network.ts';

const NONE = -1;

export class MinCostFlow {
  readonly #arcs: LinearNetwork;
  /** Flow of an edge, units; edges that have had some, in the order in which they got it. */
  flow: Int32Array = new Int32Array(0);
  readonly edges: number[] = [];
  /** The arc of an edge that is filled now (the cheapest with room), and what it has room for; by edge, while it has flow. */
  #part: Uint8Array = new Uint8Array(0);
  #inPart: Int32Array = new Int32Array(0);
  /** Edges with flow that lead into a node, as a list: head by node, next by edge. */
  #head: Int32Array = new Int32Array(0);
  #next: Int32Array = new Int32Array(0);

  // Labels of a search, by node; distance is Infinity where it has not been.
  #distance!: Float64Array;
  #potential!: Float64Array;
  /** Edge by which a node was reached, and whether against its direction. */
  #by!: Int32Array;
  #backwards!: Uint8Array;
  #done!: Uint8Array;
  #heap!: NodeHeap;
  #reached!: Int32Array;
  #reachedCount = 0;
  /** Nodes whose potential is not 0. */
  #moved!: Int32Array;
  #movedCount = 0;

  constructor(arcs: LinearNetwork) {
    this.#arcs = arcs;
    this.#resize(0, 0);
  }

  /** Finds the cheapest flow of all the network's units; false when it cannot carry them. */
  solve(source: number, destination: number): boolean {
    this.#begin();
    for (let left = this.#arcs.units; left > 0; ) {
      if (!this.#search(source, destination)) return false;
      left -= this.#augment(source, destination, left);
    }
    return true;
  }

  /** What the flow costs: exact, for comparisons. */
  cost(): number {
    let total = 0;
    const { capacity } = this.#arcs;
    for (const edge of this.edges) {
      let rest = this.flow[edge] as number;
      for (let i = 0; i < PARTS && rest > 0; i++) {
        const units = Math.min(rest, capacity[PARTS * edge + i] as number);
        total += units * this.#arcs.cost(edge, i);
        rest -= units;
      }
    }
    return total;
  }

  #search(source: number, destination: number): boolean {
    this.#resetSearch();
    const { graph } = this.#arcs.network;
    const { start, edge: out } = this.#arcs.out;
    const heap = this.#heap;
    this.#label(source, 0, NONE, 0);
    while (heap.length > 0) {
      const node = heap.pop();
      this.#done[node] = 1;
      if (node === destination) {
        this.#movePotentials(destination);
        return true;
      }
      const end = start[node + 1] as number;
      if (node === source) {
        const own = this.#arcs.network.ownEdges();
        for (let i = 0; i < this.#arcs.network.ownEdgeCount(); i++) this.#forwards(node, own[i] as number);
      } else {
        for (let i = start[node] as number; i < end; i++) this.#forwards(node, out[i] as number);
      }
      for (let e = this.#head[node] as number; e >= 0; e = this.#next[e] as number) {
        // The dearest unit is taken back first.
        const from = graph.from(e);
        const cost = -this.#arcs.cost(e, this.#filled(e));
        this.#relax(node, from, e, 1, cost);
      }
    }
    return false;
  }

  #forwards(node: number, edge: number): void {
    const part = this.#open(edge);
    if (part === PARTS) return;
    const to = this.#arcs.network.graph.to(edge);
    if (this.#done[to] === 1) return;
    this.#relax(node, to, edge, 0, this.#arcs.cost(edge, part));
  }

  #relax(from: number, to: number, edge: number, backwards: number, cost: number): void {
    if (this.#done[to] === 1) return;
    const reduced = cost - (this.#potential[from] as number) + (this.#potential[to] as number);
    const distance = (this.#distance[from] as number) + reduced;
    if (distance < (this.#distance[to] as number)) this.#label(to, distance, edge, backwards);
  }

  #label(node: number, distance: number, edge: number, backwards: number): void {
    if (this.#distance[node] === Infinity) this.#reached[this.#reachedCount++] = node;
    this.#distance[node] = distance;
    this.#by[node] = edge;
    this.#backwards[node] = backwards;
    this.#heap.pushOrFix(node);
  }

  /**
   * Ahuja, Magnanti, Orlin: Network Flows (1993), section 9.7: with the search cut off at the destination, only nodes
   * nearer than it change, when all are shifted by its distance.
   */
  #movePotentials(destination: number): void {
    const limit = this.#distance[destination] as number;
    for (let i = 0; i < this.#reachedCount; i++) {
      const node = this.#reached[i] as number;
      const distance = this.#distance[node] as number;
      if (distance >= limit) continue;
      if (this.#potential[node] === 0) this.#moved[this.#movedCount++] = node;
      this.#potential[node] = (this.#potential[node] as number) + limit - distance;
    }
  }

  /** Sends as much as the way that was found takes, at most `most` units; answers how much that was. */
  #augment(source: number, destination: number, most: number): number {
    let units = most;
    this.#walk(source, destination, (edge, backwards) => {
      units = Math.min(units, backwards ? this.#inFilled(edge) : this.#roomIn(edge));
    });
    this.#walk(source, destination, (edge, backwards) => this.#change(edge, backwards ? -units : units));
    return units;
  }

  #walk(source: number, destination: number, visit: (edge: number, backwards: boolean) => void): void {
    const { graph } = this.#arcs.network;
    for (let node = destination; node !== source; ) {
      const edge = this.#by[node] as number;
      const backwards = this.#backwards[node] === 1;
      visit(edge, backwards);
      node = backwards ? graph.to(edge) : graph.from(edge);
    }
  }

  /** First arc of the edge with room, PARTS when it is full. */
  #open(edge: number): number {
    const { capacity } = this.#arcs;
    let part = this.#part[edge] as number;
    if (part < PARTS && (this.#inPart[edge] as number) < (capacity[PARTS * edge + part] as number)) return part;
    let inPart = this.#inPart[edge] as number;
    while (part < PARTS && inPart >= (capacity[PARTS * edge + part] as number)) {
      part++;
      inPart = 0;
    }
    return part;
  }

  #roomIn(edge: number): number {
    const part = this.#open(edge);
    const used = part === this.#part[edge] ? (this.#inPart[edge] as number) : 0;
    return (this.#arcs.capacity[PARTS * edge + part] as number) - used;
  }

  /** Last arc of the edge with flow; there must be one. */
  #filled(edge: number): number {
    return this.#part[edge] as number;
  }

  #inFilled(edge: number): number {
    return this.#inPart[edge] as number;
  }

  /**
   * Adds units to the arc that is open, or takes them from the last one with flow. #part is the last arc with flow, and
   * #inPart its flow; without flow both are 0.
   */
  #change(edge: number, units: number): void {
    const { capacity, network } = this.#arcs;
    if (units > 0) {
      const part = this.#open(edge);
      if (part !== this.#part[edge]) this.#inPart[edge] = 0;
      this.#part[edge] = part;
      if (this.flow[edge] === 0) this.#link(edge, network.graph.to(edge));
    }
    this.#inPart[edge] = (this.#inPart[edge] as number) + units;
    this.flow[edge] = (this.flow[edge] as number) + units;
    if (this.flow[edge] === 0) {
      this.#part[edge] = 0;
      this.#unlink(edge, network.graph.to(edge));
      return;
    }
    while (this.#inPart[edge] === 0) {
      const part = (this.#part[edge] as number) - 1;
      this.#part[edge] = part;
      this.#inPart[edge] = capacity[PARTS * edge + part] as number;
    }
  }

  #link(edge: number, node: number): void {
    this.#next[edge] = this.#head[node] as number;
    this.#head[node] = edge;
    this.edges.push(edge);
  }

  #unlink(edge: number, node: number): void {
    this.edges.splice(this.edges.indexOf(edge), 1);
    if (this.#head[node] === edge) {
      this.#head[node] = this.#next[edge] as number;
      return;
    }
    let before = this.#head[node] as number;
    while (this.#next[before] !== edge) before = this.#next[before] as number;
    this.#next[before] = this.#next[edge] as number;
  }

  #begin(): void {
    const { graph } = this.#arcs.network;
    for (const edge of this.edges) {
      this.flow[edge] = 0;
      this.#part[edge] = 0;
      this.#inPart[edge] = 0;
      this.#head[graph.to(edge)] = NONE;
    }
    this.edges.length = 0;
    for (let i = 0; i < this.#movedCount; i++) this.#potential[this.#moved[i] as number] = 0;
    this.#movedCount = 0;
    const edges = this.#arcs.capacity.length / PARTS;
    if (graph.nodeCount > this.#distance.length || edges > this.flow.length) this.#resize(graph.nodeCount, edges);
  }

  #resetSearch(): void {
    for (let i = 0; i < this.#reachedCount; i++) {
      const node = this.#reached[i] as number;
      this.#distance[node] = Infinity;
      this.#done[node] = 0;
    }
    this.#reachedCount = 0;
    this.#heap.clear();
  }

  #resize(nodes: number, edges: number): void {
    this.flow = new Int32Array(edges);
    this.#part = new Uint8Array(edges);
    this.#inPart = new Int32Array(edges);
    this.#next = new Int32Array(edges);
    this.#head = new Int32Array(nodes).fill(NONE);
    this.#distance = new Float64Array(nodes).fill(Infinity);
    this.#potential = new Float64Array(nodes);
    this.#by = new Int32Array(nodes);
    this.#backwards = new Uint8Array(nodes);
    this.#done = new Uint8Array(nodes);
    this.#reached = new Int32Array(nodes);
    this.#moved = new Int32Array(nodes);
    this.#heap = new NodeHeap(this.#distance);
    this.#reachedCount = 0;
    this.#movedCount = 0;
  }
}
