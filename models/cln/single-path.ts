/**
 * The cheapest single path for an amount: Dijkstra's algorithm from the sender forwards, every channel priced for the whole
 * amount without the fees of those behind it. Taken for small amounts, and where one part is all that is allowed.
 *
 * cln:plugins/askrene/child/mcf.c:single_path_flow, init_linear_network_single_path;
 * cln:plugins/askrene/child/algorithm.c:dijkstra_path. Among equally far nodes the lower one goes first.
 */
import { exp, log } from '../../engine/base/math.ts';
import { NodeHeap } from '../shared/node-heap.ts';
import { combinedCost, TINY_PROBABILITY_COST } from './arc-costs.ts';
import { roundedDown, roundedUp } from './fp16.ts';
import { OutEdges } from './out-edges.ts';
import { select } from './selection.ts';
import type { SenderNetwork } from './sender-network.ts';

const NONE = -1;
/** A probability at which the cost is TINY_PROBABILITY_COST; near to it the logarithm is asked (the nearness is chosen here). */
const NEARLY_CERTAIN = exp(-TINY_PROBABILITY_COST);
const NEAR = 1e-9;

export class SinglePath {
  readonly #network: SenderNetwork;
  readonly #out: OutEdges = new OutEdges();
  #amountMsat = 0;
  #mu = 0;
  #delayFactor = 0;
  #k = 1;
  #values: Float64Array = new Float64Array(0);
  #fees: Float64Array = new Float64Array(0);

  #distance!: Float64Array;
  #by!: Int32Array;
  #done!: Uint8Array;
  #heap!: NodeHeap;
  #reached!: Int32Array;
  #reachedCount = 0;

  constructor(network: SenderNetwork) {
    this.#network = network;
    this.#resize(0);
  }

  /** What the path that was found last costs. */
  distance = 0;

  /**
   * Edges from one node to another; null when there is no such path.
   * @param avoid a node that the path must not touch, −1 for none
   */
  find(
    source: number,
    destination: number,
    amountMsat: number,
    mu: number,
    delayFactor: number,
    avoid: number,
  ): number[] | null {
    const network = this.#network;
    const { graph } = network;
    this.#out.refresh(graph);
    this.#amountMsat = amountMsat;
    this.#mu = mu;
    this.#delayFactor = delayFactor;
    this.#k = this.#medianRatio();
    this.#reset();
    if (avoid >= 0) this.#done[avoid] = 1;
    this.#label(source, 0, NONE);
    const { start, edge: out } = this.#out;
    let found: number[] | null = null;
    while (this.#heap.length > 0 && found === null) {
      const node = this.#heap.pop();
      this.#done[node] = 1;
      if (node === destination) {
        this.distance = this.#distance[node] as number;
        found = this.#unravel(source, destination);
      } else if (node === network.source) {
        const own = network.ownEdges();
        for (let i = 0; i < network.ownEdgeCount(); i++) this.#relax(node, own[i] as number);
      } else {
        const end = start[node + 1] as number;
        for (let i = start[node] as number; i < end; i++) this.#relax(node, out[i] as number);
      }
    }
    if (avoid >= 0) this.#done[avoid] = 0;
    return found;
  }

  #relax(from: number, edge: number): void {
    const to = this.#network.graph.to(edge);
    if (this.#done[to] === 1) return;
    const chance = this.#probability(edge);
    if (chance <= 0) return;
    const cost = combinedCost(this.#feeCost(edge), -log(chance), this.#mu, this.#k, this.#network.bias(edge));
    const distance = (this.#distance[from] as number) + cost;
    if (distance < (this.#distance[to] as number)) this.#label(to, distance, edge);
  }

  #feeCost(edge: number): number {
    const network = this.#network;
    return Math.trunc(network.fee(edge, this.#amountMsat) + this.#delayFactor * network.cltvDelta(edge));
  }

  /** pickhardt_richter_probability of the whole amount; 0 for edges that path finding may not use. */
  #probability(edge: number): number {
    const network = this.#network;
    const amount = this.#amountMsat;
    if (!network.usable(edge)) return 0;
    const minHtlc = network.minHtlc(edge);
    if (amount < minHtlc && amount < roundedDown(minHtlc)) return 0;
    const maxHtlc = network.maxHtlc(edge);
    if (amount > maxHtlc && amount > roundedUp(maxHtlc)) return 0;
    const most = network.most(edge);
    if (amount > most) return 0;
    const least = Math.min(network.least(edge), most);
    // It is preferable to work on 1 msat past the known bound.
    const states = most + 1 - least;
    return amount < least ? 1 : (states - (amount - least)) / states;
  }

  /** get_median_ratio; the costs of probabilities are in the reverse order of these. */
  #medianRatio(): number {
    const { graph } = this.#network;
    const all = this.#out.edge;
    const values = this.#room(all.length + this.#network.ownEdgeCount());
    let n = 0;
    let tiny = 0;
    const take = (edge: number): void => {
      const chance = this.#probability(edge);
      if (chance <= 0) return;
      values[n++] = chance;
      const difference = chance - NEARLY_CERTAIN;
      const near = difference < NEAR && difference > -NEAR;
      if (near ? -log(chance) < TINY_PROBABILITY_COST : difference > 0) tiny++;
    };
    for (let i = 0; i < all.length; i++) take(all[i] as number);
    const own = this.#network.ownEdges();
    for (let i = 0; i < this.#network.ownEdgeCount(); i++)
      if (graph.known[own[i] as number] !== 1) take(own[i] as number);
    const middle = n >> 1;
    if (n === 0 || tiny > middle) return 1;
    const chance = select(values, n, n - 1 - middle);
    return select(this.#fees, this.#collectFees(), middle) / -log(chance);
  }

  #collectFees(): number {
    const { graph } = this.#network;
    let n = 0;
    const take = (edge: number): void => {
      if (this.#probability(edge) > 0) this.#fees[n++] = this.#feeCost(edge);
    };
    for (const edge of this.#out.edge) take(edge);
    const own = this.#network.ownEdges();
    for (let i = 0; i < this.#network.ownEdgeCount(); i++)
      if (graph.known[own[i] as number] !== 1) take(own[i] as number);
    return n;
  }

  #room(edges: number): Float64Array {
    if (this.#values.length < edges) {
      this.#values = new Float64Array(2 * edges);
      this.#fees = new Float64Array(2 * edges);
    }
    return this.#values;
  }

  #label(node: number, distance: number, edge: number): void {
    if (this.#distance[node] === Infinity) this.#reached[this.#reachedCount++] = node;
    this.#distance[node] = distance;
    this.#by[node] = edge;
    this.#heap.pushOrFix(node);
  }

  #unravel(source: number, destination: number): number[] {
    const path: number[] = [];
    for (let node = destination; node !== source; ) {
      const edge = this.#by[node] as number;
      path.push(edge);
      node = this.#network.graph.from(edge);
    }
    return path.reverse();
  }

  #reset(): void {
    for (let i = 0; i < this.#reachedCount; i++) {
      const node = this.#reached[i] as number;
      this.#distance[node] = Infinity;
      this.#done[node] = 0;
    }
    this.#reachedCount = 0;
    this.#heap.clear();
    if (this.#network.graph.nodeCount > this.#distance.length) this.#resize(this.#network.graph.nodeCount);
  }

  #resize(nodes: number): void {
    this.#distance = new Float64Array(nodes).fill(Infinity);
    this.#by = new Int32Array(nodes);
    this.#done = new Uint8Array(nodes);
    this.#reached = new Int32Array(nodes);
    this.#heap = new NodeHeap(this.#distance);
    this.#reachedCount = 0;
  }
}
