/** What an author sees in an editor with the generated schema. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TEMPLATES } from '../engine/cli/templates/templates.ts';
import { EVENT_KINDS, MODEL_KINDS } from '../engine/kinds/registry.ts';
import { available, ROOT } from './testing/command.ts';
import { EDITOR_AVAILABLE, editorWith } from './testing/editor.ts';
import { scenarioFiles } from './testing/scenarios.ts';

const HEAD = `version: 1
duration: 10s
`;
const NETWORK = `${HEAD}nodes:
  alice: { model: lnd }
  bob: {}
channels:
  ab: { from: alice, to: bob, capacity: 500_000 sat }
`;

describe.runIf(available(EDITOR_AVAILABLE, 'yaml-language-server'))('an editor', () => {
  const schema = JSON.parse(readFileSync(path.join(ROOT, 'schemas/scenario.v1.schema.json'), 'utf8'));
  const editor = EDITOR_AVAILABLE ? editorWith(schema) : (undefined as never);
  const labels = async (marked: string): Promise<readonly string[]> =>
    (await editor.complete(marked)).map(({ label }) => label);

  it('completes the sections', async () => {
    const offered = await labels(`${HEAD}|`);
    expect(offered).toEqual(expect.arrayContaining(['nodes', 'channels', 'activity', 'events', 'expect', 'chain']));
    expect(offered).not.toContain('version');
    expect(await labels(`${HEAD}ch|`)).toEqual(expect.arrayContaining(['chain', 'channels']));
  });

  it('says what a section is', async () => {
    const nodes = (await editor.complete(`${HEAD}|`)).find(({ label }) => label === 'nodes');
    expect(JSON.stringify(nodes?.documentation)).toContain('Nodes and sets of nodes');
  });

  it('completes the keys of a node and a channel', async () => {
    expect(await labels(`${HEAD}nodes:\n  alice:\n    |`)).toEqual(
      expect.arrayContaining(['model', 'wallet', 'count', 'labels']),
    );
    expect(await labels(`${HEAD}channels:\n  ab:\n    from: alice\n    |`)).toEqual(
      expect.arrayContaining(['to', 'capacity', 'push', 'policy']),
    );
  });

  it('completes the models', async () => {
    const offered = await labels(`${HEAD}nodes:\n  alice:\n    model: |\n`);
    for (const { name } of MODEL_KINDS) expect(offered).toContain(name);
  });

  it('completes the kinds of events', async () => {
    const offered = await labels(`${NETWORK}events:\n  - at: 5s\n    |\n`);
    for (const { name } of EVENT_KINDS) expect(offered).toContain(name);
  });

  it('completes the keys of an event and of an activity', async () => {
    expect(await labels(`${NETWORK}events:\n  - at: 5s\n    open_channel:\n      |\n`)).toEqual(
      expect.arrayContaining(['channel', 'from', 'to', 'capacity']),
    );
    expect(await labels(`${NETWORK}activity:\n  pay:\n    source: alice\n    |\n`)).toEqual(
      expect.arrayContaining(['destination', 'interval', 'amount', 'method']),
    );
  });

  it.each([
    ['capacity', `${HEAD}channels:\n  ab:\n    capa|city: 5 sat\n`, 'Size of the channel'],
    ['a section', `${HEAD}no|des:\n  a: {}\n`, 'Nodes and sets of nodes'],
    ['an event', `${NETWORK}events:\n  - at: 5s\n    mi|ne: { blocks: 1 }\n`, 'Mine'],
    ['interval', `${NETWORK}activity:\n  pay: { source: alice, inter|val: 1s }\n`, 'etween'],
    ['duration', 'version: 1\ndur|ation: 10s\n', 'Length of the run'],
  ])('explains %s under the cursor', async (_, marked, text) => {
    expect(await editor.hover(marked)).toContain(text);
  });

  it.each([
    ['an unknown key', `${HEAD}nodez: {}\n`, /nodez/],
    ['a missing unit', `${HEAD}channels:\n  ab: { from: a, to: b, capacity: 5 }\n`, /./],
    ['an unknown model', `${HEAD}nodes:\n  a: { model: lndd }\n`, /lnd/],
  ])('marks %s', async (_, text, message) => {
    const problems = await editor.problems(text);
    expect(problems.join('\n')).toMatch(message);
  });

  it.each([
    ...scenarioFiles().map((file) => [file, readFileSync(path.join(ROOT, file), 'utf8')] as const),
    ...TEMPLATES.map(({ name, text }) => [`template ${name}`, text] as const),
  ])('finds nothing wrong in %s', async (_, text) => {
    const withoutModeline = text.replace(/^# yaml-language-server.*\n/m, '');
    expect(await editor.problems(withoutModeline)).toEqual([]);
  });
});
