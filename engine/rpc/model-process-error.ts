/**
 * How a run ends that a model process has failed. In a file of its own, so that whoever asks for the class need not load
 * what speaks the protocol.
 */

/** A model process is gone, silent, or answered something that is no answer (E808). */
export class ModelProcessError extends Error {
  override readonly name = 'ModelProcessError';

  /** @param told model, question, node, virtual time and reason */
  constructor(told: string) {
    super(`E808 ${told}`);
  }
}
