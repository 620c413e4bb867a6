import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileScenario } from '../compile/compile.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { TEMPLATES } from './templates/templates.ts';
import { timelineGantt } from './timeline-gantt.ts';

async function timelineOf(text: string): Promise<Timeline> {
  const result = await compileScenario({ text, file: 'x.yml', readFile: async () => null });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.timeline;
}

describe('the picture of a timeline', () => {
  it.each(TEMPLATES.map(({ name, text }) => [name, text] as const))('of %s', async (name, text) => {
    const picture = timelineGantt(await timelineOf(text), 100);
    await expect(`${picture.join('\n')}\n`).toMatchFileSnapshot(
      join(import.meta.dirname, 'golden', `gantt-${name}.txt`),
    );
  });

  const UNTIMED = {
    behaviours: `behaviours:
  fees: { nodes: [alice, bob], start: 1m, duration: 6m, every: 1m, fee_policy: { static: { fee_rate: 5 ppm } } }
  once: { nodes: bob, every: 9m, fee_policy: { static: { fee_rate: 5 ppm } } }
`,
    loop: `activity:
  regular: { source: alice, destination: bob, interval: 10s, amount: 1 sat }
  customers: { source: alice, destination: bob, loop: { think: 20s, concurrency: 4 }, start: 2m, duration: 5m, amount: 1 sat }
  few: { source: bob, destination: alice, loop: {}, count: 1, amount: 1 sat }
snapshots:
  - { at: 4m, name: busy }
`,
    when: `events:
  - when: channel('alice-bob').balance0_msat < amount('500_000 sat')
    once: false
    check_every: 3m
    pay: { source: bob, destination: alice, amount: 300_000 sat }
  - when: payments('event-1').failed >= 2
    stop_node: bob
  - at: 5m
    mine: { blocks: 3 }
expect:
  - payments('event-1').succeeded >= 0
snapshots:
  - { at: 4m }
  - { at: end }
`,
  };

  it.each(Object.entries(UNTIMED))('shows what has no time yet where it may happen: %s', async (name, text) => {
    const head = `version: 1
name: ${name}
duration: 10m
nodes: { alice: {}, bob: {} }
channels: { alice-bob: { from: alice, to: bob, capacity: 1_000_000 sat, push: 400_000 sat } }
`;
    const timeline = await timelineOf(head + text);
    await expect(`${timelineGantt(timeline, 100).join('\n')}\n`).toMatchFileSnapshot(
      join(import.meta.dirname, 'golden', `gantt-${name}.txt`),
    );
    for (const line of timelineGantt(timeline, 70).slice(2)) expect(line.length).toBeLessThanOrEqual(75);
  });

  it.each([40, 60, 80, 100, 200])('fits %i columns', async (columns) => {
    for (const { text } of TEMPLATES) {
      const lines = timelineGantt(await timelineOf(text), columns);
      // Below some width names and counts come first.
      for (const line of lines.slice(2)) expect(line.length).toBeLessThanOrEqual(Math.max(columns, 75));
    }
  });

  it('shows many events of a kind in one row, with their number', async () => {
    const nodes = Array.from({ length: 9 }, (_, i) => `n${i}`);
    const events = nodes.map((node, i) => `  - { at: ${i}s, stop_node: ${node} }`);
    const text = `version: 1\nduration: 100s\nnodes: { ${nodes.map((n) => `${n}: {}`).join(', ')} }\nevents:\n${events.join('\n')}\n`;
    expect(timelineGantt(await timelineOf(text), 60)).toMatchInlineSnapshot(`
      [
        "x: 1m40s, 0 payments, 9 events",
        "",
        "               0s                   1m",
        "               ├────────────────────┼─────────────┤",
        "stop_node (9)  333                                   9 times",
      ]
    `);
  });

  it('has room for a run without anything', async () => {
    expect(timelineGantt(await timelineOf('version: 1\nduration: 1us\n'), 40)).toMatchInlineSnapshot(`
      [
        "x: 1us, 0 payments, 0 events",
        "",
        "      0s                           1us",
        "      ├──────────────────────────────┤",
      ]
    `);
  });
});
