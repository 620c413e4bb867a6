/**
 * What a unit costs over each edge, as far as somebody asked: the same from search to search as long as the question is the same,
 * but for edges of which a request knows something or that carry flow. Keeps the prices of the last questions; decides nothing.
 */
import type { PairIndex } from '../../engine/simulate/node-model.ts';
import type { PublicEdges } from './public-edges.ts';
import type { SenderNetwork } from './sender-network.ts';

/** What prices of public edges depend on, the graph aside. */
export interface PriceQuestion {
  readonly amountMsat: number;
  readonly delayFactor: number;
  readonly mu: number;
  /** What makes probability costs comparable with fees. */
  readonly k: number;
}

/** Questions whose prices are kept here. */
const KEPT = 4;

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
  /** Places whose price is only this request's. */
  readonly #own: number[] = [];

  /** Forgets everything; `edges` is what there is now. */
  clear(edges: PublicEdges): void {
    const count = edges.edge.length;
    if (this.out.length !== count) {
      this.out = new Float64Array(count);
      this.into = new Float64Array(count);
    }
    this.out.fill(Number.NaN);
    this.into.fill(Number.NaN);
    this.#own.length = 0;
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
  readonly #kept: EdgePrices[] = [];
  #last: EdgePrices | null = null;
  #uses = 0;

  constructor(network: SenderNetwork, edges: PublicEdges) {
    this.#network = network;
    this.#edges = edges;
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
    let oldest: EdgePrices | null = null;
    for (const kept of this.#kept) {
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
    if (oldest === null || this.#kept.length < KEPT) {
      oldest = new EdgePrices();
      this.#kept.push(oldest);
    }
    Object.assign(oldest, { question, minCapacityMsat, pairs, changes: graph.changes, usedAt: this.#uses });
    oldest.clear(this.#edges);
    return oldest;
  }
}

function same(a: PriceQuestion, b: PriceQuestion): boolean {
  return a.amountMsat === b.amountMsat && a.delayFactor === b.delayFactor && a.mu === b.mu && a.k === b.k;
}
