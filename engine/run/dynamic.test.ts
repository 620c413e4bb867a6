import { describe, expect, it } from 'vitest';
import type { Backend } from '../backends/backend.ts';
import { timelineDigest } from '../timeline/digest.ts';
import { type ActivityPart, sealTimeline } from '../timeline/seal.ts';
import type { Action, FailureReaction, PlannedExpectation, Timeline, TriggerPlan } from '../timeline/timeline.ts';
import { timelineFromJson, timelineToJson } from '../timeline/timeline-json.ts';
import type { RunInput } from './runner.ts';
import { FakeBackend } from './testing/fake-backend.ts';
import { FakeClock, S, testRun, testTimeline } from './testing/fixtures.ts';

const PROFILE = { method: 'keysend', feeLimitMsat: -1, timeoutUs: -1, maxParts: 1, holdUs: 0 } as const;
const MS = 1000;

interface Parts {
  readonly activities: readonly ActivityPart[];
  readonly triggers?: readonly (Pick<TriggerPlan, 'when' | 'everyUs' | 'once' | 'action'> & {
    activity: string | null;
  })[];
  readonly durationUs?: number;
  readonly expectations?: readonly PlannedExpectation[];
}

function timelineOf(parts: Parts): Timeline {
  const { network, channelNames, chain, epochMs } = testTimeline();
  return sealTimeline({
    name: 'dynamic',
    seed: 1,
    durationUs: parts.durationUs ?? 10 * S,
    epochMs,
    chain,
    gossipUs: 0,
    network,
    channelNames,
    activities: parts.activities,
    actions: [],
    triggers: parts.triggers ?? [],
    expectations: parts.expectations ?? [],
  });
}

function activity(name: string, timesUs: readonly number[], count = timesUs.length): ActivityPart {
  return {
    name,
    kind: 'test',
    profile: PROFILE,
    key: [1, 2],
    timeUs: timesUs,
    source: Array(count).fill(0),
    destination: Array(count).fill(1),
    amountMsat: Array(count).fill(1000),
  };
}

function loop(name: string, count: number, thinkUs: number, concurrency: number, atOnce = true): ActivityPart {
  const plan = { startUs: 0, endUs: 10 * S, atOnce, concurrency, thinkUs: new Float64Array(count).fill(thinkUs) };
  return { ...activity(name, [], count), loop: plan };
}

/** Payments as they are dispatched: time in ms and `activity nth`. */
async function dispatches(timeline: Timeline, input: Partial<RunInput> = {}): Promise<[number, string][]> {
  const seen: [number, string][] = [];
  const result = await testRun(timeline, {
    ...input,
    observers: [
      {
        record: () => {},
        payment: () => {},
        text: () => {},
        dispatched: (row, timeUs) => {
          const { activity: of, nth } = timeline.payments;
          seen.push([timeUs / MS, `${timeline.activities[of[row] as number]?.name} ${nth[row]}`]);
        },
      },
    ],
  });
  expect(result).toMatchObject({ state: 'completed', failure: null });
  return seen;
}

describe('a closed loop', () => {
  // The fake backend resolves payment `row` after 100 + row % 7 ms.
  it('pays again when a payment has resolved, after thinking', async () => {
    const timeline = timelineOf({ activities: [loop('a', 4, 50 * MS, 1)] });
    expect(await dispatches(timeline)).toEqual([
      [0, 'a 0'],
      [150, 'a 1'],
      [301, 'a 2'],
      [453, 'a 3'],
    ]);
    const thinking = timelineOf({ activities: [loop('a', 2, 50 * MS, 1, false)] });
    expect((await dispatches(thinking))[0]).toEqual([50, 'a 0']);
  });

  it('keeps as many in flight as it may, and ends with its window', async () => {
    const timeline = timelineOf({ activities: [loop('a', 10_000, 0, 3)] });
    const seen = await dispatches(timeline);
    expect(seen.slice(0, 3).map(([time]) => time)).toEqual([0, 0, 0]);
    expect(seen.length).toBeGreaterThan(270);
    expect(seen.length).toBeLessThan(301);
    expect(Math.max(...seen.map(([time]) => time))).toBeLessThan(10_000);
  });

  it('takes turns at one instant by name, then number, with payments of the timeline, too', async () => {
    const parts = [loop('c', 1, 0, 1), loop('a', 2, 0, 2), activity('b', [0, 0])];
    const timeline = timelineOf({ activities: parts });
    expect((await dispatches(timeline)).map(([, what]) => what)).toEqual(['a 0', 'a 1', 'b 0', 'b 1', 'c 0']);
  });

  it('has the same digests every time, at every pace, sliced or not, by promises or not', async () => {
    const timeline = timelineOf({ activities: [loop('a', 500, 20 * MS, 4), activity('b', [S, 2 * S])] });
    const digests = async (input: Partial<RunInput> = {}): Promise<unknown[]> => {
      const result = await testRun(timeline, input);
      return [result.runDigest, result.checkpoints, result.records];
    };
    const plain = await digests();
    expect(await digests()).toEqual(plain);
    expect(await digests({ pace: 10, clock: new FakeClock() })).toEqual(plain);
    expect(await digests({ clock: new FakeClock(50) })).toEqual(plain);
    expect(await digests({ backend: new FakeBackend({ async: true }) })).toEqual(plain);
  });

  it('goes through JSON without loss', () => {
    const timeline = timelineOf({ activities: [loop('a', 5, 7, 2), activity('b', [3])] });
    const reading = timelineFromJson(JSON.parse(JSON.stringify(timelineToJson(timeline))));
    if (!reading.ok) throw new Error(reading.message);
    expect(timelineDigest(reading.timeline)).toBe(timelineDigest(timeline));
    const other = timelineOf({ activities: [loop('a', 5, 8, 2), activity('b', [3])] });
    expect(timelineDigest(other)).not.toBe(timelineDigest(timeline));
  });
});

describe('a reaction', () => {
  // Every third row fails: rows 2, 5, 8, …
  const times = Array.from({ length: 9 }, (_, i) => i * S);
  const reacting = (onFailure: FailureReaction): Timeline =>
    timelineOf({ activities: [{ ...activity('a', times), onFailure }] });

  it('stops after so many failures in a row', async () => {
    expect((await dispatches(reacting({ kind: 'stop', after: 1 }))).map(([time]) => time)).toEqual([0, 1000, 2000]);
    expect(await dispatches(reacting({ kind: 'stop', after: 2 }))).toHaveLength(9);
  });

  it('backs off', async () => {
    const timeline = reacting({ kind: 'back_off', firstUs: 1.5 * S, factor: 2, maxUs: 60 * S });
    expect((await dispatches(timeline)).map(([time]) => time)).toEqual([0, 1000, 2000, 4000, 5000, 7000, 8000]);
  });

  it('puts off the payments of a loop', async () => {
    const reaction: FailureReaction = { kind: 'back_off', firstUs: S, factor: 1, maxUs: S };
    const timeline = timelineOf({ activities: [{ ...loop('a', 4, 0, 1), onFailure: reaction }] });
    expect((await dispatches(timeline)).map(([time]) => time)).toEqual([0, 100, 201, 1303]);
  });
});

describe('a trigger', () => {
  const mine: Action = { kind: 'mine', args: { blocks: 1 } };
  const traffic = activity('a', [0.2 * S, 4.2 * S, 8.2 * S]);
  /** In flight for some 100 ms after 0.2, 4.2 and 8.2 s. */
  const busy = "channel('alice-bob').htlcs > 0";

  async function firings(when: string, everyUs: number, once: boolean, activities = [traffic]): Promise<number[]> {
    const seen: number[] = [];
    const timeline = timelineOf({ activities, triggers: [{ when, everyUs, once, action: mine, activity: null }] });
    const observer = { record: () => {}, payment: () => {}, text: () => {} };
    await testRun(timeline, { observers: [{ ...observer, action: (_, timeUs) => seen.push(timeUs / MS) }] });
    return seen;
  }

  it('fires when its condition becomes true, once or each time', async () => {
    expect(await firings(busy, 0.25 * S, true)).toEqual([250]);
    expect(await firings(busy, 0.25 * S, false)).toEqual([250, 4250, 8250]);
    expect(await firings('true', S, false)).toEqual([1000]);
    expect(await firings('false', S, false)).toEqual([]);
    expect(await firings('time > 3.0', S, true)).toEqual([4000]);
  });

  it('sees what happened at its instant, and fires again only after the condition was false', async () => {
    expect(await firings('payments().count >= 1', 0.2 * S, false)).toEqual([200]);
    expect(await firings('time % 2.0 == 0.0', S, false)).toEqual([2000, 4000, 6000, 8000, 10_000]);
  });

  it('is not stopped by what cannot be evaluated', async () => {
    expect(await firings("payments('nobody').count > 0", S, false)).toEqual([]);
  });

  it('makes payments, and comes before the expectations of its instant', async () => {
    const timeline = timelineOf({
      activities: [activity('a', [S]), activity('event-1', [], 3)],
      triggers: [{ when: 'time % 2.0 == 0.0', everyUs: S, once: false, action: null, activity: 'event-1' }],
      expectations: [
        { atUs: 2 * S, atEnd: false, that: "payments('event-1').count == 1", message: '', line: 1, column: 1 },
      ],
    });
    expect(timeline.payments.length).toBe(4);
    expect(await dispatches(timeline)).toEqual([
      [1000, 'a 0'],
      [2000, 'event-1 0'],
      [4000, 'event-1 1'],
      [6000, 'event-1 2'],
    ]);
    expect((await testRun(timeline)).expectations[0]?.status).toBe('passed');
  });
});

describe('an activity of an event', () => {
  it('is applied by its kind, with the row', async () => {
    const action: Action = { kind: 'pay', args: { source: 0 } };
    const timeline = timelineOf({ activities: [{ ...activity('event-1', [S, 2 * S]), action }] });
    const rows: unknown[] = [];
    const pay = (args: Action['args'], backend: Backend) => {
      rows.push(args.row);
      return backend.pay(args.row as number);
    };
    const result = await testRun(timeline, { kinds: new Map([['pay', { apply: pay }]]) });
    expect(rows).toEqual([0, 1]);
    expect(result.book.stats('event-1')).toMatchObject({ count: 2, succeeded: 2 });
  });
});
