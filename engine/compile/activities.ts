/**
 * Plans the activities: every payment with its source, destination and amount, and its time where that is known. An
 * activity that comes after another one is planned after it, whatever the order of the file.
 */
import type { Json } from '../base/json.ts';
import { RandomStream } from '../base/random.ts';
import type { PlannedPayments } from '../kinds/kind.ts';
import { activityKind } from '../kinds/registry.ts';
import type { ActivitySpec, Placed, Scenario } from '../spec/scenario.ts';
import { nearest } from '../spec/suggest.ts';
import { groupDigits } from '../spec/units.ts';
import type { ActivityPart, TimedAction } from '../timeline/seal.ts';
import { checkAmounts, largestCapacities } from './amounts.ts';
import { checkMethod } from './payment-method.ts';
import type { Planner } from './planner.ts';

/** The key of the draws that are made while an activity's payments are played. */
export function activityKey(seed: number, name: string): readonly [number, number] {
  const key = RandomStream.named(seed, 'activity', name, 'key');
  return [key.u32(), key.u32()];
}

/** All activities of the file, in its order; `rows` are those that the timeline has already. */
export function planActivities(
  scenario: Scenario,
  planner: Planner,
  actions: readonly TimedAction[],
  rows: number,
): ActivityPart[] {
  const planned = planAll(scenario, planner);
  const largest = largestCapacities(planner.network, actions);
  const parts: ActivityPart[] = [];
  let total = rows;
  for (const use of scenario.activity) {
    const plan = planned.get(use.name.value) ?? null;
    if (plan === null) continue;
    total += plan.source.length;
    if (total > planner.rowLimit) {
      const limit = groupDigits(planner.rowLimit);
      planner.report('E603', use.name, `with this activity the timeline has more than ${limit} rows`);
      return parts;
    }
    checkAmounts(use, plan, largest, planner);
    checkMethod(use.args, plan.options, plan.source, planner);
    const { timeUs, source, destination, amountMsat, lane, options, onFailure, loop } = plan;
    parts.push({
      name: use.name.value,
      kind: use.kind,
      profile: options,
      key: activityKey(scenario.seed, use.name.value),
      ...(onFailure === undefined ? {} : { onFailure }),
      ...(loop === undefined ? {} : { loop }),
      timeUs,
      source,
      destination,
      amountMsat,
      ...(lane === undefined ? {} : { lane }),
    });
  }
  return parts;
}

/** The plans by name, null where an error was reported. */
function planAll(scenario: Scenario, planner: Planner): ReadonlyMap<string, PlannedPayments | null> {
  const uses = new Map(scenario.activity.map((use) => [use.name.value, use]));
  const planned = new Map<string, PlannedPayments | null>();
  /** Names of the activities that are being planned, each for the sake of the one before. */
  const path: string[] = [];
  const plan = (use: ActivitySpec): PlannedPayments | null => {
    const name = use.name.value;
    let result = planned.get(name);
    if (result === undefined) {
      path.push(name);
      result = activityKind(use.kind)?.plan(use, planner) ?? null;
      path.pop();
      planned.set(name, result);
    }
    return result;
  };
  planner.setEndings((at: Placed<Json>) => {
    const name = String(at.value);
    const use = uses.get(name);
    if (use === undefined) {
      const near = nearest(name, [...uses.keys()]);
      const hint = near === undefined ? undefined : `did you mean \`${near}\`?`;
      planner.report('E421', at, `there is no activity \`${name}\``, hint);
      return null;
    }
    if (path.includes(name)) {
      const circle = [...path.slice(path.indexOf(name)), name].join(' after ');
      planner.report('E621', at, `the activities wait for each other: ${circle}`);
      return null;
    }
    const before = plan(use);
    if (before === null) return null;
    if (before.endUs === null) {
      const what = `nobody can say before the run when \`${name}\` ends`;
      planner.report('E622', at, what, `give \`${name}\` a \`duration\``);
    }
    return before.endUs;
  });
  for (const use of scenario.activity) plan(use);
  return planned;
}
