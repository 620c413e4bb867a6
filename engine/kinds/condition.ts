/**
 * A condition of a conditional event: the same language as an expectation, evaluated many times. The expression is parsed
 * once; each evaluation sees the view of its own instant.
 */
import { EvaluationError } from '@marcbachmann/cel-js';
import {
  BadArgument,
  type ExpectationView,
  expectationContext,
  expectationEnvironment,
} from './expectation-environment.ts';
import { prepareSource } from './expectation-source.ts';

export class Condition {
  readonly #evaluate: (context: object) => unknown;
  /** The view of the evaluation that goes on. */
  #view: ExpectationView | null = null;

  /** `source` has passed checkExpectation. */
  constructor(source: string) {
    const prepared = prepareSource(source);
    if (!prepared.ok) throw new Error(`not validated: ${prepared.message}`);
    const now = (): ExpectationView => {
      if (this.#view === null) throw new Error('a condition is evaluated at an instant');
      return this.#view;
    };
    const program = expectationEnvironment({
      get timeUs() {
        return now().timeUs;
      },
      chain: () => now().chain(),
      payments: (pattern) => now().payments(pattern),
      p95Time: (pattern) => now().p95Time(pattern),
      channel: (name) => now().channel(name),
      node: (name) => now().node(name),
      invoice: (name) => now().invoice?.(name) ?? null,
      figure: (behaviour, figure) => now().figure?.(behaviour, figure) ?? null,
    }).parse(prepared.text);
    this.#evaluate = (context) => program(context as never);
  }

  /** Whether it is true at the instant of the view. What cannot be evaluated is not; other errors are passed on. */
  async holds(view: ExpectationView): Promise<boolean> {
    this.#view = view;
    try {
      return (await this.#evaluate({ ...(await expectationContext(view)) })) === true;
    } catch (error) {
      if (error instanceof EvaluationError || error instanceof BadArgument) return false;
      throw error;
    }
  }
}
