/**
 * What was made of files by an earlier compilation. A sweep compiles one scenario for every cell, and a graph or a state
 * of tens of thousands of channels takes longer to read than to play. Whoever hands it in sees to it that the files stay
 * the same.
 */
export class ParsedFiles {
  readonly #made: Map<string, unknown> = new Map();

  /** What `make` gives, or gave under this key before. */
  once<T>(key: string, make: () => T): T {
    if (!this.#made.has(key)) this.#made.set(key, make());
    return this.#made.get(key) as T;
  }
}
