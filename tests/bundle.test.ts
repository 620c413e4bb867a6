/** The bundled command says what the command that tsc wrote says: its checks were compiled in another way. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');
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
