/** Generated files are what the code makes of its tables. After an intended change: `npm run generate`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { compileScenario, SCHEMA_PARTS } from '../engine/compile/compile.ts';
import { DIAGNOSTIC_CODES } from '../engine/spec/diagnostic-codes.ts';
import { composeSchema } from '../engine/spec/schema.ts';
import { DEFINITIONS } from '../engine/spec/schema-definitions.ts';
import { GENERATED_FILES, type Repository } from '../scripts/generated/files.ts';
import { ROOT } from './testing/command.ts';

const repository: Repository = {
  list: (folder) => {
    const full = path.join(ROOT, folder);
    return existsSync(full) ? readdirSync(full).sort() : [];
  },
  read: (file) => readFileSync(path.join(ROOT, file), 'utf8'),
};

const textOf = (file: string): string => {
  const found = GENERATED_FILES.find((generated) => generated.path === file);
  if (found === undefined) throw new Error(`${file} is not generated`);
  return found.make(repository);
};

/** Where GitHub puts a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

describe('generated files', () => {
  it.each(GENERATED_FILES.map(({ path: file, make }) => [file, make] as const))('%s', async (file, make) => {
    await expect(make(repository)).toMatchFileSnapshot(path.join(ROOT, file));
  });

  it('are made in the same way each time', () => {
    for (const { make } of GENERATED_FILES) expect(make(repository)).toBe(make(repository));
  });

  it.each(GENERATED_FILES.filter(({ path: file }) => file.endsWith('.md')).map(({ path: file }) => file))(
    '%s has only links that lead somewhere',
    (file) => {
      const text = textOf(file);
      const anchors = new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading)));
      for (const [, target = ''] of text.matchAll(/\]\(#([^)]*)\)/g)) expect(anchors).toContain(target);
      expect(text).not.toMatch(/undefined|\[object /);
    },
  );
});

describe('docs/scenario-reference.md', () => {
  const text = textOf('docs/scenario-reference.md');
  const headings = new Set([...text.matchAll(/^### \w+ `(.*)`$/gm)].map(([, name]) => name));

  it.each(Object.entries(SCHEMA_PARTS).filter(([, kinds]) => Array.isArray(kinds)))('has all %s', (_, kinds) => {
    for (const { name, summary } of kinds as readonly { readonly name: string; readonly summary: string }[]) {
      expect(headings).toContain(name);
      expect(text).toContain(summary.split('\n')[0]);
    }
  });

  it('has all definitions', () => {
    for (const name of Object.keys(DEFINITIONS)) expect(headings).toContain(name);
  });
});

it('docs/diagnostics.md has all codes', () => {
  const text = textOf('docs/diagnostics.md');
  for (const code of DIAGNOSTIC_CODES) expect(text).toContain(`### ${code} `);
});

it('the examples of the sections are a scenario', async () => {
  const sections = composeSchema(SCHEMA_PARTS).properties as {
    readonly [name: string]: { readonly examples?: readonly unknown[] };
  };
  const used = ['params', 'chain', 'latency', 'defaults', 'nodes', 'channels', 'activity', 'events', 'expect', 'sweep'];
  const text = stringify({
    version: 1,
    duration: '1m',
    ...Object.fromEntries(used.map((name) => [name, sections[name]?.examples?.[0]])),
  });
  const result = await compileScenario({ text, file: 'x.yml', readFile: async () => null });
  expect(result.diagnostics.map(({ message }) => message)).toEqual([]);
});
