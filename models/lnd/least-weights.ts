/**
 * What a hop adds at least to the weight of a way, for all amounts from a power of two on: the smallest fee and the shortest
 * time lock among the channels of its pair that can carry that much, Infinity where none can. One number a pair, in the order
 * in which a search looks at pairs; made when searches for such amounts have looked at as many pairs as the graph has, and
 * of no use after the graph has changed.
 */
import { BASE, DELTA, INBOUND, MAXIMUM, PPM, RECORD, type SearchGraph } from '../shared/search-graph.ts';
import { edgeWeight } from './expansion.ts';
import { outboundFee } from './fees.ts';

/** Classes of amounts that are kept here; lnd has none. */
const CLASSES = 8;

interface AmountClass {
  /** A power of two, msat. */
  fromMsat: number;
  version: number;
  /** Pairs looked at for this class. */
  looked: number;
  usedAt: number;
  weights: Float64Array;
  isMade: boolean;
}

export class LeastWeights {
  readonly #graph: SearchGraph;
  readonly #classes: AmountClass[] = [];
  #uses = 0;
  #now: AmountClass | null = null;

  constructor(graph: SearchGraph) {
    this.#graph = graph;
  }

  /** By pair, for amounts that are no less; null while it is not worth while. */
  of(amountMsat: number): Float64Array | null {
    let fromMsat = 1;
    while (2 * fromMsat <= amountMsat) fromMsat *= 2;
    const one = this.#classOf(fromMsat);
    this.#now = one;
    one.usedAt = ++this.#uses;
    if (one.version !== this.#graph.version) {
      one.version = this.#graph.version;
      one.looked = 0;
      one.isMade = false;
    }
    if (one.isMade) return one.weights;
    if (one.looked < this.#graph.from.length) return null;
    this.#make(one);
    return one.weights;
  }

  /** The search that asked last looked at so many pairs. */
  looked(pairs: number): void {
    if (this.#now !== null) this.#now.looked += pairs;
  }

  #classOf(fromMsat: number): AmountClass {
    const classes = this.#classes;
    const found = classes.find((one) => one.fromMsat === fromMsat);
    if (found !== undefined) return found;
    if (classes.length < CLASSES) {
      const one = { fromMsat, version: -1, looked: 0, usedAt: 0, weights: new Float64Array(0), isMade: false };
      classes.push(one);
      return one;
    }
    const oldest = classes.reduce((a, b) => (b.usedAt < a.usedAt ? b : a));
    oldest.fromMsat = fromMsat;
    oldest.version = -1;
    return oldest;
  }

  #make(one: AmountClass): void {
    const { edgeStart, records, from } = this.#graph;
    if (one.weights.length < from.length) one.weights = new Float64Array(from.length);
    const { weights, fromMsat } = one;
    for (let pair = 0; pair < from.length; pair++) {
      const end = RECORD * edgeStart[pair + 1]!;
      let least = Infinity;
      for (let at = RECORD * edgeStart[pair]!; at < end; at += RECORD) {
        if (records[at + MAXIMUM]! < fromMsat) continue;
        // An inbound fee may be a discount.
        const fee = records[at + INBOUND] === 0 ? outboundFee(fromMsat, records[at + BASE]!, records[at + PPM]!) : 0;
        const weight = edgeWeight(fromMsat, fee, records[at + DELTA]!);
        if (weight < least) least = weight;
      }
      weights[pair] = least;
    }
    one.isMade = true;
  }
}
