import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { canonicalJson, type Json } from '../base/json.ts';
import { formatDiagnostics } from '../spec/format-diagnostic.ts';
import { timelineDigest } from '../timeline/digest.ts';
import { timelineRow } from '../timeline/rows.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { timelineFromJson, timelineToJson } from '../timeline/timeline-json.ts';
import { type CompileInput, compileScenario } from './compile.ts';

type Compiled = Extract<Awaited<ReturnType<typeof compileScenario>>, { ok: true }>;

async function compile(text: string, over: Partial<CompileInput> = {}): Promise<Compiled> {
  const result = await compileScenario({ text, file: 'test.yml', readFile: async () => null, ...over });
  if (!result.ok) throw new Error(formatDiagnostics(result.diagnostics));
  return result;
}

const NETWORK = `version: 1
seed: 7
duration: 1h
nodes:
  alice: { wallet: 1 BTC }
  bob: { labels: { role: merchant } }
  user: { count: 3, labels: { role: sender } }
channels:
  alice-bob: { from: alice, to: bob, capacity: 1_000_000 sat, push: 1 sat }
  users: { from: { labels: { role: sender } }, to: [bob, alice], capacity: 2_000_000 sat }
`;

const ACTIVITIES: Readonly<Record<string, string>> = {
  regular: '{ source: user, destination: [alice, bob, user], interval: [1s, 9s], amount: [1 sat, 900 sat] }',
  constant: '{ source: alice, destination: bob, start: 0s, interval: 10s, amount: 5 sat, count: 20 }',
  background: '{ random: { expected_amount: 100 sat } }',
  senders: '{ random: { expected_amount: 300 sat }, among: user, start: 10m, duration: 20m }',
};

function withActivities(names: readonly string[]): string {
  return `${NETWORK}activity:\n${names.map((name) => `  ${name}: ${ACTIVITIES[name]}\n`).join('')}`;
}

/** Payments of one activity, with names. */
function paymentsOf(timeline: Timeline, activity: string): Json[] {
  const rows: Json[] = [];
  for (let i = 0; i < timeline.length; i++) {
    const row = timelineRow(timeline, i);
    if ('activity' in row && row.activity === activity) rows.push({ ...row, activity: '' });
  }
  return rows;
}

describe('independence of draws', () => {
  const names = Object.keys(ACTIVITIES);

  test('the order of the activities in the file changes nothing at all', async () => {
    const expected = (await compile(withActivities(names))).timelineDigest;
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(names, { minLength: names.length }), async (order) => {
        expect((await compile(withActivities(order))).timelineDigest).toBe(expected);
      }),
      { numRuns: 8 },
    );
  });

  test('adding or removing an activity moves no draw of another', async () => {
    const whole = (await compile(withActivities(names))).timeline;
    for (const name of names) {
      const alone = (await compile(withActivities([name]))).timeline;
      expect(paymentsOf(alone, name)).toEqual(paymentsOf(whole, name));
      expect(alone.activities[0]).toEqual(whole.activities.find((activity) => activity.name === name));
    }
  });

  test('renaming an activity moves its own draws only', async () => {
    const before = (await compile(withActivities(names))).timeline;
    const after = (await compile(withActivities(names).replace('  regular:', '  renamed:'))).timeline;
    for (const name of ['constant', 'background', 'senders']) {
      expect(paymentsOf(after, name)).toEqual(paymentsOf(before, name));
    }
    expect(paymentsOf(after, 'renamed')).not.toEqual(paymentsOf(before, 'regular'));
  });

  test('one node more moves no time of a random activity', async () => {
    const more = NETWORK.replace('  bob:', '  carol: {}\n  bob:').replace(
      '  users:',
      '  carol-bob: { from: carol, to: alice, capacity: 9_000_000 sat }\n  users:',
    );
    const activity = withActivities(['background']).slice(NETWORK.length);
    const times = (timeline: Timeline): Json[] =>
      paymentsOf(timeline, 'background')
        .map((row) => row as { readonly [key: string]: Json })
        .filter((row) => String(row.source).startsWith('user'))
        .map((row) => [row.source as Json, row.timeUs as Json]);
    expect(times((await compile(more + activity)).timeline)).toEqual(
      times((await compile(NETWORK + activity)).timeline),
    );
  });

  test('the seed of the command line wins, and changes everything drawn', async () => {
    const text = withActivities(names);
    const one = await compile(text);
    const two = await compile(text, { seed: 8 });
    expect((await compile(text, { seed: 7 })).timelineDigest).toBe(one.timelineDigest);
    for (const name of ['regular', 'background', 'senders']) {
      expect(paymentsOf(two.timeline, name)).not.toEqual(paymentsOf(one.timeline, name));
    }
  });

  test('neither the clock nor the machine’s own randomness and mathematics play a part', async () => {
    const text = withActivities(names);
    const expected = (await compile(text)).timelineDigest;
    const spies: { mockRestore(): void }[] = [
      vi.spyOn(Date, 'now').mockReturnValue(5),
      vi.spyOn(Math, 'random').mockReturnValue(0.5),
    ];
    for (const name of ['log', 'exp', 'pow', 'sin', 'cos', 'log2', 'log10', 'cbrt'] as const) {
      spies.push(
        vi.spyOn(Math, name).mockImplementation(() => {
          throw new Error(`Math.${name} was called`);
        }),
      );
    }
    try {
      expect((await compile(text)).timelineDigest).toBe(expected);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });

  test('digests are pinned: a change here changes every lock file', async () => {
    const { timelineDigest, specDigest } = await compile(withActivities(names));
    expect({ timelineDigest, specDigest }).toMatchInlineSnapshot(`
      {
        "specDigest": "73d34bd7171ebd65b5ad6692b502ae3b6268dd5a33e2c42a48576d783393f353",
        "timelineDigest": "bc9345cd1cc92733488db21e5eedd6748396f804249a1f6f024105a5ef448bba",
      }
    `);
  });

  test('the timeline survives JSON', async () => {
    const { timeline, timelineDigest: digest } = await compile(withActivities(names));
    const reading = timelineFromJson(JSON.parse(canonicalJson(timelineToJson(timeline))) as Json);
    if (!reading.ok) throw new Error(reading.message);
    expect(timelineDigest(reading.timeline)).toBe(digest);
  });
});

describe('network', () => {
  test('sets are counted out, several channels get numbers, a single one keeps its name', async () => {
    const { network } = (await compile(NETWORK)).timeline;
    expect(network.nodes.map((node) => node.name)).toEqual(['alice', 'bob', 'user-0', 'user-1', 'user-2']);
    expect(network.channels.map(({ name, node0, node1 }) => [name, node0, node1])).toEqual([
      ['alice-bob', 0, 1],
      ['users-0', 2, 0],
      ['users-1', 2, 1],
      ['users-2', 3, 0],
      ['users-3', 3, 1],
      ['users-4', 4, 0],
      ['users-5', 4, 1],
    ]);
    expect(network.channels[0]).toMatchObject({ capacitySat: 1_000_000, balance0Msat: 999_999_000, latencyUs: 30_000 });
  });

  test('nodes that are on both sides of a channel entry get one channel a pair', async () => {
    const text = `version: 1\nduration: 1m\nnodes: { a: {}, n: { count: 3 } }\nchannels:\n  mesh: { from: '*', to: n, capacity: 1 sat }\n`;
    const { network } = (await compile(text)).timeline;
    expect(network.channels.map(({ name, node0, node1 }) => [name, node0, node1])).toEqual([
      ['mesh-0', 0, 1],
      ['mesh-1', 0, 2],
      ['mesh-2', 0, 3],
      ['mesh-3', 1, 2],
      ['mesh-4', 1, 3],
      ['mesh-5', 2, 3],
    ]);
  });

  test('a set of one is still a set; names that look like numbers are names', async () => {
    const text = `version: 1\nduration: 1m\nnodes: { 10: {}, 9: {}, one: { count: 1 } }\nchannels:\n  1e3: { from: 10, to: 9, capacity: 1 sat }\nevents:\n  - at: 1s\n    close_channel: { channel: 1e3, by: 9 }\n`;
    const { timeline } = await compile(text);
    expect(timeline.network.nodes.map((node) => node.name)).toEqual(['10', '9', 'one-0']);
    expect(timeline.channelNames).toEqual(['1e3']);
    expect(timeline.actions[0]?.args).toEqual({ channel: 0, force: false, by: 1 });
  });

  test('latency is drawn by the name of the channel', async () => {
    const latency = 'latency: { link: [10ms, 80ms] }\n';
    const event =
      'events:\n  - at: 1m\n    open_channel: { channel: users-1, from: alice, to: bob, capacity: 5 sat }\n';
    const one = (await compile(NETWORK + latency + event)).timeline;
    const delays = one.network.channels.map((channel) => channel.latencyUs);
    expect(new Set(delays).size).toBeGreaterThan(4);
    expect(delays.every((delay) => delay >= 10_000 && delay <= 80_000)).toBe(true);
    expect(one.actions[0]?.args).toMatchObject({ channel: 2, latencyUs: delays[2] });
    const fewer = NETWORK.replace(/ {2}alice-bob: \{.*\n/, '');
    const two = (await compile(fewer + latency)).timeline;
    expect(two.network.channels.map((channel) => channel.latencyUs)).toEqual(delays.slice(1));
  });

  test('an import is joined with what the file describes', async () => {
    const network = `{ "format": "blast-network/1",
      "nodes": [{ "name": "carol", "labels": { "alias": "C" } }, { "name": "dave" }],
      "channels": [{ "name": "cd", "from": "carol", "to": "dave", "capacity_sat": 1000, "balance_msat": 400000 }] }`;
    const text = `${NETWORK}  alice-carol: { from: alice, to: carol, capacity: 5 sat }
network:
  import: { file: ./nets/n.json, wallet: 2 BTC, labels: { from: file } }
`;
    const asked: string[] = [];
    const readFile = async (path: string): Promise<string | null> => {
      asked.push(path);
      return network;
    };
    const { timeline, specDigest } = await compile(text, { readFile });
    expect(asked).toEqual(['nets/n.json']);
    expect(timeline.network.nodes.slice(5)).toEqual([
      { name: 'carol', model: 'lnd', options: {}, walletSat: 200_000_000, labels: { alias: 'C', from: 'file' } },
      { name: 'dave', model: 'lnd', options: {}, walletSat: 200_000_000, labels: { from: 'file' } },
    ]);
    expect(timeline.network.channels.slice(7)).toMatchObject([
      { name: 'alice-carol', node0: 0, node1: 5 },
      { name: 'cd', node0: 5, node1: 6, balance0Msat: 400_000 },
    ]);
    const changed = await compile(text, { readFile: async () => network.replace('1000', '1001') });
    expect(changed.specDigest).not.toBe(specDigest);
  });
});

describe('schedules', () => {
  async function times(events: string): Promise<[number, string][]> {
    const { timeline } = await compile(`version: 1\nduration: 20s\nnodes: { alice: {} }\n${events}`);
    return Array.from(timeline.timeUs, (time, i) => [
      time / 1e6,
      timeline.actions[timeline.ref[i] as number]?.kind ?? '',
    ]);
  }

  test('mining comes at every, twice every, … before the end', async () => {
    expect(await times('chain: { mining: { every: 5s, blocks: 10 } }\n')).toEqual([
      [5, 'mine'],
      [10, 'mine'],
      [15, 'mine'],
    ]);
  });

  test('blocks come before other events of the same instant', async () => {
    const events =
      'chain: { mining: { every: 10s } }\nevents:\n  - at: 10s\n    stop_node: alice\n  - at: 10s\n    mine: { blocks: 2 }\n';
    expect(await times(events)).toEqual([
      [10, 'mine'],
      [10, 'mine'],
      [10, 'stop_node'],
    ]);
  });

  test.each([
    ['{ at: 20s, ', [20]],
    ['{ at: [9s, 3s, 30s], ', [3, 9]],
    ['{ every: 8s, ', [8, 16]],
    ['{ every: 10s, ', [10]],
    ['{ every: 8s, from: 1s, ', [1, 9, 17]],
    ['{ every: 8s, from: 0s, count: 2, ', [0, 8]],
    ['{ every: 5s, until: 15s, ', [5, 10, 15]],
    ['{ every: 5s, until: 20s, ', [5, 10, 15, 20]],
    ['{ every: 5s, until: 1h, ', [5, 10, 15, 20]],
  ])('%s', async (schedule, expected) => {
    const found = await times(`events:\n  - ${schedule}mine: { blocks: 1 } }\n`);
    expect(found.map(([time]) => time)).toEqual(expected);
  });
});

describe('expectations', () => {
  test('are placed in time and in the file', async () => {
    const { timeline } = await compile(
      `${NETWORK}expect:\n  - chain.height >= 100\n  - { at: 5s, that: "channel('alice-bob').state == 'open'", message: still open }\n`,
    );
    expect(timeline.expectations).toEqual([
      {
        atUs: 5_000_000,
        atEnd: false,
        that: "channel('alice-bob').state == 'open'",
        message: 'still open',
        line: 13,
        column: 21,
      },
      {
        atUs: 3_600_000_000,
        atEnd: true,
        that: 'chain.height >= 100',
        message: 'chain.height >= 100',
        line: 12,
        column: 5,
      },
    ]);
  });
});

describe('the digest of the scenario', () => {
  const text = withActivities(['regular', 'constant']);

  test('does not depend on comments, layout and the order of maps', async () => {
    const { specDigest } = await compile(text);
    const other = `# a comment\n${withActivities(['constant', 'regular']).replace('  bob: {', '\n  bob:   {').replace('1h', '60m')}`;
    expect((await compile(other)).specDigest).toBe(specDigest);
    const swapped = text.replace(/( {2}alice: .*\n)( {2}bob: .*\n)/, '$2$1');
    expect(swapped).not.toBe(text);
    expect((await compile(swapped)).specDigest).toBe(specDigest);
  });

  test('changes with what the scenario says', async () => {
    const digests = new Set<string>();
    const variants = [
      text,
      text.replace('900 sat', '901 sat'),
      text.replace('push: 1 sat', 'push: 2 sat'),
      text.replace('seed: 7', 'seed: 8'),
    ];
    for (const variant of variants) digests.add((await compile(variant)).specDigest);
    expect(digests.size).toBe(variants.length);
  });

  test('a parameter counts with its value, however it was given', async () => {
    const params = `version: 1\nduration: \${{ params.d }}\nparams: { d: 10s }\nnodes: { a: {} }\n`;
    const given = await compile(params, { overrides: new Map([['d', '20s']]) });
    expect(given.specDigest).toBe((await compile(params.replace('10s', '20s'))).specDigest);
    expect(given.timelineDigest).toBe((await compile(params.replace('10s', '20s'))).timelineDigest);
    expect(given.specDigest).not.toBe((await compile(params)).specDigest);
  });
});

describe('the compiler as a machine', () => {
  async function states(text: string): Promise<string[]> {
    const seen: string[] = [];
    await compileScenario({ text, file: 'test.yml', readFile: async () => null, onState: (state) => seen.push(state) });
    return seen;
  }

  test('passes all states', async () => {
    expect(await states(NETWORK)).toEqual([
      'reading',
      'parsing',
      'validating',
      'resolving',
      'expanding',
      'scheduling',
      'sealed',
    ]);
  });

  test('stops where it cannot go on', async () => {
    expect(await states('version: [')).toEqual(['reading', 'parsing', 'failed']);
    expect(await states(NETWORK.replace('from: alice', 'from: nobody'))).toEqual([
      'reading',
      'parsing',
      'validating',
      'resolving',
      'failed',
    ]);
    expect(await states(`${NETWORK}events: [{ at: 1s, stop_node: nobody }]`)).toEqual([
      'reading',
      'parsing',
      'validating',
      'resolving',
      'expanding',
      'failed',
    ]);
  });

  test('problems of several stages come at once', async () => {
    const text = `${NETWORK}expect: [chain.hight > 5]\nevents: [{ at: 1s, stop_node: nobody }]\n`;
    const result = await compileScenario({ text, file: 'test.yml', readFile: async () => null });
    expect(result.diagnostics.map((one) => one.code)).toEqual(['E503', 'E401']);
  });

  test('a defect of a step is thrown, not reported', async () => {
    const text = 'version: 1\nduration: 1m\nnetwork: { import: { file: n.json } }\n';
    const readFile = async (): Promise<string | null> => {
      throw new Error('disk on fire');
    };
    await expect(compileScenario({ text, file: 'test.yml', readFile })).rejects.toThrow('disk on fire');
  });

  test('a limit on rows holds for all rows together', async () => {
    const result = await compileScenario({
      text: withActivities(['constant', 'background']),
      file: 'test.yml',
      readFile: async () => null,
      rowLimit: 100,
    });
    expect(result.diagnostics.map((one) => one.code)).toEqual(['E603']);
  });
});
