/**
 * Sweeps in real processes with real threads: what they leave does not depend on how many threads there are, on signals
 * and on being killed at any moment. `BLAST_SWEEP_KILLS` is the number of kills.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../engine/base/random.ts';
import { available, ROOT, temporaryFolder } from './testing/command.ts';

const MAINS = ['dist/engine/cli/main.js', 'dist/blast.mjs'].map((name) => path.join(ROOT, name));
const [main = '', bundled = ''] = MAINS;
const SCENARIO = 'scenarios/sweep.yml';
const CELLS = 75;
const KILLS = Number(process.env.BLAST_SWEEP_KILLS ?? 4);
const SEED = Number(process.env.BLAST_PROPERTY_SEED ?? 1);
const folder = temporaryFolder();

const at = (name: string): string => path.join(folder, name);
const argsOf = (name: string, more: readonly string[]): readonly string[] => [
  'sweep',
  SCENARIO,
  '--out',
  at(name),
  '--quiet',
  ...more,
];

function sweep(name: string, more: readonly string[], command = main) {
  return spawnSync(process.execPath, [command, ...argsOf(name, more)], { cwd: ROOT, encoding: 'utf8' });
}

function start(name: string, more: readonly string[]): ChildProcess {
  return spawn(process.execPath, [main, ...argsOf(name, more)], { cwd: ROOT, stdio: 'ignore' });
}

const contents = (name: string): Record<string, string> =>
  Object.fromEntries(readdirSync(at(name)).map((file) => [file, readFileSync(path.join(at(name), file), 'utf8')]));

const lines = (name: string): number => {
  try {
    return readFileSync(path.join(at(name), 'journal.ndjson'), 'utf8').split('\n').length - 1;
  } catch {
    // Not begun, or complete and taken away.
    return 0;
  }
};

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.on('close', (code) => resolve(code)));

/** Waits until so many cells are finished, or the process has ended. */
async function untilFinished(name: string, count: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && lines(name) < count) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** What an undisturbed sweep leaves; made once. */
let undisturbed: Record<string, string> | undefined;
function expected(): Record<string, string> {
  if (undisturbed === undefined) {
    expect(sweep('one', ['--jobs', '1'])).toMatchObject({ status: 0, stderr: '' });
    undisturbed = contents('one');
  }
  return undisturbed;
}

describe('a sweep', () => {
  it('of the repository leaves the figures that are committed', async () => {
    const { 'summary.csv': summary = '', 'sweep.json': manifest = '' } = expected();
    expect(JSON.parse(manifest)).toMatchObject({ state: 'complete', cells: CELLS });
    // After an intended change of behaviour: `vitest -u`.
    await expect(summary).toMatchFileSnapshot('fixtures/sweep/summary.csv');
  }, 120_000);

  it.each([
    ['two threads', ['--jobs', '2'], main],
    ['the bundled command on all cores', [], bundled],
  ])(
    'with %s leaves the same bytes as with one thread',
    (name, more, command) => {
      expect(sweep(name, more, command)).toMatchObject({ status: 0, stderr: '', stdout: '' });
      expect(contents(name)).toEqual(expected());
    },
    120_000,
  );

  it('gives each cell the digests of the command that runs it alone', () => {
    const { 'cells.ndjson': cells = '' } = expected();
    const { cell } = JSON.parse(cells.split('\n')[40] ?? '');
    const params = Object.entries(cell.params).flatMap(([name, text]) => ['--param', `${name}=${text}`]);
    const argv = [main, 'run', SCENARIO, ...params, '--seed', String(cell.run_seed), '--out', at('alone'), '--quiet'];
    expect(spawnSync(process.execPath, argv, { cwd: ROOT }).status).toBe(0);
    expect(cell.digests).toEqual(JSON.parse(readFileSync(path.join(at('alone'), 'run.json'), 'utf8')).digests);
  }, 120_000);

  it('in parts, merged, leaves the same bytes', () => {
    for (const i of [1, 2, 3]) expect(sweep(`part-${i}`, ['--shard', `${i}/3`]).status).toBe(0);
    const argv = [main, 'sweep', 'merge', at('part-2'), at('part-3'), at('part-1'), '--out', at('merged'), '--quiet'];
    expect(spawnSync(process.execPath, argv, { cwd: ROOT }).status).toBe(0);
    expect(contents('merged')).toEqual(expected());
  }, 120_000);
});

describe('versions of Node', () => {
  for (const version of [22, 24, 26]) {
    const node = path.join(ROOT, `.cache/node-${version}/node_modules/node/bin/node`);
    const there = available(existsSync(node), `Node ${version} in .cache (npm run node-versions installs it)`);
    it.skipIf(!there)(
      `a sweep leaves the same bytes on Node ${version}`,
      () => {
        const name = `node-${version}`;
        expect(spawnSync(node, [main, ...argsOf(name, [])], { cwd: ROOT }).status).toBe(0);
        expect(contents(name)).toEqual(expected());
      },
      120_000,
    );
  }
});

describe('a sweep that is disturbed', () => {
  it('by Ctrl-C keeps what is finished and goes on with --resume', async () => {
    const child = start('interrupted', ['--jobs', '2']);
    const code = ended(child);
    await untilFinished('interrupted', 5, child);
    child.kill('SIGINT');
    expect(await code).toBe(130);
    const kept = lines('interrupted');
    expect(kept).toBeGreaterThanOrEqual(5);
    expect(kept).toBeLessThan(CELLS);
    expect(readdirSync(at('interrupted'))).toEqual(['journal.ndjson', 'sweep.json']);
    expect(sweep('interrupted', ['--resume'])).toMatchObject({ status: 0 });
    expect(contents('interrupted')).toEqual(expected());
  }, 120_000);

  it(`by ${KILLS} kills at random moments ends like one that is not`, {
    timeout: 120_000 + KILLS * 10_000,
  }, async () => {
    const stream = RandomStream.named(SEED, 'test', 'sweep', 'kills');
    let kills = 0;
    let sweeps = 0;
    while (kills < KILLS) {
      rmSync(at('killed'), { recursive: true, force: true });
      for (;;) {
        const before = lines('killed');
        const child = start('killed', ['--jobs', '2', '--resume']);
        const code = ended(child);
        // Before the first cell, after some of them, or while the results are written.
        await untilFinished('killed', before + stream.integer(0, 25), child);
        await new Promise((resolve) => setTimeout(resolve, stream.integer(0, 60)));
        child.kill('SIGKILL');
        if ((await code) === 0 || kills === KILLS) break;
        kills++;
        expect(lines('killed')).toBeGreaterThanOrEqual(
          existsSync(path.join(at('killed'), 'cells.ndjson')) ? 0 : before,
        );
      }
      expect(sweep('killed', ['--resume'])).toMatchObject({ status: 0, stderr: '' });
      expect(contents('killed')).toEqual(expected());
      sweeps++;
    }
    expect(sweeps).toBeGreaterThan(0);
  });
});
