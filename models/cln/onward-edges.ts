/**
 * Edges by which the search backwards came to a node as cheaply as it did: the first steps of all ways from there that are as short
 * as the one that it found, parallel edges aside. Only keeps them; a search reads `head` by node, `next` and `place` by number.
 */
import { NONE } from './edge-lists.ts';
import { grown } from './grown.ts';
import type { PublicEdges } from './public-edges.ts';

export class OnwardEdges {
  /** Counts once the search has labelled the node. */
  head: Int32Array = new Int32Array(0);
  next: Int32Array = new Int32Array(64);
  /** Places among the public edges. */
  place: Int32Array = new Int32Array(64);
  #count = 0;

  room(nodes: number): void {
    this.head = new Int32Array(nodes);
  }

  /** Forgets all; from the destination nothing leads on. */
  begin(destination: number): void {
    this.#count = 0;
    this.head[destination] = NONE;
  }

  /** The node has got a label, by this edge. */
  first(node: number, place: number): void {
    this.head[node] = NONE;
    this.#add(node, place);
  }

  /** Another edge leads on as cheaply. Parallel edges come one after the other; of those the first one counts. */
  also(node: number, place: number, { edge, to }: PublicEdges): void {
    const newest = this.head[node]!;
    if (newest === NONE || to[this.place[newest]!] !== to[place]) this.#add(node, place);
    else if (edge[place]! < edge[this.place[newest]!]!) this.place[newest] = place;
  }

  #add(node: number, place: number): void {
    const number = this.#count++;
    if (number === this.next.length) {
      this.next = grown(this.next, 2 * number);
      this.place = grown(this.place, 2 * number);
    }
    this.place[number] = place;
    this.next[number] = this.head[node]!;
    this.head[node] = number;
  }
}
