/**
 * How a sweep gains from threads: `npm run build`, then `node dist/bench/sweep.js [--cells N] [--duration 3h] [--repeats N]
 * [--json]` from the root of the repository. Runs the same cells with one thread and with two, in turns, each first every other time,
 * and for comparison as two processes with half of the cells each: what the machine has to give at that time. Wall times
 * of whole processes, start and result files included.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { digits, machineFacts, machineLine, median } from './measure.ts';

const MAIN = fileURLToPath(new URL('../blast.mjs', import.meta.url));
const BASE = fileURLToPath(new URL('../../scenarios/two-hundred-nodes.yml', import.meta.url));

const { values } = parseArgs({
  options: {
    cells: { type: 'string', default: '200' },
    duration: { type: 'string', default: '3h' },
    repeats: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const cells = Number(values.cells);
const repeats = Number(values.repeats);

const folder = mkdtempSync(path.join(os.tmpdir(), 'blast-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const scenario = path.join(folder, 'cells.yml');
writeFileSync(path.join(folder, 'base.yml'), readFileSync(BASE, 'utf8'));
writeFileSync(
  scenario,
  `version: 1\nextends: base.yml\nname: cells\nduration: ${values.duration}\nsweep: { seeds: ${cells} }\n`,
);

/** One process to its end. */
function run(out: string, more: readonly string[]): Promise<void> {
  const args = [MAIN, 'sweep', scenario, '--quiet', '--out', path.join(folder, out), ...more];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    // What is expected of one seed need not hold for another.
    child.on('close', (code) => (code === 0 || code === 4 ? resolve() : reject(new Error(`sweep ended with ${code}`))));
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const ways: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['one thread', () => run('one', ['--jobs', '1'])],
  ['two threads', () => run('two', ['--jobs', '2'])],
  ['two processes', () => Promise.all([1, 2].map((i) => run(`part-${i}`, ['--shard', `${i}/2`, '--jobs', '1'])))],
];
const times = new Map<string, number[]>(ways.map(([name]) => [name, []]));
for (let turn = 0; turn < repeats; turn++) {
  for (const [name, work] of turn % 2 === 0 ? ways : [...ways].reverse()) times.get(name)?.push(await timed(work));
}
const file = (name: string): string => readFileSync(path.join(folder, name, 'cells.csv'), 'utf8');
if (file('one') !== file('two')) throw new Error('the results depend on the number of threads');

const of = (name: string): readonly number[] => times.get(name) ?? [];
const ratios = (name: string): readonly number[] => of(name).map((ms, i) => (of('one thread')[i] ?? Number.NaN) / ms);
const machine = machineFacts();
const load = os.loadavg()[0] ?? Number.NaN;
if (values.json) {
  const threads = ratios('two threads');
  process.stdout.write(
    `${JSON.stringify({ machine, load, cells, duration: values.duration, times: Object.fromEntries(times), threads, processes: ratios('two processes') }, null, 2)}\n`,
  );
} else {
  process.stdout.write(
    `${machineLine(machine)}; load ${digits(load, 1)}; ${cells} cells of ${values.duration}, ${repeats} turns\n`,
  );
  for (const [name] of ways) {
    const all = of(name).map((ms) => ms / 1000);
    const gain = ratios(name);
    process.stdout.write(
      `${name.padEnd(15)}${digits(median(all), 2).padStart(8)} s (${digits(Math.min(...all), 2)} to ${digits(Math.max(...all), 2)})` +
        `  ${digits(median(gain), 2)} times one thread (${digits(Math.min(...gain), 2)} to ${digits(Math.max(...gain), 2)})\n`,
    );
  }
}
