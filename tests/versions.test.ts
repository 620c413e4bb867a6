/** Files of every version that the format has had: they are read, migrated and refused as docs/stability.md promises. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileScenario } from '../engine/compile/compile.ts';
import { migrateText } from '../engine/spec/migrations/migrate.ts';
import { CURRENT_VERSION, MIGRATIONS, READABLE_VERSIONS } from '../engine/spec/migrations/migrations.ts';
import { blast, ROOT, temporaryFolder } from './testing/command.ts';

const FIXTURES = join(ROOT, 'tests/fixtures/versions');
const textOf = (name: string): string => readFileSync(join(FIXTURES, name), 'utf8');
const compile = (text: string): ReturnType<typeof compileScenario> =>
  compileScenario({ text, file: 's.yml', readFile: async () => null });

async function found(name: string): Promise<readonly string[]> {
  const { diagnostics } = await compile(textOf(name));
  return diagnostics.map(({ range, code }) => `${range.line} ${code}`);
}

describe('every version', () => {
  it('has one step to the next', () => {
    expect(MIGRATIONS.map(({ from }) => from)).toEqual(Array.from({ length: CURRENT_VERSION }, (_, i) => i));
  });

  it.each(READABLE_VERSIONS)('%i is read', async (version) => {
    const result = await compile(textOf(`v${version}.yml`));
    expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(result.ok).toBe(true);
  });

  it.each(READABLE_VERSIONS)('%i means the same when it is migrated', async (version) => {
    const text = textOf(`v${version}.yml`);
    const migrated = migrateText(text, 's.yml');
    expect(migrated.from).toBe(version);
    const [before, after] = [await compile(text), await compile(migrated.text as string)];
    expect(before.ok && after.ok && after.timelineDigest === before.timelineDigest).toBe(true);
    // What is of the present version stays as it is.
    expect(migrateText(migrated.text as string, 's.yml').text).toBe(migrated.text);
  });
});

describe('version 0', () => {
  it('is rewritten with comments and order', async () => {
    await expect(migrateText(textOf('v0.yml'), 'v0.yml').text).toMatchFileSnapshot(join(FIXTURES, 'v0.migrated.yml'));
  });

  it('is refused at the lines where it is wrong', async () => {
    expect(await found('v0-wrong.yml')).toEqual([
      ...['2 E203', '5 E201', '6 E201', '8 E303', '10 E304', '11 E201', '12 E202'],
    ]);
  });

  it('has the places of the original in what is found after the migration', async () => {
    expect(await found('v0-unknown-node.yml')).toEqual(['9 E401']);
  });

  it('may use anchors, each use of which is migrated', () => {
    const text =
      'version: 0\ntotal_time_secs: 1\nnodes: [{ alias: a }, { alias: b }]\nchannels:\n' +
      '  - { id: x, node_1: a, node_2: b, capacity_sat: &c 1000, node_1_policy: &p { base_fee_msat: 1 } }\n' +
      '  - { id: y, node_1: a, node_2: b, capacity_sat: *c, node_1_policy: *p, node_2_policy: *p }\n';
    const { text: migrated } = migrateText(text, 's.yml');
    expect(migrated).not.toMatch(/[&*]/);
    expect([...(migrated ?? '').matchAll(/capacity: 1000 sat/g)]).toHaveLength(2);
    expect([...(migrated ?? '').matchAll(/fee_base: 1 msat/g)]).toHaveLength(3);
  });

  it('with a name used twice is refused', async () => {
    const { diagnostics } = await compile('version: 0\ntotal_time_secs: 1\nnodes:\n  - alias: a\n  - alias: a\n');
    expect(diagnostics.map(({ range, code }) => `${range.line} ${code}`)).toEqual(['5 E103']);
  });
});

it('a version of the future is refused, with what to do', async () => {
  const { ok, diagnostics } = await compile(textOf('v2.yml'));
  expect(ok).toBe(false);
  expect(diagnostics.map(({ code, hint }) => [code, hint])).toEqual([
    ['E208', 'this engine reads versions 0 and 1; use a newer engine for this file'],
  ]);
});

describe('blast migrate', () => {
  const folder = temporaryFolder();
  const cwd = { cwd: folder };
  const fixture = (name: string): void => copyFileSync(join(FIXTURES, name), join(folder, 's.yml'));

  it('prints, writes elsewhere, and writes in place', async () => {
    fixture('v0.yml');
    const expected = textOf('v0.migrated.yml');
    const printed = await blast(['migrate', 's.yml'], cwd);
    expect(printed).toEqual({ code: 0, out: expected, err: 's.yml: from version 0 to 1\n' });
    await blast(['migrate', 's.yml', '-o', 'new.yml'], cwd);
    expect(readFileSync(join(folder, 'new.yml'), 'utf8')).toBe(expected);
    expect(readFileSync(join(folder, 's.yml'), 'utf8')).toBe(textOf('v0.yml'));
    await blast(['migrate', 's.yml', '--write'], cwd);
    expect(readFileSync(join(folder, 's.yml'), 'utf8')).toBe(expected);
    expect((await blast(['migrate', 's.yml', '--write'], cwd)).err).toBe('s.yml is of version 1 already\n');
    expect(readFileSync(join(folder, 's.yml'), 'utf8')).toBe(expected);
  });

  it('refuses what is wrong', async () => {
    fixture('v0-wrong.yml');
    const { code, out, err } = await blast(['migrate', 's.yml', '--write'], cwd);
    expect([code, out]).toEqual([3, '']);
    expect(err).toContain('s.yml:5:5 error E201');
    expect(readFileSync(join(folder, 's.yml'), 'utf8')).toBe(textOf('v0-wrong.yml'));
    expect((await blast(['migrate', 's.yml', '--write', '-o', 'x'], cwd)).code).toBe(2);
  });
});
