/**
 * The model in Python that docs/third-party-models.md explains, in runs of the command. Needs gRPC for Python; BLAST_PYTHON
 * names an interpreter that has it.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, temporaryFolder } from './testing/command.ts';

const python = process.env.BLAST_PYTHON ?? 'python3';
const isThere = spawnSync(python, ['-c', 'import grpc, grpc_tools']).status === 0;
const isWanted = isThere || process.env.BLAST_REQUIRE_ALL !== undefined;
if (!isWanted)
  process.stderr.write(`skipped: ${python} has no grpcio and grpcio-tools (set BLAST_PYTHON to one that has)\n`);

const example = path.join(ROOT, 'models/examples/shortest-path');
const main = path.join(ROOT, 'dist/blast.mjs');
const folder = temporaryFolder();
const start = `${python} ${path.join(example, 'model.py')} --until-input-ends`;
const scenario = path.join(example, 'scenario.yml');

const blast = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: 'utf8' });
const digest = (out: string): string =>
  JSON.parse(readFileSync(path.join(folder, out, 'run.json'), 'utf8')).digests.run as string;

/** Command of a process; empty for one that has ended. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

describe.skipIf(!isWanted)('a model of a third party', { timeout: 120_000 }, () => {
  const quiet = ['--quiet', '--models-start', start];

  it('plays its nodes beside built-in ones, twice the same, and leaves nothing behind', () => {
    for (const out of ['a', 'b']) {
      const { status, stderr } = blast('run', scenario, '--out', out, ...quiet);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
    expect(digest('b')).toBe(digest('a'));
    const commands = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(commandOf);
    expect(commands.filter((command) => command.includes(path.join(example, 'model.py')))).toEqual([]);
  });

  it('goes on from a snapshot as if nothing had been', () => {
    expect(blast('run', scenario, '--out', 'whole', '--snapshot-at', '20s', ...quiet).stderr).toBe('');
    const state = 'whole/snapshots/at-20s.snap.json';
    expect(blast('run', scenario, '--out', 'on', '--from', state, ...quiet).stderr).toBe('');
    expect(digest('on')).toBe(digest('whole'));
  });

  it('is known to validate, lock and verify', () => {
    const file = path.join(folder, 'locked.yml');
    writeFileSync(file, readFileSync(scenario, 'utf8'));
    expect(blast('validate', file).stderr).toContain('E407');
    expect(blast('validate', file, ...quiet)).toMatchObject({ status: 0, stderr: '' });
    expect(blast('lock', file).status).toBe(3);
    expect(blast('lock', file, ...quiet)).toMatchObject({ status: 0, stderr: '' });
    expect(blast('verify', file, '--models-start', start).stdout).toContain('identical');
    expect(blast('validate', file, '--models', '127.0.0.1:1')).toMatchObject({
      status: 6,
      stderr: expect.stringContaining('E809'),
    });
  });

  it('gets diagnostics of its options, and of names that it does not have', () => {
    const text = readFileSync(scenario, 'utf8');
    writeFileSync(path.join(folder, 'wrong.yml'), text.replace('attempts: 3', 'attempts: 300, tries: 3'));
    const wrong = blast('run', 'wrong.yml', ...quiet);
    expect(wrong.status).toBe(3);
    expect(wrong.stderr).toContain('wrong.yml:8:');
    expect(wrong.stderr).toContain('nodes.alice.options.attempts');
    expect(wrong.stderr).toContain('unknown key `tries`');
    writeFileSync(
      path.join(folder, 'other.yml'),
      text.replace('dave: { model: shortest-path', 'dave: { model: shortestpath'),
    );
    const other = blast('run', 'other.yml', ...quiet);
    expect(other.stderr).toContain('E407 unknown model `shortestpath`');
    expect(other.stderr).toContain('did you mean `shortest-path`?');
  });
});
