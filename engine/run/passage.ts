/**
 * Lets virtual time pass on the backend, at the run's pace, and gives signals and progress their turn in between. What is
 * due when is the run's business. A way that needs no waiting is answered at once, without a promise.
 */
import type { Awaitable, Backend } from '../backends/backend.ts';
import type { FanOut } from './observers.ts';
import { Pacer, type WallClock } from './pacing.ts';
import type { RunInput } from './run-contract.ts';
import { asRunFailure, guarded } from './run-failure.ts';

/** Events that a backend works off before progress and signals get their turn. */
const SLICE_EVENTS = 50_000;
/** Wall time after which signals get their turn, and between two reports of progress; ms. */
const YIELD_MS = 40;
const PROGRESS_MS = 100;

/** How a way ended: at its target, before it because the run was left, or because something is due now. */
export type Moved = 'reached' | 'left' | 'interrupted';

export class Passage {
  /** Virtual time to which everything has happened, µs. */
  nowUs = 0;
  readonly #backend: Backend;
  readonly #sink: FanOut;
  readonly #clock: WallClock;
  readonly #pacer: Pacer;
  readonly #report: () => void;
  #yieldedMs: number;
  #reportedMs: number;

  /** @param report tells how far the run is */
  constructor({ backend, clock, pace = 'max' }: RunInput, sink: FanOut, report: () => void) {
    this.#backend = backend;
    this.#sink = sink;
    this.#clock = clock;
    // Where time is the machine's, nothing goes faster than it by itself.
    this.#pacer = new Pacer(pace === 'max' && backend.clock === 'wall' ? 1 : pace, clock);
    this.#report = report;
    this.#yieldedMs = clock.now();
    this.#reportedMs = this.#yieldedMs;
  }

  /** From now on the pace counts; called at the start and after a pause. */
  begin(): void {
    this.#pacer.begin(this.nowUs);
  }

  /** Lets everything happen up to a time; with `inclusive`, at it too. @throws RunFailure */
  to(targetUs: number, inclusive: boolean, signal: AbortSignal): Awaitable<Moved> {
    if (this.#pacer.allowedUs() < targetUs) return this.#paced(targetUs, inclusive, signal);
    return this.#advance(targetUs, inclusive, signal);
  }

  /** Whether signals and progress have waited long enough. */
  mustYield(): boolean {
    return this.#clock.now() - this.#yieldedMs >= YIELD_MS;
  }

  /** Gives them their turn. */
  async yield(): Promise<void> {
    await this.#clock.sleep(0);
    this.#yieldedMs = this.#clock.now();
    if (this.#yieldedMs - this.#reportedMs >= PROGRESS_MS) this.#report();
  }

  /** A report was made at this wall time, ms. */
  reported(atMs: number): void {
    this.#reportedMs = atMs;
  }

  async #paced(targetUs: number, inclusive: boolean, signal: AbortSignal): Promise<Moved> {
    for (;;) {
      const allowedUs = this.#pacer.allowedUs();
      if (allowedUs >= targetUs) break;
      if (allowedUs > this.nowUs) {
        const moved = await this.#advance(allowedUs, false, signal);
        if (moved !== 'reached') return moved;
      }
      this.#report();
      await this.#pacer.wait(targetUs);
      if (signal.aborted) return 'left';
    }
    return this.#advance(targetUs, inclusive, signal);
  }

  #advance(untilUs: number, inclusive: boolean, signal: AbortSignal): Awaitable<Moved> {
    const finished = this.#slice(untilUs, inclusive);
    if (finished !== true) return this.#goOn(finished, untilUs, inclusive, signal);
    this.nowUs = untilUs;
    return 'reached';
  }

  async #goOn(first: Awaitable<boolean>, untilUs: number, inclusive: boolean, signal: AbortSignal): Promise<Moved> {
    let finished = first;
    while (!(await guarded(finished))) {
      if (this.mustYield()) await this.yield();
      if (signal.aborted) return 'left';
      if (this.#sink.interrupt) return 'interrupted';
      finished = this.#slice(untilUs, inclusive);
    }
    this.nowUs = untilUs;
    return 'reached';
  }

  /** Some of the events up to a time; true when none is left. */
  #slice(untilUs: number, inclusive: boolean): Awaitable<boolean> {
    this.#sink.interrupt = false;
    try {
      return this.#backend.advance(untilUs, inclusive, SLICE_EVENTS);
    } catch (error) {
      throw asRunFailure(error);
    }
  }
}
