/**
 * What activities do when their payments fail one after the other: stop, or pause for a time that grows. Decides by
 * results in their order alone. Must not start anything itself: it is asked before a payment is made.
 */
import { OUTCOME, type PaymentResult } from '../simulate/records.ts';
import type { ReactionState } from '../snapshot/document.ts';
import type { FailureReaction, Timeline } from '../timeline/timeline.ts';

export class Reactions {
  readonly #timeline: Timeline;
  /** By activity: failures in a row, and the instant before which nothing is paid (Infinity: never again), µs. */
  readonly #failures: Uint32Array;
  readonly #quietUntilUs: Float64Array;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
    this.#failures = new Uint32Array(timeline.activities.length);
    this.#quietUntilUs = new Float64Array(timeline.activities.length);
  }

  /** The first instant at which an activity may pay again; in the past when it may now. */
  quietUntilUs(activity: number): number {
    return this.#quietUntilUs[activity] as number;
  }

  /** What failures have led to. */
  capture(): readonly ReactionState[] {
    return this.#timeline.activities.flatMap(({ name }, i) => {
      const failures = this.#failures[i] as number;
      const quietUntilUs = this.#quietUntilUs[i] as number;
      if (failures === 0 && quietUntilUs === 0) return [];
      return [{ activity: name, failures, quiet_until_us: Number.isFinite(quietUntilUs) ? quietUntilUs : null }];
    });
  }

  /** Takes over what capture wrote; activities that this timeline lacks are passed over. */
  restore(states: readonly ReactionState[]): void {
    const indexes = new Map(this.#timeline.activities.map(({ name }, i) => [name, i]));
    for (const { activity, failures, quiet_until_us: until } of states) {
      const index = indexes.get(activity);
      if (index === undefined) continue;
      this.#failures[index] = failures;
      this.#quietUntilUs[index] = until ?? Number.POSITIVE_INFINITY;
    }
  }

  /** Notes how a payment ended. */
  resolved(result: PaymentResult): void {
    const activity = this.#timeline.payments.activity[result.payment] as number;
    const reaction = this.#timeline.activities[activity]?.onFailure;
    if (reaction === undefined) return;
    if (result.outcome === OUTCOME.Success) {
      this.#failures[activity] = 0;
      return;
    }
    const failures = (this.#failures[activity] as number) + 1;
    this.#failures[activity] = failures;
    const until = quietUntil(reaction, failures, result.resolvedUs);
    this.#quietUntilUs[activity] = Math.max(this.#quietUntilUs[activity] as number, until);
  }
}

/** Until when nothing is paid after so many failures in a row, the last of them now. */
function quietUntil(reaction: FailureReaction, failures: number, nowUs: number): number {
  if (reaction.kind === 'stop') return failures >= reaction.after ? Number.POSITIVE_INFINITY : 0;
  let pauseUs = reaction.firstUs;
  // A factor of 1 changes nothing, however often.
  const steps = reaction.factor === 1 ? 1 : failures;
  for (let i = 1; i < steps && pauseUs < reaction.maxUs; i++) pauseUs *= reaction.factor;
  return nowUs + Math.floor(Math.min(pauseUs, reaction.maxUs));
}
