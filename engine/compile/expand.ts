/**
 * Expands activities and events: every payment with its time, source, destination and amount, every action with its
 * arguments resolved. Order and columns are the business of sealTimeline.
 */
import { eventKind } from '../kinds/registry.ts';
import type { Scenario } from '../spec/scenario.ts';
import type { ActivityPart, BehaviourPart, TimedAction, TriggerPart } from '../timeline/seal.ts';
import { planActivities } from './activities.ts';
import { planBehaviours } from './behaviours.ts';
import { miningActions, planEvents } from './events.ts';
import type { Planner } from './planner.ts';
import { warnOfDeepReorgs } from './reorg-depths.ts';
import { warnOfStoppedNodes } from './stopped-nodes.ts';
import { warnOfUnconfirmedOpenings } from './unconfirmed-openings.ts';
import { warnOfUnusableChannels } from './unusable-channels.ts';

export interface Expansion {
  readonly activities: readonly ActivityPart[];
  readonly actions: readonly TimedAction[];
  readonly triggers: readonly TriggerPart[];
  readonly behaviours: readonly BehaviourPart[];
}

/**
 * All payments and actions; problems are reported through the planner.
 * @param ownBlocks blocks are found by the scenario alone, and not by the backend
 */
export function expand(scenario: Scenario, planner: Planner, ownBlocks: boolean): Expansion {
  for (const event of scenario.events) eventKind(event.kind)?.declare?.(event, planner);
  const mining = miningActions(scenario, planner);
  const events = planEvents(scenario, planner);
  const actions = [...mining, ...events.actions];
  const rows = events.activities.reduce((sum, part) => sum + part.source.length, actions.length);
  const paying = [...planActivities(scenario, planner, actions, rows), ...events.activities];
  const behaviours = planBehaviours(
    scenario,
    planner,
    paying.reduce((sum, part) => sum + part.source.length, actions.length),
    paying,
  );
  const activities = [...paying, ...behaviours.activities];
  warnOfStoppedNodes(events.planned, planner);
  warnOfDeepReorgs(events.planned, mining, scenario.snapshot !== undefined, planner);
  if (ownBlocks) warnOfUnconfirmedOpenings(events.planned, mining, planner);
  warnOfUnusableChannels(scenario, planner);
  return {
    activities,
    actions: [...actions, ...behaviours.actions],
    triggers: events.triggers,
    behaviours: behaviours.behaviours,
  };
}
