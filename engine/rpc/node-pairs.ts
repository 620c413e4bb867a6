/** Pairs of nodes, the same in either order. */

export class NodePairs {
  readonly #pairs = new Map<string, readonly [number, number]>();

  has(a: number, b: number): boolean {
    return this.#pairs.has(this.#key(a, b));
  }

  add(a: number, b: number): void {
    this.#pairs.set(this.#key(a, b), [Math.min(a, b), Math.max(a, b)]);
  }

  delete(a: number, b: number): void {
    this.#pairs.delete(this.#key(a, b));
  }

  /** The others of the pairs that a node is in. */
  of(node: number): readonly number[] {
    return this.list().flatMap(([a, b]) => (a === node ? [b] : b === node ? [a] : []));
  }

  list(): readonly (readonly [number, number])[] {
    return [...this.#pairs.values()];
  }

  #key(a: number, b: number): string {
    return `${Math.min(a, b)}-${Math.max(a, b)}`;
  }
}
