/**
 * The digest of the beginning of a timeline: everything that can have a part in what happens up to a point of it. Two
 * timelines of one such digest play the same up to there, whatever comes later, so a state captured there belongs to both.
 *
 * Taken whole, since it may have had a part: network, triggers, and loops and behaviours that have begun. Left out: expectations, names
 * of activities and channels that nothing has used yet, and rows that only observe.
 */
import { NumberHasher } from '../base/digest.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import type { NetworkPlan } from './network.ts';
import { oldStateRequests } from './old-states.ts';
import { deepestReorg } from './reorgs.ts';
import { type Action, PHASE, type Timeline } from './timeline.ts';

/** A point of a timeline: an instant, µs, and the rows before it that do something. */
export interface TimelinePoint {
  readonly timeUs: number;
  readonly rows: number;
}

/** The point behind everything that happens at an instant. */
export function pointAfter(timeline: Timeline, timeUs: number): TimelinePoint {
  let rows = 0;
  for (let i = 0; i < timeline.length && (timeline.timeUs[i] as number) <= timeUs; i++) {
    if (timeline.phase[i] !== PHASE.observe) rows++;
  }
  return { timeUs, rows };
}

/** Index of the first row that is not before a point; rows that only observe are passed over up to its instant. */
export function rowAt(timeline: Timeline, point: TimelinePoint): number {
  let left = point.rows;
  let row = 0;
  for (; row < timeline.length; row++) {
    if (timeline.phase[row] !== PHASE.observe) {
      if (left === 0) break;
      left--;
    } else if ((timeline.timeUs[row] as number) > point.timeUs) break;
  }
  return row;
}

/** SHA-256 of each part of a beginning, 64 hex digits. */
export interface TimelinePrefix {
  /** Blocks and events that were played. */
  readonly actions: string;
  /** Absent where none has begun. */
  readonly behaviours?: string;
  readonly conditions: string;
  readonly loops: string;
  readonly network: string;
  /** Payments that were played. */
  readonly payments: string;
  /** Seed, chain and delay of gossip. */
  readonly setting: string;
}

/** Adds to a digest what it is told of a timeline. */
class Part {
  readonly #hasher = new NumberHasher();
  readonly #timeline: Timeline;
  /** Activities that were told of, numbered in that order: a later activity changes nothing of those before. */
  readonly #activities: Map<number, number> = new Map();
  lastName = -1;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  json(value: unknown): void {
    this.#hasher.text(canonicalJson(value as Json));
  }

  list(values: readonly unknown[]): void {
    this.#hasher.u32(values.length);
    for (const value of values) this.json(value);
  }

  time(us: number): void {
    this.#hasher.f64(us);
  }

  action(action: Action): void {
    this.lastName = Math.max(this.lastName, lastName(action.args));
    this.json(action);
  }

  payments(first: number, count: number): void {
    const { payments } = this.#timeline;
    for (let row = first; row < first + count; row++) {
      const activity = payments.activity[row] as number;
      let number = this.#activities.get(activity);
      if (number === undefined) {
        number = this.#activities.size;
        this.#activities.set(activity, number);
      }
      this.#hasher.u32(row);
      this.#hasher.u32(payments.source[row] as number);
      this.#hasher.u32(payments.destination[row] as number);
      this.#hasher.f64(payments.amountMsat[row] as number);
      this.#hasher.u32(number);
      this.#hasher.u32(payments.nth[row] as number);
      if (this.#timeline.activities[activity]?.profile.routes !== undefined) {
        this.#hasher.u32(payments.lane?.[row] ?? 0);
      }
    }
  }

  activityName(index: number): string {
    return this.#timeline.activities[index]?.name ?? '';
  }

  /** The digest, with the activities and the names that were told of. */
  digest(): string {
    const { activities, channelNames } = this.#timeline;
    this.list([...this.#activities.keys()].map((index) => activities[index]));
    this.list(channelNames.slice(0, this.lastName + 1));
    return this.#hasher.digest();
  }
}

export function timelinePrefix(timeline: Timeline, point: TimelinePoint): TimelinePrefix {
  const { network, loops = [], triggers = [], behaviours = [], length, timeUs, phase, ref } = timeline;
  const part = (): Part => new Part(timeline);
  const setting = part();
  // A run remembers old states from the beginning on, for events that may come later.
  const wanted = oldStateRequests(timeline);
  // It remembers how to undo blocks, too.
  const reorgDepth = deepestReorg(timeline);
  setting.json({
    seed: timeline.seed,
    chain: timeline.chain,
    gossipUs: timeline.gossipUs,
    ...(timeline.start === undefined ? {} : { start: timeline.start }),
    ...(wanted.length === 0 ? {} : { oldStates: wanted as unknown as Json }),
    ...(reorgDepth === 0 ? {} : { reorgDepth }),
  });
  for (const { channel } of wanted) setting.lastName = Math.max(setting.lastName, channel);
  const actions = part();
  const payments = part();
  for (let i = 0, done = 0; i < length && done < point.rows; i++) {
    if (phase[i] === PHASE.observe) continue;
    const of = phase[i] === PHASE.payment ? payments : actions;
    of.time(done++);
    of.time(timeUs[i] as number);
    if (of === payments) of.payments(ref[i] as number, 1);
    else of.action(timeline.actions[ref[i] as number] as Action);
  }
  const begun = part();
  for (const { thinkUs, ...loop } of loops) {
    if (loop.startUs > point.timeUs) continue;
    begun.json({ ...loop, activity: begun.activityName(loop.activity) });
    for (const us of thinkUs) begun.time(us);
    begun.payments(loop.first, loop.count);
  }
  const conditions = part();
  for (const trigger of triggers) {
    conditions.json(trigger);
    if (trigger.action !== null) conditions.action(trigger.action);
    if (trigger.payments !== null) conditions.payments(trigger.payments.first, trigger.payments.count);
  }
  const minded = behaviours.filter(({ wakes }) => wakes !== null && wakes.firstUs <= point.timeUs);
  const agents = part();
  for (const behaviour of minded) {
    const { payments: rows, nodes, channels, ...rest } = behaviour;
    agents.json({ ...rest, nodes, channels });
    for (const channel of channels ?? []) agents.lastName = Math.max(agents.lastName, channel);
    if (rows !== null) agents.payments(rows.first, rows.count * nodes.length);
  }
  return {
    actions: actions.digest(),
    ...(minded.length === 0 ? {} : { behaviours: agents.digest() }),
    conditions: conditions.digest(),
    loops: begun.digest(),
    network: networkDigest(network),
    payments: payments.digest(),
    setting: setting.digest(),
  };
}

/** A network is asked about at several points, and it is large. */
const networks = new WeakMap<NetworkPlan, string>();

function networkDigest(network: NetworkPlan): string {
  const known = networks.get(network);
  if (known !== undefined) return known;
  const hasher = new NumberHasher();
  for (const list of [network.nodes, network.channels]) {
    hasher.u32(list.length);
    for (const one of list) hasher.text(canonicalJson(one as unknown as Json));
  }
  const digest = hasher.digest();
  networks.set(network, digest);
  return digest;
}

/** Parts in which two beginnings differ. */
export function prefixDifference(a: TimelinePrefix, b: TimelinePrefix): readonly (keyof TimelinePrefix)[] {
  const keys = Object.keys({ ...a, ...b }) as (keyof TimelinePrefix)[];
  return keys.filter((key) => a[key] !== b[key]);
}

/** The largest number of a channel's name among arguments; −1 when they name none. */
function lastName(args: Action['args']): number {
  let last = -1;
  for (const [key, value] of Object.entries(args)) {
    if (!/channel/i.test(key)) continue;
    for (const one of Array.isArray(value) ? value : [value]) if (typeof one === 'number' && one > last) last = one;
  }
  return last;
}
