/** Real LDK nodes in sweeps, each cell in a thread of its own, and in programs: what the command's runs come to. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadScenario, ScenarioError } from '../engine/api/index.ts';
import { loadBinding } from '../engine/backends/ldk/binding.ts';
import { compareText } from '../engine/base/order.ts';
import { available, blast, ROOT, temporaryFolder } from './testing/command.ts';

const installed = await loadBinding().then(
  () => true,
  () => false,
);
const there = available(installed, 'the package lightningdevkit 0.1.0');
const folder = temporaryFolder();
const BLAST = path.join(ROOT, 'dist/blast.mjs');
const FILE = path.join(folder, 'shop.yml');

writeFileSync(
  FILE,
  `version: 1
name: shop
duration: 20s
params:
  amount: { type: amount, default: 20_000 sat }
chain: { height: 100, mining: { every: 10s, blocks: 1 } }
defaults:
  node: { model: ldk }
  channel: { capacity: 1_000_000 sat, push: 300_000 sat }
nodes: { alice: {}, bob: {}, carol: {} }
channels:
  ab: { from: alice, to: bob }
  bc: { from: bob, to: carol }
activity:
  coffee: { source: alice, destination: carol, rate: 15/min, amount: 10_000 sat, duration: 10s, method: invoice }
  more: { source: alice, destination: carol, start: 12s, count: 2, interval: 2s, amount: "\${{ params.amount }}" }
sweep:
  matrix: { amount: [20_000 sat, 30_000 sat] }
  seeds: [1, 2]
  from: 10s
expect:
  - payments('more').success_rate == 1.0
`,
);

interface Cell {
  readonly key: string;
  readonly digests: { readonly run: string };
  readonly state: string;
}

const cellsOf = (name: string): readonly Cell[] =>
  readFileSync(path.join(folder, name, 'cells.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly cell: Cell }).cell)
    .sort((a, b) => compareText(a.key, b.key));

describe.skipIf(!there)('a sweep on real nodes', () => {
  it('gives every cell the digest of its own run, whoever runs it and wherever it begins', async () => {
    const sweep = (out: string, ...options: readonly string[]): void => {
      const args = ['sweep', FILE, '--backend', 'ldk', '--quiet', '--out', path.join(folder, out), ...options];
      execFileSync(process.execPath, [BLAST, ...args], { cwd: ROOT });
    };
    sweep('two', '--jobs', '2');
    sweep('one', '--jobs', '1');
    const cells = cellsOf('two');
    expect(cells.map(({ state }) => state)).toEqual(Array(4).fill('completed'));
    expect(new Set(cells.map(({ digests }) => digests.run)).size).toBe(4);
    expect(cellsOf('one')).toEqual(cells);
    const [first] = cells as [Cell];
    const shown = spawnSync(process.execPath, [
      ...[BLAST, 'sweep', FILE, '--backend', 'ldk', '--cell', first.key, '--format', 'json'],
    ]);
    const { command } = JSON.parse(String(shown.stdout)) as { readonly command: string };
    expect(command).toContain('--backend ldk');
    const run = await (await loadScenario(FILE)).run({ params: { amount: '20_000 sat' }, seed: 1, backend: 'ldk' });
    expect(run.digests.run).toBe(cells.find(({ key }) => key === 'amount=20000sat#seed=1')?.digests.run);
    const manifest = JSON.parse(readFileSync(path.join(folder, 'two/sweep.json'), 'utf8')) as object;
    expect(manifest).toMatchObject({ backend: 'ldk', state: 'complete' });
  }, 240_000);

  it('is refused where the nodes cannot play the scenario, and on a backend that goes by the clock', async () => {
    const text = readFileSync(FILE, 'utf8').replace('bob: {}', 'bob: { model: lnd }');
    writeFileSync(path.join(folder, 'other.yml'), text);
    const other = await blast(['sweep', path.join(folder, 'other.yml'), '--backend', 'ldk']);
    expect(other).toMatchObject({ code: 3, err: expect.stringContaining('E614') });
    const wall = await blast(['sweep', FILE, '--backend', 'rpc']);
    expect(wall).toMatchObject({ code: 2, err: expect.stringContaining('goes by the clock') });
  });
});

describe.skipIf(!there)('a program with real nodes', () => {
  it('keeps states, goes on from them, and compares with a lock of the backend', async () => {
    const scenario = await loadScenario(FILE);
    const whole = await scenario.run({ backend: 'ldk', snapshotAt: ['11s', 'end'] });
    expect(whole.failures()).toBe('');
    const half = whole.snapshot('at-11s');
    expect(half.figures).toMatchObject({ backend: 'ldk', timeUs: 11_000_000 });
    expect(() => half.networkOnly()).toThrow('a journal is nothing without its run');
    const rest = await scenario.run({ backend: 'ldk', from: half, snapshotAt: ['end'] });
    expect(rest.digests).toEqual(whole.digests);
    expect(rest.snapshot('end').text).toBe(whole.snapshot('end').text);
    await expect(scenario.run({ from: half })).rejects.toThrow('was taken on the backend ldk');
    expect(whole.matchLock('new')).toMatchObject({ matches: true });
    expect(rest.matchLock('none')).toMatchObject({ matches: true });
    expect((await blast(['verify', FILE])).out).toContain('identical');
    const simulated = await scenario.run();
    expect(simulated.digests.run).not.toBe(whole.digests.run);
    expect(simulated.matchLock('none')).toMatchObject({
      matches: false,
      message: expect.stringContaining('was locked on the backend ldk'),
    });
  }, 120_000);

  it('is told what they cannot play', async () => {
    const scenario = await loadScenario(path.join(folder, 'other.yml'));
    const refused = scenario.run({ backend: 'ldk' });
    await expect(refused).rejects.toBeInstanceOf(ScenarioError);
    await expect(refused).rejects.toThrow('E614');
    await expect(scenario.run({ backend: 'rpc' as 'ldk' })).rejects.toThrow("there is no backend 'rpc'");
  });
});
