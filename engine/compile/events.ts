/**
 * Plans the events: actions at their instants, payments that events make, and what happens on a condition. Blocks of
 * `chain.mining` are events, too.
 */
import type { EventKind } from '../kinds/kind.ts';
import { eventKind } from '../kinds/registry.ts';
import type { EventSpec, Scenario, ScheduleSpec } from '../spec/scenario.ts';
import { groupDigits } from '../spec/units.ts';
import type { ActivityPart, TimedAction, TriggerPart } from '../timeline/seal.ts';
import type { Action } from '../timeline/timeline.ts';
import { PHASE } from '../timeline/timeline.ts';
import { activityKey } from './activities.ts';
import { eventActivity } from './expressions.ts';
import { checkMethod } from './payment-method.ts';
import type { Planner } from './planner.ts';
import { occurrencesOf } from './schedule.ts';

/** An event as planned: what happens, and when; without times it waits for its condition. */
export interface PlannedEvent {
  readonly use: EventSpec;
  readonly kind: EventKind;
  readonly args: Action['args'];
  readonly timesUs: readonly number[] | null;
}

export interface EventParts {
  readonly actions: readonly TimedAction[];
  /** Activities of the payments that events make. */
  readonly activities: readonly ActivityPart[];
  readonly triggers: readonly TriggerPart[];
  readonly planned: readonly PlannedEvent[];
}

/** Blocks of `chain.mining`: at every, 2 · every, … before the end of the run. */
export function miningActions(scenario: Scenario, planner: Planner): TimedAction[] {
  const { mining } = scenario.chain;
  if (mining === undefined) return [];
  const { everyUs, blocks } = mining;
  const { timesUs, tooMany } = occurrencesOf(
    { kind: 'every', everyUs, fromUs: everyUs },
    scenario.durationUs,
    planner.rowLimit,
    scenario.epochMs,
  );
  if (tooMany) {
    planner.report(
      'E603',
      planner.section('chain', 'mining', 'every'),
      `mining makes more than ${groupDigits(planner.rowLimit)} rows`,
    );
  }
  // One object for all occurrences: a long run has many.
  const action: Action = { kind: 'mine', args: { blocks } };
  return timesUs.map((timeUs) => ({ timeUs, phase: PHASE.chain, action }));
}

/** All events of the file, in its order. */
export function planEvents(scenario: Scenario, planner: Planner): EventParts {
  const actions: TimedAction[] = [];
  const activities: ActivityPart[] = [];
  const triggers: TriggerPart[] = [];
  const planned: PlannedEvent[] = [];
  scenario.events.forEach((use, index) => {
    const kind = eventKind(use.kind);
    if (kind === undefined) return; // reported by the reader
    const schedule = use.schedule.value;
    const timesUs = schedule.kind === 'when' ? null : timesOf(use, schedule, scenario, planner);
    if (timesUs === undefined) return;
    const args = kind.plan(use, planner);
    if (args === null) return;
    planned.push({ use, kind, args, timesUs });
    const action: Action = { kind: kind.name, args };
    const activity = kind.payment === undefined ? null : eventActivity(index);
    if (activity !== null) {
      const count = timesUs?.length ?? mostFirings(schedule, scenario.durationUs);
      if (count > planner.rowLimit) {
        planner.report('E603', use.schedule, `this event may happen more than ${groupDigits(planner.rowLimit)} times`);
        return;
      }
      if (scenario.activity.some(({ name }) => name.value === activity)) {
        const message = `the payments of this event make an activity \`${activity}\`, and there is one of that name`;
        planner.report('E405', use.args, message, 'rename the activity');
        return;
      }
      const part = paymentPart(activity, { use, kind, args, timesUs }, count, scenario.seed);
      checkMethod(use.args, part.profile, part.source, planner);
      activities.push(part);
    }
    if (schedule.kind === 'when') {
      const { condition, everyUs, once } = schedule;
      triggers.push({ when: condition.value, everyUs, once, action: activity === null ? action : null, activity });
    } else if (activity === null) {
      for (const timeUs of timesUs ?? []) actions.push({ timeUs, phase: kind.phase, action });
    }
  });
  return { actions, activities, triggers, planned };
}

/** The instants; undefined after reporting that there are too many. */
function timesOf(
  { schedule }: EventSpec,
  timed: Exclude<ScheduleSpec, { kind: 'when' }>,
  scenario: Scenario,
  planner: Planner,
): readonly number[] | undefined {
  const { timesUs, late, tooMany } = occurrencesOf(timed, scenario.durationUs, planner.rowLimit, scenario.epochMs);
  if (tooMany) {
    planner.report('E603', schedule, `this event happens more than ${groupDigits(planner.rowLimit)} times`);
    return undefined;
  }
  if (late > 0) {
    const message =
      timed.kind === 'cron'
        ? 'the expression matches no instant of the run, so that the event never happens'
        : timesUs.length === 0
          ? 'the event would be after the end of the run, and is left out'
          : `times after the end of the run are left out (${late} of ${late + timesUs.length})`;
    planner.report('W601', schedule, message);
  }
  return timesUs;
}

/** How often a condition can become true: between two times it must be false. */
function mostFirings(schedule: ScheduleSpec, durationUs: number): number {
  if (schedule.kind !== 'when') return 0;
  return schedule.once ? 1 : Math.ceil(Math.floor(durationUs / schedule.everyUs) / 2);
}

function paymentPart(
  name: string,
  { use, kind, args, timesUs }: PlannedEvent,
  count: number,
  seed: number,
): ActivityPart {
  const payment = kind.payment?.(args, use);
  if (payment === undefined) throw new Error(`${kind.name} makes no payment`);
  return {
    name,
    kind: kind.name,
    profile: payment.options,
    key: activityKey(seed, name),
    action: { kind: kind.name, args },
    timeUs: timesUs ?? [],
    source: new Int32Array(count).fill(payment.source),
    destination: new Int32Array(count).fill(payment.destination),
    amountMsat: new Float64Array(count).fill(payment.amountMsat),
  };
}
