/**
 * Runs whose model processes fail and that go on with others, from the last state kept or from their start: every file is
 * that of the run that nothing happened to.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../engine/base/random.ts';
import { MODEL_KINDS } from '../engine/kinds/registry.ts';
import { openRemoteModels } from '../engine/rpc/remote-models.ts';
import { blast, type CommandResult, ROOT, temporaryFolder } from './testing/command.ts';
import { processesWith, until } from './testing/processes.ts';

const folder = temporaryFolder();
const at = (...names: string[]): string => path.join(folder, ...names);
const command = path.join(ROOT, 'dist/blast.mjs');
const faulty = path.join(ROOT, 'tests/testing/faulty-model.mjs');

/** States by time, by events and at the end; two of one instant; payments that are in flight at all of them. */
const SCENARIO = `
version: 1
name: restarts
duration: 30s
chain: { mining: { every: 7s } }
latency: { link: 300ms }
nodes:
  a: { model: lnd }
  b: { model: cln }
  c: { model: lnd }
  d: { model: eclair }
channels:
  ab: { from: a, to: b, capacity: 900_000 sat, push: 300_000 sat }
  bc: { from: b, to: c, capacity: 900_000 sat, push: 300_000 sat }
  cd: { from: c, to: d, capacity: 900_000 sat, push: 300_000 sat }
activity:
  there: { source: a, destination: d, interval: 900ms, amount: 9_000 sat }
  back: { source: d, destination: a, interval: 700ms, amount: 5_000 sat, method: invoice, hold: 40s, max_parts: 2 }
  loop: { source: b, destination: d, loop: { concurrency: 2, think: 900ms }, amount: 100 sat }
behaviours:
  fees: { nodes: [b, c], every: 2s, fee_policy: { by_imbalance: { linear: ['5 ppm', '900 ppm'], min_interval: 0s } } }
snapshots: [{ at: 9s, name: one }, { at: 9s, name: two }, { at: end }]
events:
  - { at: 5s, open_channel: { channel: ac, from: a, to: c, capacity: 200_000 sat } }
  - { at: 19s, snapshot: { name: by-event } }
  - { at: 24s, close_channel: { channel: bc, force: true } }
expect: [{ at: 12s, that: payments().count > 3 }, 'true']
`;

const run = (args: readonly string[]): Promise<CommandResult> =>
  blast(['run', 'restarts.yml', ...args, '--quiet'], {
    cwd: folder,
    engine: {
      remoteModels: (settings) =>
        openRemoteModels({ ...settings, kinds: MODEL_KINDS, command: [], entry: pathToFileURL(command) }),
    },
  });

interface Asked {
  readonly ask: string;
  readonly now_us: number;
}

/** All files of a run by their names; of run.json without the machine and its times. */
function filesOf(out: string): Readonly<Record<string, string>> {
  const names = (readdirSync(at(out), { recursive: true }) as string[]).filter((name) => name !== 'snapshots').sort();
  return Object.fromEntries(
    names.map((name) => {
      const text = readFileSync(at(out, name), 'utf8');
      if (name !== 'run.json') return [name, text];
      const { timings, environment, ...rest } = JSON.parse(text);
      return [name, JSON.stringify(rest, null, 1)];
    }),
  );
}

let turns: readonly Asked[] = [];
let whole: Readonly<Record<string, string>> = {};

/** Runs with a process that does this, and others of ours; answers the result and the words of the process. */
async function restarted(out: string, fault: object, ...args: string[]): Promise<CommandResult> {
  const spec = at(`${out}-spec.json`);
  writeFileSync(spec, JSON.stringify({ ...fault, report: at(`${out}-report.json`) }));
  const words = [process.execPath, faulty, spec].join(' ');
  const result = await run(['--out', out, '--models-start', words, '--models-timeout', '30s', ...args]);
  await until(() => processesWith(spec).length === 0);
  return result;
}

beforeAll(async () => {
  writeFileSync(at('restarts.yml'), SCENARIO);
  const { code, err } = await restarted('whole', {});
  expect({ code, err }).toEqual({ code: 0, err: '' });
  turns = JSON.parse(readFileSync(at('whole-report.json'), 'utf8'));
  whole = filesOf('whole');
}, 60_000);

const firstAfter = (us: number, ask?: string): number =>
  turns.findIndex((turn) => turn.now_us > us && (ask === undefined || turn.ask === ask));

describe('a run with restarts', { timeout: 60_000 }, () => {
  it.each([
    ['before any state', () => firstAfter(3_000_000), 'its start'],
    ['while the network is made', () => 3, 'its start'],
    ['after the second of two states of an instant', () => firstAfter(9_000_000), String.raw`two \(9s\)`],
    ['between a state and the next one', () => firstAfter(15_000_000), String.raw`two \(9s\)`],
    ['after a state that an event has kept', () => firstAfter(22_000_000), String.raw`by-event \(19s\)`],
    ['in payments after the end', () => firstAfter(30_000_000), String.raw`by-event \(19s\)`],
  ])('goes on as if nothing had been: killed %s', async (name, turn, from) => {
    const out = name.replaceAll(' ', '-');
    const { code, err } = await restarted(out, { kind: 'kill', turn: turn(), times: 1 }, '--models-restarts', '2');
    expect(err).toMatch(
      new RegExp(String.raw`^restart 1 of 2: E808 model \w+, .* at [\d.]+ s: .*; the run goes on from ${from}\n$`),
    );
    expect(code).toBe(0);
    expect(filesOf(out)).toEqual(whole);
  });

  it('goes on at drawn turns', async () => {
    const random = RandomStream.named(Number(process.env.BLAST_PROPERTY_SEED ?? 1), 'test', 'restarts', 'turns');
    for (let i = 0; i < 4; i++) {
      const turn = random.integer(0, turns.length - 1);
      const kind = ['kill', 'bytes', 'end', 'fail'][i];
      const out = `drawn-${i}`;
      const { code, err } = await restarted(out, { kind, turn, hex: 'ff', times: 1 }, '--models-restarts', '1');
      expect({ turn, code, err }).toMatchObject({
        turn,
        code: 0,
        err: expect.stringMatching(/^restart 1 of 1: E808 /),
      });
      expect(filesOf(out)).toEqual(whole);
    }
  });

  it('goes on with two processes, one of which hangs', async () => {
    const spec = at('second.json');
    writeFileSync(spec, JSON.stringify({ report: at('second-report.json') }));
    const args = ['--models-start', [process.execPath, faulty, spec].join(' '), '--models-restarts', '1'];
    // Its turns are fewer than those of one process alone.
    const fault = { kind: 'hang', turn: 20, times: 1 };
    const { code, err } = await restarted('pair', fault, ...args, '--models-timeout', '2s');
    expect(err).toMatch(/^restart 1 of 1: E808 .* did not answer within 2 s; the run goes on from .*\n$/);
    expect(code).toBe(0);
    expect(filesOf('pair')).toEqual(whole);
    await until(() => processesWith(spec).length === 0);
  });

  it('gives up after as many as it may make, also where processes cannot be had', async () => {
    const turn = firstAfter(12_000_000);
    const { code, err } = await restarted('often', { kind: 'kill', turn: 40 }, '--models-restarts', '2');
    expect(code).toBe(6);
    const [first, second, last] = err.trim().split('\n');
    expect(first).toMatch(/^restart 1 of 2: E808 /);
    expect(second).toMatch(/^restart 2 of 2: E808 /);
    expect(last).toMatch(/^error: the run failed: E808 /);
    const files = filesOf('often');
    expect(Object.keys(files).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(whole['events.ndjson']?.startsWith(files['events.ndjson'] ?? '?')).toBe(true);
    expect(JSON.parse(files['run.json'] as string)).toMatchObject({ state: 'failed' });

    // The second one does not say what it is.
    const spec = at('none-spec.json');
    writeFileSync(spec, JSON.stringify({ kind: 'kill', turn, report: at('none-report.json') }));
    writeFileSync(at('once.cjs'), LAST_TIME);
    const once = [process.execPath, at('once.cjs'), faulty, spec, at('none-count')];
    const lost = await run(['--out', 'none', '--models-start', once.join(' '), '--models-restarts', '1']);
    expect(lost.code).toBe(6);
    expect(lost.err).toMatch(/^restart 1 of 1: E808 .*\nerror: the run failed: E808 /);
    expect(Object.keys(filesOf('none'))).toContain('snapshots/two.snap.json');
  });

  it('is asked for with models in other processes only, and does nothing unless it is asked for', async () => {
    const without = await restarted('without', { kind: 'kill', turn: firstAfter(3_000_000), times: 1 });
    expect(without.code).toBe(6);
    expect(without.err).toMatch(/^error: the run failed: E808 /);
    const nowhere = await run(['--out', 'nowhere', '--models-restarts', '1']);
    expect(nowhere.code).toBe(2);
    expect(nowhere.err).toContain('--models-restarts is about models in other processes');
    const wrong = await run(['--out', 'nowhere', '--models-restarts', 'often']);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('Write a number from 0 to 1000.');
  });
});

/** Starts the process once, and never again. */
const LAST_TIME = `
const { existsSync, writeFileSync } = require('node:fs');
const { spawn } = require('node:child_process');
const [file, spec, count] = process.argv.slice(2);
if (existsSync(count)) process.exit(9);
writeFileSync(count, '');
const child = spawn(process.execPath, [file, spec], { stdio: 'inherit' });
child.on('exit', () => process.exit(1));
`;
