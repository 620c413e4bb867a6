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
