import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { timelineDigest } from './digest.ts';
import { type ActivityPart, sealTimeline, type TimelineParts } from './seal.ts';
import { PHASE } from './timeline.ts';

const profile = { method: 'keysend', feeLimitMsat: -1, timeoutUs: -1, maxParts: -1, holdUs: 0 } as const;

function activity(name: string, times: readonly number[]): ActivityPart {
  const sorted = [...times].sort((a, b) => a - b);
  return {
    name,
    kind: 'defined',
    profile,
    key: [1, 2],
    timeUs: sorted,
    source: sorted.map(() => 0),
    destination: sorted.map(() => 1),
    amountMsat: sorted.map((_, i) => 1000 + i),
  };
}

function parts(over: Partial<TimelineParts>): TimelineParts {
  return {
    name: 'test',
    seed: 1,
    durationUs: 1000,
    epochMs: 0,
    chain: { height: 100, feeratePerKw: 250 },
    gossipUs: 0,
    network: { nodes: [], channels: [] },
    channelNames: [],
    activities: [],
    actions: [],
    expectations: [],
    ...over,
  };
}

const times = fc.array(fc.nat(20), { maxLength: 20 });
const activities = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { maxLength: 5 })
  .chain((names) => fc.tuple(...names.map((name) => times.map((list) => activity(name, list)))));
const actions = fc.array(
  fc.record({
    timeUs: fc.nat(20),
    phase: fc.constantFrom(PHASE.chain, PHASE.control, PHASE.observe),
    action: fc.nat().map((n) => ({ kind: 'x', args: { n } })),
  }),
  { maxLength: 20 },
);

describe('sealTimeline', () => {
  test('orders by time, then phase', () => {
    fc.assert(
      fc.property(activities, actions, (list, acts) => {
        const timeline = sealTimeline(parts({ activities: list, actions: acts }));
        for (let i = 1; i < timeline.length; i++) {
          const before = [timeline.timeUs[i - 1] as number, timeline.phase[i - 1] as number] as const;
          const here = [timeline.timeUs[i] as number, timeline.phase[i] as number] as const;
          expect(before[0] < here[0] || (before[0] === here[0] && before[1] <= here[1])).toBe(true);
        }
      }),
    );
  });

  test('loses nothing and adds nothing', () => {
    fc.assert(
      fc.property(activities, actions, (list, acts) => {
        const timeline = sealTimeline(parts({ activities: list, actions: acts }));
        const count = list.reduce((sum, one) => sum + one.timeUs.length, 0);
        expect(timeline.payments.length).toBe(count);
        expect(timeline.length).toBe(count + acts.length);
        const seen = new Set<string>();
        for (let i = 0; i < count; i++) seen.add(`${timeline.payments.activity[i]}/${timeline.payments.nth[i]}`);
        expect(seen.size).toBe(count);
      }),
    );
  });

  test('the order of the activities in the file does not matter', () => {
    fc.assert(
      fc.property(activities, actions, (list, acts) => {
        const one = timelineDigest(sealTimeline(parts({ activities: list, actions: acts })));
        const two = timelineDigest(sealTimeline(parts({ activities: [...list].reverse(), actions: acts })));
        expect(two).toBe(one);
      }),
    );
  });

  test('payments of one instant go by the name of the activity, then by number', () => {
    const timeline = sealTimeline(
      parts({ activities: [activity('b', [5, 5]), activity('a', [5, 7]), activity('B', [5])] }),
    );
    const order = Array.from({ length: timeline.payments.length }, (_, i) => [
      timeline.activities[timeline.payments.activity[i] as number]?.name,
      timeline.payments.nth[i],
    ]);
    expect(order).toEqual([
      ['B', 0],
      ['a', 0],
      ['b', 0],
      ['b', 1],
      ['a', 1],
    ]);
  });

  test('actions of one instant and phase keep the order of the file', () => {
    const at = (timeUs: number, phase: 0 | 1, n: number) => ({ timeUs, phase, action: { kind: 'x', args: { n } } });
    const timeline = sealTimeline(
      parts({ actions: [at(5, 1, 0), at(5, 0, 1), at(5, 1, 2), at(1, 1, 3), at(5, 0, 4)] }),
    );
    const order = Array.from(timeline.ref, (ref) => timeline.actions[ref]?.args.n);
    expect(order).toEqual([3, 1, 4, 0, 2]);
  });
});
