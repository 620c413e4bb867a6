/**
 * Dijkstra's algorithm from the sender, which a second search from the recipient backwards keeps from going where no
 * cheapest way can lead. The way that is found is the very one that the plain algorithm finds, also where several cost the
 * same: nodes are left out only when every way through them costs more than one that is known, and all others are taken in
 * the plain order (the lower node first among equally far ones, the first of equally long ways kept).
 * docs/path-finding.md has the argument.
 *
 * Ways may take back flow that runs already, which costs its price with the opposite sign; potentials keep such costs from
 * being negative. The plain algorithm's order then depends on potentials of nodes that were left out here, so a search can
 * say whether its way is the only cheapest one (`unique`): if so, no order matters.
 */
import { EdgeLists, NONE } from './edge-lists.ts';
import { EdgePrices } from './edge-prices.ts';
import type { PublicEdges } from './public-edges.ts';
import { SearchSide } from './search-side.ts';
import type { SenderNetwork } from './sender-network.ts';
import { TiedWays } from './tied-ways.ts';

/** What edges cost. Whole numbers. */
export interface ArcCosts {
  /** Cost of another unit over an edge; negative when the edge has no room. */
  forwards(edge: number): number;
  /** What a unit that flows over an edge costs. */
  backwards(edge: number): number;
}

export class TwoSidedSearch {
  /** Edge by which a node was reached, and whether against its direction. */
  by: Int32Array = new Int32Array(0);
  against: Uint8Array = new Uint8Array(0);
  /** Distance of the destination that was found last, with potentials. */
  distance = 0;
  /** Edges looked at by the last search. */
  work = 0;

  readonly #network: SenderNetwork;
  readonly #edges: PublicEdges;
  readonly #costs: ArcCosts;
  readonly #front = new SearchSide();
  readonly #back = new SearchSide();
  /** A way that costs this much is known. */
  #bound = Infinity;
  /** Nodes that the search backwards has not done are no nearer to the destination than this. */
  #radius = 0;

  #prices: EdgePrices = new EdgePrices();
  /** The destination's only neighbour where it is a leaf: edges to leaves are looked at from there alone. */
  #beforeLeaf = NONE;
  /** Ways may lead through leaves: over channels of the sender that nobody else knows, or when another node asks. */
  #throughLeaves = false;

  #potential: Float64Array = new Float64Array(0);
  #moved: Int32Array = new Int32Array(0);
  #movedCount = 0;
  #isMoved: Uint8Array = new Uint8Array(0);

  /** Edges with flow that lead into a node, and out of it. */
  readonly #into = new EdgeLists();
  readonly #from = new EdgeLists();
  #flows = 0;
  /** The sender's own edges by the node that they lead to, as places in ownEdges. */
  readonly #own = new EdgeLists();

  /** Other ways that are as short; kept only where asked for. */
  #watching = false;
  readonly #ties = new TiedWays();

  constructor(network: SenderNetwork, edges: PublicEdges, costs: ArcCosts) {
    this.#network = network;
    this.#edges = edges;
    this.#costs = costs;
  }

  /**
   * Before the first search of a problem: no flow, all potentials 0. Lists of flow must have been taken apart.
   * @param prices what is known of the costs; what searches ask for besides is added
   */
  begin(prices: EdgePrices): void {
    const { graph } = this.#network;
    this.#prices = prices;
    for (let i = 0; i < this.#movedCount; i++) {
      const node = this.#moved[i]!;
      this.#potential[node] = 0;
      this.#isMoved[node] = 0;
    }
    this.#movedCount = 0;
    const nodes = graph.nodeCount;
    if (nodes > this.by.length) {
      this.by = new Int32Array(nodes);
      this.against = new Uint8Array(nodes);
      this.#potential = new Float64Array(nodes);
      this.#moved = new Int32Array(nodes);
      this.#isMoved = new Uint8Array(nodes);
      this.#ties.room(nodes);
    }
    this.#into.room(nodes, graph.known.length);
    this.#from.room(nodes, graph.known.length);
  }

  /**
   * Looks for a way; its edges are in `by` from the destination on.
   * @param avoid a node that the way must not touch, −1 for none
   * @param twoSided false for the plain algorithm
   * @param watch keep what `unique` needs
   */
  find(source: number, destination: number, avoid: number, twoSided: boolean, watch: boolean): boolean {
    const nodes = this.by.length;
    const front = this.#front;
    const back = this.#back;
    const edges = this.#edges;
    this.#beforeLeaf = edges.isLeaf(destination) ? edges.neighbourOf(destination) : NONE;
    this.#throughLeaves = this.#leadsThroughLeaves(source);
    front.reset(nodes);
    back.reset(nodes);
    this.#bound = Infinity;
    this.#radius = 0;
    this.#watching = watch;
    this.#ties.begin();
    if (avoid >= 0) {
      front.done[avoid] = 1;
      back.done[avoid] = 1;
    }
    this.#label(source, 0, NONE, 0);
    if (twoSided) {
      back.label(destination, 0);
      this.#placeOwn();
    }
    const found = this.#run(destination, twoSided);
    if (twoSided) this.#takeOwn();
    if (avoid >= 0) {
      front.done[avoid] = 0;
      back.done[avoid] = 0;
    }
    this.work = front.work + back.work;
    return found;
  }

  #run(destination: number, twoSided: boolean): boolean {
    const front = this.#front;
    const back = this.#back;
    let backwards = twoSided;
    while (front.heap.length > 0) {
      if (backwards) {
        if (back.heap.length === 0) {
          // All that leads to the destination is known.
          if (this.#bound === Infinity) return false;
          this.#radius = Infinity;
          backwards = false;
          continue;
        }
        this.#radius = back.distance[back.heap.first]!;
        if (front.distance[front.heap.first]! + this.#radius > this.#bound) backwards = false;
        else if (back.work <= front.work) {
          this.#stepBack();
          continue;
        }
      }
      const node = front.heap.pop();
      front.done[node] = 1;
      if (node === destination) {
        this.distance = front.distance[node]!;
        if (this.#watching) this.#drain();
        return true;
      }
      this.#stepFrom(node);
    }
    return false;
  }

  /** Takes the nodes that are as far away as the destination: they may lie on other ways that cost the same. */
  #drain(): void {
    const { heap, distance, done } = this.#front;
    while (heap.length > 0 && distance[heap.first] === this.distance) {
      const node = heap.pop();
      done[node] = 1;
      this.#stepFrom(node);
    }
  }

  #stepFrom(node: number): void {
    const front = this.#front;
    if (front.distance[node]! + this.#toGo(node) > this.#bound) return;
    const network = this.#network;
    const { graph } = network;
    const costs = this.#costs;
    if (node === network.source) {
      const own = network.ownEdges();
      const count = network.ownEdgeCount();
      front.work += count;
      for (let i = 0; i < count; i++) {
        const edge = own[i]!;
        const to = graph.to(edge);
        if (this.#cannotImprove(node, to)) continue;
        const cost = costs.forwards(edge);
        if (cost >= 0) this.#relax(node, to, edge, 0, cost);
      }
    } else this.#stepPublic(node);
    if (this.#flows === 0) return;
    const { head, next } = this.#into;
    for (let e = head[node]!; e >= 0; e = next[e]!) {
      this.#relax(node, graph.from(e), e, 1, -costs.backwards(e));
    }
  }

  #stepPublic(node: number): void {
    const front = this.#front;
    const { distance } = front;
    const potential = this.#potential;
    const { start, leaves, edge, to: ends } = this.#edges;
    const watching = this.#watching;
    const prices = this.#prices.out;
    const end = this.#throughLeaves || node === this.#beforeLeaf ? start[node + 1]! : leaves[node]!;
    front.work += end - start[node]!;
    const here = distance[node]! - potential[node]!;
    for (let i = start[node]!; i < end; i++) {
      const to = ends[i]!;
      let price = prices[i]!;
      if (Number.isNaN(price)) {
        if (this.#cannotImprove(node, to)) continue;
        price = this.#ask(i);
      }
      if (price < 0) continue;
      const reach = here + price + potential[to]!;
      const before = distance[to]!;
      if (reach < before || (watching && reach === before)) this.#relax(node, to, edge[i]!, 0, price);
    }
  }

  /** What the edge at a place costs. */
  #ask(place: number): number {
    const price = this.#costs.forwards(this.#edges.edge[place]!);
    this.#prices.out[place] = price;
    this.#prices.into[this.#edges.into[place]!] = price;
    return price;
  }

  /** True when no edge from one node to another can shorten the way or be part of a cheapest one: it costs at least nothing. */
  #cannotImprove(from: number, to: number): boolean {
    const front = this.#front;
    // An edge costs at least what the potentials say, and no less than 0 with them.
    const shift = this.#potential[to]! - this.#potential[from]!;
    const least = front.distance[from]! + (shift > 0 ? shift : 0);
    if (this.#watching) return least > front.distance[to]! || least + this.#toGo(to) > this.#bound;
    return front.done[to] === 1 || least >= front.distance[to]! || least + this.#toGo(to) > this.#bound;
  }

  #relax(from: number, to: number, edge: number, against: number, cost: number): void {
    const front = this.#front;
    const distance = front.distance[from]! + (cost - this.#potential[from]! + this.#potential[to]!);
    const before = front.distance[to]!;
    if (distance > before) return;
    if (distance === before) {
      if (this.#watching && this.by[to] !== NONE && this.#before(to) !== from) this.#ties.add(to, from);
      return;
    }
    if (front.done[to] === 1 || distance + this.#toGo(to) > this.#bound) return;
    const whole = distance + this.#back.distance[to]!;
    if (whole < this.#bound) this.#bound = whole;
    this.#label(to, distance, edge, against);
  }

  /** What is left from a node to the destination, at least. */
  #toGo(node: number): number {
    return this.#back.done[node] === 1 ? this.#back.distance[node]! : this.#radius;
  }

  #label(node: number, distance: number, edge: number, against: number): void {
    this.by[node] = edge;
    this.against[node] = against;
    this.#ties.head[node] = NONE;
    this.#front.label(node, distance);
  }

  #stepBack(): void {
    const back = this.#back;
    const network = this.#network;
    const { graph } = network;
    const costs = this.#costs;
    const node = back.heap.pop();
    back.done[node] = 1;
    this.#stepBackPublic(node);
    const own = this.#own;
    for (let i = own.head[node]!; i >= 0; i = own.next[i]!) {
      const cost = costs.forwards(network.ownEdges()[i]!);
      if (cost >= 0) this.#relaxBack(network.source, node, cost);
    }
    if (this.#flows === 0) return;
    const { head, next } = this.#from;
    for (let e = head[node]!; e >= 0; e = next[e]!) {
      this.#relaxBack(graph.to(e), node, -costs.backwards(e));
    }
  }

  /** The sender's own channels are those that it has, and not those that gossip knows. */
  #stepBackPublic(node: number): void {
    const back = this.#back;
    const { source } = this.#network;
    const { distance, done } = back;
    const potential = this.#potential;
    const { startInto, leavesInto, from: ends, placeInto } = this.#edges;
    const prices = this.#prices.into;
    const end = this.#throughLeaves ? startInto[node + 1]! : leavesInto[node]!;
    back.work += end - startInto[node]!;
    const here = distance[node]! + potential[node]!;
    for (let i = startInto[node]!; i < end; i++) {
      const from = ends[i]!;
      let price = prices[i]!;
      const toBeat = distance[from]! + potential[from]!;
      if (Number.isNaN(price)) {
        // An edge costs at least nothing, with potentials and without.
        if (distance[node]! >= distance[from]! || here >= toBeat || from === source || done[from] === 1) continue;
        price = this.#ask(placeInto[i]!);
      }
      if (price < 0 || here + price >= toBeat || from === source) continue;
      this.#relaxBack(from, node, price);
    }
  }

  #relaxBack(from: number, to: number, cost: number): void {
    const back = this.#back;
    if (back.done[from] === 1) return;
    const distance = back.distance[to]! + (cost - this.#potential[from]! + this.#potential[to]!);
    if (distance >= back.distance[from]!) return;
    const whole = distance + this.#front.distance[from]!;
    if (whole < this.#bound) this.#bound = whole;
    back.label(from, distance);
  }

  /**
   * Makes costs along the way 0 and leaves none negative. Near the destination a node's potential falls by how much nearer it
   * is than the radius; elsewhere it rises by how much the way from the source leaves beyond the radius.
   */
  movePotentials(): void {
    const front = this.#front;
    const back = this.#back;
    const radius = Math.min(this.#radius, this.distance);
    for (let i = 0; i < back.count; i++) {
      const node = back.reached[i]!;
      if (back.done[node] === 1 && back.distance[node]! < radius) this.#move(node, back.distance[node]! - radius);
    }
    const limit = this.distance - radius;
    for (let i = 0; i < front.count; i++) {
      const node = front.reached[i]!;
      if (front.distance[node]! >= limit) continue;
      if (back.done[node] === 1 && back.distance[node]! < radius) continue;
      this.#move(node, limit - front.distance[node]!);
    }
  }

  #move(node: number, by: number): void {
    if (this.#isMoved[node] === 0) {
      this.#isMoved[node] = 1;
      this.#moved[this.#movedCount++] = node;
    }
    this.#potential[node]! += by;
  }

  /** An edge costs something else from now on, until the next problem. */
  forget(edge: number): void {
    this.#prices.forget(this.#edges, this.#edges.place[edge] ?? NONE);
  }

  /** An edge has flow from now on. */
  link(edge: number): void {
    const { graph } = this.#network;
    this.#into.add(graph.to(edge), edge);
    this.#from.add(graph.from(edge), edge);
    this.#flows++;
  }

  /** An edge has none any more. */
  unlink(edge: number): void {
    const { graph } = this.#network;
    this.#into.remove(graph.to(edge), edge);
    this.#from.remove(graph.from(edge), edge);
    this.#flows--;
  }

  /** True when no other way from the source costs as little as the one that was found, parallel channels aside. */
  unique(source: number, destination: number): boolean {
    return this.#ties.unique(source, destination, (node) => this.#before(node));
  }

  /** The node before one on the way from the source. */
  #before(node: number): number {
    const { graph } = this.#network;
    const edge = this.by[node]!;
    return this.against[node] === 1 ? graph.to(edge) : graph.from(edge);
  }

  #leadsThroughLeaves(source: number): boolean {
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

  #placeOwn(): void {
    const network = this.#network;
    const own = network.ownEdges();
    const count = network.ownEdgeCount();
    this.#own.room(this.by.length, count);
    for (let i = 0; i < count; i++) this.#own.add(network.graph.to(own[i]!), i);
  }

  #takeOwn(): void {
    const network = this.#network;
    const own = network.ownEdges();
    const count = network.ownEdgeCount();
    for (let i = 0; i < count; i++) this.#own.clear(network.graph.to(own[i]!));
  }
}
