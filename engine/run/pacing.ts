/**
 * Keeps virtual time from running ahead of wall time when a run is to be watched: at speed 10 one second of wall time
 * shows ten seconds of the scenario. At speed `max` nothing waits. Pacing decides when something is computed and
 * never what: the digests of a run are the same at every speed.
 */

/** `max`, or how many times faster than wall time virtual time may run. */
export type Pace = 'max' | number;

/** The clock of the machine, handed in; milliseconds from any origin, never going back. */
export interface WallClock {
  now(): number;
  /** Resolves after at least so many milliseconds; 0 lets signals and input through. */
  sleep(ms: number): Promise<void>;
}

/** Longest sleep, so that stopping and pausing are noticed soon; ms. */
const MAX_SLEEP_MS = 50;

export class Pacer {
  readonly #pace: Pace;
  readonly #clock: WallClock;
  #originMs = 0;
  #originUs = 0;

  constructor(pace: Pace, clock: WallClock) {
    this.#pace = pace;
    this.#clock = clock;
  }

  /** From now on, virtual time `virtualUs` is this moment; called at the start and after a pause. */
  begin(virtualUs: number): void {
    this.#originMs = this.#clock.now();
    this.#originUs = virtualUs;
  }

  /** Virtual time that may be reached by now, µs. */
  allowedUs(): number {
    if (this.#pace === 'max') return Infinity;
    return this.#originUs + Math.floor((this.#clock.now() - this.#originMs) * 1000 * this.#pace);
  }

  /** Waits until `virtualUs` may be reached, or a little, whichever is shorter. */
  async wait(virtualUs: number): Promise<void> {
    if (this.#pace === 'max') return;
    const dueMs = this.#originMs + (virtualUs - this.#originUs) / (1000 * this.#pace);
    await this.#clock.sleep(Math.max(0, Math.min(Math.ceil(dueMs - this.#clock.now()), MAX_SLEEP_MS)));
  }
}
