/** Real processes: the built command with its exit codes, streams and signals. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, temporaryFolder } from './testing/command.ts';

const main = path.join(ROOT, 'dist/blast.mjs');
const folder = temporaryFolder();
const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: 'utf8' });

describe('the blast process', () => {
  it('makes a first scenario in an empty folder and runs it', () => {
    const init = run('init', 'first');
    expect(init).toMatchObject({ status: 0, stderr: '' });
    const file = /\S+\.yml/.exec(init.stdout)![0];
    const first = run('run', file, '--out', 'first-out');
    expect(first.stderr).toBe('');
    expect(first.status).toBe(0);
    expect(first.stdout).toContain('Success');
    expect(run('lock', file).status).toBe(0);
    expect(run('verify', file)).toMatchObject({ status: 0 });
  }, 60_000);

  it('answers mistakes with the documented exit codes', () => {
    expect(run('fly').status).toBe(2);
    writeFileSync(path.join(folder, 'bad.yml'), 'version: 1\nname: bad\nduration: 10\n');
    const bad = run('run', 'bad.yml');
    expect(bad.status).toBe(3);
    expect(bad.stderr).toMatch(/^bad\.yml:3:11 error E3\d\d /);
    expect(bad.stdout).toBe('');
    const scenario = path.join(ROOT, 'scenarios/quick-start.yml');
    expect(run('run', scenario, '--until', '5s', '--out', 'cut').status).toBe(0);
    writeFileSync(
      path.join(folder, 'hopeless.yml'),
      readFileSync(scenario, 'utf8').replace('success_rate > 0.9', 'success_rate > 1.5'),
    );
    const failed = run('run', 'hopeless.yml', '--out', 'hopeless');
    expect(failed.status).toBe(4);
    expect(failed.stderr).toContain("payments('coffee').success_rate = ");
  }, 60_000);

  it('traces a payment and explains it', () => {
    const scenario = path.join(ROOT, 'scenarios/fee-war.yml');
    expect(run('run', scenario, '-q', '--trace', 'shopping/214', '--out', 'traced')).toMatchObject({
      status: 0,
      stderr: '',
    });
    const story = run('explain', 'payment', 'traced', 'shopping/214');
    expect(story).toMatchObject({ status: 0, stderr: '' });
    expect(story.stdout).toContain('refuses: fee_insufficient (0x100c)');
    expect(story.stdout).toMatch(/it asks 0 sat \+ 400 ppm of [\d_]+ msat, and is left [\d_]+ msat/);
    expect(story.stdout).toContain('it ends: Success after 2 attempts');
    // The page shows its beginning.
    const page = readFileSync(path.join(ROOT, 'docs/results.md'), 'utf8');
    const shown = /```\n(payment shopping\/214.*?)…\n```/s.exec(page)?.[1];
    expect(story.stdout.slice(0, shown?.length)).toBe(shown);
    expect(run('explain', 'payment', 'traced', 'shopping/99999').status).toBe(3);
  }, 60_000);

  it('writes what is finished when it is interrupted', async () => {
    const scenario = path.join(ROOT, 'scenarios/quick-start.yml');
    const child = spawn(process.execPath, [main, 'run', scenario, '--speed', '5x', '--out', 'interrupted'], {
      cwd: folder,
    });
    const closed = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
    // The run has begun when its first temporary file is there.
    for (let i = 0; i < 600 && !existsSync(path.join(folder, 'interrupted')); i++)
      await new Promise((r) => setTimeout(r, 50));
    await new Promise((r) => setTimeout(r, 1500));
    child.kill('SIGINT');
    expect(await closed).toBe(130);
    const manifest = JSON.parse(readFileSync(path.join(folder, 'interrupted/run.json'), 'utf8'));
    expect(manifest).toMatchObject({ state: 'aborted', whole: false });
    expect(readFileSync(path.join(folder, 'interrupted/payments.csv'), 'utf8').split('\n').length).toBeGreaterThan(2);
  }, 60_000);

  it('runs on a schedule until it is interrupted', async () => {
    const scenario = path.join(ROOT, 'scenarios/quick-start.yml');
    const args = ['schedule', scenario, '--cron', '* * * * * *', '--keep', '2', '--out', 'scheduled', '--no-events'];
    const child = spawn(process.execPath, [main, ...args], { cwd: folder });
    const closed = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
    let err = '';
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString();
    });
    const log = path.join(folder, 'scheduled/schedule.ndjson');
    const runs = (): { readonly exit_code: number; readonly digest: string; readonly folder: string }[] =>
      (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [])
        .filter((line) => line.includes('"exit_code"'))
        .map((line) => JSON.parse(line));
    for (let i = 0; i < 800 && runs().length < 3; i++) await new Promise((r) => setTimeout(r, 50));
    child.kill('SIGTERM');
    // While a run is going it is stopped, and the command says so.
    expect([0, 130]).toContain(await closed);
    expect(err).toMatch(/^next run at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, Ctrl-C ends\n/);
    const whole = runs().filter(({ exit_code }) => exit_code === 0);
    expect(whole.length).toBeGreaterThanOrEqual(3);
    expect(new Set(whole.map(({ digest }) => digest)).size).toBe(1);
    const kept = readdirSync(path.join(folder, 'scheduled')).filter((name) => name !== 'schedule.ndjson');
    expect(kept).toHaveLength(2);
    expect(`scheduled/${kept.at(-1)}`).toBe(runs().at(-1)?.folder);
  }, 60_000);
});
