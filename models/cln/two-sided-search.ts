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
import { NONE } from './edge-lists.ts';
import { type ArcCosts, EdgePrices } from './edge-prices.ts';
import { FlowEdges } from './flow-edges.ts';
import { OnwardEdges } from './onward-edges.ts';
import { Potentials } from './potentials.ts';
import { allDearer } from './price-order.ts';
import type { PublicEdges } from './public-edges.ts';
import { SearchSide } from './search-side.ts';
import { SenderEdges } from './sender-edges.ts';
import type { SenderNetwork } from './sender-network.ts';
import { TiedWays } from './tied-ways.ts';

export class TwoSidedSearch {
  /** Edge by which a node was reached, and whether against its direction. */
  by: Int32Array = new Int32Array(0);
  against: Uint8Array = new Uint8Array(0);
  /** Distance of the destination that was found last, with potentials. */
  distance = 0;
  /** Edges that have flow: who changes a flow says which. */
  readonly flow: FlowEdges;

  readonly #network: SenderNetwork;
  readonly #edges: PublicEdges;
  readonly #costs: ArcCosts;
  readonly #front = new SearchSide();
  readonly #back = new SearchSide();
  /** Searches since the beginning, and edges that those before the last one looked at. */
  searches = 0;
  #lookedBefore = 0;
  /** A way that costs this much is known. */
  #bound = Infinity;
  /** Nodes that the search backwards has not done are no nearer to the destination than this. */
  #radius = 0;

  #prices: EdgePrices = new EdgePrices();
  /** The destination's only neighbour where it is a leaf: edges to leaves are looked at from there alone. */
  #beforeLeaf = NONE;
  /** Ways may lead through leaves: over channels of the sender that nobody else knows, or when another node asks. */
  #throughLeaves = false;

  readonly #potentials = new Potentials();
  readonly #known: SenderEdges;

  /** There is no flow, and no node has a potential: edges cost what they are priced. */
  #plainCosts = true;
  /** Another search will build upon this one's distances. */
  #goesOn = false;
  readonly #onward = new OnwardEdges();
  /** Edges are read in the order of their public prices, and those of which the request knows something after them. */
  #ordered = false;
  readonly #publiclyInto: (number: number) => number;

  /** Other ways that are as short; kept only where asked for. */
  #watching = false;
  readonly #ties = new TiedWays();

  constructor(network: SenderNetwork, edges: PublicEdges, costs: ArcCosts) {
    this.#network = network;
    this.#edges = edges;
    this.#costs = costs;
    this.flow = new FlowEdges(network.graph);
    this.#known = new SenderEdges(network, edges);
    this.#publiclyInto = (i) => costs.publicly!(edges.placeInto[i]!);
  }

  /** Edges that were looked at since the beginning. */
  get looked(): number {
    return this.#lookedBefore + this.#front.work + this.#back.work;
  }

  /**
   * Before the first search of a problem: no flow, all potentials 0. Lists of flow must have been taken apart.
   * @param prices what is known of the costs; what searches ask for besides is added
   */
  begin(prices: EdgePrices): void {
    const nodes = this.#network.graph.nodeCount;
    this.#prices = prices;
    this.#potentials.clear(nodes);
    this.flow.room();
    if (nodes <= this.by.length) return;
    this.by = new Int32Array(nodes);
    this.against = new Uint8Array(nodes);
    this.#ties.room(nodes);
    this.#onward.room(nodes);
  }

  /**
   * Looks for a way; its edges are in `by` from the destination on.
   * @param avoid a node that the way must not touch, −1 for none
   * @param twoSided false for the plain algorithm
   * @param watch keep what `unique` needs
   * @param goesOn potentials will be moved by what is found
   */
  find(
    source: number,
    destination: number,
    avoid: number,
    twoSided: boolean,
    watch: boolean,
    goesOn: boolean,
  ): boolean {
    const nodes = this.by.length;
    const front = this.#front;
    const back = this.#back;
    const edges = this.#edges;
    this.#beforeLeaf = edges.isLeaf(destination) ? edges.neighbourOf(destination) : NONE;
    this.#throughLeaves = this.#known.leadThroughLeaves(source);
    this.searches++;
    this.#lookedBefore = this.looked;
    front.reset(nodes);
    back.reset(nodes);
    this.#bound = Infinity;
    this.#radius = 0;
    this.#watching = watch;
    this.#plainCosts = this.#potentials.count === 0 && this.flow.count === 0;
    this.#goesOn = goesOn;
    this.#ties.begin();
    this.#onward.begin(destination);
    if (avoid >= 0) {
      front.done[avoid] = 1;
      back.done[avoid] = 1;
    }
    this.#label(source, 0, NONE, 0);
    if (twoSided) {
      back.label(destination, 0);
      this.#known.placeOwn();
    }
    this.#ordered = twoSided && !goesOn && this.#costs.publicly !== null;
    if (this.#ordered) {
      this.#prices.orders(edges);
      this.#known.placeKnown();
    }
    const found = this.#run(destination, twoSided);
    if (twoSided) this.#known.takeOwn();
    if (this.#ordered) this.#known.takeKnown();
    if (avoid >= 0) {
      front.done[avoid] = 0;
      back.done[avoid] = 0;
    }
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
    if (node === network.source) {
      const own = network.ownEdges();
      const count = network.ownEdgeCount();
      front.work += count;
      for (let i = 0; i < count; i++) {
        const edge = own[i]!;
        const to = graph.to(edge);
        if (this.#cannotImprove(node, to)) continue;
        const cost = this.#costs.forwards(edge);
        if (cost >= 0) this.#relax(node, to, edge, 0, cost);
      }
    } else this.#stepPublic(node);
    if (this.flow.count === 0) return;
    const { head, next } = this.flow.into;
    for (let e = head[node]!; e >= 0; e = next[e]!) {
      this.#relax(node, graph.from(e), e, 1, -this.#costs.backwards(e));
    }
  }

  #stepPublic(node: number): void {
    const { start, leaves } = this.#edges;
    const [begin, middle] = [start[node]!, leaves[node]!];
    const ordered = this.#ordered && this.#prices.outOrder.has(node, begin, middle, this.#costs.publicly!);
    if (ordered) this.#scanOrdered(node, begin, middle);
    else this.#scan(node, begin, middle);
    if (this.#throughLeaves || node === this.#beforeLeaf) this.#scan(node, middle, start[node + 1]!);
    if (ordered) {
      const { head, next } = this.#known.knownFrom;
      for (let e = head[node]!; e >= 0; e = next[e]!) this.#relaxAny(node, e, this.#costs.forwards(e));
    }
    if (this.#plainCosts) this.#stepOnward(node);
  }

  #scan(node: number, begin: number, end: number): void {
    const { distance } = this.#front;
    const potential = this.#potentials.of;
    const { edge, to: ends } = this.#edges;
    const watching = this.#watching;
    const prices = this.#prices.out;
    this.#front.work += end - begin;
    const here = distance[node]! - potential[node]!;
    // What costs more leads to no node that the search backwards has not done: #stepOnward sees to the others.
    const most = this.#plainCosts ? this.#bound - this.#radius : Infinity;
    for (let i = begin; i < end; i++) {
      let price = prices[i]!;
      if (Number.isNaN(price)) {
        if (this.#cannotImprove(node, ends[i]!) || this.#isDear(i, most - here)) continue;
        price = this.#ask(i);
      }
      if (price < 0 || here + price > most) continue;
      const to = ends[i]!;
      const reach = here + price + potential[to]!;
      const before = distance[to]!;
      if (reach < before || (watching && reach === before)) this.#relax(node, to, edge[i]!, 0, price);
    }
  }

  /** The same, as far as edges are cheap enough; those that the request knows are left out. */
  #scanOrdered(node: number, begin: number, end: number): void {
    const { distance } = this.#front;
    const { edge, to: ends } = this.#edges;
    const prices = this.#prices.out;
    const { order } = this.#prices.outOrder;
    const here = distance[node]!;
    const most = this.#bound - this.#radius - here;
    let i = begin;
    for (; i < end; i++) {
      const at = order[i]!;
      let price = prices[at]!;
      if (Number.isNaN(price)) {
        if (this.#network.has(edge[at]!) !== null) continue;
        price = this.#ask(at);
      }
      if (price < 0 || price > most) {
        if (allDearer(price, most)) break;
        continue;
      }
      const to = ends[at]!;
      if (here + price < distance[to]!) this.#relax(node, to, edge[at]!, 0, price);
    }
    this.#front.work += i - begin + 1;
  }

  /** Relaxes an edge out of the order: of edges between the same nodes that cost the same the first one counts. */
  #relaxAny(from: number, edge: number, cost: number): void {
    if (cost < 0) return;
    const { graph } = this.#network;
    const { distance, done } = this.#front;
    const to = graph.to(edge);
    const by = this.by[to]!;
    if (distance[from]! + cost === distance[to]! && done[to] === 0 && edge < by && graph.from(by) === from) {
      this.by[to] = edge;
    } else this.#relax(from, to, edge, 0, cost);
  }

  /** Along the edges by which the search backwards came to a node, if a cheapest way may lead through it. */
  #stepOnward(node: number): void {
    const { edge } = this.#edges;
    const { head, next, place } = this.#onward;
    const toGo = this.#back.distance[node]!;
    if (toGo === Infinity || this.#front.distance[node]! + toGo > this.#bound) return;
    for (let n = head[node]!; n >= 0; n = next[n]!) {
      const at = place[n]!;
      const price = this.#prices.out[at]!;
      this.#relaxAny(node, edge[at]!, Number.isNaN(price) ? this.#costs.forwards(edge[at]!) : price);
    }
  }

  /** True when the edge at a place costs more than `most`, or has no room, which is told before it is priced. */
  #isDear(place: number, most: number): boolean {
    if (this.#network.has(this.#edges.edge[place]!) !== null) return false;
    const least = this.#costs.least(place);
    return least < 0 || least > most;
  }

  /** What the edge at a place costs. */
  #ask(place: number): number {
    const edge = this.#edges.edge[place]!;
    const price = this.#costs.forwards(edge);
    // Orders go by what is public.
    if (this.#ordered && this.#network.has(edge) !== null) return price;
    this.#prices.out[place] = price;
    this.#prices.into[this.#edges.into[place]!] = price;
    return price;
  }

  /** True when no edge from one node to another can shorten the way or be part of a cheapest one: it costs at least nothing. */
  #cannotImprove(from: number, to: number): boolean {
    const front = this.#front;
    // An edge costs at least what the potentials say, and no less than 0 with them.
    const least = front.distance[from]! + Math.max(0, this.#potentials.of[to]! - this.#potentials.of[from]!);
    if (this.#watching) return least > front.distance[to]! || least + this.#toGo(to) > this.#bound;
    return front.done[to] === 1 || least >= front.distance[to]! || least + this.#toGo(to) > this.#bound;
  }

  #relax(from: number, to: number, edge: number, against: number, cost: number): void {
    const front = this.#front;
    const distance = front.distance[from]! + (cost - this.#potentials.of[from]! + this.#potentials.of[to]!);
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
    const network = this.#network;
    const costs = this.#costs;
    const node = this.#back.heap.pop();
    this.#back.done[node] = 1;
    this.#stepBackPublic(node);
    const { own } = this.#known;
    for (let i = own.head[node]!; i >= 0; i = own.next[i]!) {
      const cost = costs.forwards(network.ownEdges()[i]!);
      if (cost >= 0) this.#relaxBack(network.source, node, cost);
    }
    if (this.flow.count === 0) return;
    const { head, next } = this.flow.from;
    for (let e = head[node]!; e >= 0; e = next[e]!) {
      this.#relaxBack(network.graph.to(e), node, -costs.backwards(e));
    }
  }

  /** The sender's own channels are those that it has, and not those that gossip knows. */
  #stepBackPublic(node: number): void {
    const { startInto, leavesInto, place } = this.#edges;
    const [begin, middle] = [startInto[node]!, leavesInto[node]!];
    const ordered = this.#ordered && this.#prices.intoOrder.has(node, begin, middle, this.#publiclyInto);
    const { distance, heap } = this.#front;
    // What is farther is on no cheapest way, or the search forwards has done it.
    const most = this.#goesOn ? Infinity : this.#bound - distance[heap.first]!;
    if (ordered) this.#scanBackOrdered(node, begin, middle, most);
    else this.#scanBack(node, begin, middle, most);
    if (this.#throughLeaves) this.#scanBack(node, middle, startInto[node + 1]!, most);
    if (!ordered) return;
    const { head, next } = this.#known.knownInto;
    for (let e = head[node]!; e >= 0; e = next[e]!) {
      const price = this.#costs.forwards(e);
      if (price >= 0) this.#relaxInto(this.#network.graph.from(e), node, place[e]!, price);
    }
  }

  #scanBack(node: number, begin: number, end: number, most: number): void {
    const back = this.#back;
    const { distance } = back;
    const potential = this.#potentials.of;
    const { from: ends, placeInto } = this.#edges;
    const prices = this.#prices.into;
    back.work += end - begin;
    const here = distance[node]! + potential[node]!;
    for (let i = begin; i < end; i++) {
      const from = ends[i]!;
      let price = prices[i]!;
      if (Number.isNaN(price)) {
        // An edge costs at least nothing, with potentials and without.
        if (distance[node]! > distance[from]! || here > distance[from]! + potential[from]!) continue;
        if (this.#isDear(placeInto[i]!, Math.min(most, distance[from]! + potential[from]!) - here)) continue;
        price = this.#ask(placeInto[i]!);
      }
      if (price < 0 || here + price > most) continue;
      if (here + price <= distance[from]! + potential[from]!) this.#relaxInto(from, node, placeInto[i]!, price);
    }
  }

  #scanBackOrdered(node: number, begin: number, end: number, farthest: number): void {
    const back = this.#back;
    const { distance } = back;
    const { from: ends, placeInto, edge } = this.#edges;
    const prices = this.#prices.into;
    const { order } = this.#prices.intoOrder;
    const here = distance[node]!;
    const most = farthest - here;
    let i = begin;
    for (; i < end; i++) {
      const at = order[i]!;
      let price = prices[at]!;
      if (Number.isNaN(price)) {
        if (this.#network.has(edge[placeInto[at]!]!) !== null) continue;
        price = this.#ask(placeInto[at]!);
      }
      if (price < 0 || price > most) {
        if (allDearer(price, most)) break;
        continue;
      }
      const from = ends[at]!;
      if (here + price <= distance[from]!) this.#relaxInto(from, node, placeInto[at]!, price);
    }
    back.work += i - begin + 1;
  }

  /** Takes the edge at a place when it shortens the way from a node, or leads on as cheaply. */
  #relaxInto(from: number, to: number, place: number, price: number): void {
    const { distance, done } = this.#back;
    if (from === this.#network.source) return;
    const reach = distance[to]! + (price - this.#potentials.of[from]! + this.#potentials.of[to]!);
    if (reach < distance[from]!) {
      if (done[from] === 1) return;
      this.#relaxBack(from, to, price);
      this.#onward.first(from, place);
    } else if (this.#plainCosts && reach === distance[from]! && this.#front.done[from] === 0) {
      this.#onward.also(from, place, this.#edges);
    }
  }

  #relaxBack(from: number, to: number, cost: number): void {
    const back = this.#back;
    if (back.done[from] === 1) return;
    const distance = back.distance[to]! + (cost - this.#potentials.of[from]! + this.#potentials.of[to]!);
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
      if (back.done[node] === 1 && back.distance[node]! < radius)
        this.#potentials.move(node, back.distance[node]! - radius);
    }
    const limit = this.distance - radius;
    for (let i = 0; i < front.count; i++) {
      const node = front.reached[i]!;
      if (front.distance[node]! >= limit) continue;
      if (back.done[node] === 1 && back.distance[node]! < radius) continue;
      this.#potentials.move(node, limit - front.distance[node]!);
    }
  }

  /** An edge costs something else from now on, until the next problem. */
  forget(edge: number): void {
    this.#prices.forget(this.#edges, this.#edges.place[edge] ?? NONE);
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
}
