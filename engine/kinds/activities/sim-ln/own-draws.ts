/**
 * What each node draws from its own generator: for each payment a waiting time and what its amount is made of, in turns. Which
 * they are does not depend on what becomes of them, so they are drawn in batches.
 */
import type { ChaCha8 } from './chacha8.ts';
import { standardExponential, standardNormal } from './ziggurat.ts';

/** Payments of a batch. */
const BATCH = 16;

export class OwnDraws {
  /** Two for each payment of each node's batch: exponential with mean 1, and standard normal. */
  readonly values: Float64Array;
  readonly #generators: readonly ChaCha8[];
  /** Payments of the batch that were taken. */
  readonly #taken: Uint8Array;

  constructor(generators: readonly ChaCha8[]) {
    this.values = new Float64Array(2 * BATCH * generators.length);
    this.#generators = generators;
    this.#taken = new Uint8Array(generators.length).fill(BATCH);
  }

  /** Draws for a node's next payment: where among the values its two are. */
  next(node: number): number {
    let taken = this.#taken[node] as number;
    if (taken === BATCH) {
      this.#draw(node);
      taken = 0;
    }
    this.#taken[node] = taken + 1;
    return 2 * (BATCH * node + taken);
  }

  #draw(node: number): void {
    const random = this.#generators[node] as ChaCha8;
    const { values } = this;
    const end = 2 * BATCH * (node + 1);
    for (let at = end - 2 * BATCH; at < end; at += 2) {
      values[at] = standardExponential(random);
      values[at + 1] = standardNormal(random);
    }
  }
}
