/**
 * Plays closed loops: a payment that resolves makes room for the next one of its loop, after that one's think time. What
 * is paid is drawn in the timeline; only the instant arises here, from results alone. The order of payments that are due
 * at one instant is that of their activities' names, then of their numbers.
 */
import { OUTCOME, type PaymentResult } from '../simulate/records.ts';
import type { LoopState } from '../snapshot/document.ts';
import type { LoopPlan, Timeline } from '../timeline/timeline.ts';
import type { Reactions } from './reactions.ts';

/** A payment that is due. */
export interface DuePayment {
  readonly timeUs: number;
  /** Index into Timeline.activities, and the payment's number within it. */
  readonly activity: number;
  readonly nth: number;
  /** Row of Timeline.payments. */
  readonly row: number;
}

export class Loops {
  readonly #timeline: Timeline;
  readonly #reactions: Reactions;
  /** Loops by their activity, with the number of payments handed out so far. */
  readonly #loops: ReadonlyMap<number, { readonly plan: LoopPlan; given: number }>;
  /** In order. */
  readonly #due: DuePayment[] = [];
  #open = true;

  constructor(timeline: Timeline, reactions: Reactions) {
    this.#timeline = timeline;
    this.#reactions = reactions;
    this.#loops = new Map((timeline.loops ?? []).map((plan) => [plan.activity, { plan, given: 0 }]));
    for (const { plan } of this.#loops.values()) {
      for (let slot = 0; slot < plan.concurrency; slot++) {
        this.#next(plan.activity, plan.startUs, plan.atOnce, null);
      }
    }
  }

  /** The payment that is due first. */
  peek(): DuePayment | undefined {
    return this.#due[0];
  }

  /** Takes the first payment out. */
  take(): DuePayment | undefined {
    return this.#due.shift();
  }

  /** Notes how a payment ended; true when another one is due because of it. */
  resolved(result: PaymentResult): boolean {
    if (!this.#open) return false;
    return this.#next(this.#timeline.payments.activity[result.payment] as number, result.resolvedUs, false, result);
  }

  /** How far each loop is. */
  capture(): readonly LoopState[] {
    return [...this.#loops].map(([activity, { given }]) => ({
      activity: this.#timeline.activities[activity]?.name ?? '',
      due: this.#due.filter((due) => due.activity === activity).map(({ nth, timeUs }) => [nth, timeUs] as const),
      given,
    }));
  }

  /** Takes over how far the loops were at an instant, µs; those that begin later are left as they are. */
  restore(states: readonly LoopState[], nowUs: number): void {
    const byName = new Map(states.map((state) => [state.activity, state]));
    for (const [activity, loop] of this.#loops) {
      const state = byName.get(this.#timeline.activities[activity]?.name ?? '');
      if (state === undefined || loop.plan.startUs > nowUs) continue;
      loop.given = state.given;
      for (let i = this.#due.length - 1; i >= 0; i--) if (this.#due[i]?.activity === activity) this.#due.splice(i, 1);
      for (const [nth, timeUs] of state.due) this.#insert({ timeUs, activity, nth, row: loop.plan.first + nth });
    }
  }

  /** From now on nothing becomes due any more. */
  close(): void {
    this.#open = false;
    this.#due.length = 0;
  }

  /** Makes the next payment of a loop due, `before` being the one that makes room for it; false when there is none. */
  #next(activity: number, nowUs: number, atOnce: boolean, before: PaymentResult | null): boolean {
    const loop = this.#loops.get(activity);
    if (loop === undefined || loop.given === loop.plan.count) return false;
    const { plan } = loop;
    let nth = loop.given;
    let pauseUs = 0;
    if (plan.retryUs !== undefined && before !== null) {
      nth = before.payment - plan.first + plan.concurrency;
      if (nth >= plan.count) return false;
      if (!cameToRecipient(before)) pauseUs = plan.retryUs;
    }
    const ready = atOnce ? nowUs : nowUs + Math.max(pauseUs, plan.thinkUs[nth] as number);
    const timeUs = Math.max(ready, this.#reactions.quietUntilUs(activity));
    if (timeUs >= plan.endUs) return false;
    loop.given++;
    this.#insert({ timeUs, activity, nth, row: plan.first + nth });
    return true;
  }

  #insert(due: DuePayment): void {
    let at = this.#due.length;
    while (at > 0 && comesBefore(due, this.#due[at - 1] as DuePayment)) at--;
    this.#due.splice(at, 0, due);
  }
}

/** Whether its recipient was the one who failed it, or it succeeded. */
function cameToRecipient({ outcome, failureHop, channels }: PaymentResult): boolean {
  return outcome === OUTCOME.Success || (channels.length > 0 && failureHop === channels.length);
}

function comesBefore(a: DuePayment, b: DuePayment): boolean {
  if (a.timeUs !== b.timeUs) return a.timeUs < b.timeUs;
  return a.activity === b.activity ? a.nth < b.nth : a.activity < b.activity;
}
