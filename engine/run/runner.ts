/**
 * Plays a timeline on a backend and reports what happened.
 *
 * The rows are walked in their total order: the backend lets happen what is due before a row, then the row is applied.
 * After the last row time goes on to the end of the run, and then the run DRAINS: payments still in flight get up to
 * five more virtual minutes (DRAIN_US, in steps of one second) to resolve, in which no row is played and no block is
 * mined; what is unresolved then is pending. Expectations for the end are evaluated after that. A run that is cut
 * short by `until` is not drained: it shows the state at that instant.
 *
 * Some things have no time before the run: payments of closed loops, and events on a condition. Where a result makes a
 * payment due, the sink interrupts the backend, and the payment is made at that instant; at equal times the order is
 * (time, phase, name of the activity, number). Agents are woken after everything else of their instant, conditions are
 * evaluated behind them, then come the expectations.
 *
 * Must not touch a file, a stream or the machine's clock: sinks and clock are handed in.
 */

import type { Awaitable, Backend, BackendState } from '../backends/backend.ts';
import type { Json } from '../base/json.ts';
import { evaluateExpectation, evaluateMetric } from '../kinds/expectation.ts';
import type { SnapshotDocument } from '../snapshot/document.ts';
import { withOwnPayments } from '../timeline/own-payments.ts';
import { rowAt } from '../timeline/prefix.ts';
import type { PlannedExpectation, Timeline } from '../timeline/timeline.ts';
import { PHASE } from '../timeline/timeline.ts';
import { Agents } from './agents.ts';
import { type BehaviourResult, behaviourResults } from './behaviour-results.ts';
import { Captures, mayKeepStates } from './captures.ts';
import { Expectations } from './expectations.ts';
import { type DuePayment, Loops } from './loops.ts';
import { type RunState, startRun } from './machine.ts';
import { writeNetwork } from './network-csv.ts';
import { NodeTimes } from './node-times.ts';
import { FanOut, type RunObserver } from './observers.ts';
import type { WallClock } from './pacing.ts';
import { Passage } from './passage.ts';
import { PaymentBook } from './payment-book.ts';
import { Reactions } from './reactions.ts';
import { RecordDigest, runDigest } from './record-digest.ts';
import { resumeProblem } from './resume.ts';
import { RowPlayer } from './row-player.ts';
import type { RunInput, RunResult } from './run-contract.ts';
import { runDocument } from './run-document.ts';
import { asRunFailure, guarded, RunFailure } from './run-failure.ts';
import type { RunStart } from './run-start.ts';
import { RunView } from './run-view.ts';
import { Triggers } from './triggers.ts';

export type { ExpectationResult, RunInput, RunProgress, RunResult } from './run-contract.ts';
export { PauseControl } from './run-contract.ts';
export type { CaptureRequest, RunStart } from './run-start.ts';

/** Longest time beyond the end in which payments in flight may resolve, µs. */
export const DRAIN_US = 300_000_000;
const DRAIN_STEP_US = 1_000_000;

/** Rows between two looks at the clock. */
const SLICE_ROWS = 64;
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
  readonly #reactions: Reactions;
  readonly #loops: Loops;
  readonly #triggers: Triggers;
  readonly #agents: Agents;
  /** Absent where no behaviour asks. */
  readonly #times: NodeTimes | null;
  readonly #sink: FanOut;
  readonly #player: RowPlayer;
  readonly #passage: Passage;
  readonly #clock: WallClock;
  readonly #expectations: Expectations;
  readonly #measured = new Map<string, number | null>();
  #behaved: readonly BehaviourResult[] = [];
  readonly #captures: Captures;
  /** The next row. */
  #row = 0;
  /** The simulator's clock at the scenario's time 0, µs. */
  #originUs = 0;
  #state: RunState = 'booting';
  #stateDigest: string | null = null;
  #startedMs: number;
  #bootMs = 0;
  #playMs = 0;
  /** The step in progress; a step must not begin before the one that was left has come to rest. */
  #busy: Promise<void> = Promise.resolve();

  constructor(input: RunInput) {
    const timeline = withOwnPayments(input.timeline);
    const { until } = input;
    this.#input = input;
    this.#timeline = timeline;
    this.#backend = input.backend;
    this.#cut = until !== undefined && until < timeline.durationUs;
    this.#endUs = this.#cut ? (until as number) : timeline.durationUs;
    // How far a hash of the host is cannot be told, so that a state could not hold it.
    const isResumable = mayKeepStates(input) || input.start?.kind === 'resume';
    this.#digest = new RecordDigest(timeline.durationUs, isResumable ? undefined : input.sha256?.());
    this.#book = new PaymentBook(timeline);
    this.#view = new RunView(timeline, input.backend, this.#book, (behaviour, figure) =>
      this.#agents.figure(behaviour, figure),
    );
    this.#reactions = new Reactions(timeline);
    this.#loops = new Loops(timeline, this.#reactions);
    this.#triggers = new Triggers(timeline, this.#view);
    this.#agents = new Agents({
      timeline,
      backend: input.backend,
      kinds: (kind) => input.kinds.behaviour?.(kind),
      dispatched: (row, timeUs) => this.#sink.dispatched(row, timeUs),
    });
    const digest = this.#digest;
    const book = this.#book;
    const times = timeline.behaviours === undefined ? null : new NodeTimes(timeline);
    this.#times = times;
    const bookkeeping: RunObserver = {
      record: (code, timeUs, a, b, c, amount) => {
        digest.record(code, timeUs, a, b, c, amount);
        if (times !== null) times.record(code, timeUs, a);
      },
      text: (number, text) => digest.text(number, text),
      payment: (result) => {
        book.resolve(result);
        this.#reactions.resolved(result);
        this.#agents.resolved(result);
        if (this.#loops.resolved(result)) this.#sink.interrupt = true;
      },
      dispatched: (row, timeUs) => book.start(row, timeUs),
    };
    this.#sink = new FanOut([bookkeeping, ...(input.observers ?? [])]);
    this.#sink.plays(timeline);
    this.#captures = new Captures(input);
    this.#player = new RowPlayer(timeline, input, this.#sink, this.#reactions, {
      capture: (name) => this.#captures.request(name),
    });
    this.#passage = new Passage(input, this.#sink, () => this.#report());
    this.#clock = input.clock;
    this.#expectations = new Expectations(timeline.expectations);
    this.#startedMs = input.clock.now();
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
    const { start } = this.#input;
    if (start === undefined) await guarded(this.#backend.start(this.#timeline, this.#sink));
    else await this.#startFrom(start);
    this.#bootMs = this.#clock.now() - this.#startedMs;
  }

  async #startFrom(start: RunStart): Promise<void> {
    const { kind, snapshot } = start;
    const { state, run } = snapshot;
    if (kind === 'resume' && start.isChecked !== true) {
      const problem = resumeProblem(this.#input.timeline, snapshot, this.#backend.name);
      if (problem !== null) throw new RunFailure('internal', problem.message);
    }
    const originUs = kind === 'anew' ? state.time_us : (run?.origin_us ?? 0);
    this.#originUs = originUs;
    this.#sink.started(start);
    // Before the backend looks at the payments that are in flight.
    if (kind === 'resume') this.#agents.restore(run?.behaviours ?? [], state.payments);
    else this.#times?.begin(start.snapshot.state);
    try {
      await this.#backend.start(this.#timeline, this.#sink, { state, originUs, anew: kind === 'anew' });
    } catch (error) {
      throw asRunFailure(error);
    }
    if (kind === 'anew' || run === undefined) return;
    this.#passage.nowUs = state.time_us - originUs;
    this.#row = rowAt(this.#timeline, { timeUs: this.#passage.nowUs, rows: run.rows });
    this.#book.restore(run);
    this.#digest.restore(run.records);
    this.#reactions.restore(run.reactions);
    this.#loops.restore(run.loops, this.#passage.nowUs);
    this.#triggers.restore(run.triggers);
    this.#times?.restore(run.down ?? []);
    if (run.ended_us !== null) this.#loops.close();
    this.#expectations.restore(run.expectations, this.#passage.nowUs);
    this.#captures.skipTo(this.#passage.nowUs, start.name);
  }

  async #play(signal: AbortSignal): Promise<void> {
    this.#passage.begin();
    if (this.#passage.nowUs > this.#endUs) return; // goes on with what was in flight at the end
    for (let steps = 1; ; steps++) {
      if (steps % SLICE_ROWS === 0 && this.#passage.mustYield()) {
        await this.#passage.yield();
        if (signal.aborted) return;
      }
      const rowUs = this.#rowUs();
      const due = this.#loops.peek();
      const nextUs = Math.min(rowUs, due?.timeUs ?? Infinity);
      const checkUs = this.#triggers.nextUs;
      const timedUs = this.#expectations.nextUs;
      const wakeUs = this.#agents.nextUs;
      const captureUs = this.#captures.nextUs;
      const firstUs = Math.min(nextUs, wakeUs, checkUs, timedUs, captureUs);
      if (firstUs > this.#endUs) {
        const moved = await this.#passage.to(this.#endUs, true, signal);
        if (moved === 'interrupted') continue;
        if (moved === 'reached') this.#loops.close();
        return;
      }
      if (nextUs === firstUs) {
        const isDue = due !== undefined && this.#isBefore(due, rowUs);
        const observe = !isDue && this.#timeline.phase[this.#row] === PHASE.observe;
        // Rows of one instant follow each other without the backend being asked again.
        if (observe || firstUs > this.#passage.nowUs) {
          const moving = this.#passage.to(firstUs, observe, signal);
          const moved = typeof moving === 'string' ? moving : await moving;
          if (moved === 'left') return;
          if (moved === 'interrupted') continue;
        }
        if (isDue) this.#loops.take();
        const applied = isDue ? this.#player.pay(due.row, firstUs) : this.#player.row(this.#row, firstUs);
        if (applied !== undefined) await applied;
        if (!isDue) this.#row++;
        if (this.#captures.isRequested) await this.#takeRequested();
        continue;
      }
      const moved = await this.#passage.to(firstUs, true, signal);
      if (moved === 'left') return;
      if (moved === 'interrupted') continue;
      if (wakeUs === firstUs) {
        await guarded(this.#agents.wake());
        if (this.#passage.mustYield()) await this.#passage.yield();
      } else if (checkUs === firstUs) {
        await this.#fire(firstUs);
      } else if (timedUs === firstUs) {
        await this.#evaluate(this.#expectations.take(), firstUs);
      } else {
        await this.#capture(this.#captures.take());
      }
      if (signal.aborted) return;
    }
  }

  /** Time of the next row; Infinity when all are played. */
  #rowUs(): number {
    return this.#row < this.#timeline.length ? (this.#timeline.timeUs[this.#row] as number) : Infinity;
  }

  /** Whether a payment that is due comes before the next row, which is at `rowUs`. */
  #isBefore(due: DuePayment, rowUs: number): boolean {
    if (due.timeUs !== rowUs) return due.timeUs < rowUs;
    const phase = this.#timeline.phase[this.#row] as number;
    if (phase !== PHASE.payment) return phase > PHASE.payment;
    // The payments of one activity are all rows or all due, so that their numbers never meet.
    return due.activity < (this.#timeline.payments.activity[this.#timeline.ref[this.#row] as number] as number);
  }

  /** Evaluates the conditions of an instant and makes happen what they guard. */
  async #fire(timeUs: number): Promise<void> {
    while (this.#triggers.nextUs === timeUs) {
      const firing = await guarded(this.#triggers.check());
      if (firing === null) continue;
      const { action } = firing.plan;
      const applied = action === null ? this.#player.pay(firing.row, timeUs) : this.#player.act(action, timeUs);
      if (applied !== undefined) await applied;
      if (this.#captures.isRequested) await this.#takeRequested();
    }
  }

  async #takeRequested(): Promise<void> {
    for (const name of this.#captures.takeRequested(this.#passage.nowUs)) await this.#capture(name);
  }

  /** Hands on the state, as it is now. */
  async #capture(name: string): Promise<void> {
    const { onSnapshot } = this.#input;
    if (onSnapshot === undefined) return;
    const backend = this.#backend;
    if (backend.capture === undefined) {
      throw new RunFailure('backend', `the backend ${backend.name} cannot tell its state, so it cannot be kept`);
    }
    const state = await guarded(backend.capture());
    await guarded(onSnapshot(name, this.#snapshot(state)));
  }

  #snapshot(state: BackendState): SnapshotDocument {
    const timeUs = state.time_us - this.#originUs;
    return runDocument(this.#input, state, {
      timeline: this.#timeline,
      row: this.#row,
      timeUs,
      originUs: this.#originUs,
      endedUs: !this.#cut && (this.#state === 'draining' || timeUs > this.#endUs) ? this.#endUs : null,
      agents: this.#agents,
      book: this.#book,
      digest: this.#digest,
      expectations: this.#expectations,
      loops: this.#loops,
      reactions: this.#reactions,
      times: this.#times,
      triggers: this.#triggers,
    });
  }

  async #evaluate(expectation: PlannedExpectation | undefined, timeUs: number): Promise<void> {
    if (expectation === undefined) return;
    const result = await guarded(evaluateExpectation(expectation.that, this.#view.at(timeUs)));
    this.#expectations.note(expectation, result);
  }

  async #drain(signal: AbortSignal): Promise<void> {
    if (!this.#cut) {
      const lastUs = this.#endUs + DRAIN_US;
      while (this.#passage.nowUs < lastUs && (await guarded(this.#backend.inFlight())) > 0) {
        // Steps count from the end, also when the run was stopped and went on within one.
        const steps = Math.floor((this.#passage.nowUs - this.#endUs) / DRAIN_STEP_US) + 1;
        if ((await this.#passage.to(this.#endUs + steps * DRAIN_STEP_US, true, signal)) === 'left') return;
        if (this.#passage.mustYield()) await this.#passage.yield();
        if (signal.aborted) return;
      }
      for (const expectation of this.#expectations.atEnd) await this.#evaluate(expectation, this.#passage.nowUs);
    }
    for (const { name, expression } of this.#input.measures ?? []) {
      this.#measured.set(name, await guarded(evaluateMetric(expression, this.#view.at(this.#passage.nowUs))));
    }
    const { agents, times, book } = { agents: this.#agents, times: this.#times, book: this.#book };
    this.#behaved = await guarded(
      behaviourResults(this.#timeline, this.#backend, {
        agents,
        times,
        book,
        endUs: Math.min(this.#passage.nowUs, this.#endUs),
      }),
    );
    const broken = await guarded(this.#backend.check());
    if (broken !== null) throw new RunFailure('internal', `an invariant of the simulation is broken: ${broken}`);
    this.#stateDigest = await guarded(this.#backend.stateDigest());
    for (const name of this.#captures.atEnd) await this.#capture(name);
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
        const name = this.#input.captureOnStop;
        if (name !== undefined && this.#backend.capture !== undefined) await this.#capture(name);
      });
    }
    await attempt(async () => {
      backendMetrics = await this.#backend.metrics();
    });
    const { network } = this.#input;
    if (network !== undefined && failure === null) {
      await attempt(() => writeNetwork(this.#timeline, this.#backend, network));
    }
    this.#sink.ending();
    await attempt(() => this.#backend.stop());
    const nowUs = state === 'completed' ? this.#passage.nowUs : Math.max(this.#passage.nowUs, this.#digest.lastUs);
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
      expectations: this.#expectations.results(),
      book: this.#book,
      measured: this.#measured,
      behaviours: this.#behaved,
      backendMetrics,
      bootMs: this.#bootMs,
      runMs: Math.max(0, this.#playMs - this.#bootMs),
    };
  }

  #report(): void {
    const nowMs = this.#clock.now();
    this.#passage.reported(nowMs);
    this.#input.onProgress?.({
      state: this.#state,
      virtualUs: Math.min(Math.max(this.#passage.nowUs, this.#digest.lastUs), this.#endUs),
      endUs: this.#endUs,
      records: this.#digest.records,
      paymentsStarted: this.#book.started,
      paymentsResolved: this.#book.resolved,
      wallMs: nowMs - this.#startedMs,
    });
  }
}
