/** The draws by weight that all nodes share, in batches: which they are does not depend on who gets them. */
import type { ChaCha8 } from './chacha8.ts';
import { WeightedIndex } from './weighted-index.ts';

const BATCH = 256;

export class WeightedDraws {
  readonly #index: WeightedIndex;
  readonly #random: ChaCha8;
  readonly #batch = new Int32Array(BATCH);
  #taken = BATCH;

  constructor(weights: ArrayLike<number>, random: ChaCha8) {
    this.#index = new WeightedIndex(weights);
    this.#random = random;
  }

  /** The index that is drawn next. */
  next(): number {
    if (this.#taken === BATCH) {
      for (let i = 0; i < BATCH; i++) this.#batch[i] = this.#index.draw(this.#random);
      this.#taken = 0;
    }
    return this.#batch[this.#taken++] as number;
  }
}
