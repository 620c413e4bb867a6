/** The linter refuses what could make two runs differ, in the rooms that must be pure and only there. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT, temporaryFolder } from './testing/command.ts';

const FORBIDDEN: readonly (readonly [code: string, message: string])[] = [
  ['a = Math.random()', 'Draw from a named stream'],
  ['a = Math.pow(a, 2)', 'use engine/base/math.ts'],
  ['a = Math.exp(a)', 'use engine/base/math.ts'],
  ['a = Math.log10(a)', 'use engine/base/math.ts'],
  ['a = a ** 2', 'Powers differ between engines'],
  ['a = Date.now()', 'global variable Date'],
  ['a = performance.now()', 'global variable performance'],
  ["a = 'a'.localeCompare('b')", 'by code units'],
  ['a = Number(a.toLocaleString())', 'Locales differ'],
  ['a = crypto.randomUUID().length', 'global variable crypto'],
  ['a = process.pid', 'global variable process'],
  ['for (const k in { a }) a = k.length', 'order of integer-like keys'],
  ['setTimeout(() => a, 1)', 'global variable setTimeout'],
  ['Promise.race([a])', 'depends on timing'],
];
const PURE = [
  'engine/base',
  'engine/spec',
  'engine/kinds',
  'engine/compile',
  'engine/timeline',
  'engine/simulate',
  'models/lnd',
];

const folder = temporaryFolder();
/** Findings by file, from one run of the linter over a copy of its configuration and files made here. */
const found = new Map<string, string>();

function write(room: string, name: string, code: string): void {
  mkdirSync(path.join(folder, room), { recursive: true });
  writeFileSync(path.join(folder, room, name), `export function f(a: number): unknown {\n  ${code};\n  return a;\n}\n`);
}

beforeAll(() => {
  const config = JSON.parse(readFileSync(path.join(ROOT, 'biome.json'), 'utf8'));
  config.vcs.enabled = false;
  config.$schema = undefined;
  writeFileSync(path.join(folder, 'biome.json'), JSON.stringify(config));
  cpSync(path.join(ROOT, 'lint'), path.join(folder, 'lint'), { recursive: true });
  FORBIDDEN.forEach(([code], i) => {
    for (const room of [...PURE, 'engine/cli']) write(room, `example-${i}.ts`, code);
  });
  const biome = path.join(ROOT, 'node_modules/.bin/biome');
  const args = ['lint', '--reporter=github', '--max-diagnostics=none', 'engine', 'models'];
  const { stdout } = spawnSync(biome, args, { cwd: folder, encoding: 'utf8' });
  for (const line of stdout.split('\n')) {
    const file = /file=([^,]+)/.exec(line)?.[1];
    const name = file === undefined ? undefined : path.relative(realpathSync(folder), file);
    if (name !== undefined) found.set(name, `${found.get(name) ?? ''}${line}\n`);
  }
}, 60_000);

describe('determinism rules', () => {
  it.each(FORBIDDEN.map(([code, message], i) => [code, message, i] as const))('refuse %s', (_, message, i) => {
    for (const room of PURE) expect(found.get(`${room}/example-${i}.ts`), room).toContain(message);
  });

  it('let the command tell the time', () => {
    const time = FORBIDDEN.findIndex(([code]) => code.includes('Date.now'));
    expect(found.get(`engine/cli/example-${time}.ts`) ?? '').not.toContain('global variable Date');
  });
});
