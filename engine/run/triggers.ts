/**
 * Watches the conditions of conditional events on their grids of virtual time and says what happens. A condition counts
 * as false before its first evaluation, and one that cannot be evaluated is false.
 */
import { Condition } from '../kinds/condition.ts';
import type { TriggerState } from '../snapshot/document.ts';
import type { Timeline, TriggerPlan } from '../timeline/timeline.ts';
import type { RunView } from './run-view.ts';

interface Watch {
  readonly plan: TriggerPlan;
  readonly condition: Condition;
  nextUs: number;
  was: boolean;
  fired: number;
}

/** What one trigger does at an instant. */
export interface Firing {
  readonly plan: TriggerPlan;
  /** Row of Timeline.payments to be paid; −1 when it is an action. */
  readonly row: number;
}

export class Triggers {
  readonly #watches: Watch[];
  readonly #view: RunView;
  /** Next instant at which a condition is to be evaluated, µs; Infinity when there is none. */
  nextUs: number = Number.POSITIVE_INFINITY;
  /** Watches that are left at the present instant, in order. */
  #pending: Watch[] = [];

  constructor(timeline: Timeline, view: RunView) {
    this.#view = view;
    this.#watches = (timeline.triggers ?? []).map((plan) => ({
      plan,
      condition: new Condition(plan.when),
      nextUs: plan.everyUs,
      was: false,
      fired: 0,
    }));
    this.#plan();
  }

  /**
   * Evaluates conditions at `nextUs` in the order of the file until one fires; null when none of the rest does. Call it
   * again after a firing: the conditions behind it see what it did.
   */
  async check(): Promise<Firing | null> {
    const timeUs = this.nextUs;
    if (this.#pending.length === 0) this.#pending = this.#watches.filter((watch) => watch.nextUs === timeUs);
    for (let watch = this.#pending[0]; watch !== undefined; watch = this.#pending[0]) {
      const holds = await watch.condition.holds(this.#view.at(timeUs));
      const fires = holds && !watch.was;
      this.#pending.shift();
      watch.was = holds;
      watch.nextUs = fires && watch.plan.once ? Number.POSITIVE_INFINITY : timeUs + watch.plan.everyUs;
      if (this.#pending.length === 0) this.#plan();
      if (!fires) continue;
      const { payments } = watch.plan;
      const nth = watch.fired++;
      if (payments !== null && nth >= payments.count) continue;
      return { plan: watch.plan, row: payments === null ? -1 : payments.first + nth };
    }
    return null;
  }

  /** What each condition was, in the order of the file. */
  capture(): readonly TriggerState[] {
    return this.#watches.map(({ fired, nextUs, was }) => ({
      fired,
      next_us: Number.isFinite(nextUs) ? nextUs : null,
      was,
    }));
  }

  /** Takes over what capture wrote of the same triggers. */
  restore(states: readonly TriggerState[]): void {
    this.#watches.forEach((watch, i) => {
      const state = states[i];
      if (state === undefined) return;
      watch.fired = state.fired;
      watch.nextUs = state.next_us ?? Number.POSITIVE_INFINITY;
      watch.was = state.was;
    });
    this.#pending = [];
    this.#plan();
  }

  #plan(): void {
    this.nextUs = this.#watches.reduce((least, watch) => Math.min(least, watch.nextUs), Number.POSITIVE_INFINITY);
  }
}
