/**
 * Two hundred faults of model processes, drawn by a fixed seed over random small scenarios: kinds and places evenly, the
 * place by the question that is asked. Each must end the run with exit code 6 and a message that says which model, node,
 * question and virtual time it was; with results that are the beginning of those of the undisturbed run, in whole lines
 * and whole files; and with nothing left running.
 *
 * The engine is this process, the model a process of its own (testing/faulty-model.mjs), which several faults share as long
 * as it survives them. Faults that come from outside, and the end of the engine itself, happen to real commands.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { RandomStream } from '../engine/base/random.ts';
import { MODEL_KINDS } from '../engine/kinds/registry.ts';
import { type ModelProcess, startModelProcess } from '../engine/rpc/model-process.ts';
import { openRemoteModels } from '../engine/rpc/remote-models.ts';
import { blast, type CommandResult, ROOT, temporaryFolder } from './testing/command.ts';
import { childrenOf, groupOf, processesWith, until } from './testing/processes.ts';

/** Draws scenarios, faults and instants. */
const SEED = Number(process.env.BLAST_PROPERTY_SEED ?? 1);

const folder = temporaryFolder();
const at = (...names: string[]): string => path.join(folder, ...names);
const command = path.join(ROOT, 'dist/blast.mjs');
const faulty = path.join(ROOT, 'tests/testing/faulty-model.mjs');

// ---- scenarios

const NODES = 5;
const node = fc.nat(NODES - 1).map((n) => `n${n}`);
const implementation = fc.constantFrom(...MODEL_KINDS.map(({ name }) => name));
const two = fc
  .tuple(fc.nat(NODES - 1), fc.integer({ min: 1, max: NODES - 1 }))
  .map(([a, step]) => ({ source: `n${a}`, destination: `n${(a + step) % NODES}` }));

const activity = fc.record({
  ends: two,
  ms: fc.integer({ min: 400, max: 3000 }),
  sat: fc.integer({ min: 100, max: 60_000 }),
  how: fc.constantFrom({}, { method: 'invoice' }, { method: 'invoice', max_parts: 3 }),
});

const happening = fc.oneof(
  node.map((n) => ({ stop_node: n })),
  node.map((n) => ({ start_node: n })),
  fc.nat(NODES - 1).map((c) => ({ close_channel: { channel: `c${c}`, force: c % 2 === 0 } })),
  two.map(({ source, destination }) => ({
    open_channel: { channel: 'later', from: source, to: destination, capacity: '300_000 sat' },
  })),
  fc.constant({ mine: { blocks: 3 } }),
);

const scenario = fc
  .record({
    models: fc.array(implementation, { minLength: NODES, maxLength: NODES }),
    pushes: fc.array(fc.integer({ min: 9000, max: 800_000 }), { minLength: NODES, maxLength: NODES }),
    activities: fc.array(activity, { minLength: 1, maxLength: 3 }),
    events: fc.array(fc.tuple(fc.integer({ min: 1, max: 18 }), happening), { maxLength: 4 }),
  })
  .map(({ models, pushes, activities, events }) => ({
    version: 1,
    name: 'faults',
    duration: '20s',
    chain: { mining: { every: '6s' } },
    nodes: Object.fromEntries(models.map((name, n) => [`n${n}`, { model: name, wallet: '2_000_000 sat' }])),
    channels: Object.fromEntries(
      pushes.map((push, c) => [
        `c${c}`,
        { from: `n${c}`, to: `n${(c + 1) % NODES}`, capacity: '900_000 sat', push: `${push} sat` },
      ]),
    ),
    activity: Object.fromEntries(
      activities.map(({ ends, ms, sat, how }, i) => [
        `a${i}`,
        { ...ends, interval: `${ms}ms`, amount: `${sat} sat`, ...how },
      ]),
    ),
    events: [...events].map(([second, what]) => ({ at: `${second}s`, ...what })),
    // A state is asked for in the middle, so that `capture` is among the questions.
    snapshots: [{ at: '11s', name: 'middle' }],
  }));

// ---- faults

/** What a process does at the drawn turn, and what is then said of it there, and at Describe. */
const KINDS = {
  kill: [/cannot be reached \(any more\)|failed: |closed the stream/, /cannot be reached|failed: /],
  hang: [/did not answer within 0\.3 s/, /did not say in time what it is/],
  slow: [/did not answer within 0\.3 s/, /did not say in time what it is/],
  bytes: [
    /the answer cannot be read: |answer \d+ came for turn \d+/,
    /bytes that cannot be read|speaks version \d+ of/,
  ],
  cut: [/the answer cannot be read: /, /bytes that cannot be read/],
  end: [/closed the stream/, /./],
  fail: [/failed: out of wits/, /failed: out of wits/],
  version: [/./, /speaks version \d+ of blast\.v1\.Model, blast \S+ speaks version 1/],
} as const;
type Kind = keyof typeof KINDS;

/** How many of each: with those at the end of this file they are 200. */
const FAULTS: Readonly<Record<Kind, number>> = {
  kill: 16,
  hang: 23,
  slow: 20,
  bytes: 26,
  cut: 24,
  end: 26,
  fail: 24,
  version: 18,
};
const STARTED = 8;
const SIGNALS = 15;

/** Questions about an implementation, and about no node. */
const OF_NO_NODE: ReadonlySet<string> = new Set([
  ...['begin', 'capture', 'wallet_reserve', 'offered_deadline', 'received_deadline'],
  ...['close_depth', 'claim_depth', 'loss_depth', 'fails_back_at'],
]);

const randomOf = (name: string): RandomStream => RandomStream.named(SEED, 'test', name, 'model-faults');

/** A process that is told what to do by a file; starts anew when it was lost. */
class Faulty {
  readonly spec: string;
  readonly report: string;
  #process: ModelProcess | null = null;

  constructor(name: string) {
    this.spec = at(`${name}.json`);
    this.report = at(`${name}-report.json`);
  }

  get words(): readonly string[] {
    return [process.execPath, faulty, this.spec];
  }

  tell(what: object): void {
    writeFileSync(this.spec, JSON.stringify({ ...what, report: this.report }));
    rmSync(this.report, { force: true });
  }

  async address(): Promise<string> {
    this.#process ??= await startModelProcess(this.words);
    return this.#process.address;
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
    this.#process = null;
  }

  reported(): unknown {
    return existsSync(this.report) ? JSON.parse(readFileSync(this.report, 'utf8')) : null;
  }
}

const run = (args: readonly string[]): Promise<CommandResult> =>
  blast(['run', ...args, '--quiet'], {
    cwd: folder,
    engine: {
      remoteModels: (settings) =>
        openRemoteModels({ ...settings, kinds: MODEL_KINDS, command: [], entry: pathToFileURL(command) }),
    },
  });

const read = (...names: string[]): string => readFileSync(at(...names), 'utf8');
const lines = (text: string): readonly string[] => text.split('\n').slice(0, -1);

/** Files of a folder and of those in it. */
const filesOf = (name: string): readonly string[] =>
  existsSync(at(name)) ? (readdirSync(at(name), { recursive: true }) as string[]).sort() : [];

/** The results are those of the undisturbed run up to some instant, in whole lines and whole files. */
function expectBeginning(out: string, { events, payments, state }: Played): void {
  const manifest = JSON.parse(read(out, 'run.json'));
  expect(manifest).toMatchObject({ state: 'failed', whole: false, failure: { kind: 'backend' } });
  const files = filesOf(out);
  expect(files.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  for (const name of manifest.files) expect(files).toContain(name);
  const got = read(out, 'events.ndjson');
  expect(events.startsWith(got)).toBe(true);
  for (const line of lines(got)) JSON.parse(line);
  expect(got === '' || got.endsWith('\n')).toBe(true);
  const paid = lines(read(out, 'payments.csv'));
  const resolved = paid.filter((line) => !line.includes(',Pending,'));
  expect(lines(payments).slice(0, resolved.length)).toEqual(resolved);
  expect(paid.slice(0, resolved.length)).toEqual(resolved);
  expect(manifest.counts.pending).toBe(paid.length - resolved.length);
  expect(JSON.parse(read(out, 'metrics.json')).payments.count).toBe(paid.length - 1);
  if (files.includes('snapshots/middle.snap.json')) expect(read(out, 'snapshots/middle.snap.json')).toBe(state);
}

interface Asked {
  readonly ask: string;
  readonly model: string;
  readonly now_us: number;
}

interface Played {
  readonly file: string;
  readonly turns: readonly Asked[];
  readonly events: string;
  readonly payments: string;
  readonly state: string;
}

const shared = new Faulty('shared');
const played: Played[] = [];

beforeAll(async () => {
  const drawn = fc.sample(scenario, { seed: SEED, numRuns: 10 });
  for (const [i, spec] of drawn.entries()) {
    const file = `scenario-${i}.yml`;
    writeFileSync(at(file), stringify(spec));
    shared.tell({});
    const { code, err } = await run([file, '--out', `whole-${i}`, '--models', await shared.address()]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    await until(() => shared.reported() !== null);
    const whole = (name: string): string => read(`whole-${i}`, name);
    played.push({
      file,
      turns: shared.reported() as Asked[],
      events: whole('events.ndjson'),
      payments: whole('payments.csv'),
      state: whole('snapshots/middle.snap.json'),
    });
  }
}, 120_000);

afterAll(() => shared.stop());

/** A turn of a run: of the questions that it asks each is as likely as another. */
function drawnTurn(kind: Kind, { turns }: Played, random: RandomStream): number {
  if (kind === 'version') return -1;
  const asks = [...new Set(turns.map(({ ask }) => ask)), ...(kind === 'end' ? [] : ['Describe'])];
  const ask = asks[random.integer(0, asks.length - 1)] as string;
  const places = turns.flatMap((turn, i) => (turn.ask === ask ? [i] : []));
  return ask === 'Describe' ? -1 : (places[random.integer(0, places.length - 1)] as number);
}

function drawnFault(
  kind: Kind,
  played: Played,
  random: RandomStream,
): { readonly turn: number } & Record<string, unknown> {
  const hex = Buffer.from(random.bytes(random.integer(1, 40))).toString('hex');
  return { kind, turn: drawnTurn(kind, played, random), ms: 900, hex, protocol: random.integer(2, 1000) };
}

describe('faults of a model process', { timeout: 120_000 }, () => {
  const asked = new Map<string, number>();
  const drawn = (Object.keys(FAULTS) as Kind[]).flatMap((kind) =>
    Array.from({ length: FAULTS[kind] }, (_, i) => [kind, i] as const),
  );

  it.each(drawn)('%s %i', async (kind, i) => {
    const random = randomOf(`${kind} ${i}`);
    const whole = played[random.integer(0, played.length - 1)] as Played;
    const fault = drawnFault(kind, whole, random);
    shared.tell(fault);
    const out = `${kind}-${i}`;
    const waits = kind === 'hang' || kind === 'slow';
    const args = ['--models', await shared.address(), '--models-timeout', waits ? '300ms' : '30s'];
    const { code, err } = await run([whole.file, '--out', out, ...args]);
    if (kind === 'kill') await shared.stop();
    expect({ code, turn: fault.turn }).toEqual({ code: 6, turn: fault.turn });
    const report = shared.reported() as Asked | null;
    // A machine that is busy may not come so far within the deadline; then that is what is said, of an earlier turn.
    if (!waits) expect(report).not.toBeNull();
    const [says, saysAtOnce] = KINDS[kind];
    if (err.includes('E809')) {
      expect(err).toMatch(/^error: E809 models in other processes: the process at 127\.0\.0\.1:\d+ /);
      expect(err).toMatch(saysAtOnce);
      expect(filesOf(out)).toEqual([]);
      asked.set('Describe', (asked.get('Describe') ?? 0) + 1);
      return;
    }
    expect(err).toMatch(/^error: the run failed: E808 model \w+, \w+( of n\d)? at [\d.]+ s: \S/);
    expect(err).toMatch(says);
    const [, ask = '', of] = / (\w+)( of n\d)? at /.exec(err) ?? [];
    expect(of === undefined).toBe(OF_NO_NODE.has(ask));
    if (report !== null) {
      expect(report.ask).toBe(ask);
      expect(err).toContain(`E808 model ${report.model}, ${ask}${of ?? ''} at ${report.now_us / 1_000_000} s: `);
    }
    asked.set(ask, (asked.get(ask) ?? 0) + 1);
    expectBeginning(out, whole);
    expect(JSON.parse(read(out, 'run.json')).failure.message).toBe(err.trim().replace('error: the run failed: ', ''));
  });

  it('were at many questions', () => {
    expect(asked.size).toBeGreaterThan(12);
    expect(asked.get('Describe')).toBeGreaterThan(FAULTS.version);
  });
});

describe('faults of a process that the command has started', { timeout: 120_000 }, () => {
  const kinds = ['kill', 'stop', 'hang', 'bytes'] as const;
  const drawn = Array.from(
    { length: STARTED },
    (_, i) => [kinds[i % kinds.length] as (typeof kinds)[number], i] as const,
  );

  it.each(drawn)('%s %i: it is gone with the run', async (kind, i) => {
    const random = randomOf(`started ${i}`);
    const whole = played[random.integer(0, played.length - 1)] as Played;
    const process = new Faulty(`started-${i}`);
    const hex = Buffer.from(random.bytes(9)).toString('hex');
    process.tell({ kind, hex, turn: drawnTurn(kind === 'stop' ? 'hang' : kind, whole, random) });
    const out = `started-${i}`;
    // Half of them do not end when its standard input does.
    const words = [...process.words, ...(i < STARTED / 2 ? [] : ['--stays'])];
    const args = ['--models-start', words.join(' '), '--models-timeout', '600ms'];
    const { code, err } = await run([whole.file, '--out', out, ...args]);
    expect(err).toMatch(/^error: (?:the run failed: E808 model \w+, \w+(?: of n\d)? at [\d.]+ s|E809 models in .*): /);
    expect(code).toBe(6);
    if (err.includes('E808')) expectBeginning(out, whole);
    else expect(filesOf(out)).toEqual([]);
    await until(() => processesWith(process.spec).length === 0);
  });
});

interface CommandStart {
  readonly detached?: boolean;
}

/** A command of its own. */
class Command {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  err = '';

  constructor(args: readonly string[], options: CommandStart = {}) {
    this.child = spawn(process.execPath, [command, ...args], { cwd: folder, ...options });
    this.child.stderr?.on('data', (data: Buffer) => {
      this.err += data.toString();
    });
    this.child.stdout?.resume();
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
  }

  /** The process that it has started, when it is there. */
  async model(): Promise<number> {
    await until(() => childrenOf(this.child.pid).length === 1);
    return childrenOf(this.child.pid)[0] as number;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * These wait more than they do: for deadlines, and for the patience with a process that stands still. So they wait beside
 * each other, but one after the other until their run plays, so that a busy machine is not made busier.
 */
describe.concurrent('signals', { timeout: 120_000 }, () => {
  const scenario = path.join(ROOT, 'scenarios/quick-start.yml');
  const args = (out: string): readonly string[] => [
    ...['run', scenario, '--out', out, '--models', 'rpc', '--speed', 'real', '--quiet'],
  ];
  /** A state is kept early, so that it is seen when the run plays. */
  const KEEP = ['--snapshot-at', '500ms'];
  const isPlaying = (out: string): boolean => filesOf(out).some((name) => name.endsWith('.snap.json'));

  interface Running {
    readonly run: Command;
    readonly model: number;
  }
  async function started(words: readonly string[], options: CommandStart = {}): Promise<Running> {
    const run = new Command(words, options);
    return { run, model: await run.model() };
  }
  async function playing(out: string, words: readonly string[], options: CommandStart = {}): Promise<Running> {
    const running = await started([...args(out), ...words], options);
    await until(() => isPlaying(out));
    return running;
  }
  let last: Promise<unknown> = Promise.resolve();
  function inTurn(start: () => Promise<Running>): Promise<Running> {
    const mine = last.then(start);
    last = mine.catch(() => {});
    return mine;
  }
  const third = Array.from({ length: SIGNALS / 3 }, (_, i) => [i] as const);

  it.each(third)('kill -9 of the model process %i', async (i) => {
    const { run, model } = await inTurn(() => started(args(`k${i}`)));
    await pause(randomOf(`kill ${i}`).integer(0, 1500));
    process.kill(model, 'SIGKILL');
    expect(await run.ended).toBe(6);
    expect(run.err).toMatch(
      /^error: (?:the run failed: E808 model lnd, \w+(?: of \w+)? at [\d.]+ s|E809 models in .*): /,
    );
    expect(filesOf(`k${i}`).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    await until(() => groupOf(model).length === 0);
  });

  it.each(third)('a model process that stands still %i', async (i) => {
    const { run, model } = await inTurn(() => playing(`s${i}`, [...KEEP, '--models-timeout', '1s']));
    await pause(randomOf(`stop ${i}`).integer(0, 1500));
    process.kill(model, 'SIGSTOP');
    expect(await run.ended).toBe(6);
    expect(run.err).toMatch(/E808 model lnd, \w+(?: of \w+)? at [\d.]+ s: .* did not answer within 1 s/);
    expect(filesOf(`s${i}`).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    await until(() => groupOf(model).length === 0);
  });

  it.each(third)('kill -9 of the command %i: the model process ends, also one that stands still', async (i) => {
    const { run, model } = await inTurn(() => started(args(`e${i}`)));
    await pause(randomOf(`end ${i}`).integer(0, 1000));
    if (i % 2 === 1) process.kill(model, 'SIGSTOP');
    run.child.kill('SIGKILL');
    await run.ended;
    await until(() => groupOf(model).length === 0);
  });

  it('Ctrl-C on a terminal is for the command alone: the state is kept', async () => {
    const { run, model } = await inTurn(() => playing('ctrl-c', KEEP, { detached: true }));
    process.kill(-(run.child.pid as number), 'SIGINT');
    expect(await run.ended).toBe(130);
    expect(filesOf('ctrl-c')).toContain('snapshots/interrupted.snap.json');
    await until(() => groupOf(model).length === 0);
  });
});
