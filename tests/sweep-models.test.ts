/**
 * Sweeps whose models decide in processes of their own: the results of models of this one, a process that goes wrong costs
 * the cell that it was at, and nothing is left running.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, temporaryFolder } from './testing/command.ts';
import { childrenOf, isThere, until } from './testing/processes.ts';

const main = path.join(ROOT, 'dist/blast.mjs');
const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const own = `${process.execPath} ${main} model host --until-input-ends`;

writeFileSync(
  at('s.yml'),
  `version: 1
name: small
duration: 20s
params: { amount: 2 sat }
nodes: { alice: {}, bob: { model: cln }, carol: { model: eclair } }
channels:
  ab: { from: alice, to: bob, capacity: 100_000 sat }
  bc: { from: bob, to: carol, capacity: 100_000 sat }
activity:
  a: { source: alice, destination: carol, interval: 1s, amount: '\${{ params.amount }}' }
sweep:
  matrix: { amount: [2 sat, 500 sat] }
  seeds: 2
`,
);

const sweep = (out: string, ...more: string[]) =>
  spawnSync(process.execPath, [main, 'sweep', 's.yml', '--out', out, '--quiet', ...more], {
    cwd: folder,
    encoding: 'utf8',
  });
const read = (name: string): string => readFileSync(at(name), 'utf8');
const cellsOf = (out: string) =>
  read(`${out}/cells.ndjson`)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).cell);

describe('a sweep with models in other processes', { timeout: 120_000 }, () => {
  it('has the results of one without, whoever starts the process', () => {
    expect(sweep('here')).toMatchObject({ status: 0, stderr: '' });
    expect(sweep('rpc', '--models', 'rpc', '--jobs', '2')).toMatchObject({ status: 0, stderr: '' });
    expect(sweep('own', '--models-start', own, '--jobs', '1')).toMatchObject({ status: 0, stderr: '' });
    for (const name of readdirSync(at('here')).filter((one) => !/^(sweep|summary)\.json$/.test(one))) {
      expect(read(`rpc/${name}`)).toBe(read(`here/${name}`));
      expect(read(`own/${name}`)).toBe(read(`here/${name}`));
    }
    expect(JSON.parse(read('rpc/sweep.json'))).toMatchObject({ models: ['--models', 'rpc:1'] });
    expect(JSON.parse(read('here/sweep.json'))).not.toHaveProperty('models');
  });

  it('names the models in the command of a cell, and does not go on with others', () => {
    const list = sweep('none', '--models', 'rpc', '--models-start', own, '--dry-run', '--format', 'json');
    const commands = (JSON.parse(list.stdout) as { command: string }[]).map(({ command }) => command);
    expect(commands).toHaveLength(4);
    for (const command of commands) expect(command).toContain(`--models rpc:1 --models-start '${own}'`);
    expect(sweep('rpc', '--resume')).toMatchObject({ status: 3, stderr: expect.stringContaining('E841') });
  });

  it('loses the cell at which a process fails, and no other', () => {
    const spec = { kind: 'kill', turn: 2, times: 1, report: at('report.json') };
    writeFileSync(at('fault.json'), JSON.stringify(spec));
    const command = `${process.execPath} ${path.join(ROOT, 'tests/testing/faulty-model.mjs')} ${at('fault.json')}`;
    const { status, stderr } = sweep('faulty', '--models-start', command, '--jobs', '1');
    expect(status).toBe(6);
    expect(stderr).toContain('E808');
    const [failed, ...others] = cellsOf('faulty');
    expect(failed).toMatchObject({ state: 'failed', failure: { kind: 'backend' } });
    const before = new Map(cellsOf('here').map((cell) => [cell.key, cell.digests.run]));
    expect(others).toHaveLength(3);
    for (const { key, digests } of others) expect(digests.run).toBe(before.get(key));
  });

  it('says that a process cannot be had before any cell runs', () => {
    const gone = sweep('gone', '--models', '127.0.0.1:1');
    expect(gone).toMatchObject({ status: 6, stderr: expect.stringContaining('E809') });
    expect(readdirSync(folder)).not.toContain('gone');
    const redis = sweep('gone', '--models', 'rpc', '--redis', 'redis://localhost:1');
    expect(redis).toMatchObject({ status: 2, stderr: expect.stringContaining('--shard') });
    const real = sweep('gone', '--models', 'rpc', '--backend', 'ldk');
    expect(real).toMatchObject({ status: 2, stderr: expect.stringContaining('leave out --models') });
  });

  it('leaves no process behind when it is killed', async () => {
    const long = read('s.yml').replace('duration: 20s', 'duration: 20h').replace('seeds: 2', 'seeds: 1');
    writeFileSync(at('long.yml'), long);
    const args = [main, 'sweep', 'long.yml', '--out', 'killed', '--quiet', '--models', 'rpc', '--jobs', '2'];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    let started: readonly number[] = [];
    await until(() => {
      started = childrenOf(child.pid as number);
      return started.length >= 2;
    });
    child.kill('SIGKILL');
    await ended;
    await until(() => !started.some(isThere));
  });
});
