/** The backend `ldk`: its scenarios play to their locks, in this process and in a thread of the built command. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadBinding } from '../engine/backends/ldk/binding.ts';
import { available, blast, ROOT, temporaryFolder } from './testing/command.ts';
import { scenarioFiles } from './testing/scenarios.ts';

const installed = await loadBinding().then(
  () => true,
  () => false,
);
const there = available(installed, 'the package lightningdevkit 0.1.0');
const files = scenarioFiles('ldk');
const out = temporaryFolder();

it('has scenarios', () => expect(files.length).toBeGreaterThan(0));

describe.skipIf(!there).each(files)('%s', (file) => {
  it('is valid without a warning for the backend of its lock', async () => {
    expect(await blast(['validate', file])).toMatchObject({ code: 0, err: '' });
  });

  it('is locked, and verify finds it identical', async () => {
    const result = await blast(['verify', file]);
    expect(result.out + result.err).toContain('identical');
    expect(result.code).toBe(0);
  }, 120_000);

  it('writes the same results twice, byte for byte, in a thread of a process of its own', () => {
    const main = path.join(ROOT, 'dist/blast.mjs');
    const [one, two] = ['one', 'two'].map((name) => {
      const folder = path.join(out, name);
      execFileSync(process.execPath, [main, 'run', file, '--backend', 'ldk', '--quiet', '--out', folder], {
        cwd: ROOT,
      });
      return folder;
    }) as [string, string];
    for (const name of ['events.ndjson', 'payments.csv', 'metrics.json']) {
      const text = readFileSync(path.join(one, name), 'utf8');
      expect(text.length).toBeGreaterThan(100);
      expect(readFileSync(path.join(two, name), 'utf8')).toBe(text);
    }
    const lock = JSON.parse(readFileSync(path.join(ROOT, file.replace(/\.yml$/, '.lock.json')), 'utf8'));
    expect(JSON.parse(readFileSync(path.join(one, 'run.json'), 'utf8')).digests.run).toBe(lock.digests.run);
  }, 120_000);
});

describe.skipIf(!there)('the command', () => {
  const file = files[0] as string;

  it.each([
    [['--models', 'rpc'], 'no models decide for them'],
    [['--trace', 'all'], 'cannot trace routing'],
    [['--from', 'x.snap.json'], 'does not go on from a state'],
  ])('refuses %j', async (options, message) => {
    const result = await blast(['run', file, '--backend', 'ldk', '--out', path.join(out, 'refused'), ...options]);
    expect(result.code).toBe(2);
    expect(result.err).toContain(message);
  });
});
