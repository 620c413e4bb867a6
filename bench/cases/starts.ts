/** Every command from a cold start, on a scenario of three nodes and a minute; by the clock. Larger files: cold-start.ts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Benchmark } from '../case.ts';
import { command, inFolder } from '../command.ts';

const SCENARIO = `version: 1
name: three
duration: 1m
params: { amount: { type: amount, default: 1_000 sat } }
nodes: { alice: { wallet: 1 BTC }, bob: {}, carol: {} }
channels:
  alice-bob: { from: alice, to: bob, capacity: 500_000 sat, push: 250_000 sat }
  bob-carol: { from: bob, to: carol, capacity: 500_000 sat, push: 250_000 sat }
activity:
  coffee: { source: alice, destination: carol, interval: 1s, amount: '\${{ params.amount }}' }
snapshots: [{ at: 30s, name: half }]
sweep: { matrix: { amount: [1_000 sat, 2_000 sat] } }
`;

/** What is done before anything is measured: runs to compare, their states, a lock, a network to import. */
const PREPARED: readonly (readonly string[])[] = [
  ['run', 'three.yml', '--out', 'a'],
  ['run', 'three.yml', '--out', 'b'],
  ['lock', 'three.yml'],
  ['export', 'three.yml', '--format', 'sim-ln', '--out', 'exported'],
];

/** Commands; FOLDER is another one each time. */
const COMMANDS: readonly (readonly string[])[] = [
  [],
  ['--version'],
  ['init', 'FOLDER'],
  ['validate', 'three.yml'],
  ['fmt', 'three.yml'],
  ['migrate', 'three.yml'],
  ['compile', 'three.yml'],
  ['run', 'three.yml', '--out', 'FOLDER'],
  ['report', 'a', '--output', 'FOLDER.html'],
  ['diff', 'a', 'b'],
  ['profile', 'three.yml', '--out', 'FOLDER'],
  ['verify', 'three.yml'],
  ['test', 'three.yml'],
  ['snapshot', 'show', 'a/snapshots/half.snap.json'],
  ['sweep', 'three.yml', '--jobs', '1', '--out', 'FOLDER'],
  ['schedule', 'three.yml', '--cron', '0 3 * * *', '--dry-run'],
  ['import', 'exported', '--out', 'FOLDER'],
  ['export', 'three.yml', '--format', 'sim-ln', '--out', 'FOLDER'],
  ['model', 'list'],
  ['explain', 'E101'],
  ['completion', 'bash'],
];

const run: Benchmark['run'] = async ({ repeats }, report) => {
  inFolder((folder) => {
    writeFileSync(path.join(folder, 'three.yml'), SCENARIO);
    mkdirSync(path.join(folder, 'new'));
    for (const words of PREPARED) command(words, folder);
    let count = 0;
    for (const words of COMMANDS) {
      const times: number[] = [];
      // The first one fills the caches of the system.
      for (let repeat = 0; repeat <= repeats; repeat++) {
        count++;
        const own = words.map((word) => word.replace('FOLDER', `new/${count}`));
        times.push(command(own, folder).wallMs);
      }
      report(words.length === 0 ? 'node alone' : `blast ${words[0]}`, 'ms', times.slice(1));
    }
  });
};

export const benchmark: Benchmark = { name: 'starts', place: 8, run };
