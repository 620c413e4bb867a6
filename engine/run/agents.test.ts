import { describe, expect, it } from 'vitest';
import type { Json } from '../base/json.ts';
import type { Agent, BehaviourKind } from '../kinds/behaviour.ts';
import { OUTCOME } from '../simulate/records.ts';
import { type BehaviourPart, sealTimeline } from '../timeline/seal.ts';
import { PHASE, type PlannedExpectation, type Timeline } from '../timeline/timeline.ts';
import type { RunInput } from './runner.ts';
import { FakeBackend, type FakeOptions } from './testing/fake-backend.ts';
import { FakeClock, S, testKinds, testRun, testTimeline } from './testing/fixtures.ts';

const MS = 1000;

function behaviour(name: string, more: Partial<BehaviourPart> = {}): BehaviourPart {
  const wakes = { firstUs: S, everyUs: S, count: 3 };
  return { name, kind: 'test', nodes: [0, 1], channels: null, args: {}, wakes, paymentsPerNode: 0, ...more };
}

function timelineOf(behaviours: readonly BehaviourPart[], stopAtUs?: number): Timeline {
  const { network, channelNames, chain, epochMs } = testTimeline();
  const check: PlannedExpectation = {
    atUs: 2 * S,
    atEnd: false,
    that: 'payments().count >= 0',
    message: '',
    line: 1,
    column: 1,
  };
  return sealTimeline({
    ...{ name: 'agents', seed: 1, durationUs: 10 * S, gossipUs: 0, network, channelNames, chain, epochMs },
    activities: behaviours.flatMap(({ name, nodes, paymentsPerNode: count }) => {
      if (count === 0) return [];
      const source = nodes.flatMap((node) => Array<number>(count).fill(node));
      const profile = { method: 'keysend', feeLimitMsat: -1, timeoutUs: -1, maxParts: 1, holdUs: 0 } as const;
      const amountMsat = source.map(() => 0);
      return [
        { name, kind: 'test', profile, key: [1, 2] as const, timeUs: [], source, destination: source, amountMsat },
      ];
    }),
    actions:
      stopAtUs === undefined
        ? []
        : [{ timeUs: stopAtUs, phase: PHASE.control, action: { kind: 'stop_node', args: { node: 0 } } }],
    expectations: [check],
    behaviours,
  });
}

type Wake = (
  agent: Agent,
  memory: Json,
  args: { readonly [key: string]: Json },
) => ReturnType<NonNullable<BehaviourKind['wake']>>;

async function run(timeline: Timeline, wake: Wake, options: FakeOptions = {}, more: Partial<RunInput> = {}) {
  const result = await testRun(timeline, {
    backend: new FakeBackend(options),
    kinds: {
      get: (kind) => testKinds.get(kind),
      behaviour: (kind) => (kind === 'test' ? { wake: (args, agent, memory) => wake(agent, memory, args) } : undefined),
    },
    ...more,
  });
  expect(result).toMatchObject({ state: 'completed', failure: null });
  return result;
}

describe('agents', () => {
  it('are woken in the order of their behaviours’ names, then of their nodes', async () => {
    const seen: string[] = [];
    const parts = [
      behaviour('b'),
      behaviour('a', { nodes: [1], wakes: { firstUs: 2 * S, everyUs: 500 * MS, count: 2 } }),
    ];
    await run(timelineOf(parts), ({ node, timeUs, wake }, _, args) => {
      seen.push(`${timeUs / MS} ${JSON.stringify(args)} ${node} ${wake}`);
      return null;
    });
    expect(seen.map((line) => line.replace(' {}', ''))).toEqual([
      '1000 0 0',
      '1000 1 0',
      '2000 1 0',
      '2000 0 1',
      '2000 1 1',
      '2500 1 1',
      '3000 0 2',
      '3000 1 2',
    ]);
  });

  it('come behind everything else of their instant and before the expectations', async () => {
    const result = await run(timelineOf([behaviour('a', { nodes: [0], paymentsPerNode: 9 })]), async (agent) => {
      await agent.pay(1, 5000);
      return null;
    });
    // At 2 s two payments have been made, the second one by the agent of that instant.
    expect(result.book.stats('a')?.count).toBe(3);
    const at2 = timelineOf([behaviour('a', { nodes: [0], paymentsPerNode: 9 })]);
    const counted = {
      ...at2,
      expectations: at2.expectations.map((one) => ({ ...one, that: 'payments().count == 2' })),
    };
    const checked = await run(counted, async (agent) => {
      await agent.pay(1, 5000);
      return null;
    });
    expect(checked.expectations.map(({ status }) => status)).toEqual(['passed']);
  });

  it('remember what they answered, each for itself', async () => {
    const seen: unknown[] = [];
    await run(timelineOf([behaviour('a')]), ({ node }, memory) => {
      seen.push([node, memory]);
      return { node, times: Number((memory as { times?: number } | null)?.times ?? 0) + 1 };
    });
    expect(seen).toEqual([
      [0, null],
      [1, null],
      [0, { node: 0, times: 1 }],
      [1, { node: 1, times: 1 }],
      [0, { node: 0, times: 2 }],
      [1, { node: 1, times: 2 }],
    ]);
  });

  it('sleep while their node is down', async () => {
    const seen: number[] = [];
    await run(timelineOf([behaviour('a')], 1500 * MS), ({ node }) => {
      seen.push(node);
      return null;
    });
    expect(seen).toEqual([0, 1, 1, 1]);
  });

  it('pay from rows of their own, and hear how it ended', async () => {
    const timeline = timelineOf([behaviour('a', { paymentsPerNode: 2 })]);
    const heard: unknown[] = [];
    const numbers: unknown[] = [];
    const paid: unknown[] = [];
    const wake: Wake = async (agent) => {
      for (const { number, outcome, amountMsat, feeMsat, resolvedUs } of agent.ended) {
        heard.push([agent.node, number, outcome, amountMsat, feeMsat, resolvedUs / MS]);
      }
      numbers.push([agent.node, await agent.pay(1 - agent.node, 1000 + agent.timeUs / S)]);
      return null;
    };
    const observer = {
      record: () => {},
      payment: () => {},
      text: () => {},
      dispatched: (row: number, timeUs: number) => paid.push([row, timeUs / MS]),
    };
    const result = await run(timeline, wake, {}, { observers: [observer] });
    expect(paid).toEqual([
      [0, 1000],
      [2, 1000],
      [1, 2000],
      [3, 2000],
    ]);
    expect(numbers.slice(-2), 'there is no room for a third one').toEqual([
      [0, null],
      [1, null],
    ]);
    expect(heard).toEqual([
      [0, 0, OUTCOME.Success, 1001, 5, 1100],
      [1, 0, OUTCOME.RouteNotFound, 1001, 0, 1102],
      [0, 1, OUTCOME.Success, 1002, 5, 2101],
      [1, 1, OUTCOME.Success, 1002, 5, 2103],
    ]);
    expect(result.behaviours[0]?.payments).toMatchObject({ count: 4, succeeded: 3, amountMsat: 3005, feeMsat: 15 });
    expect(Array.from(timeline.payments.amountMsat), 'the timeline stays as it was').toEqual([0, 0, 0, 0]);
    // Once more on the same timeline, by promises: the same log.
    const again = await run(timeline, wake, { async: true });
    expect(again.recordsDigest).toBe(result.recordsDigest);
  });

  it('count what they do', async () => {
    const result = await run(timelineOf([behaviour('a')]), async (agent) => {
      await agent.setPolicy(0, { feeRatePpm: 5 });
      if (agent.node === 1) agent.count('looks', 10);
      return null;
    });
    const [of] = result.behaviours;
    expect(of?.nodes.map(({ name, figures }) => [name, Object.fromEntries(figures)])).toEqual([
      ['alice', { policy_changes: 3 }],
      ['bob', { looks: 30, policy_changes: 3 }],
    ]);
    expect(of).toMatchObject({ name: 'a', kind: 'test', payments: null });
  });

  it('draw from streams of their own, another one each time', async () => {
    const draws = async (names: readonly string[]): Promise<ReadonlyMap<string, number>> => {
      const seen = new Map<string, number>();
      await run(timelineOf(names.map((name) => behaviour(name, { args: { name } }))), (agent, _, { name }) => {
        seen.set(`${name} ${agent.node} ${agent.wake}`, agent.stream('x').u32());
        return null;
      });
      return seen;
    };
    const alone = await draws(['b']);
    expect(new Set(alone.values()).size).toBe(6);
    const both = await draws(['a', 'b']);
    expect(
      [...both].filter(([key]) => alone.has(key)),
      'another behaviour moves none of them',
    ).toEqual([...alone]);
  });

  it('end the run as a failure of the engine when their kind is not known', async () => {
    const result = await testRun(timelineOf([behaviour('a')]), { clock: new FakeClock() });
    expect(result).toMatchObject({ state: 'failed' });
    expect(result.failure?.message).toContain("agents of unknown kind 'test'");
  });
});
