/**
 * Calls of the processes that have the nodes: what a refusal and what a failure of a process mean for the run, and an end to
 * all waiting when the run is interrupted.
 */
import { type Driver, DriverFailure, DriverRefusal } from './driver.ts';
import type { RpcClock, Seat } from './seat.ts';

/** How long calls may still take when a run is interrupted, ms. */
const GRACE_MS = 2000;
const LEFT = 'the run was interrupted before the answer came';

/** What messages need of the run. */
export interface CallContext {
  /** The run's time as messages name it. */
  time(): string;
  readonly seats: readonly Seat[];
}

export class ProcessCalls {
  readonly #clock: RpcClock;
  readonly #context: CallContext;
  #failure: unknown = null;
  /** Calls that wait for an answer, and whether nobody waits for the run any more. */
  readonly #leaving = new Set<(error: Error) => void>();
  #left = false;
  readonly #figures = { calls: 0, refused: 0, longest_call_ms: 0 };

  constructor(clock: RpcClock, context: CallContext) {
    this.#clock = clock;
    this.#context = context;
  }

  /** Why the run ends; null while it goes on. */
  get failure(): unknown {
    return this.#failure;
  }

  /** For metrics.json. */
  get figures(): { readonly [key: string]: number } {
    return { ...this.#figures };
  }

  /** The run ends by this, unless something else has ended it before. */
  fail(error: unknown): void {
    this.#failure ??= error;
  }

  throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** Why a process does not do something; null when it does. */
  async refusal(seat: Seat, work: (seat: Seat) => Promise<void>): Promise<string | null> {
    try {
      await this.call(seat, () => work(seat));
      return null;
    } catch (error) {
      if (!(error instanceof DriverRefusal)) throw error;
      this.#figures.refused++;
      return error.message;
    }
  }

  /** A call; a failure of the process is told with the node, the call and the time. @throws DriverRefusal */
  async call<T>({ driver }: Pick<Seat, 'driver'>, work: () => Promise<T>): Promise<T> {
    const beganMs = this.#clock.now();
    this.#figures.calls++;
    try {
      return await this.#orLeft(work);
    } catch (error) {
      if (!(error instanceof DriverFailure)) throw error;
      this.#failure ??= new Error(this.#failureText(driver.target, error));
      throw this.#failure;
    } finally {
      const tookMs = Math.round(this.#clock.now() - beganMs);
      this.#figures.longest_call_ms = Math.max(this.#figures.longest_call_ms, tookMs);
    }
  }

  /** A call without which there is no run: a refusal ends it, too. */
  async orUnfit<T>(driver: Driver, what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await this.call({ driver }, work);
    } catch (error) {
      if (error instanceof DriverRefusal) throw unfit(driver, `it does not ${what}: ${error.message}`);
      throw error;
    }
  }

  /** The same for what a run needs once it goes. */
  ask<T>({ driver }: Pick<Seat, 'driver'>, work: () => Promise<T>): Promise<T> {
    return this.orUnfit(driver, `do what is needed at ${this.#context.time()}`, work);
  }

  /** Lets go of calls that are not answered soon. */
  async leave(isOver: () => boolean): Promise<void> {
    await this.#clock.sleep(GRACE_MS);
    // A network that is being kept may take its time.
    if (this.#leaving.size === 0 || isOver()) return;
    this.#left = true;
    this.#failure ??= new Error(LEFT);
    for (const leave of this.#leaving) leave(new Error(LEFT));
  }

  /** Waits for an answer, but not for one that does not come when nobody waits for the run any more. */
  async #orLeft<T>(work: () => Promise<T>): Promise<T> {
    if (this.#left) throw new Error(LEFT);
    let leave: (error: Error) => void = () => {};
    const left = new Promise<never>((_, reject) => {
      leave = reject;
    });
    this.#leaving.add(leave);
    try {
      return await Promise.race([work(), left]);
    } finally {
      this.#leaving.delete(leave);
    }
  }

  #failureText(target: string, { call, node, at, message }: DriverFailure): string {
    const { seats } = this.#context;
    const seat = seats.find((one) => one?.node?.name === node);
    const isKnown = seat === undefined || seat.name === node;
    const of = node === '' ? '' : isKnown ? ` for ${node}` : ` for ${seat.name} (${node})`;
    return `E812 ${at ?? target} has failed at ${this.#context.time()}, ${call}${of}: ${message}`;
  }
}

/** A process that cannot play the scenario. */
export function unfit(driver: Driver, why: string): Error {
  return new Error(`E813 ${driver.target} cannot play the scenario: ${why}`);
}

/** Scenarios with these events are refused before they are played (see BackendLimits). */
export function refused(event: string): Error {
  return new Error(`the backend rpc has no event ${event}`);
}

/** A method that drivers may lack. */
export function need<T>(method: T | undefined, event: string): T {
  if (method === undefined) throw refused(event);
  return method;
}
