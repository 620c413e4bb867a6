/** The expectations of a run: which is next, what each has come to, and how a snapshot keeps that. */
import type { ExpectationState } from '../snapshot/document.ts';
import type { PlannedExpectation } from '../timeline/timeline.ts';
import type { ExpectationResult } from './run-contract.ts';

export class Expectations {
  readonly #all: readonly PlannedExpectation[];
  /** Those with a time of their own, in order of time and then of the file. */
  readonly #timed: readonly PlannedExpectation[];
  readonly #results = new Map<PlannedExpectation, ExpectationResult>();
  #next = 0;

  constructor(all: readonly PlannedExpectation[]) {
    this.#all = all;
    this.#timed = all
      .filter(({ atEnd }) => !atEnd)
      .map((expectation, index) => ({ expectation, index }))
      .sort((a, b) => a.expectation.atUs - b.expectation.atUs || a.index - b.index)
      .map(({ expectation }) => expectation);
  }

  /** Instant of the next one, µs; Infinity when there is none. */
  get nextUs(): number {
    return this.#timed[this.#next]?.atUs ?? Number.POSITIVE_INFINITY;
  }

  /** The next one, which is then over. */
  take(): PlannedExpectation | undefined {
    return this.#timed[this.#next++];
  }

  /** Those for the end, in the order of the file. */
  get atEnd(): readonly PlannedExpectation[] {
    return this.#all.filter(({ atEnd }) => atEnd);
  }

  note(expectation: PlannedExpectation, result: { readonly passed: boolean; readonly measured: string }): void {
    const { passed, measured } = result;
    this.#results.set(expectation, { ...described(expectation), status: passed ? 'passed' : 'failed', measured });
  }

  /** All results, in the order of the file. */
  results(): readonly ExpectationResult[] {
    const skipped = { status: 'skipped', measured: 'the run ended before' } as const;
    return this.#all.map((one) => this.#results.get(one) ?? { ...described(one), ...skipped });
  }

  /** Results so far of those with a time. */
  capture(): readonly ExpectationState[] {
    return [...this.#results.entries()].flatMap(([{ atEnd, atUs, that, message }, { status, measured }]) =>
      atEnd ? [] : [{ at_us: atUs, measured, message, status, that }],
    );
  }

  /** Takes over what capture wrote at an instant, µs. */
  restore(states: readonly ExpectationState[], nowUs: number): void {
    const left = [...states];
    for (const expectation of this.#timed) {
      const { atUs, that, message } = expectation;
      const at = left.findIndex((one) => one.at_us === atUs && one.that === that && one.message === message);
      const [found] = at < 0 ? [] : left.splice(at, 1);
      if (found === undefined) continue;
      const status = found.status as ExpectationResult['status'];
      this.#results.set(expectation, { ...described(expectation), status, measured: found.measured });
    }
    const isPast = (one: PlannedExpectation): boolean =>
      one.atUs < nowUs || (one.atUs === nowUs && this.#results.has(one));
    while (this.#next < this.#timed.length && isPast(this.#timed[this.#next] as PlannedExpectation)) this.#next++;
  }
}

function described(
  expectation: PlannedExpectation,
): Pick<ExpectationResult, 'that' | 'message' | 'line' | 'column' | 'atUs'> {
  const { that, message, line, column, atEnd, atUs } = expectation;
  return { that, message, line, column, ...(atEnd ? {} : { atUs }) };
}
