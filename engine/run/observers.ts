/** What can watch a run, and how one record reaches all who watch. */
import type { PaymentResult, RecordCode, RecordSink } from '../simulate/records.ts';
import type { Action, Timeline } from '../timeline/timeline.ts';
import type { RunStart } from './run-start.ts';

/** A sink that may also hear of the rows of the timeline as they are played. Observers never change a run. */
export interface RunObserver extends Omit<RecordSink, 'interrupt'> {
  /** First of all: the timeline with the columns into which the run writes what agents pay. */
  plays?(timeline: Timeline): void;
  /** The run begins with a state, and what it says happened before is not told again. */
  started?(start: RunStart): void;
  /** An action is about to be applied. */
  action?(action: Action, timeUs: number): void;
  /** Payment `row` is about to start. */
  dispatched?(row: number, timeUs: number): void;
  /** Everything has happened; the backend still holds its network. */
  ending?(): void;
  /** The run has ended at this virtual time, µs; nothing follows. */
  finish?(endUs: number): void;
}

/** Passes everything on to several observers, in order. */
export class FanOut implements RunObserver, RecordSink {
  readonly #observers: readonly RunObserver[];
  interrupt = false;

  constructor(observers: readonly RunObserver[]) {
    this.#observers = observers;
  }

  record(code: RecordCode, timeUs: number, a: number, b: number, c: number, amount: number): void {
    const observers = this.#observers;
    for (let i = 0; i < observers.length; i++) (observers[i] as RunObserver).record(code, timeUs, a, b, c, amount);
  }

  payment(result: PaymentResult): void {
    for (const observer of this.#observers) observer.payment(result);
  }

  text(number: number, text: string): void {
    for (const observer of this.#observers) observer.text(number, text);
  }

  plays(timeline: Timeline): void {
    for (const observer of this.#observers) observer.plays?.(timeline);
  }

  started(start: RunStart): void {
    for (const observer of this.#observers) observer.started?.(start);
  }

  action(action: Action, timeUs: number): void {
    for (const observer of this.#observers) observer.action?.(action, timeUs);
  }

  dispatched(row: number, timeUs: number): void {
    for (const observer of this.#observers) observer.dispatched?.(row, timeUs);
  }

  ending(): void {
    for (const observer of this.#observers) observer.ending?.();
  }

  finish(endUs: number): void {
    for (const observer of this.#observers) observer.finish?.(endUs);
  }
}
