import { describe, expect, test } from 'vitest';
import { createSimulatorBackend } from '../backends/simulator/simulator-backend.ts';
import { MODEL_KINDS, RUN_KINDS } from '../kinds/registry.ts';
import { runTimeline } from '../run/runner.ts';
import { FakeClock } from '../run/testing/fixtures.ts';
import { formatDiagnostics } from '../spec/format-diagnostic.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { compileScenario } from './compile.ts';

const S = 1_000_000;
const HEAD = `version: 1
duration: 2m
nodes:
  alice: {}
  bob: {}
  carol: {}
defaults: { channel: { capacity: 5_000_000 sat, push: 2_500_000 sat } }
channels:
  ab: { from: alice, to: bob }
  bc: { from: bob, to: carol }
activity:
`;
const FILES = new Map([
  ['list.csv', 'amount,source,destination,time\n5 sat,alice,bob,9s\n7 sat,bob,carol,1m\n1 sat,bob,alice,2s\n'],
]);

async function compile(activities: string): Promise<Timeline> {
  const result = await compileScenario({
    text: HEAD + activities,
    file: 'test.yml',
    readFile: async (path) => FILES.get(path) ?? null,
  });
  if (!result.ok) throw new Error(formatDiagnostics(result.diagnostics));
  return result.timeline;
}

/** Payments of an activity as [time in s, source, destination, amount]; loops without a time. */
function paymentsOf(timeline: Timeline, name: string): number[][] {
  const { payments, activities } = timeline;
  const timeOf = new Map<number, number>();
  timeline.ref.forEach((ref, row) => {
    if (timeline.phase[row] === 2) timeOf.set(ref, (timeline.timeUs[row] as number) / S);
  });
  const rows: number[][] = [];
  for (let i = 0; i < payments.length; i++) {
    if (activities[payments.activity[i] as number]?.name !== name) continue;
    rows.push([
      timeOf.get(i) ?? -1,
      payments.source[i] as number,
      payments.destination[i] as number,
      payments.amountMsat[i] as number,
    ]);
  }
  return rows;
}

const times = (timeline: Timeline, name: string): number[] =>
  paymentsOf(timeline, name).map(([time]) => time as number);

describe('after', () => {
  const first = '  first: { source: alice, destination: bob, start: 5s, duration: 10s, interval: 4s, amount: 1 sat }\n';
  const count = '  first: { source: alice, destination: bob, start: 5s, count: 2, interval: 4s, amount: 1 sat }\n';
  const second = (more: string): string =>
    `  second: { source: bob, destination: carol, after: first, count: 2, interval: 3s, amount: 1 sat${more} }\n`;

  test('begins where the other one ends: its duration, or its last payment', async () => {
    expect(times(await compile(first + second(', start: 0s')), 'second')).toEqual([15, 18]);
    expect(times(await compile(first + second(', start: 10s')), 'second')).toEqual([25, 28]);
    expect(times(await compile(first + second('')), 'second')).toEqual([18, 21]);
    expect(times(await compile(second('') + count), 'second')).toEqual([12, 15]);
  });

  test('goes over several, in any order of the file', async () => {
    const third =
      '  third: { source: bob, destination: carol, after: second, start: 1s, count: 1, interval: 1s, amount: 1 sat }\n';
    expect(times(await compile(third + second('') + first), 'third')).toEqual([22]);
  });

  test('comes after phases and lists', async () => {
    const phases =
      '  first: { source: alice, destination: bob, amount: 1 sat, phases: [{ duration: 10s, rate: 1/s }, { ramp: { from: 1/s, to: 2/s, over: 20s } }] }\n';
    expect(times(await compile(phases + second(', start: 0s')), 'second')).toEqual([30, 33]);
    const list = '  first: { payments: { file: list.csv } }\n';
    expect(times(await compile(list + second(', start: 0s')), 'second')).toEqual([60, 63]);
  });
});

describe('a list of payments', () => {
  test('is sorted by time, with the units of its values', async () => {
    const timeline = await compile('  list: { payments: { file: list.csv }, start: 10s }\n');
    expect(paymentsOf(timeline, 'list')).toEqual([
      [12, 1, 0, 1000],
      [19, 0, 1, 5000],
      [70, 1, 2, 7000],
    ]);
  });
});

describe('draws', () => {
  const ACTIVITIES: Readonly<Record<string, string>> = {
    every:
      '{ source: alice, destination: [bob, carol], interval: { exponential: { mean: 2s } }, amount: [1 sat, 9 sat] }',
    rate: '{ source: [alice, bob], destination: carol, rate: 2/s, arrival: poisson, amount: { log_normal: { median: 5 sat, sigma: 1 } } }',
    phases:
      '{ source: alice, destination: [bob, carol], amount: [1 sat, 9 sat], phases: [{ duration: 20s, interval: [1s, 3s] }, { ramp: { from: 0/s, to: 5/s, over: 20s }, arrival: poisson }] }',
    loop: '{ source: alice, destination: [bob, carol], loop: { think: [1s, 3s], concurrency: 3 }, amount: [1 sat, 9 sat] }',
  };
  const text = (names: readonly string[]): string => names.map((name) => `  ${name}: ${ACTIVITIES[name]}\n`).join('');

  test.each(Object.keys(ACTIVITIES))('an activity more moves none of %s', async (name) => {
    const alone = await compile(text([name]));
    const all = await compile(text(Object.keys(ACTIVITIES).reverse()));
    expect(paymentsOf(alone, name).length).toBeGreaterThan(20);
    expect(paymentsOf(all, name)).toEqual(paymentsOf(alone, name));
    expect(all.loops?.[0]?.thinkUs).toEqual((await compile(text(['loop']))).loops?.[0]?.thinkUs);
  });

  test('one phase moves none of another', async () => {
    const phases = (first: string): string =>
      `  a: { source: alice, destination: bob, amount: 1 sat, phases: [${first}, { duration: 30s, rate: 2/s, arrival: poisson }] }\n`;
    const one = times(await compile(phases('{ duration: 10s, rate: 3/s, arrival: poisson }')), 'a');
    const two = times(await compile(phases('{ duration: 10s, interval: [1s, 2s] }')), 'a');
    expect(two.filter((time) => time >= 10)).toEqual(one.filter((time) => time >= 10));
  });
});

describe('a closed loop', () => {
  const LOOP =
    '  a: { source: [alice, bob], destination: carol, loop: { think: [0ms, 200ms], concurrency: 5 }, amount: [1 sat, 9 sat] }\n';
  const play = (timeline: Timeline) =>
    runTimeline({
      timeline,
      timelineDigest: '',
      backend: createSimulatorBackend({ models: MODEL_KINDS, check: true }),
      kinds: RUN_KINDS,
      clock: new FakeClock(),
    });

  test('has rows enough for payments that resolve at once, and plays the same each time', async () => {
    const timeline = await compile(LOOP);
    expect(timeline.length).toBe(0);
    expect(timeline.payments.length).toBeGreaterThan(5000);
    const [one, two] = [await play(timeline), await play(timeline)];
    expect(one.failure).toBeNull();
    const stats = one.book.stats('a');
    expect(stats?.count).toBeGreaterThan(500);
    expect(stats?.count).toBeLessThan(timeline.payments.length);
    expect(two.runDigest).toBe(one.runDigest);
    // Never more than five at a time.
    const { startedUs, resolvedUs } = one.book;
    for (let row = 5; row < (stats?.count ?? 0); row++) {
      const started = startedUs[row] as number;
      const inFlight = resolvedUs.slice(0, row).filter((resolved) => resolved > started).length;
      expect(inFlight).toBeLessThan(5);
    }
  });

  test('ends with its count, without thinking', async () => {
    const timeline = await compile(LOOP.replace('think: [0ms, 200ms], ', '').replace('amount', 'count: 40, amount'));
    expect(timeline.payments.length).toBe(40);
    expect((await play(timeline)).book.stats('a')).toMatchObject({ count: 40, pending: 0 });
  });
});

describe('route', () => {
  const pays = 'source: alice, destination: carol, amount: 1 sat';

  test('is part of how the payments of an activity or an event are made, by names of channels', async () => {
    const timeline = await compile(`  given: { ${pays}, interval: 10s, route: [ab, bc] }
  rated: { ${pays}, rate: 6/min, route: [ab, bc], fee_limit: 3 sat }
  looped: { ${pays}, loop: { think: 10s }, route: [ab, bc] }
  free: { ${pays}, interval: 10s }
events:
  - at: 5s
    open_channel: { channel: later, from: bob, to: carol, capacity: 1_000_000 sat }
  - at: 30s
    pay: { ${pays}, route: [ab, later] }
`);
    const routes = Object.fromEntries(timeline.activities.map(({ name, profile }) => [name, profile.route]));
    expect(timeline.channelNames).toEqual(['ab', 'bc', 'later']);
    expect(routes).toEqual({ free: undefined, given: [0, 1], looped: [0, 1], rated: [0, 1], 'event-2': [0, 2] });
    expect('route' in (timeline.activities.find(({ name }) => name === 'free')?.profile ?? {})).toBe(false);
  });

  test('is not for activities that draw who pays whom', async () => {
    for (const activity of ['random: {}', 'payments: { file: list.csv }']) {
      await expect(compile(`  x: { ${activity}, route: [ab] }\n`)).rejects.toThrow('E201 unknown key `route`');
    }
  });
});

describe('random as sim-ln', () => {
  // The nodes of sim-ln's own unit test: a ring in which every node has 100,000 sat.
  const KEYS = [
    '02f6dc1fcf3431f461ff5e6d870f286e134b064fddd3795a98d5903c55e76cfa8c',
    '0363a5321c2778e2f13f4d7602a84e866824551b4bd31fdfc66e044a274863d647',
    '037b0c8a943a6bc3ebb5b56ed1c377a1d3e6b68e9231ad9bf7afd45ba37374f7a3',
    '026389dd21b3611bf4bb78f8939d5912f3175107ff9c14b6881bb4bef0e7c6e905',
  ];
  const ring = (seed: number, random: string, more = ''): string => `version: 1
duration: 25s
seed: ${seed}
nodes:
${KEYS.map((key, i) => `  pk${i + 1}: { pubkey: '${key}' }\n`).join('')}  outside: {}
defaults: { channel: { capacity: 50_000 sat, push: 25_000 sat } }
channels:
  a: { from: pk1, to: pk2 }
  b: { from: pk2, to: pk3 }
  c: { from: pk3, to: pk4 }
  d: { from: pk4, to: pk1 }
  e: { from: pk4, to: outside }
activity:
  pays: { random: { generator: sim-ln, expected_amount: 100 msat${random} }, among: 'pk*'${more} }
`;
  const pays = async (text: string): Promise<number[][]> => {
    const result = await compileScenario({ text, file: 'test.yml', readFile: async () => null });
    if (!result.ok) throw new Error(formatDiagnostics(result.diagnostics));
    return paymentsOf(result.timeline, 'pays');
  };

  test('makes the payments of its unit test, from nodes that were selected alone', async () => {
    expect(await pays(ring(42, ''))).toEqual([
      [1, 1, 0, 1],
      [1, 2, 0, 48],
      [1, 2, 1, 2],
      [5, 2, 1, 1],
      [6, 0, 3, 838],
      [10, 0, 1, 1],
      [10, 3, 1, 1],
      [10, 3, 1, 20],
      [15, 0, 2, 188],
      [22, 1, 2, 1],
    ]);
  });

  test('draws from a seed of its own where it is given, also one above 2^53', async () => {
    const own = await pays(ring(42, ''));
    expect(await pays(ring(7, ', seed: 42'))).toEqual(own);
    expect(await pays(ring(7, ", seed: '42'"))).toEqual(own);
    expect(await pays(ring(42, ", seed: '18446744073709551615'"))).not.toEqual(own);
    expect(await pays(ring(42, ', seed: 500'))).not.toEqual(own);
  });

  test('starts and ends where it is told to', async () => {
    const own = await pays(ring(42, ''));
    const later = await pays(ring(42, '', ', start: 5s, duration: 11s'));
    expect(later).toEqual(
      own.filter(([time]) => (time as number) < 11).map(([time, ...rest]) => [(time as number) + 5, ...rest]),
    );
  });
});
