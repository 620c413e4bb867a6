/** The backend `ldk`: its scenarios play to their locks, in this process and in a thread of the built command. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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
const BLAST = path.join(ROOT, 'dist/blast.mjs');

const digestsOf = (file: string): string =>
  (JSON.parse(readFileSync(file, 'utf8')) as { readonly digests: { readonly run: string } }).digests.run;
const runDigest = (folder: string): string => digestsOf(path.join(folder, 'run.json'));
const lockedDigest = (file: string): string => digestsOf(path.join(ROOT, file.replace(/\.yml$/, '.lock.json')));

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
    const [one, two] = ['one', 'two'].map((name) => {
      const folder = path.join(out, name);
      execFileSync(process.execPath, [BLAST, 'run', file, '--backend', 'ldk', '--quiet', '--out', folder], {
        cwd: ROOT,
      });
      return folder;
    }) as [string, string];
    const states = readdirSync(path.join(one, 'snapshots')).map((name) => `snapshots/${name}`);
    expect(states).toEqual(['snapshots/end.snap.json', 'snapshots/force-closing.snap.json']);
    for (const name of ['events.ndjson', 'payments.csv', 'metrics.json', ...states]) {
      const text = readFileSync(path.join(one, name), 'utf8');
      expect(text.length).toBeGreaterThan(100);
      expect(readFileSync(path.join(two, name), 'utf8')).toBe(text);
    }
    expect(runDigest(one)).toBe(lockedDigest(file));
  }, 120_000);

  it('goes on in another process from the state that it keeps, to the same end', () => {
    const whole = path.join(out, 'one');
    const rest = path.join(out, 'rest');
    const from = path.join(whole, 'snapshots/force-closing.snap.json');
    const args = ['run', file, '--backend', 'ldk', '--quiet', '--from', from, '--out', rest];
    execFileSync(process.execPath, [BLAST, ...args], { cwd: ROOT });
    expect(runDigest(rest)).toBe(lockedDigest(file));
    const end = 'snapshots/end.snap.json';
    expect(readFileSync(path.join(rest, end), 'utf8')).toBe(readFileSync(path.join(whole, end), 'utf8'));
    const later = readFileSync(path.join(rest, 'events.ndjson'), 'utf8');
    expect(later.length).toBeGreaterThan(100);
    expect(readFileSync(path.join(whole, 'events.ndjson'), 'utf8').endsWith(later)).toBe(true);
  }, 120_000);

  it('keeps the state when it is interrupted, and goes on from it', async () => {
    const cut = path.join(out, 'cut');
    const args = ['run', file, '--backend', 'ldk', '--no-events', '--speed', '20x', '--out', cut];
    const child = spawn(process.execPath, [BLAST, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
    });
    // The results are opened when the run begins; wherever it is then, it goes on from there.
    for (let i = 0; i < 600 && !existsSync(path.join(cut, 'payments.csv.tmp')); i++) {
      await new Promise((done) => setTimeout(done, 20));
    }
    await new Promise((done) => setTimeout(done, 4_000));
    child.kill('SIGINT');
    const code = await new Promise((done) => child.on('exit', done));
    expect(code).toBe(130);
    const state = path.join(cut, 'snapshots/interrupted.snap.json');
    expect(said).toContain(`go on with: blast run ${file} --backend ldk --from ${state}`);
    const rest = path.join(out, 'cut-rest');
    const more = ['run', file, '--backend', 'ldk', '--quiet', '--no-events', '--from', state, '--out', rest];
    execFileSync(process.execPath, [BLAST, ...more], { cwd: ROOT });
    expect(runDigest(rest)).toBe(lockedDigest(file));
  }, 180_000);
});

describe.skipIf(!there)('the command', () => {
  const file = files[0] as string;

  it.each([
    [['--models', 'rpc'], 'no models decide for them'],
    [['--trace', 'all'], 'cannot trace routing'],
  ])('refuses %j', async (options, message) => {
    const result = await blast(['run', file, '--backend', 'ldk', '--out', path.join(out, 'refused'), ...options]);
    expect(result.code).toBe(2);
    expect(result.err).toContain(message);
  });
});
