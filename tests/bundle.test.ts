/** The bundled command says what the command that tsc wrote says: its checks were compiled in another way. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { ROOT, temporaryFolder } from './testing/command.ts';

const bundled = path.join(ROOT, 'dist/blast.mjs');
const folders = ['engine/spec/golden', 'engine/compile/golden', 'tests/fixtures/versions'];

function validate(main: string, files: readonly string[]): string {
  const args = [main, 'validate', '--all', '--format', 'json', ...files];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return `${status}\n${stdout}${stderr}`;
}

test.skipIf(!existsSync(bundled))(
  'the bundled command gives the diagnostics of the library',
  { timeout: 60_000 },
  () => {
    const files = folders.flatMap((folder) =>
      readdirSync(path.join(ROOT, folder))
        .filter((name) => name.endsWith('.yml'))
        .map((name) => `${folder}/${name}`),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(validate(bundled, files)).toBe(validate(path.join(ROOT, 'dist/engine/cli/main.js'), files));
  },
);

describe.skipIf(!existsSync(bundled))('what V8 compiled of the chunks', () => {
  const folder = temporaryFolder();
  const chunks = path.join(folder, 'blast-chunks');
  const codes = (): string[] => readdirSync(chunks).filter((name) => name.endsWith('.code'));
  const version = (): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(folder, 'blast.mjs'), '--version'], {
      encoding: 'utf8',
    });
    return `${status} ${stdout}${stderr}`;
  };
  cpSync(bundled, path.join(folder, 'blast.mjs'));
  cpSync(path.join(ROOT, 'dist/blast-chunks'), chunks, { recursive: true });

  it('can be in another place, and tells nothing of where it was built', () => {
    expect(version()).toMatch(/^0 \d+\.\d+\.\d+\n$/);
    expect(codes().length).toBeGreaterThan(1);
    for (const name of codes()) expect(readFileSync(path.join(chunks, name)).includes(ROOT)).toBe(false);
  });

  it('is passed over when it is damaged', () => {
    for (const name of codes()) writeFileSync(path.join(chunks, name), 'nonsense');
    expect(version()).toMatch(/^0 /);
  });

  it('can be missing', () => {
    for (const name of codes()) rmSync(path.join(chunks, name));
    expect(version()).toMatch(/^0 /);
  });
});

describe.skipIf(!existsSync(bundled))('the semi-spaces of young objects', () => {
  const folder = temporaryFolder();
  const told = path.join(folder, 'told.cjs');
  writeFileSync(
    told,
    `const { getHeapSpaceStatistics } = require('node:v8');
    process.on('exit', () => {
      const young = getHeapSpaceStatistics().find((one) => one.space_name === 'new_space');
      process.stdout.write(String(young.space_size));
    });`,
  );
  /** Bytes of both at the end of a run in which more survives than fits into small ones. */
  const bytes = (...flags: readonly string[]): number => {
    const args = [...flags, '--require', told, bundled, 'run', 'scenarios/two-hundred-nodes.yml', '--quiet'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...args, '--out', path.join(folder, 'out')], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    if (status !== 0) throw new Error(stderr);
    return Number(stdout);
  };

  it('stay as small as they begin', { timeout: 60_000 }, () => {
    expect(bytes()).toBeLessThan(2.5 * 2 ** 20);
  });

  it('grow where their size is chosen by a flag', { timeout: 60_000 }, () => {
    expect(bytes('--max-semi-space-size=4')).toBeGreaterThan(2.5 * 2 ** 20);
  });
});
