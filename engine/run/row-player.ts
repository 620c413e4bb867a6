/** Makes the rows of a timeline happen: payments and actions. When each is due, and in which order, is the run's business. */
import type { Backend } from '../backends/backend.ts';
import type { RunControl } from '../kinds/kind.ts';
import type { Action, Timeline } from '../timeline/timeline.ts';
import { PHASE } from '../timeline/timeline.ts';
import type { FanOut } from './observers.ts';
import type { Reactions } from './reactions.ts';
import type { RunInput } from './run-contract.ts';
import { asRunFailure, guarded, RunFailure } from './run-failure.ts';

export class RowPlayer {
  readonly #timeline: Timeline;
  readonly #backend: Backend;
  readonly #kinds: RunInput['kinds'];
  readonly #sink: FanOut;
  readonly #reactions: Reactions;
  readonly #control: RunControl;

  constructor(
    timeline: Timeline,
    { backend, kinds }: RunInput,
    sink: FanOut,
    reactions: Reactions,
    control: RunControl,
  ) {
    this.#timeline = timeline;
    this.#backend = backend;
    this.#kinds = kinds;
    this.#sink = sink;
    this.#reactions = reactions;
    this.#control = control;
  }

  /** Applies one row; answers a promise only when the backend does. @throws RunFailure */
  row(row: number, timeUs: number): Promise<void> | undefined {
    const ref = this.#timeline.ref[row] as number;
    if (this.#timeline.phase[row] === PHASE.payment) return this.pay(ref, timeUs);
    const action = this.#timeline.actions[ref];
    if (action === undefined) throw new RunFailure('internal', `the timeline has no action ${ref}`);
    return this.act(action, timeUs);
  }

  /** Makes a payment, unless its activity has stopped or pauses. @throws RunFailure */
  pay(payment: number, timeUs: number): Promise<void> | undefined {
    const activity = this.#timeline.payments.activity[payment] as number;
    if (timeUs < this.#reactions.quietUntilUs(activity)) return undefined;
    const action = this.#timeline.activities[activity]?.action;
    this.#sink.dispatched(payment, timeUs);
    if (action !== undefined) return this.act({ kind: action.kind, args: { ...action.args, row: payment } }, timeUs);
    try {
      const paid = this.#backend.pay(payment);
      return paid instanceof Promise ? guarded(paid) : undefined;
    } catch (error) {
      throw asRunFailure(error);
    }
  }

  /** Makes an action happen. @throws RunFailure */
  act(action: Action, timeUs: number): Promise<void> | undefined {
    try {
      const kind = this.#kinds.get(action.kind);
      if (kind === undefined) {
        throw new RunFailure('internal', `the timeline has an action of unknown kind '${action.kind}'`);
      }
      this.#sink.action(action, timeUs);
      const applied = kind.apply(action.args, this.#backend, this.#control);
      return applied instanceof Promise ? guarded(applied) : undefined;
    } catch (error) {
      throw asRunFailure(error);
    }
  }
}
