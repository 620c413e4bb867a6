/**
 * Expands activities and events: every payment with its time, source, destination and amount, every action with its
 * arguments resolved. Order and columns are the business of sealTimeline.
 */
import { RandomStream } from '../base/random.ts';
import { activityKind, eventKind } from '../kinds/registry.ts';
import type { Scenario } from '../spec/scenario.ts';
import { groupDigits } from '../spec/units.ts';
import type { ActivityPart, TimedAction } from '../timeline/seal.ts';
import type { Action } from '../timeline/timeline.ts';
import { PHASE } from '../timeline/timeline.ts';
import { checkAmounts, largestCapacities } from './amounts.ts';
import type { Planner } from './planner.ts';
import { occurrencesOf } from './schedule.ts';

export interface Expansion {
  readonly activities: readonly ActivityPart[];
  readonly actions: readonly TimedAction[];
}

/** All payments and actions; problems are reported through the planner. */
export function expand(scenario: Scenario, planner: Planner): Expansion {
  for (const event of scenario.events) eventKind(event.kind)?.declare?.(event, planner);
  const actions = [...miningActions(scenario, planner), ...eventActions(scenario, planner)];
  const activities = planActivities(scenario, planner, actions);
  return { activities, actions };
}

/** Blocks of `chain.mining`: at every, 2 · every, … before the end of the run. */
function miningActions(scenario: Scenario, planner: Planner): TimedAction[] {
  const { mining } = scenario.chain;
  if (mining === undefined) return [];
  const { everyUs, blocks } = mining;
  const { timesUs, tooMany } = occurrencesOf(
    { kind: 'every', everyUs, fromUs: everyUs },
    scenario.durationUs,
    planner.rowLimit,
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

function eventActions(scenario: Scenario, planner: Planner): TimedAction[] {
  const actions: TimedAction[] = [];
  for (const event of scenario.events) {
    const kind = eventKind(event.kind);
    if (kind === undefined) continue; // reported by the reader
    const { timesUs, late, tooMany } = occurrencesOf(event.schedule.value, scenario.durationUs, planner.rowLimit);
    if (tooMany) {
      planner.report('E603', event.schedule, `this event happens more than ${groupDigits(planner.rowLimit)} times`);
      continue;
    }
    if (late > 0) {
      const message =
        timesUs.length === 0
          ? 'the event would be after the end of the run, and is left out'
          : `times after the end of the run are left out (${late} of ${late + timesUs.length})`;
      planner.report('W601', event.schedule, message);
    }
    const args = kind.plan(event, planner);
    if (args === null) continue;
    const action: Action = { kind: kind.name, args };
    for (const timeUs of timesUs) actions.push({ timeUs, phase: kind.phase, action });
  }
  return actions;
}

function planActivities(scenario: Scenario, planner: Planner, actions: readonly TimedAction[]): ActivityPart[] {
  const parts: ActivityPart[] = [];
  const largest = largestCapacities(planner.network, actions);
  let rows = actions.length;
  for (const use of scenario.activity) {
    const planned = activityKind(use.kind)?.plan(use, planner) ?? null;
    if (planned === null) continue;
    rows += planned.timeUs.length;
    if (rows > planner.rowLimit) {
      planner.report(
        'E603',
        use.name,
        `with this activity the timeline has more than ${groupDigits(planner.rowLimit)} rows`,
      );
      return parts;
    }
    checkAmounts(use, planned, largest, planner);
    const key = RandomStream.named(scenario.seed, 'activity', use.name.value, 'key');
    const { timeUs, source, destination, amountMsat, options } = planned;
    parts.push({
      name: use.name.value,
      kind: use.kind,
      profile: options,
      key: [key.u32(), key.u32()],
      timeUs,
      source,
      destination,
      amountMsat,
    });
  }
  return parts;
}
