/**
 * What models in another process cost: `npm run build`, then `node dist/bench/models-rpc.js [--nodes N] [--duration 1h]
 * [--repeats N] [--json]`. Runs one scenario of many nodes with its models in this process and with `--models rpc`, as whole
 * processes, in turns, each first every other time, and compares the digests. Then the cost of one question, and of one
 * of many that are asked in one turn, over the same link as in a run.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startModelProcess } from '../engine/rpc/model-process.ts';
import { linkTo } from '../engine/rpc/remote-models.ts';
import { encodeTurn, type Message } from '../engine/rpc/wire.ts';
import { digits, machineFacts, machineLine, median } from './measure.ts';

const MAIN = fileURLToPath(new URL('../blast.mjs', import.meta.url));
const ENTRY = fileURLToPath(new URL('../engine/cli/main.js', import.meta.url));

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '1000' },
    duration: { type: 'string', default: '1h' },
    repeats: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});

const scenario = `version: 1
name: thousand
seed: 9
duration: ${values.duration}
network: { generate: { mainnet_like: { nodes: ${values.nodes} }, name: "node-{index:04}" } }
activity:
  everybody:
    source: "*"
    destination: "*"
    rate: 30/min
    arrival: poisson
    amount: { log_normal: { median: 150_000 sat, sigma: 1 }, max: 3_000_000 sat }
`;

const folder = mkdtempSync(path.join(os.tmpdir(), 'blast-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, 'thousand.yml');
writeFileSync(file, scenario);

/** Wall time of a whole run, ms. */
function run(models: string): { readonly wall: number; readonly digest: string } {
  const out = path.join(folder, models);
  rmSync(out, { recursive: true, force: true });
  const args = [MAIN, 'run', file, '--quiet', '--no-events', '--out', out, '--models', models];
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const wall = performance.now() - started;
  if (status !== 0) throw new Error(`the run ended with ${status}: ${stderr}`);
  return { wall, digest: JSON.parse(readFileSync(path.join(out, 'run.json'), 'utf8')).digests.run };
}

/** Cost of a question in a turn of its own, and in a turn of a thousand, µs each. */
async function calls(): Promise<{ readonly one: number; readonly batched: number }> {
  const host = await startModelProcess([process.execPath, ENTRY, 'model', 'host', '--until-input-ends']);
  const link = await linkTo(host, pathToFileURL(ENTRY), { answerMs: 30_000 });
  let number = 0;
  const ask = (changes: readonly Message[], question: Message): void => {
    link.exchange(encodeTurn({ number: ++number, now_us: 0, height: 1, changes, model: 'lnd', ...question }));
  };
  ask([], { begin: { node_count: 1 } });
  ask([{ node_added: { model: 'lnd', node: 0, options: '{}' } }], { capture: {} });
  const feerate = (i: number): Message => ({ commitment_feerate: { node: 0, estimate_per_kw: 2500 + i } });
  const spent = (times: number, work: (i: number) => void): number => {
    for (let i = 0; i < times / 4; i++) work(i);
    const started = performance.now();
    for (let i = 0; i < times; i++) work(i);
    return (1000 * (performance.now() - started)) / times;
  };
  const one = spent(4000, (i) => ask([], feerate(i)));
  const questions = Array.from({ length: 1000 }, (_, i) => feerate(i));
  const batched = spent(40, () => ask([], { questions: { questions } })) / questions.length;
  await link.close();
  await host.stop();
  return { one, batched };
}

const WAYS = ['in-process', 'rpc'] as const;
const turns: Record<(typeof WAYS)[number], number[]> = { 'in-process': [], rpc: [] };
let expected = '';
for (let turn = 0; turn < Number(values.repeats); turn++) {
  for (const way of turn % 2 === 0 ? WAYS : [...WAYS].reverse()) {
    const { wall, digest } = run(way);
    turns[way].push(wall);
    expected ||= digest;
    if (digest !== expected) throw new Error('the digests of the two ways differ');
  }
}
const ratios = turns.rpc.map((ms, i) => ms / (turns['in-process'][i] ?? Number.NaN));
const call = await calls();
const machine = machineFacts();
if (values.json) {
  process.stdout.write(`${JSON.stringify({ machine, turns, ratios, call }, null, 2)}\n`);
} else {
  process.stdout.write(`${machineLine(machine)}; load ${digits(os.loadavg()[0] ?? Number.NaN, 1)}\n`);
  process.stdout.write(`${values.nodes} nodes, ${values.duration}, equal digests\n`);
  for (const way of WAYS)
    process.stdout.write(`${way.padEnd(12)}${digits(median(turns[way]) / 1000, 2).padStart(8)} s\n`);
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  process.stdout.write(`rpc by in-process ${digits(median(ratios), 2)} (${digits(least, 2)} to ${digits(most, 2)})\n`);
  process.stdout.write(
    `a question in a turn of its own ${digits(call.one, 0)} µs, one of 1,000 ${digits(call.batched, 1)} µs\n`,
  );
}
