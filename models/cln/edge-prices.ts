/**
 * What a unit costs over each edge, as far as somebody asked: the same from search to search as long as the question is the same,
 * but for edges of which a request knows something or that carry flow. Keeps the prices of the last questions; decides nothing.
 */
import type { PairIndex } from '../../engine/simulate/node-model.ts';
import { PriceOrder } from './price-order.ts';
import type { PublicEdges } from './public-edges.ts';
import type { SenderNetwork } from './sender-network.ts';

/** What edges cost. Whole numbers. */
export interface ArcCosts {
  /** Cost of another unit over an edge; negative when the edge has no room. */
  forwards(edge: number): number;
  /** What a unit that flows over an edge costs. */
  backwards(edge: number): number;
  /** What the public edge at a place costs whoever asks; null where edges need not be put in order. */
  readonly publicly: ((place: number) => number) | null;
  /** What it costs whoever asks at least, found out in less time; negative when it has no room. */
  least(place: number): number;
}

/** What prices of public edges depend on, the graph aside. */
export interface PriceQuestion {
  readonly amountMsat: number;
  readonly delayFactor: number;
  readonly mu: number;
  /** What makes probability costs comparable with fees. */
  readonly k: number;
}

/** Questions whose prices are kept here; those with another mu come once in a while, one after the other, and share one place. */
const KEPT = 4;
/** cln:plugins/askrene/child/mcf.c:linear_routes: mu of the first try. */
const FIRST_MU = 1;

/** Prices of edges; NaN where nobody asked, negative where an edge has no room. */
export class EdgePrices {
  /** By place, and in the order of the edges that lead into nodes. */
  out: Float64Array = new Float64Array(0);
  into: Float64Array = new Float64Array(0);
  question: PriceQuestion = { amountMsat: -1, delayFactor: -1, mu: -1, k: -1 };
  minCapacityMsat = -1;
  pairs: PairIndex | null = null;
  changes = -1;
  usedAt = 0;
  /** Edges that leave a node, and those that lead into it, the cheap ones first. Made by `orders`. */
  readonly outOrder: PriceOrder = new PriceOrder();
  readonly intoOrder: PriceOrder = new PriceOrder();
  #hasOrders = false;
  /** Places whose price is only this request's. */
  readonly #own: number[] = [];

  /**
   * Forgets everything; `edges` is what there is now.
   * @param fill writes prices of public edges by place as far as that takes no time
   */
  clear(edges: PublicEdges, fill: ((out: Float64Array) => void) | null): void {
    const count = edges.edge.length;
    if (this.out.length !== count) {
      this.out = new Float64Array(count);
      this.into = new Float64Array(count);
    }
    this.out.fill(Number.NaN);
    this.into.fill(Number.NaN);
    if (fill !== null) {
      fill(this.out);
      for (let i = 0; i < count; i++) this.into[i] = this.out[edges.placeInto[i]!]!;
    }
    this.#own.length = 0;
    this.#hasOrders = false;
  }

  /** Makes room for the orders, unless they are in use. */
  orders(edges: PublicEdges): void {
    if (this.#hasOrders) return;
    this.#hasOrders = true;
    this.outOrder.clear(edges.leaves.length, edges.edge.length);
    this.intoOrder.clear(edges.leaves.length, edges.edge.length);
  }

  /** The edge at a place (−1: none) costs something else from now on, and as before after the next `release`. */
  forget(edges: PublicEdges, place: number): void {
    if (place < 0) return;
    this.out[place] = Number.NaN;
    this.into[edges.into[place]!] = Number.NaN;
    this.#own.push(place);
  }

  /** The request is over. The graph must be the same as when places were forgotten, or `clear` must follow. */
  release(edges: PublicEdges): void {
    for (const place of this.#own) {
      this.out[place] = Number.NaN;
      this.into[edges.into[place]!] = Number.NaN;
    }
    this.#own.length = 0;
  }
}

export class PriceTables {
  readonly #network: SenderNetwork;
  readonly #edges: PublicEdges;
  readonly #fill: ((out: Float64Array) => void) | null;
  readonly #kept: EdgePrices[] = [];
  readonly #retry = new EdgePrices();
  #last: EdgePrices | null = null;
  #uses = 0;

  /** @param fill writes prices of public edges by place as far as that takes no time */
  constructor(network: SenderNetwork, edges: PublicEdges, fill: ((out: Float64Array) => void) | null) {
    this.#network = network;
    this.#edges = edges;
    this.#fill = fill;
  }

  /** Prices for a question, with what the request that is loaded knows of edges of its own. */
  for(question: PriceQuestion): EdgePrices {
    const network = this.#network;
    const edges = this.#edges;
    const pairs = network.graph.pairsInto();
    if (this.#last !== null && this.#last.pairs === pairs) this.#last.release(edges);
    const prices = this.#find(question, pairs);
    this.#last = prices;
    for (let i = 0; i < network.slotCount; i++) prices.forget(edges, edges.place[network.slotAt(i).edge] ?? -1);
    return prices;
  }

  #find(question: PriceQuestion, pairs: PairIndex): EdgePrices {
    const { graph, minCapacityMsat } = this.#network;
    this.#uses++;
    const isRetry = question.mu !== FIRST_MU;
    let oldest: EdgePrices | null = null;
    for (const kept of isRetry ? [this.#retry] : this.#kept) {
      if (
        same(kept.question, question) &&
        kept.minCapacityMsat === minCapacityMsat &&
        kept.pairs === pairs &&
        kept.changes === graph.changes
      ) {
        kept.usedAt = this.#uses;
        return kept;
      }
      if (oldest === null || kept.usedAt < oldest.usedAt) oldest = kept;
    }
    if (oldest === null || (!isRetry && this.#kept.length < KEPT)) {
      oldest = new EdgePrices();
      this.#kept.push(oldest);
    }
    Object.assign(oldest, { question, minCapacityMsat, pairs, changes: graph.changes, usedAt: this.#uses });
    oldest.clear(this.#edges, this.#fill);
    return oldest;
  }
}

function same(a: PriceQuestion, b: PriceQuestion): boolean {
  return a.amountMsat === b.amountMsat && a.delayFactor === b.delayFactor && a.mu === b.mu && a.k === b.k;
}
