/** Every scenario of the repository is locked, plays to its lock, meets its expectations and keeps every invariant. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { blast, jumpingClock, ROOT, temporaryFolder } from './testing/command.ts';
import { scenarioFiles } from './testing/scenarios.ts';

const out = temporaryFolder();
const digests = (folder: string) => JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8')).digests;

describe.each(scenarioFiles())('%s', (file) => {
  it('is valid without a warning', async () => {
    expect(await blast(['validate', file])).toMatchObject({ code: 0, err: '' });
  });

  it('is locked, and verify finds it identical', async () => {
    expect(existsSync(path.join(ROOT, file.replace(/\.yml$/, '.lock.json')))).toBe(true);
    const result = await blast(['verify', file]);
    expect(result.out + result.err).toContain('identical');
    expect(result.code).toBe(0);
  }, 120_000);

  it('keeps every invariant after every event and meets its expectations', async () => {
    const result = await blast(['run', file, '--check', '--out', path.join(out, file)]);
    expect(result.err).toBe('');
    expect(result.code).toBe(0);
  }, 120_000);

  it('gives the same digests at ten times real time', async () => {
    const clock = jumpingClock();
    const folder = path.join(out, `${file}-paced`);
    expect((await blast(['run', file, '--speed', '10x', '--out', folder], { clock })).code).toBe(0);
    expect(digests(folder)).toEqual(digests(path.join(out, file)));
    expect(clock.slept()).toBeGreaterThan(1000);
  }, 120_000);
});
