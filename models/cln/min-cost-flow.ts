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
import { PARTS } from './arc-costs.ts';
import { type ArcCosts, PriceTables } from './edge-prices.ts';
import type { LinearNetwork } from './linear-network.ts';
import { TwoSidedSearch } from './two-sided-search.ts';

export class MinCostFlow implements ArcCosts {
  readonly #arcs: LinearNetwork;
  readonly #search: TwoSidedSearch;
  readonly #prices: PriceTables;
  /** Flow of an edge, units; edges that have had some, in the order in which they got it. */
  flow: Int32Array = new Int32Array(0);
  readonly edges: number[] = [];
  /** The arc of an edge that is filled now (the cheapest with room), and what it has room for; by edge, while it has flow. */
  #part: Uint8Array = new Uint8Array(0);
  #inPart: Int32Array = new Int32Array(0);
  /** Problems that had to be solved by the plain algorithm, since ways cost the same. */
  plain = 0;
  /** Edges fill up, so that an order would not last. */
  readonly publicly: null = null;

  constructor(arcs: LinearNetwork) {
    this.#arcs = arcs;
    this.#search = new TwoSidedSearch(arcs.network, arcs.out, this);
    this.#prices = new PriceTables(arcs.network, arcs.out, null);
  }

  /** Searches, and edges that they looked at, since the beginning. */
  get work(): { readonly searches: number; readonly looked: number } {
    return this.#search;
  }

  /**
   * Finds the cheapest flow of all the network's units; false when it cannot carry them. Searches from both sides find the
   * flow that the plain algorithm finds as long as each way after the first is the only cheapest one; else everything is done
   * again plainly.
   */
  solve(source: number, destination: number): boolean {
    const result = this.#solve(source, destination, true);
    if (result !== null) return result;
    this.plain++;
    return this.#solve(source, destination, false) === true;
  }

  /** The same by the plain algorithm, for comparisons. */
  solvePlainly(source: number, destination: number): boolean {
    return this.#solve(source, destination, false) === true;
  }

  /** Null when it is not certain that the plain algorithm would have found the same flow. */
  #solve(source: number, destination: number, twoSided: boolean): boolean | null {
    this.#begin();
    const search = this.#search;
    for (let left = this.#arcs.units, first = true; left > 0; first = false) {
      const watch = twoSided && !first;
      if (!search.find(source, destination, -1, twoSided, watch, true)) return false;
      if (watch && !search.unique(source, destination)) return null;
      search.movePotentials();
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

  least(): number {
    return 0;
  }

  forwards(edge: number): number {
    this.#arcs.prepare(edge);
    const part = this.#open(edge);
    return part === PARTS ? -1 : this.#arcs.cost(edge, part);
  }

  /** The dearest unit is taken back first. */
  backwards(edge: number): number {
    return this.#arcs.cost(edge, this.#filled(edge));
  }

  /** Sends as much as the way that was found takes, at most `most` units; answers how much that was. */
  #augment(source: number, destination: number, most: number): number {
    const { by, against } = this.#search;
    const { graph } = this.#arcs.network;
    let units = most;
    for (let node = destination; node !== source; ) {
      const edge = by[node] as number;
      const backwards = against[node] === 1;
      units = Math.min(units, backwards ? this.#inFilled(edge) : this.#roomIn(edge));
      node = backwards ? graph.to(edge) : graph.from(edge);
    }
    for (let node = destination; node !== source; ) {
      const edge = by[node] as number;
      const backwards = against[node] === 1;
      this.#change(edge, backwards ? -units : units);
      node = backwards ? graph.to(edge) : graph.from(edge);
    }
    return units;
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
    // The search may have known the edge's price from a problem before.
    this.#arcs.prepare(edge);
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
    const { capacity } = this.#arcs;
    this.#search.forget(edge);
    if (units > 0) {
      const part = this.#open(edge);
      if (part !== this.#part[edge]) this.#inPart[edge] = 0;
      this.#part[edge] = part;
      if (this.flow[edge] === 0) {
        this.#search.flow.link(edge);
        this.edges.push(edge);
      }
    }
    this.#inPart[edge] = (this.#inPart[edge] as number) + units;
    this.flow[edge] = (this.flow[edge] as number) + units;
    if (this.flow[edge] === 0) {
      this.#part[edge] = 0;
      this.#search.flow.unlink(edge);
      this.edges.splice(this.edges.indexOf(edge), 1);
      return;
    }
    while (this.#inPart[edge] === 0) {
      const part = (this.#part[edge] as number) - 1;
      this.#part[edge] = part;
      this.#inPart[edge] = capacity[PARTS * edge + part] as number;
    }
  }

  #begin(): void {
    for (const edge of this.edges) {
      this.flow[edge] = 0;
      this.#part[edge] = 0;
      this.#inPart[edge] = 0;
      this.#search.flow.unlink(edge);
    }
    this.edges.length = 0;
    this.#search.begin(this.#prices.for(this.#arcs.question));
    const edges = this.#arcs.capacity.length / PARTS;
    if (edges <= this.flow.length) return;
    this.flow = new Int32Array(edges);
    this.#part = new Uint8Array(edges);
    this.#inPart = new Int32Array(edges);
  }
}
