/** Every registered kind is in the schema, in the documentation, in the help, in a scenario that is locked, and tested. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileScenario } from '../engine/compile/compile.ts';
import { nodeFiles } from '../engine/host/node-files.ts';
import {
  ACTIVITY_KINDS,
  BEHAVIOUR_KINDS,
  EVENT_KINDS,
  FORMAT_KINDS,
  MODEL_KINDS,
  TOPOLOGY_KINDS,
} from '../engine/kinds/registry.ts';
import { blast, ROOT } from './testing/command.ts';
import { scenarioFiles } from './testing/scenarios.ts';

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const schema = read('schemas/scenario.v1.schema.json');
const reference = read('docs/scenario-reference.md');
const tests = ['engine', 'models', 'tests']
  .flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts') || name.includes('/golden/'))
      .map((name) => path.join(folder, name)),
  )
  .filter((file) => file !== 'tests/kinds.test.ts' && /\.(ts|yml)$/.test(file))
  .map(read)
  .join('\n');

/** Kinds that the repository's scenarios use, found by compiling them. */
async function usedKinds(): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  for (const file of scenarioFiles()) {
    const folder = path.dirname(path.join(ROOT, file));
    const text = read(file);
    const compiled = await compileScenario({
      text,
      file,
      readFile: async (name) => nodeFiles(folder).read(name),
    });
    if (!compiled.ok) throw new Error(`${file} is not valid`);
    for (const event of compiled.scenario.events) used.add(event.kind);
    for (const activity of compiled.scenario.activity) used.add(activity.kind);
    for (const behaviour of compiled.scenario.behaviours ?? []) used.add(behaviour.kind);
    for (const node of compiled.timeline.network.nodes) used.add(node.model);
    for (const kind of TOPOLOGY_KINDS) if (new RegExp(`\\b${kind.name}:`).test(text)) used.add(kind.name);
    for (const spec of compiled.scenario.imports) used.add(spec.format);
  }
  return used;
}

/** Once for all kinds. */
let found: Promise<ReadonlySet<string>> | null = null;

const ALL = [
  ...EVENT_KINDS.map(({ name }) => ['event', name] as const),
  ...ACTIVITY_KINDS.map(({ name }) => ['activity', name] as const),
  ...BEHAVIOUR_KINDS.map(({ name }) => ['behaviour', name] as const),
  ...TOPOLOGY_KINDS.map(({ name }) => ['topology', name] as const),
  ...MODEL_KINDS.map(({ name }) => ['model', name] as const),
  ...FORMAT_KINDS.map(({ name }) => ['format', name] as const),
];

describe.each(ALL)('%s %s', (kind, name) => {
  it('is in the schema and the reference', () => {
    // A regular activity has no key of its own; `interval` makes it one.
    const key = name === 'defined' ? 'interval' : name;
    expect(schema).toMatch(new RegExp(`"${key}"`));
    expect(reference).toContain(`\`${name}\``);
  });

  it('is explained by the command', async () => {
    const { code, out } = await blast(['explain', name]);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^${kind} ${name}$`, 'm'));
  });

  it('is used in a scenario', async () => {
    found ??= usedKinds();
    expect(await found).toContain(name);
  }, 60_000);

  it('is used in a test', () => {
    expect(tests).toMatch(new RegExp(`\\b${name}\\b`));
  });
});
