import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Backend } from '../backends/backend.ts';
import { compileScenario } from '../compile/compile.ts';
import { formatDiagnostics } from '../spec/format-diagnostic.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { EventKind, RunControl } from './kind.ts';
import { ACTIVITY_KINDS, BEHAVIOUR_KINDS, EVENT_KINDS, eventKind, FORMAT_KINDS, MODEL_KINDS } from './registry.ts';

const NETWORK = `version: 1
duration: 2h
nodes:
  alice: { wallet: 1 BTC }
  bob: { labels: { role: merchant } }
  user: { count: 3, labels: { role: sender } }
channels:
  alice-bob: { from: alice, to: bob, capacity: 30_000 sat }
  users: { from: user, to: alice, capacity: 30_000 sat }
`;

const FILES = new Map([['payments.csv', 'time,source,destination,amount\n10s,alice,bob,5 sat\n']]);

async function compile(text: string): Promise<Timeline> {
  const result = await compileScenario({ text, file: 'test.yml', readFile: async (path) => FILES.get(path) ?? null });
  if (!result.ok) throw new Error(formatDiagnostics(result.diagnostics));
  return result.timeline;
}

function indent(text: string, by: string): string {
  return text
    .split('\n')
    .map((line) => by + line)
    .join('\n');
}

const all = [...EVENT_KINDS, ...ACTIVITY_KINDS, ...BEHAVIOUR_KINDS];

describe('every kind', () => {
  test('has a name of its own', () => {
    for (const kinds of [EVENT_KINDS, ACTIVITY_KINDS, BEHAVIOUR_KINDS, MODEL_KINDS, FORMAT_KINDS]) {
      expect(new Set(kinds.map((kind) => kind.name)).size).toBe(kinds.length);
    }
  });

  test.each(all.map((kind) => [kind.name, kind] as const))('%s describes itself and all its arguments', (_, kind) => {
    expect(kind.summary).toMatch(/^[A-Z].*[^.]$/);
    expect(kind.schema).toHaveProperty('title');
    expect(kind.schema).toHaveProperty('description');
    const properties = (kind.schema.properties ?? {}) as {
      readonly [key: string]: { readonly description?: string };
    };
    for (const [key, schema] of Object.entries(properties)) {
      expect(schema.description ?? schema, `description of ${key}`).toBeTruthy();
    }
  });

  test.each(EVENT_KINDS.map((kind) => [kind.name, kind.example] as const))(
    'the example of %s is valid',
    async (name, example) => {
      const timeline = await compile(
        `${NETWORK}events:\n  - { at: 0s, create_invoice: { invoice: order, node: bob, hold: true } }\n  -\n${indent(example, '    ')}\n`,
      );
      const happening = [...timeline.actions, ...timeline.activities].map(({ kind }) => kind);
      expect(happening).toContain(name);
    },
  );

  test.each(ACTIVITY_KINDS.map((kind) => [kind.name, kind.example] as const))(
    'the example of %s is valid',
    async (name, example) => {
      const timeline = await compile(`${NETWORK}activity:\n  example:\n${indent(example, '    ')}\n`);
      expect(timeline.activities.map((activity) => activity.kind)).toEqual([name]);
    },
  );
});

describe('every behaviour', () => {
  test.each(BEHAVIOUR_KINDS.map((kind) => [kind.name, kind.example] as const))(
    'the example of %s is valid',
    async (name, example) => {
      const timeline = await compile(`${NETWORK}behaviours:\n  example:\n${indent(example, '    ')}\n`);
      expect(timeline.behaviours?.map((behaviour) => behaviour.kind)).toEqual([name]);
    },
  );

  test('is woken unless everything is planned, and pays only where it says so', () => {
    for (const { name, everyUs, pays, wake } of BEHAVIOUR_KINDS) {
      expect(wake === undefined, name).toBe(everyUs === null);
      expect(pays && wake === undefined, name).toBe(false);
    }
  });
});

describe('events', () => {
  const run: RunControl = { capture: () => {} };

  /** A run of which only kinds that say so may keep states. */
  const runOf = ({ name, keepsStates }: EventKind): RunControl => ({
    capture: () => expect(keepsStates, name).toBe(true),
  });

  /** The calls that the actions of an event make on a backend. */
  async function callsOf(event: object): Promise<unknown[][]> {
    const timeline = await compile(`${NETWORK}${stringify({ events: [event] })}`);
    const calls: unknown[][] = [];
    const backend = new Proxy({} as Backend, {
      get:
        (_, method) =>
        (...args: unknown[]) => {
          calls.push([method, ...args]);
        },
    });
    for (const action of timeline.actions) {
      const kind = eventKind(action.kind);
      if (kind !== undefined) await kind.apply(action.args, backend, runOf(kind));
    }
    for (const { action } of timeline.activities) {
      if (action !== undefined) await eventKind(action.kind)?.apply({ ...action.args, row: 0 }, backend, run);
    }
    return calls;
  }

  test.each([
    [{ snapshot: { name: 'before' } }, []],
    [{ stop_node: 'bob' }, [['stopNode', 1]]],
    [
      { stop_node: 'user-*' },
      [
        ['stopNode', 2],
        ['stopNode', 3],
        ['stopNode', 4],
      ],
    ],
    [{ start_node: { node: { labels: { role: 'merchant' } } } }, [['startNode', 1]]],
    [
      { start_node: { node: ['user', 'alice', 'user-1'] } },
      [
        ['startNode', 0],
        ['startNode', 2],
        ['startNode', 3],
        ['startNode', 4],
      ],
    ],
    [{ mine: { blocks: 6 } }, [['mine', 6]]],
    [
      { crash_node: { node: ['bob', 'user-1'] } },
      [
        ['crashNode', 1],
        ['crashNode', 3],
      ],
    ],
    [{ connect_peer: { a: 'alice', b: 'bob' } }, [['connectPeer', 0, 1]]],
    [{ disconnect_peer: { a: 'bob', b: 'alice' } }, [['disconnectPeer', 1, 0]]],
    [{ partition: { groups: [['alice', 'user-0'], 'bob'] } }, [['partition', [[0, 2], [1]]]]],
    [{ heal: {} }, [['heal']]],
    [{ send_onchain: { from: 'alice', to: 'bob', amount: '7 sat' } }, [['sendOnchain', { from: 0, to: 1, sat: 7 }]]],
    [{ set_latency: { channel: 'users-2', latency: '1s' } }, [['setLatency', { channels: [3], latencyUs: 1_000_000 }]]],
    [
      { set_latency: { between: ['alice', 'user'], latency: '2ms' } },
      [['setLatency', { channels: [1, 2, 3], latencyUs: 2_000 }]],
    ],
    [{ set_feerate: { feerate: '4 sat/vB' } }, [['setFeerate', 1000]]],
    [
      { congest_mempool: { backlog: '2 vMB', feerate: ['5 sat/vB', '200 sat/vB'], inflow: '900 kvB', blocks: 6 } },
      [
        [
          'congestMempool',
          { lowPerKw: 1250, highPerKw: 50_000, weight: 8_000_000, inflowWeight: 3_600_000, blocks: 6 },
        ],
      ],
    ],
    [{ reorg: { depth: 3 } }, [['reorg', { depth: 3, blocks: 4, empty: false }]]],
    [{ reorg: { depth: 2, blocks: 0, empty: true } }, [['reorg', { depth: 2, blocks: 0, empty: true }]]],
    [{ pay: { source: 'alice', destination: 'bob', amount: '5 sat' } }, [['pay', 0]]],
    [
      { rebalance: { node: 'alice', out: 'alice-bob', in: 'users-1', amount: '5 sat' } },
      [['rebalance', { node: 0, outChannel: 0, inChannel: 2, amountMsat: 5000, maxFeeMsat: -1, row: 0 }]],
    ],
    [{ fund: { node: 'user-2', amount: '0.5 BTC' } }, [['fund', 4, 50_000_000]]],
    [{ close_channel: { channel: 'users-1' } }, [['closeChannel', { channel: 2, force: false, by: -1 }]]],
    [{ cheat: { channel: 'alice-bob', by: 'bob' } }, [['cheat', { channel: 0, by: 1, oldState: 'best', value: -1 }]]],
    [
      { cheat: { channel: 'alice-bob', by: 'alice', state: { number: 3 } } },
      [['cheat', { channel: 0, by: 0, oldState: 'number', value: 3 }]],
    ],
    [
      { lose_data: { channel: 'alice-bob', by: 'bob', state: 'oldest', broadcast: true } },
      [['loseData', { channel: 0, by: 1, oldState: 'oldest', value: -1, broadcast: true }]],
    ],
    [
      { close_channel: { channel: 'alice-bob', force: true, by: 'bob' } },
      [['closeChannel', { channel: 0, force: true, by: 1 }]],
    ],
    [
      {
        set_policy: {
          channel: 'alice-bob',
          node: 'alice',
          policy: { fee_rate: '5 ppm', min_htlc: '1 sat', disabled: true },
        },
      },
      [['setPolicy', { channel: 0, node: 0, policy: { feeRatePpm: 5, minHtlcMsat: 1000, disabled: true } }]],
    ],
    [
      {
        open_channel: {
          channel: 'new',
          from: 'bob',
          to: 'user-0',
          capacity: '5_000 sat',
          push: '1 sat',
          announced: false,
          reverse_policy: { fee_base: '7 msat' },
        },
      },
      [
        [
          'openChannel',
          {
            channel: 4,
            from: 1,
            to: 2,
            capacitySat: 5000,
            pushMsat: 1000,
            announced: false,
            policy: {},
            reversePolicy: { feeBaseMsat: 7 },
            latencyUs: 30_000,
          },
        ],
      ],
    ],
  ])('%j', async (event, calls) => {
    expect(await callsOf({ at: '5s', ...event })).toEqual(calls);
  });

  test('stop_node waits for each node where the backend does', async () => {
    const order: string[] = [];
    const backend = {
      stopNode: async (node: number) => {
        order.push(`begin ${node}`);
        await Promise.resolve();
        order.push(`end ${node}`);
      },
    } as unknown as Backend;
    await eventKind('stop_node')?.apply({ nodes: [1, 2] }, backend, run);
    expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
  });
});
