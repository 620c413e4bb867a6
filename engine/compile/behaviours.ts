/**
 * Plans the behaviours: who has an agent and when it is woken, what is planned beforehand, and the rows for what agents
 * may pay.
 */
import { compareText } from '../base/order.ts';
import type { BehaviourKind, BehaviourUse, PlannedBehaviour } from '../kinds/behaviour.ts';
import { behaviourKind } from '../kinds/registry.ts';
import type { BehaviourSpec, Scenario } from '../spec/scenario.ts';
import { formatDuration, groupDigits } from '../spec/units.ts';
import { parsePaymentOptions } from '../spec/values.ts';
import type { ActivityPart, BehaviourPart, TimedAction } from '../timeline/seal.ts';
import { activityKey } from './activities.ts';
import type { Planner } from './planner.ts';

export interface BehaviourParts {
  readonly behaviours: readonly BehaviourPart[];
  /** In the order of the behaviours' names. */
  readonly actions: readonly TimedAction[];
  /** Activities of the payments that agents make. */
  readonly activities: readonly ActivityPart[];
}

/** All behaviours; `rows` and `activities` are those that the timeline has already. */
export function planBehaviours(
  scenario: Scenario,
  planner: Planner,
  rows: number,
  activities: readonly ActivityPart[],
): BehaviourParts {
  const taken = new Set([...scenario.activity, ...activities].map(nameOf));
  const parts = { behaviours: [] as BehaviourPart[], actions: [] as TimedAction[], activities: [] as ActivityPart[] };
  let total = rows;
  for (const spec of [...(scenario.behaviours ?? [])].sort((a, b) => compareText(a.name.value, b.name.value))) {
    const kind = behaviourKind(spec.kind);
    if (kind === undefined) continue; // reported by the reader
    const name = spec.name.value;
    if (taken.has(name)) {
      planner.report('E405', spec.name, `there is an activity \`${name}\`, too`, 'rename one of the two');
      continue;
    }
    const use = usedAs(spec, kind, scenario, planner);
    const plan = use === null ? null : kind.plan(use, planner);
    if (use === null || plan === null) continue;
    const { actions = [], paymentsPerWake = 0 } = plan;
    const wakes = wakesOf(spec, kind, use);
    if (wakes?.count === 0 && use.startUs < use.endUs) {
      const first = formatDuration(wakes.firstUs);
      const message = `the nodes would first look at their channels at ${first}, when the behaviour is over`;
      planner.report('W601', spec.everyUs ?? spec.name, message, 'write `start: 0s`, or a shorter `every`');
    }
    const woken = (wakes?.count ?? 0) * use.nodes.length;
    const paying = woken * paymentsPerWake;
    total += actions.length + paying;
    if (total > planner.rowLimit || woken > planner.rowLimit) {
      const limit = groupDigits(planner.rowLimit);
      const message =
        woken > planner.rowLimit
          ? `its nodes look at their channels more than ${limit} times`
          : `with this behaviour the timeline has more than ${limit} rows`;
      planner.report('E603', spec.name, message, woken > planner.rowLimit ? 'lengthen `every`' : undefined);
      continue;
    }
    parts.actions.push(...actions);
    parts.behaviours.push({
      name,
      kind: kind.name,
      nodes: use.nodes,
      channels: use.channels,
      args: plan.args,
      wakes,
      paymentsPerNode: (wakes?.count ?? 0) * paymentsPerWake,
    });
    if (kind.pays) parts.activities.push(payments(use, kind, plan, paying / use.nodes.length, scenario.seed));
  }
  return parts;
}

/** The name of an activity as it is written or as it is planned. */
function nameOf({ name }: { readonly name: string | { readonly value: string } }): string {
  return typeof name === 'string' ? name : name.value;
}

/** What all kinds have in common, resolved; null after a report. */
function usedAs(spec: BehaviourSpec, kind: BehaviourKind, scenario: Scenario, planner: Planner): BehaviourUse | null {
  const { name, args, startUs, lengthUs, everyUs } = spec;
  const nodes = planner.nodes(spec.nodes.value, spec.nodes);
  let failed = nodes === null;
  const refuse = (key: 'channels' | 'every', message: string): void => {
    planner.report('E607', planner.place(name, key), message);
    failed = true;
  };
  if (everyUs !== undefined && kind.everyUs === null) {
    refuse('every', `everything that \`${kind.name}\` does is planned beforehand, so that it takes no \`every\``);
  }
  if (spec.channels !== undefined && !kind.choosesChannels) {
    refuse('channels', `\`${kind.name}\` is about nodes and takes no \`channels\``);
  }
  const channels = spec.channels === undefined || failed ? null : channelsOf(spec, nodes ?? [], planner);
  if (failed || nodes === null || (spec.channels !== undefined && channels === null)) return null;
  const from = startUs?.value ?? 0;
  if (from >= scenario.durationUs && startUs !== undefined) {
    planner.report('W601', startUs, 'the behaviour begins after the end of the run, so that it never does anything');
  }
  const endUs = Math.min(scenario.durationUs, lengthUs === undefined ? scenario.durationUs : from + lengthUs.value);
  return { name, args, nodes, channels, startUs: from, endUs, isOpen: endUs === scenario.durationUs };
}

/** Channels that a behaviour names, in order; null after reporting that one of them belongs to none of its nodes. */
function channelsOf(spec: BehaviourSpec, nodes: readonly number[], planner: Planner): readonly number[] | null {
  const own = new Set(nodes);
  const found = new Set<number>();
  let failed = false;
  for (const pattern of spec.channels ?? []) {
    const named = planner.channelsLike(pattern);
    const theirs = named.filter((channel) => {
      const plan = planner.network.channels[channel];
      // Who has a channel that is opened later is seen when it is there.
      return plan === undefined || own.has(plan.node0) || own.has(plan.node1);
    });
    if (theirs.length === 0) {
      failed = true;
      if (named.length > 0) {
        planner.report('E607', pattern, `\`${pattern.value}\` is no channel of the nodes of this behaviour`);
      }
    }
    for (const channel of theirs) found.add(channel);
  }
  return failed ? null : [...found].sort((a, b) => a - b);
}

function wakesOf({ startUs, everyUs }: BehaviourSpec, kind: BehaviourKind, use: BehaviourUse): BehaviourPart['wakes'] {
  if (kind.everyUs === null) return null;
  const every = everyUs?.value ?? kind.everyUs;
  const firstUs = startUs === undefined ? every : use.startUs;
  const count = firstUs >= use.endUs ? 0 : Math.floor((use.endUs - 1 - firstUs) / every) + 1;
  return { firstUs, everyUs: every, count };
}

/** Rows that the agents fill when they pay; until then each says that a node pays itself nothing. */
function payments(
  { name, nodes }: BehaviourUse,
  kind: BehaviourKind,
  plan: PlannedBehaviour,
  perNode: number,
  seed: number,
): ActivityPart {
  const payer = Int32Array.from({ length: perNode * nodes.length }, (_, i) => nodes[Math.floor(i / perNode)] as number);
  return {
    name: name.value,
    kind: kind.name,
    profile: plan.options ?? parsePaymentOptions({}),
    key: activityKey(seed, name.value),
    timeUs: [],
    source: payer,
    destination: payer,
    amountMsat: new Float64Array(payer.length),
    ...(plan.options?.routes === undefined ? {} : { lane: new Uint16Array(payer.length) }),
  };
}
