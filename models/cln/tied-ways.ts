/**
 * Ways to nodes that are as short as the one that a search keeps: whether a way is the only cheapest one. Told of ties while
 * the search goes on; asked afterwards.
 */
import { grown } from './grown.ts';

export class TiedWays {
  /** Head by node; next, and the node before, by number. */
  head: Int32Array = new Int32Array(0);
  #next: Int32Array = new Int32Array(64);
  #from: Int32Array = new Int32Array(64);
  #count = 0;
  #visited: Int32Array = new Int32Array(0);
  #visit = 0;
  readonly #stack: number[] = [];

  room(nodes: number): void {
    this.head = new Int32Array(nodes);
    this.#visited = new Int32Array(nodes);
  }

  /** Forgets all; the head of a node counts once the search has set it to −1, when it reaches the node. */
  begin(): void {
    this.#count = 0;
  }

  /** `from` leads to the node as cheaply as the node before it on the way that is kept. */
  add(node: number, from: number): void {
    if (this.#count === this.#next.length) {
      this.#next = grown(this.#next, 2 * this.#count);
      this.#from = grown(this.#from, 2 * this.#count);
    }
    this.#from[this.#count] = from;
    this.#next[this.#count] = this.head[node]!;
    this.head[node] = this.#count++;
  }

  /**
   * True when no other way from the source costs as little as the one that was found, parallel channels aside.
   * @param before the node before one on the way that is kept
   */
  unique(source: number, destination: number, before: (node: number) => number): boolean {
    if (this.#count === 0) return true;
    for (let node = destination; node !== source; node = before(node)) {
      for (let t = this.head[node]!; t >= 0; t = this.#next[t]!) {
        if (this.#comesFrom(source, this.#from[t]!, node, before)) return false;
      }
    }
    return true;
  }

  /** True when a cheapest way leads from the source to a node and not over another one. */
  #comesFrom(source: number, node: number, around: number, before: (node: number) => number): boolean {
    const visit = ++this.#visit;
    const stack = this.#stack;
    stack.length = 0;
    this.#visited[around] = visit;
    stack.push(node);
    while (stack.length > 0) {
      const at = stack.pop()!;
      if (at === source) return true;
      if (this.#visited[at] === visit) continue;
      this.#visited[at] = visit;
      stack.push(before(at));
      for (let t = this.head[at]!; t >= 0; t = this.#next[t]!) stack.push(this.#from[t]!);
    }
    return false;
  }
}
