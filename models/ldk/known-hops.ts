/**
 * Hops with channels of which a payer knows something: what they cost at least is the payer's own. Read from its scorer once a
 * search; the marks of others are told apart by number.
 */
import type { SearchGraph } from '../shared/search-graph.ts';
import type { Scorer } from './scorer.ts';

export class KnownHops {
  /** Pairs with such channels that do not lead to a leaf, their ends, and the next one with the same beginning, −1 at the end. */
  readonly pairs: number[] = [];
  readonly to: number[] = [];
  readonly next: number[] = [];
  /** Channels of which something is known. */
  channels: ReadonlyMap<number, unknown> = new Map();

  readonly #graph: SearchGraph;
  #payer = 0;
  #marked = new Int32Array(0);
  #entered = new Int32Array(0);
  #left = new Int32Array(0);
  #first = new Int32Array(0);

  constructor(graph: SearchGraph) {
    this.#graph = graph;
  }

  /** Reads what a payer knows. */
  of(scorer: Scorer): void {
    const { pairOf, from, outOf, to, leaf } = this.#graph;
    if (this.#marked.length < from.length) this.#marked = new Int32Array(from.length);
    if (this.#first.length < leaf.length) {
      this.#entered = new Int32Array(leaf.length);
      this.#left = new Int32Array(leaf.length);
      this.#first = new Int32Array(leaf.length);
    }
    const payer = ++this.#payer;
    this.channels = scorer.known;
    this.pairs.length = 0;
    this.to.length = 0;
    this.next.length = 0;
    for (const channel of scorer.known.keys()) {
      for (let edge = 2 * channel; edge <= 2 * channel + 1; edge++) {
        const pair = pairOf[edge] ?? -1;
        if (pair < 0 || this.#marked[pair] === payer) continue;
        this.#marked[pair] = payer;
        const place = outOf[pair]!;
        if (place < 0) continue;
        const node = from[pair]!;
        this.next.push(this.firstOut(node));
        this.#left[node] = payer;
        this.#first[node] = this.pairs.length;
        this.pairs.push(pair);
        this.to.push(to[place]!);
        this.#entered[to[place]!] = payer;
      }
    }
  }

  /** Whether one of the channels of a pair is known. */
  has(pair: number): boolean {
    return this.#marked[pair] === this.#payer;
  }

  /** Whether one of the pairs leads to a node. */
  into(node: number): boolean {
    return this.#entered[node] === this.#payer;
  }

  /** Number of the first pair that leaves a node, −1 for none. */
  firstOut(node: number): number {
    return this.#left[node] === this.#payer ? this.#first[node]! : -1;
  }
}
