import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { compileScenario } from '../../compile/compile.ts';
import { formatDiagnostics } from '../../spec/format-diagnostic.ts';
import type { Timeline } from '../../timeline/timeline.ts';

const SECOND = 1_000_000;
const HOUR = 3600 * SECOND;
const FILES = new Map([['times.csv', 'up\n10\n20\n30\n']]);

async function compiled(churn: object, more: object = {}, nodes = 1, seed = 1): Promise<Timeline> {
  const text = stringify({
    ...{ version: 1, seed, duration: '10h', nodes: { n: { count: nodes } } },
    behaviours: { flaky: { nodes: 'n', ...more, churn } },
  });
  const result = await compileScenario({ text, file: 'test.yml', readFile: async (name) => FILES.get(name) ?? null });
  if (!result.ok) throw new Error(formatDiagnostics(result.diagnostics));
  return result.timeline;
}

/** What happens to a node: kinds with their times in seconds. */
function life(timeline: Timeline, node = 0): [string, number][] {
  return timeline.actions.flatMap(({ kind, args }, i) =>
    (args.nodes as readonly number[])[0] === node ? [[kind, (timeline.timeUs[i] as number) / SECOND]] : [],
  );
}

describe('churn', () => {
  test('is planned actions of the nodes, in order, and nobody is woken', async () => {
    const timeline = await compiled({ up: '1h', down: '30m', initially: 'up' });
    const times = [1, 1.5, 2.5, 3, 4, 4.5, 5.5, 6, 7, 7.5, 8.5, 9].map((hours) => hours * 3600);
    expect(life(timeline)).toEqual(times.map((time, i) => [i % 2 === 0 ? 'stop_node' : 'start_node', time]));
    expect(timeline.behaviours).toEqual([
      { name: 'flaky', kind: 'churn', nodes: [0], channels: null, args: {}, wakes: null, payments: null },
    ]);
  });

  test('keeps to its window, and leaves everybody up behind it', async () => {
    const timeline = await compiled({ up: '1h', down: '3h', initially: 'up' }, { start: '1h', duration: '2h' });
    expect(life(timeline)).toEqual([
      ['stop_node', 2 * 3600],
      ['start_node', 3 * 3600],
    ]);
    const open = await compiled({ up: '1h', down: '3h', initially: 'up' }, { start: '8h' });
    expect(life(open), 'at the end of the run it may be down').toEqual([['stop_node', 9 * 3600]]);
    expect(life(await compiled({ up: '1h', down: '3h' }, { start: '11h' }))).toEqual([]);
  });

  test('crashes as often as it is told', async () => {
    const share = async (crash_share: number): Promise<number> => {
      const kinds = life(await compiled({ up: '10s', down: '10s', crash_share })).map(([kind]) => kind);
      const crashes = kinds.filter((kind) => kind === 'crash_node').length;
      return crashes / kinds.filter((kind) => kind !== 'start_node').length;
    };
    expect(await share(0)).toBe(0);
    expect(await share(1)).toBeGreaterThan(0.99); // a node that is down at the start was stopped
    expect(await share(0.3)).toBeCloseTo(0.3, 1);
  });

  test('draws from streams of each node', async () => {
    const rule = { up: { exponential: { mean: '1h' } }, down: { exponential: { mean: '20m' } }, crash_share: 0.5 };
    const three = await compiled(rule, {}, 3);
    const lives = [0, 1, 2].map((node) => JSON.stringify(life(three, node)));
    expect(new Set(lives).size).toBe(3);
    const five = await compiled(rule, {}, 5);
    expect([0, 1, 2].map((node) => JSON.stringify(life(five, node)))).toEqual(lives);
    expect(JSON.stringify(life(await compiled(rule, {}, 3, 2)))).not.toBe(lives[0]);
  });

  test('takes values of a file', async () => {
    const up = { empirical: { file: 'times.csv', column: 'up', unit: 's' } };
    const times = life(await compiled({ up, down: '1s', initially: 'up' }, { duration: '10m' })).map(
      ([, time]) => time,
    );
    const gaps = times.flatMap((time, i) => (i % 2 === 0 ? [time - (times[i - 1] ?? 0)] : []));
    expect(gaps.length).toBeGreaterThan(20);
    // The last one is cut by the end of the window.
    for (const gap of gaps.slice(0, -1)) expect([10, 20, 30]).toContain(gap);
  });

  test('makes the same timeline again', async () => {
    const rule = { up: { log_normal: { median: '1h', sigma: 1 } }, down: ['1m', '1h'], crash_share: 0.5 };
    expect((await compiled(rule, {}, 4)).timeUs).toEqual((await compiled(rule, {}, 4)).timeUs);
  });

  test('refuses more events than a timeline can hold', async () => {
    const text = stringify({
      ...{ version: 1, duration: '1d', nodes: { n: {} } },
      behaviours: { flaky: { nodes: 'n', churn: { up: '1us', down: '1us' } } },
    });
    const result = await compileScenario({ text, file: 'test.yml', readFile: async () => null, rowLimit: 1000 });
    expect(result.ok).toBe(false);
    expect(result.diagnostics.map(({ code }) => code)).toEqual(['E603']);
  });
});

describe('the state at the start', () => {
  const NODES = 2000;

  /** Share of nodes that are down, and for how long those that are up stay so on average, hours. */
  async function start(up: object | string, down: object | string): Promise<{ share: number; leftUp: number }> {
    const timeline = await compiled({ up, down }, {}, NODES);
    const first = new Map<number, readonly [string, number]>();
    timeline.actions.forEach(({ kind, args }, i) => {
      const [node = -1] = args.nodes as readonly number[];
      if (!first.has(node)) first.set(node, [kind, timeline.timeUs[i] as number]);
    });
    let isDown = 0;
    let left = 0;
    for (const [, timeUs] of first.values()) {
      if (timeUs === 0) isDown++;
      else left += timeUs;
    }
    return { share: isDown / NODES, leftUp: left / (NODES - isDown) / HOUR };
  }

  test.each([
    ['constant', '1h', '30m', 1 / 3, 0.5],
    ['uniform: what is left of one that is met is E[x²] / 2 E[x]', ['0s', '3h'], '30m', 1 / 4, 1],
    ['exponential: without memory', { exponential: { mean: '1h' } }, { exponential: { mean: '15m' } }, 1 / 5, 1],
    // Values beyond the bound become the bound; 10 min with 30 min: 15 of 45 minutes.
    ['bounded', { exponential: { mean: '100h' }, max: '30m' }, '15m', 1 / 3, 0.25],
  ])('%s', async (_, up, down, share, leftUp) => {
    const found = await start(up, down);
    // Three standard errors and more.
    expect(found.share).toBeGreaterThan(share - 0.035);
    expect(found.share).toBeLessThan(share + 0.035);
    expect(found.leftUp).toBeGreaterThan(leftUp * 0.9);
    expect(found.leftUp).toBeLessThan(leftUp * 1.1);
  });
});
