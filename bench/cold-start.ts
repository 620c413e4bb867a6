/**
 * How long commands take from a cold start, as medians over several processes: `npm run build`, then
 * `node dist/bench/cold-start.js [runs]` from the root of the repository. Also reads 20,000 channels, written in YAML and
 * in a network file.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { writeBlastNetwork } from '../engine/interop/blast-network-writer.ts';
import type { ImportedNetwork } from '../engine/interop/imported.ts';

const RUNS = Number(process.argv[2] ?? 15);
const MAIN = fileURLToPath(new URL('../blast.mjs', import.meta.url));
/** The same command as tsc wrote it, for comparison. */
const UNBUNDLED = fileURLToPath(new URL('../engine/cli/main.js', import.meta.url));

const THREE_NODES = `version: 1
name: three
duration: 1m
nodes: { alice: { wallet: 1 BTC }, bob: {}, carol: {} }
channels:
  alice-bob: { from: alice, to: bob, capacity: 500_000 sat }
  bob-carol: { from: bob, to: carol, capacity: 500_000 sat }
activity:
  coffee: { source: alice, destination: carol, interval: 1s, amount: 1_000 sat }
`;

/** `count` channels between a tenth as many nodes, as pairs of nodes. */
function pairs(count: number): readonly (readonly [number, number])[] {
  const nodes = count / 10;
  return Array.from({ length: count }, (_, i) => {
    const from = i % nodes;
    return [from, (from + 1 + Math.floor(i / nodes)) % nodes];
  });
}

/** They in YAML. */
function manyChannels(count: number): string {
  const lines = ['version: 1', 'duration: 1m', 'nodes:', `  n: { count: ${count / 10} }`, 'channels:'];
  pairs(count).forEach(([from, to], i) => {
    lines.push(`  c${i}: { from: n-${from}, to: n-${to}, capacity: 1_000_000 sat, push: 500_000 sat }`);
  });
  return `${lines.join('\n')}\n`;
}

/** They in a network file, with a policy for each direction. */
function networkFile(count: number): string {
  const policy = { feeBaseMsat: 1000, feeRatePpm: 100, cltvDelta: 80, minHtlcMsat: 1000, maxHtlcMsat: 990_000_000 };
  const network: ImportedNetwork = {
    nodes: Array.from({ length: count / 10 }, (_, i) => ({ name: `n-${i}`, labels: {} })),
    channels: pairs(count).map(([node0, node1], i) => ({
      ...{ name: `c${i}`, node0, node1, capacitySat: 1_000_000, balance0Msat: 500_000_000, announced: true },
      ...{ policy0: policy, policy1: policy },
    })),
  };
  return writeBlastNetwork(network);
}

/** Milliseconds of one process. */
function timed(args: readonly string[], expected: number | null): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [...args], { encoding: 'utf8' });
  const ms = performance.now() - started;
  if (status !== expected) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return ms;
}

function report(name: string, runs: number, args: readonly string[]): void {
  timed(args, 0); // fills the caches of the system
  const times = Array.from({ length: runs }, () => timed(args, 0)).sort((a, b) => a - b);
  const at = (share: number): string => `${Math.round(times[Math.floor(share * (times.length - 1))] as number)} ms`;
  process.stdout.write(`${name.padEnd(42)} median ${at(0.5)}, fastest ${at(0)}, slowest ${at(1)} (${runs} runs)\n`);
}

const folder = mkdtempSync(path.join(tmpdir(), 'blast-bench-'));
try {
  const small = path.join(folder, 'three.yml');
  const large = path.join(folder, 'large.yml');
  writeFileSync(small, THREE_NODES);
  const importing = path.join(folder, 'importing.yml');
  writeFileSync(large, manyChannels(20_000));
  writeFileSync(path.join(folder, 'network.json'), networkFile(20_000));
  writeFileSync(importing, 'version: 1\nduration: 1m\nnetwork: { import: { file: network.json } }\n');
  process.stdout.write(`Node ${process.version}\n`);
  report('node alone', RUNS, ['-e', '0']);
  report('blast --version', RUNS, [MAIN, '--version']);
  report('blast validate, three nodes', RUNS, [MAIN, 'validate', small]);
  report('blast validate, three nodes, not bundled', RUNS, [UNBUNDLED, 'validate', small]);
  report('blast validate, 20,000 channels in YAML', RUNS, [MAIN, 'validate', large]);
  report('blast validate, 20,000 channels in a file', RUNS, [MAIN, 'validate', importing]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
