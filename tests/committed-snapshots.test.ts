/** The states in snapshots/ are what their scenarios give, to the byte, and valid. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { blast, ROOT } from './testing/command.ts';

const states = readdirSync(path.join(ROOT, 'snapshots')).filter((name) => /\.snap\.json(\.gz)?$/.test(name));

it('are made anew by their scenarios', () => {
  const script = path.join(ROOT, 'dist/scripts/committed-snapshots.js');
  const out = execFileSync(process.execPath, [script, '--check'], { cwd: ROOT, encoding: 'utf8' });
  expect(out.trim().split('\n').sort()).toEqual(states.map((name) => `snapshots/${name}: as it was`).sort());
}, 120_000);

it.each(states.map((name) => [name]))('%s is valid', async (name) => {
  const result = await blast(['snapshot', 'verify', `snapshots/${name}`]);
  expect(result).toMatchObject({ code: 0, err: '' });
});
