/**
 * What a branch point saves: `npm run build`, then `node dist/bench/branching.js [--cells N] [--jobs N] [--repeats N] [--json]`
 * from the root of the repository. Runs the same cells with and without `sweep.from`, in turns, each first every other time,
 * where the beginning is nine tenths of the run, and compares all digests. Wall and CPU times of whole processes.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { digits, machineFacts, machineLine, median } from './measure.ts';

const MAIN = fileURLToPath(new URL('../blast.mjs', import.meta.url));

const { values } = parseArgs({
  options: {
    cells: { type: 'string', default: '40' },
    jobs: { type: 'string', default: '1' },
    repeats: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const cells = Number(values.cells);

/** Ten hours of payments, ninety a minute, among 1,000 nodes; a feerate changes after nine hours and a minute. */
const scenario = (from: string): string => `version: 1
name: branching
seed: 9
duration: 10h
params: { feerate: { type: int, default: 1 } }
network: { generate: { mainnet_like: { nodes: 1000 }, name: "node-{index:04}" } }
activity:
  everybody:
    source: "*"
    destination: "*"
    rate: 90/min
    arrival: poisson
    amount: { log_normal: { median: 150_000 sat, sigma: 1 }, max: 3_000_000 sat }
events:
  - at: 9h1m
    set_feerate: { feerate: "\${{ params.feerate }} sat/vB" }
sweep:
  matrix: { feerate: { range: { from: 1, to: ${cells}, step: 1 } } }
  metrics: { success_rate: payments().success_rate, fees: payments().fee_msat }
${from}`;

const folder = mkdtempSync(path.join(os.tmpdir(), 'blast-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
writeFileSync(path.join(folder, 'whole.yml'), scenario(''));
writeFileSync(path.join(folder, 'branch.yml'), scenario('  from: 9h\n'));

interface Turn {
  readonly wall: number;
  readonly digests: readonly string[];
}

function run(name: string): Turn {
  const out = path.join(folder, name);
  rmSync(out, { recursive: true, force: true });
  const started = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    [MAIN, 'sweep', path.join(folder, `${name}.yml`), '--quiet', '--jobs', String(values.jobs), '--out', out],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the sweep ended with ${status}: ${stderr}`);
  const wall = performance.now() - started;
  const lines = readFileSync(path.join(out, 'cells.ndjson'), 'utf8').trimEnd().split('\n');
  const digests = lines.map((line) => /"run":"([0-9a-f]{64})"/.exec(line)?.[1] ?? '');
  if (digests.length !== cells || digests.includes('')) throw new Error('cells are missing');
  return { wall, digests };
}

const turns: Record<'whole' | 'branch', number[]> = { whole: [], branch: [] };
let expected = '';
for (let turn = 0; turn < Number(values.repeats); turn++) {
  for (const name of turn % 2 === 0 ? (['whole', 'branch'] as const) : (['branch', 'whole'] as const)) {
    const { wall, digests } = run(name);
    turns[name].push(wall);
    expected ||= digests.join();
    if (digests.join() !== expected) throw new Error('the digests of the two ways differ');
  }
}
const ratios = turns.whole.map((ms, i) => ms / (turns.branch[i] ?? Number.NaN));
const machine = machineFacts();
if (values.json) {
  process.stdout.write(`${JSON.stringify({ machine, cells, jobs: Number(values.jobs), turns, ratios }, null, 2)}\n`);
} else {
  process.stdout.write(`${machineLine(machine)}; load ${digits(os.loadavg()[0] ?? Number.NaN, 1)}\n`);
  process.stdout.write(`${cells} cells, ${values.jobs} thread, beginning of 90 %, equal digests\n`);
  for (const name of ['whole', 'branch'] as const) {
    process.stdout.write(`${name.padEnd(8)}${digits(median(turns[name]) / 1000, 1).padStart(8)} s\n`);
  }
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  process.stdout.write(`whole by branch ${digits(median(ratios), 2)} (${digits(least, 2)} to ${digits(most, 2)})\n`);
}
