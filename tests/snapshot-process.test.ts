/** States go from one process to another: saved by one, gone on with by the next, to the same end. */
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { captureName } from '../engine/timeline/captures.ts';
import { ROOT, temporaryFolder } from './testing/command.ts';
import { compileFile } from './testing/play.ts';
import { scenarioFiles } from './testing/scenarios.ts';

const BLAST = path.join(ROOT, 'dist/blast.mjs');
const out = temporaryFolder();

function run(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BLAST, 'run', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

const digests = (folder: string): unknown =>
  (JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8')) as { digests: unknown }).digests;

/** A process that plays the same stretch of every scenario, so that it has seen nothing of the one that it goes on with. */
class Relay {
  readonly #child: ChildProcess = fork(path.join(ROOT, 'tests/testing/relay.mjs'), { cwd: ROOT, execArgv: [] });

  async run(...args: readonly string[]): Promise<void> {
    const answer = new Promise((resolve, reject) => {
      this.#child.once('message', resolve);
      this.#child.once('exit', (code) => reject(new Error(`the process ended with ${code}`)));
    });
    this.#child.send(['run', ...args]);
    expect(await answer).toEqual({ code: 0, err: '' });
    this.#child.removeAllListeners('exit');
  }

  end(): void {
    this.#child.kill();
  }
}

describe('in processes that have never seen it', () => {
  const relays: Relay[] = [];
  const start = (): void => {
    for (const relay of relays.splice(0)) relay.end();
    for (let i = 0; i < 4; i++) relays.push(new Relay());
  };
  beforeAll(start);
  afterAll(() => {
    for (const relay of relays) relay.end();
  });

  it.each(scenarioFiles())(
    '%s goes on from three instants, one after the other',
    async (file) => {
      // One that is still at it would answer the next scenario with the end of this one.
      onTestFailed(start);
      const { durationUs } = (await compileFile(file)).timeline;
      const at = (name: string): string => path.join(out, file, name);
      const times = [0.17, 0.46, 0.81].map((share) => `${Math.floor(durationUs * share)}us`);
      const names = times.map((time) => captureName('at', Number(time.slice(0, -2))));
      const kept = (folder: string, name: string): string => path.join(at(folder), 'snapshots', `${name}.snap.json`);
      const keep = (from: number): string[] => [...times.slice(from), 'end'].flatMap((time) => ['--snapshot-at', time]);
      await relays[3]?.run(file, '--no-events', ...keep(0), '--out', at('whole'));
      let folder = 'whole';
      for (const [i, name] of names.entries()) {
        await relays[i]?.run(
          file,
          '--no-events',
          '--from',
          kept(folder, name),
          ...keep(i + 1),
          '--out',
          at(`rest-${i}`),
        );
        folder = `rest-${i}`;
        for (const later of [...names.slice(i + 1), 'end']) {
          expect(readFileSync(kept(folder, later)).equals(readFileSync(kept('whole', later)))).toBe(true);
        }
        expect(digests(at(folder))).toEqual(digests(at('whole')));
      }
    },
    240_000,
  );
});

it('an interrupted process leaves a state to go on from', async () => {
  const file = 'scenarios/quick-start.yml';
  const cut = path.join(out, 'cut');
  const child = spawn(process.execPath, [BLAST, 'run', file, '--speed', '20x', '--out', cut], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (text) => {
    err += text;
  });
  // The results are opened when the run begins; a second of wall time is twenty of the scenario.
  for (let i = 0; i < 600 && !existsSync(path.join(cut, 'payments.csv.tmp')); i++)
    await new Promise((done) => setTimeout(done, 20));
  await new Promise((done) => setTimeout(done, 800));
  child.kill('SIGINT');
  const code = await new Promise((done) => child.on('exit', done));
  expect(err).toBe('');
  expect(code).toBe(130);
  run(file, '--from', path.join(cut, 'snapshots/interrupted.snap.json'), '--out', path.join(out, 'rest'));
  run(file, '--out', path.join(out, 'quick'));
  expect(digests(path.join(out, 'rest'))).toEqual(digests(path.join(out, 'quick')));
}, 60_000);

it('a compressed state is read where it lies', () => {
  const plain = path.join(out, 'quick-kept');
  run('scenarios/quick-start.yml', '--snapshot-at', '30s', '--out', plain);
  const packed = path.join(out, 'half.snap.json.gz');
  const converted = spawnSync(process.execPath, [
    BLAST,
    'snapshot',
    'convert',
    path.join(plain, 'snapshots/at-30s.snap.json'),
    packed,
  ]);
  expect(converted.status).toBe(0);
  expect(readFileSync(packed).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  run('scenarios/quick-start.yml', '--from', packed, '--out', path.join(out, 'unpacked'));
  expect(digests(path.join(out, 'unpacked'))).toEqual(digests(plain));
}, 60_000);
