/**
 * Makes a timeline of its parts: one total order over everything that happens.
 *
 * The order is (time, phase, sequence). At one instant and in one phase, actions keep the order of the file, and payments
 * are ordered by (name of the activity, number within it): changing the order of the activities in the file, or adding
 * one, changes nothing about the order of the others. Must not draw anything at random and must not look at the
 * scenario: whatever it is handed is final.
 */
import { compareText } from '../base/order.ts';
import type { ChainPlan, NetworkPlan } from './network.ts';
import { stableOrder } from './radix-sort.ts';
import type {
  Action,
  BehaviourPlan,
  FailureReaction,
  InvoicePlan,
  LoopPlan,
  PaymentProfile,
  Phase,
  PlannedCapture,
  PlannedExpectation,
  Timeline,
  TimelineActivity,
  TriggerPlan,
} from './timeline.ts';
import { PHASE } from './timeline.ts';

/** One action with its instant. */
export interface TimedAction {
  readonly timeUs: number;
  readonly phase: Phase;
  readonly action: Action;
}

/** A closed loop without what the seal knows. */
export type LoopPart = Omit<LoopPlan, 'activity' | 'first' | 'count'>;

/** A conditional event: it makes an action happen, or the payments of the activity of this name. */
export interface TriggerPart {
  readonly when: string;
  readonly everyUs: number;
  readonly once: boolean;
  readonly action: Action | null;
  readonly activity: string | null;
}

/** A behaviour without what the seal knows; its payments are those of the activity of the same name. */
export interface BehaviourPart extends Omit<BehaviourPlan, 'payments'> {
  /** Payments for which there is room, for each node. */
  readonly paymentsPerNode: number;
}

/** An activity with its payments, which must be in order of time. Amounts msat, times µs, nodes are indexes. */
export interface ActivityPart {
  readonly name: string;
  readonly kind: string;
  readonly profile: PaymentProfile;
  readonly key: readonly [number, number];
  readonly onFailure?: FailureReaction;
  readonly action?: Action;
  readonly loop?: LoopPart;
  /** Payments beyond these times have none: a loop or a trigger makes them. */
  readonly timeUs: ArrayLike<number>;
  readonly source: ArrayLike<number>;
  readonly destination: ArrayLike<number>;
  readonly amountMsat: ArrayLike<number>;
  /** Which of the profile's routes each payment takes; absent where it has none. */
  readonly lane?: ArrayLike<number>;
  /** Numbers of the payments where they do not count from 0. */
  readonly nth?: ArrayLike<number>;
}

export interface TimelineParts {
  readonly name: string;
  readonly seed: number;
  readonly durationUs: number;
  readonly epochMs: number;
  readonly chain: ChainPlan;
  readonly gossipUs: number;
  readonly start?: Timeline['start'];
  readonly captures?: readonly PlannedCapture[];
  readonly network: NetworkPlan;
  readonly channelNames: readonly string[];
  readonly invoices?: readonly InvoicePlan[];
  /** In any order; names are unique. */
  readonly activities: readonly ActivityPart[];
  /** In the order of the file. */
  readonly actions: readonly TimedAction[];
  readonly expectations: readonly PlannedExpectation[];
  /** In the order of the file. */
  readonly triggers?: readonly TriggerPart[];
  /** In any order; names are unique. */
  readonly behaviours?: readonly BehaviourPart[];
}

/** Phases in which actions may stand, in order; payments go between control and observe. */
const BEFORE_PAYMENTS: readonly Phase[] = [PHASE.chain, PHASE.control];
const AFTER_PAYMENTS: readonly Phase[] = [PHASE.physics, PHASE.observe];

/** Seals the parts. Times must be integers in [0, 2^53). */
export function sealTimeline(parts: TimelineParts): Timeline {
  const activities = [...parts.activities].sort((a, b) => compareText(a.name, b.name));
  let timedCount = 0;
  let paymentCount = 0;
  for (const activity of activities) {
    timedCount += activity.timeUs.length;
    paymentCount += activity.source.length;
  }
  const length = timedCount + parts.actions.length;

  // Rows are laid out in order of (phase, sequence); a stable sort by time then gives the total order.
  const time = new Float64Array(length);
  const phase = new Uint8Array(length);
  const owner = new Int32Array(length); // the action's index, or the activity's
  let row = 0;
  const layActions = (phases: readonly Phase[]): void => {
    for (const wanted of phases) {
      parts.actions.forEach((timed, index) => {
        if (timed.phase !== wanted) return;
        time[row] = timed.timeUs;
        phase[row] = wanted;
        owner[row] = index;
        row++;
      });
    }
  };
  layActions(BEFORE_PAYMENTS);
  // Where the rows of each activity begin.
  const begin = new Int32Array(activities.length);
  activities.forEach(({ timeUs: times }, index) => {
    begin[index] = row;
    time.set(times, row);
    owner.fill(index, row, row + times.length);
    row += times.length;
  });
  phase.fill(PHASE.payment, row - timedCount, row);
  layActions(AFTER_PAYMENTS);

  const order = stableOrder(time);
  const timeUs = new Float64Array(length);
  const phases = new Uint8Array(length);
  const ref = new Int32Array(length);
  const source = new Int32Array(paymentCount);
  const destination = new Int32Array(paymentCount);
  const amountMsat = new Float64Array(paymentCount);
  const activityOf = new Int32Array(paymentCount);
  const nth = new Int32Array(paymentCount);
  const lane = activities.some((part) => part.lane !== undefined) ? new Uint16Array(paymentCount) : undefined;
  const actions: Action[] = [];
  let payment = 0;
  const put = (index: number, n: number): void => {
    const part = activities[index] as ActivityPart;
    source[payment] = part.source[n] as number;
    destination[payment] = part.destination[n] as number;
    amountMsat[payment] = part.amountMsat[n] as number;
    activityOf[payment] = index;
    nth[payment] = part.nth?.[n] ?? n;
    if (lane !== undefined) lane[payment] = part.lane?.[n] ?? 0;
    payment++;
  };
  for (let i = 0; i < length; i++) {
    const from = order[i] as number;
    timeUs[i] = time[from] as number;
    phases[i] = phase[from] as number;
    const at = owner[from] as number;
    if (phase[from] !== PHASE.payment) {
      ref[i] = actions.length;
      actions.push((parts.actions[at] as TimedAction).action);
      continue;
    }
    ref[i] = payment;
    put(at, from - (begin[at] as number));
  }
  const untimed = new Map<string, { readonly first: number; readonly count: number }>();
  const loops: LoopPlan[] = [];
  activities.forEach((part, index) => {
    const first = payment;
    for (let n = part.timeUs.length; n < part.source.length; n++) put(index, n);
    const count = payment - first;
    untimed.set(part.name, { first, count });
    if (part.loop !== undefined) loops.push({ ...part.loop, activity: index, first, count });
  });
  const triggers = (parts.triggers ?? []).map(
    ({ activity, ...trigger }): TriggerPlan => ({
      ...trigger,
      payments: activity === null ? null : (untimed.get(activity) ?? null),
    }),
  );
  const behaviours = [...(parts.behaviours ?? [])]
    .sort((a, b) => compareText(a.name, b.name))
    .map(({ paymentsPerNode, ...behaviour }): BehaviourPlan => {
      const rows = untimed.get(behaviour.name);
      const payments = rows === undefined ? null : { first: rows.first, count: paymentsPerNode };
      return { ...behaviour, payments };
    });

  return {
    format: 'blast-timeline/1',
    name: parts.name,
    seed: parts.seed,
    durationUs: parts.durationUs,
    epochMs: parts.epochMs,
    chain: parts.chain,
    gossipUs: parts.gossipUs,
    ...(parts.start === undefined ? {} : { start: parts.start }),
    ...(parts.captures === undefined || parts.captures.length === 0 ? {} : { captures: parts.captures }),
    network: parts.network,
    channelNames: parts.channelNames,
    ...(parts.invoices === undefined || parts.invoices.length === 0 ? {} : { invoices: parts.invoices }),
    activities: activities.map(
      ({ name, kind, profile, key, onFailure, action }): TimelineActivity => ({
        name,
        kind,
        profile,
        key,
        ...(onFailure === undefined ? {} : { onFailure }),
        ...(action === undefined ? {} : { action }),
      }),
    ),
    expectations: parts.expectations,
    length,
    timeUs,
    phase: phases,
    ref,
    payments: {
      ...{ length: paymentCount, source, destination, amountMsat, activity: activityOf, nth },
      ...(lane === undefined ? {} : { lane }),
    },
    actions,
    ...(loops.length === 0 ? {} : { loops }),
    ...(triggers.length === 0 ? {} : { triggers }),
    ...(behaviours.length === 0 ? {} : { behaviours }),
  };
}
