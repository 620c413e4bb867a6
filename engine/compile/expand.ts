/**
 * Expands activities and events: every payment with its time, source, destination and amount, every action with its
 * arguments resolved. Order and columns are the business of sealTimeline.
 */
import { eventKind } from '../kinds/registry.ts';
import type { Scenario } from '../spec/scenario.ts';
import type { ActivityPart, TimedAction, TriggerPart } from '../timeline/seal.ts';
import { planActivities } from './activities.ts';
import { miningActions, planEvents } from './events.ts';
import type { Planner } from './planner.ts';
import { warnOfStoppedNodes } from './stopped-nodes.ts';
import { warnOfUnusableChannels } from './unusable-channels.ts';

export interface Expansion {
  readonly activities: readonly ActivityPart[];
  readonly actions: readonly TimedAction[];
  readonly triggers: readonly TriggerPart[];
}

/** All payments and actions; problems are reported through the planner. */
export function expand(scenario: Scenario, planner: Planner): Expansion {
  for (const event of scenario.events) eventKind(event.kind)?.declare?.(event, planner);
  const mining = miningActions(scenario, planner);
  const events = planEvents(scenario, planner);
  const actions = [...mining, ...events.actions];
  const rows = events.activities.reduce((sum, part) => sum + part.source.length, actions.length);
  const activities = [...planActivities(scenario, planner, actions, rows), ...events.activities];
  warnOfStoppedNodes(events.planned, planner);
  warnOfUnusableChannels(scenario, planner);
  return { activities, actions, triggers: events.triggers };
}
