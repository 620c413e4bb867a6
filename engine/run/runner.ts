/**
 * Plays a timeline on a backend and reports what happened.
 *
 * The rows are walked in their total order: the backend lets happen what is due before a row, then the row is applied.
 * After the last row time goes on to the end of the run, and then the run DRAINS: payments still in flight get up to
 * five more virtual minutes (DRAIN_US, in steps of one second) to resolve, in which no row is played and no block is
 * mined; what is unresolved then is pending. Expectations for the end are evaluated after that. A run that is cut
 * short by `until` is not drained: it shows the state at that instant.
 *
 * Must not touch a file, a stream or the machine's clock: sinks and clock are handed in.
 */

import type { Awaitable, Backend } from '../backends/backend.ts';
import type { Json } from '../base/json.ts';
import { evaluateExpectation } from '../kinds/expectation.ts';
import type { EventKind } from '../kinds/kind.ts';
import type { PlannedExpectation, Timeline } from '../timeline/timeline.ts';
import { PHASE } from '../timeline/timeline.ts';
import type { Trace } from './fingerprints.ts';
import { type RunState, startRun } from './machine.ts';
import { FanOut, type RunObserver } from './observers.ts';
import { type Pace, Pacer, type WallClock } from './pacing.ts';
import { PaymentBook } from './payment-book.ts';
import { type Checkpoint, RecordDigest, runDigest } from './record-digest.ts';
import { asRunFailure, RunFailure } from './run-failure.ts';
import { RunView } from './run-view.ts';

/** Longest time beyond the end in which payments in flight may resolve, µs. */
export const DRAIN_US = 300_000_000;
const DRAIN_STEP_US = 1_000_000;

/** Events that a backend works off before progress and signals get their turn. */
const SLICE_EVENTS = 50_000;
/** Rows between two looks at the clock. */
const SLICE_ROWS = 64;
/** Wall time after which signals get their turn, and between two reports of progress; ms. */
const YIELD_MS = 40;
const PROGRESS_MS = 100;

/** Pauses and resumes a run from outside. */
export class PauseControl {
  #listener: ((paused: boolean) => void) | null = null;

  pause(): void {
    this.#listener?.(true);
  }

  resume(): void {
    this.#listener?.(false);
  }

  /** Used by the run that is controlled. */
  attach(listener: ((paused: boolean) => void) | null): void {
    this.#listener = listener;
  }
}

export interface RunProgress {
  readonly state: RunState;
  /** Virtual time reached and the end of the run, µs. */
  readonly virtualUs: number;
  readonly endUs: number;
  readonly records: number;
  readonly paymentsStarted: number;
  readonly paymentsResolved: number;
  readonly wallMs: number;
}

export interface ExpectationResult {
  readonly that: string;
  readonly message: string;
  /** Instant of the check, µs; absent for the end of the run. */
  readonly atUs?: number;
  readonly line: number;
  readonly column: number;
  /** `skipped`: the run ended before. */
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly measured: string;
}

export interface RunInput {
  readonly timeline: Timeline;
  /** SHA-256 of the timeline; becomes part of the run digest. */
  readonly timelineDigest: string;
  readonly backend: Backend;
  /** Behaviour of the actions, by the name of their kind. */
  readonly kinds: { get(kind: string): Pick<EventKind, 'apply'> | undefined };
  /** Whoever watches, called after the run's own bookkeeping. */
  readonly observers?: readonly RunObserver[];
  readonly pace?: Pace;
  /** Stops the clock here, µs, when that is before the end of the scenario. */
  readonly until?: number;
  /** Asks the run to stop at the present instant. */
  readonly stop?: AbortSignal;
  readonly pause?: PauseControl;
  readonly clock: WallClock;
  readonly onProgress?: (progress: RunProgress) => void;
}

export interface RunResult {
  readonly state: 'completed' | 'failed' | 'aborted';
  readonly failure: RunFailure | null;
  /** Whether the whole scenario was played: completed and not cut short. */
  readonly whole: boolean;
  /** Virtual time at which the timeline ended or was stopped, and after draining; µs. */
  readonly endUs: number;
  readonly drainedUs: number;
  readonly records: number;
  readonly recordsDigest: string;
  /** Null when the backend could not tell its state any more. */
  readonly stateDigest: string | null;
  readonly runDigest: string | null;
  readonly checkpoints: readonly Checkpoint[];
  readonly trace: Trace;
  readonly expectations: readonly ExpectationResult[];
  readonly book: PaymentBook;
  readonly backendMetrics: { readonly [key: string]: Json };
  /** Wall times, ms: building the network, and everything after it without pauses. */
  readonly bootMs: number;
  readonly runMs: number;
}

/** Plays a timeline. Never rejects for what happens in a run: see `state` and `failure` of the result. */
export async function runTimeline(input: RunInput): Promise<RunResult> {
  return new Run(input).run();
}

class Run {
  readonly #input: RunInput;
  readonly #timeline: Timeline;
  readonly #backend: Backend;
  readonly #endUs: number;
  readonly #cut: boolean;
  readonly #digest: RecordDigest;
  readonly #book: PaymentBook;
  readonly #view: RunView;
  readonly #sink: FanOut;
  readonly #pacer: Pacer;
  readonly #clock: WallClock;
  readonly #timed: readonly PlannedExpectation[];
  readonly #results = new Map<PlannedExpectation, ExpectationResult>();
  /** Where the walk is: next row, next expectation, virtual time to which everything has happened. */
  #row = 0;
  #nextTimed = 0;
  #nowUs = 0;
  #state: RunState = 'booting';
  #stateDigest: string | null = null;
  #yieldedMs: number;
  #reportedMs: number;
  #startedMs: number;
  #bootMs = 0;
  #playMs = 0;
  /** The step in progress; a step must not begin before the one that was left has come to rest. */
  #busy: Promise<void> = Promise.resolve();

  constructor(input: RunInput) {
    const { timeline, until } = input;
    this.#input = input;
    this.#timeline = timeline;
    this.#backend = input.backend;
    this.#cut = until !== undefined && until < timeline.durationUs;
    this.#endUs = this.#cut ? (until as number) : timeline.durationUs;
    this.#digest = new RecordDigest(timeline.durationUs);
    this.#book = new PaymentBook(timeline);
    this.#view = new RunView(timeline, input.backend, this.#book);
    const digest = this.#digest;
    const book = this.#book;
    const bookkeeping: RunObserver = {
      record: (code, timeUs, a, b, c, amount) => digest.record(code, timeUs, a, b, c, amount),
      text: (number, text) => digest.text(number, text),
      payment: (result) => book.resolve(result),
      dispatched: (row, timeUs) => book.start(row, timeUs),
    };
    this.#sink = new FanOut([bookkeeping, ...(input.observers ?? [])]);
    this.#pacer = new Pacer(input.pace ?? 'max', input.clock);
    this.#clock = input.clock;
    this.#timed = timeline.expectations
      .filter((expectation) => !expectation.atEnd)
      .map((expectation, index) => ({ expectation, index }))
      .sort((a, b) => a.expectation.atUs - b.expectation.atUs || a.index - b.index)
      .map(({ expectation }) => expectation);
    this.#startedMs = input.clock.now();
    this.#yieldedMs = this.#startedMs;
    this.#reportedMs = this.#startedMs;
  }

  async run(): Promise<RunResult> {
    const { stop, pause } = this.#input;
    const lifecycle = startRun(
      {
        boot: (signal) => this.#step(signal, () => this.#boot()),
        play: (signal) => this.#step(signal, () => this.#play(signal)),
        drain: (signal) => this.#step(signal, () => this.#drain(signal)),
      },
      (state) => {
        this.#state = state;
        this.#report();
      },
    );
    const onStop = (): void => lifecycle.send({ type: 'STOP' });
    if (stop?.aborted === true) onStop();
    stop?.addEventListener('abort', onStop);
    pause?.attach((paused) => lifecycle.send({ type: paused ? 'PAUSE' : 'RESUME' }));
    const { state, error } = await lifecycle.finished;
    stop?.removeEventListener('abort', onStop);
    pause?.attach(null);
    // A stop request leaves the step at once; what it was doing must come to rest before anything is read.
    await this.#busy.catch(() => {});
    return this.#conclude(state as RunResult['state'], error);
  }

  async #step(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    const before = this.#busy;
    const done = (async () => {
      await before.catch(() => {});
      if (signal.aborted) return;
      const startedMs = this.#clock.now();
      try {
        await work();
      } finally {
        this.#playMs += this.#clock.now() - startedMs;
      }
    })();
    this.#busy = done;
    await done;
  }

  async #boot(): Promise<void> {
    await this.#guard(this.#backend.start(this.#timeline, this.#sink));
    this.#bootMs = this.#clock.now() - this.#startedMs;
  }

  async #play(signal: AbortSignal): Promise<void> {
    const { timeUs, phase, length } = this.#timeline;
    this.#pacer.begin(this.#nowUs);
    while (this.#row < length) {
      const time = timeUs[this.#row] as number;
      if (time > this.#endUs) break;
      if (this.#timedDueBefore(time) && !(await this.#checkTimed(time, signal))) return;
      const observe = phase[this.#row] === PHASE.observe;
      // Rows of one instant follow each other without the backend being asked again.
      if ((observe || time > this.#nowUs) && !(await this.#moveTo(time, observe, signal))) return;
      const applied = this.#apply(this.#row, time);
      if (applied !== undefined) await applied;
      this.#row++;
      if (this.#row % SLICE_ROWS === 0 && this.#mustYield()) {
        await this.#yield();
        if (signal.aborted) return;
      }
    }
    if (!(await this.#checkTimed(Infinity, signal))) return;
    await this.#moveTo(this.#endUs, true, signal);
  }

  /** Applies one row; answers a promise only when the backend does. */
  #apply(row: number, timeUs: number): Promise<void> | undefined {
    const ref = this.#timeline.ref[row] as number;
    try {
      if (this.#timeline.phase[row] === PHASE.payment) {
        this.#sink.dispatched(ref, timeUs);
        const paid = this.#backend.pay(ref);
        return paid instanceof Promise ? this.#guard(paid) : undefined;
      }
      const action = this.#timeline.actions[ref];
      const kind = action === undefined ? undefined : this.#input.kinds.get(action.kind);
      if (action === undefined || kind === undefined) {
        throw new RunFailure('internal', `the timeline has an action of unknown kind '${action?.kind ?? ref}'`);
      }
      this.#sink.action(action, timeUs);
      const applied = kind.apply(action.args, this.#backend);
      return applied instanceof Promise ? this.#guard(applied) : undefined;
    } catch (error) {
      throw asRunFailure(error);
    }
  }

  #timedDueBefore(timeUs: number): boolean {
    const next = this.#timed[this.#nextTimed];
    return next !== undefined && next.atUs < timeUs && next.atUs <= this.#endUs;
  }

  /** Evaluates the expectations due before a time; false when the run was left meanwhile. */
  async #checkTimed(beforeUs: number, signal: AbortSignal): Promise<boolean> {
    while (this.#timedDueBefore(beforeUs)) {
      const next = this.#timed[this.#nextTimed] as PlannedExpectation;
      if (!(await this.#moveTo(next.atUs, true, signal))) return false;
      await this.#evaluate(next, next.atUs);
      this.#nextTimed++;
    }
    return !signal.aborted;
  }

  async #evaluate(expectation: PlannedExpectation, timeUs: number): Promise<void> {
    const evaluation = await this.#guard(evaluateExpectation(expectation.that, this.#view.at(timeUs)));
    this.#results.set(expectation, {
      ...described(expectation),
      status: evaluation.passed ? 'passed' : 'failed',
      measured: evaluation.measured,
    });
  }

  /** Lets everything happen up to a time, at the run's pace; false when the run was left meanwhile. */
  async #moveTo(targetUs: number, inclusive: boolean, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const allowedUs = this.#pacer.allowedUs();
      if (allowedUs >= targetUs) break;
      if (allowedUs > this.#nowUs && !(await this.#advance(allowedUs, false, signal))) return false;
      this.#report();
      await this.#pacer.wait(targetUs);
      if (signal.aborted) return false;
    }
    return this.#advance(targetUs, inclusive, signal);
  }

  async #advance(untilUs: number, inclusive: boolean, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      let finished: boolean;
      try {
        const answer: Awaitable<boolean> = this.#backend.advance(untilUs, inclusive, SLICE_EVENTS);
        finished = typeof answer === 'boolean' ? answer : await answer;
      } catch (error) {
        throw asRunFailure(error);
      }
      if (finished) break;
      if (this.#mustYield()) await this.#yield();
      if (signal.aborted) return false;
    }
    this.#nowUs = untilUs;
    return true;
  }

  async #drain(signal: AbortSignal): Promise<void> {
    if (!this.#cut) {
      const lastUs = this.#endUs + DRAIN_US;
      while (this.#nowUs < lastUs && (await this.#guard(this.#backend.inFlight())) > 0) {
        if (!(await this.#moveTo(this.#nowUs + DRAIN_STEP_US, true, signal))) return;
        if (this.#mustYield()) await this.#yield();
        if (signal.aborted) return;
      }
      for (const expectation of this.#timeline.expectations) {
        if (expectation.atEnd) await this.#evaluate(expectation, this.#nowUs);
      }
    }
    const broken = await this.#guard(this.#backend.check());
    if (broken !== null) throw new RunFailure('internal', `an invariant of the simulation is broken: ${broken}`);
    this.#stateDigest = await this.#guard(this.#backend.stateDigest());
  }

  async #conclude(state: RunResult['state'], error: unknown): Promise<RunResult> {
    let backendMetrics: { readonly [key: string]: Json } = {};
    let failure = state === 'failed' ? asRunFailure(error) : null;
    // After a failure the backend may be unable to answer; the first failure is the one to report.
    const attempt = async (work: () => Awaitable<void>): Promise<void> => {
      try {
        await work();
      } catch (problem) {
        failure ??= state === 'aborted' ? null : asRunFailure(problem);
      }
    };
    if (this.#stateDigest === null && state === 'aborted') {
      await attempt(async () => {
        this.#stateDigest = await this.#backend.stateDigest();
      });
    }
    await attempt(async () => {
      backendMetrics = await this.#backend.metrics();
    });
    await attempt(() => this.#backend.stop());
    const nowUs = state === 'completed' ? this.#nowUs : Math.max(this.#nowUs, this.#digest.lastUs);
    const endUs = Math.min(nowUs, this.#endUs);
    this.#digest.finish(endUs);
    this.#sink.finish(nowUs);
    const recordsDigest = this.#digest.digest();
    return {
      state: failure === null ? state : 'failed',
      failure,
      whole: state === 'completed' && !this.#cut,
      endUs,
      drainedUs: nowUs,
      records: this.#digest.records,
      recordsDigest,
      stateDigest: this.#stateDigest,
      runDigest:
        this.#stateDigest === null ? null : runDigest(this.#input.timelineDigest, recordsDigest, this.#stateDigest),
      checkpoints: this.#digest.checkpoints,
      trace: this.#digest.trace(),
      expectations: this.#timeline.expectations.map(
        (expectation) =>
          this.#results.get(expectation) ?? {
            ...described(expectation),
            status: 'skipped' as const,
            measured: 'the run ended before',
          },
      ),
      book: this.#book,
      backendMetrics,
      bootMs: this.#bootMs,
      runMs: Math.max(0, this.#playMs - this.#bootMs),
    };
  }

  async #guard<T>(answer: Awaitable<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw asRunFailure(error);
    }
  }

  #mustYield(): boolean {
    return this.#clock.now() - this.#yieldedMs >= YIELD_MS;
  }

  async #yield(): Promise<void> {
    await this.#clock.sleep(0);
    this.#yieldedMs = this.#clock.now();
    if (this.#yieldedMs - this.#reportedMs >= PROGRESS_MS) this.#report();
  }

  #report(): void {
    const nowMs = this.#clock.now();
    this.#reportedMs = nowMs;
    this.#input.onProgress?.({
      state: this.#state,
      virtualUs: Math.min(Math.max(this.#nowUs, this.#digest.lastUs), this.#endUs),
      endUs: this.#endUs,
      records: this.#digest.records,
      paymentsStarted: this.#book.started,
      paymentsResolved: this.#book.resolved,
      wallMs: nowMs - this.#startedMs,
    });
  }
}

function described(
  expectation: PlannedExpectation,
): Pick<ExpectationResult, 'that' | 'message' | 'line' | 'column' | 'atUs'> {
  const { that, message, line, column, atEnd, atUs } = expectation;
  return { that, message, line, column, ...(atEnd ? {} : { atUs }) };
}
