/** `blast schedule`: instants come from the test, runs from the real engine. */
import { describe, expect, it, vi } from 'vitest';
import { defaultEngine } from '../host/default-engine.ts';
import type { Engine } from '../host/engine.ts';
import { FakeBackend } from '../run/testing/fake-backend.ts';
import { MemoryFiles } from '../run/testing/memory-files.ts';
import { runCli } from './cli.ts';
import { nodeCronClock } from './node-cron-clock.ts';
import { blast, FakeIo } from './testing/fake-io.ts';

const SMALL = `version: 1
name: small
duration: 10s
params:
  amount: { type: amount, default: 2 sat }
nodes: { alice: { wallet: 1 BTC }, bob: {} }
channels:
  alice-bob: { from: alice, to: bob, capacity: 100_000 sat }
activity:
  pays: { source: alice, destination: bob, interval: 1s, amount: "\${{ params.amount }}" }
expect:
  - payments('pays').success_rate > 0.9
`;

const LOG = 'out/small-schedule/schedule.ndjson';

interface Started {
  readonly io: FakeIo;
  readonly done: Promise<number>;
  /** Waits for the next line of the log. */
  settle(): Promise<void>;
  log(): readonly Record<string, unknown>[];
}

const until = (holds: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(holds()).toBe(true), { timeout: 20_000, interval: 2 });

const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
};

async function start(args: readonly string[], files: MemoryFiles, engine: Partial<Engine> = {}): Promise<Started> {
  const io = new FakeIo({ files });
  const done = runCli(['schedule', 'small.yml', '--cron', '0 0 * * *', ...args], io, { ...defaultEngine, ...engine });
  await until(() => io.cron.listeners.size > 0);
  const lines = (): readonly Record<string, unknown>[] => [...(files.lines(LOG) ?? [])].map((line) => JSON.parse(line));
  return {
    io,
    done,
    log: lines,
    settle: async () => {
      const before = lines().length;
      await until(() => lines().length > before);
    },
  };
}

const small = (): MemoryFiles => new MemoryFiles({ 'small.yml': SMALL });

/** A backend whose run goes on until the test lets it end. */
function heldEngine(): { readonly engine: Partial<Engine>; release(): void } {
  let release: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  class Held extends FakeBackend {
    override async start(...args: Parameters<FakeBackend['start']>): Promise<void> {
      await super.start(...args);
      await gate;
    }
  }
  const backends = [{ name: 'simulator', summary: 'held', create: () => new Held({}) }];
  return { engine: { backends }, release };
}

describe('blast schedule', () => {
  it('runs at each instant, in a folder of its own, and logs it', async () => {
    const files = small();
    const { io, done, settle, log } = await start(['--max-runs', '2', '--param', 'amount=3 sat', '--seed', '5'], files);
    expect(io.err).toBe('next run at 2025-02-01T00:00:00Z, Ctrl-C ends\n');
    expect(io.cron.asked.at(-1)).toBe('0 0 * * * UTC');
    io.cron.tick();
    await settle();
    io.cron.tick();
    expect(await done).toBe(0);
    expect(files.list('out/small-schedule')).toEqual([
      '2025-02-01T12-00-00Z',
      '2025-02-02T12-00-00Z',
      'schedule.ndjson',
    ]);
    const manifest = JSON.parse(files.read('out/small-schedule/2025-02-01T12-00-00Z/run.json') ?? '');
    expect(manifest).toMatchObject({ seed: 5, params: [{ value: '3 sat' }], state: 'completed' });
    expect(log()).toEqual([
      {
        due: '2025-02-01T12:00:00Z',
        started: '2025-02-01T12:00:00Z',
        finished: '2025-02-01T12:00:00Z',
        exit_code: 0,
        digest: manifest.digests.run,
        folder: 'out/small-schedule/2025-02-01T12-00-00Z',
      },
      expect.objectContaining({ due: '2025-02-02T12:00:00Z', digest: manifest.digests.run }),
    ]);
    expect(io.out.split('\n')[0]).toBe(
      `2025-02-01T12:00:00Z completed, run ${manifest.digests.run.slice(0, 12)}, out/small-schedule/2025-02-01T12-00-00Z`,
    );
    expect(io.cron.listeners.size).toBe(0);
  });

  it('leaves an instant out while a run is going, and says so', async () => {
    const files = new MemoryFiles({ 'small.yml': SMALL.slice(0, SMALL.indexOf('expect:')) });
    const { engine, release } = heldEngine();
    const { io, done, settle, log } = await start(['--max-runs', '2'], files, engine);
    io.cron.tick();
    io.cron.tick(1000);
    io.cron.miss(1000);
    expect(io.err).toContain(
      '2025-02-01T12:00:01Z skipped: the run that was due at 2025-02-01T12:00:00Z is still going\n',
    );
    expect(io.err).toContain('2025-02-01T12:00:02Z skipped: a run kept the process busy\n');
    release();
    await settle();
    io.cron.miss();
    expect(io.err).toContain('2025-02-02T12:00:02Z skipped: the machine was asleep or busy\n');
    io.cron.tick();
    expect(await done).toBe(0);
    expect(log().map(({ due, skipped }) => [due, skipped !== undefined])).toEqual([
      ['2025-02-01T12:00:01Z', true],
      ['2025-02-01T12:00:02Z', true],
      ['2025-02-01T12:00:00Z', false],
      ['2025-02-02T12:00:02Z', true],
      ['2025-02-03T12:00:02Z', false],
    ]);
  });

  it('goes on after runs that fail, and ends with the worst exit code', async () => {
    const files = small();
    const { io, done, settle, log } = await start(['--max-runs', '5'], files);
    const next = async (text: string | null): Promise<void> => {
      files.change('small.yml', text);
      io.cron.tick();
      await settle();
    };
    await next(SMALL.replace('> 0.9', '> 1'));
    await next(null);
    await next('version: 1\nduration: 5\n');
    files.makeFolder('out/small-schedule/2025-02-04T12-00-00Z');
    await next(SMALL);
    await next(SMALL);
    expect(await done).toBe(4);
    expect(log().map(({ exit_code }) => exit_code)).toEqual([4, 3, 3, 2, 0]);
    expect(io.err).toContain('expectation failed at the end');
    expect(io.err).toContain('E113 there is no file small.yml');
    expect(io.err).toContain('small.yml:2:11 error E301');
    expect(io.err).toContain('out/small-schedule/2025-02-04T12-00-00Z is there already');
    expect(io.out).toMatch(/^2025-02-01T12:00:00Z exit code 4, run [0-9a-f]{12}, /);
  });

  it('survives a defect of the engine', async () => {
    let compiled = 0;
    const engine: Partial<Engine> = {
      compile: (request) => {
        if (compiled++ === 1) throw new Error('something is wrong inside');
        return defaultEngine.compile(request);
      },
    };
    const { io, done, settle, log } = await start(['--max-runs', '2', '--format', 'json'], small(), engine);
    io.cron.tick();
    await settle();
    io.cron.tick();
    expect(await done).toBe(1);
    expect(io.err).toContain('internal error: something is wrong inside');
    expect(
      io.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(log());
    expect(log().map(({ exit_code }) => exit_code)).toEqual([1, 0]);
  });

  it('keeps the last results and removes no folder but its own', async () => {
    const files = small();
    const foreign = 'out/small-schedule/2020-01-01T00-00-00Z';
    files.makeFolder(foreign);
    files.contents.set(`${foreign}/run.json`, '{}');
    files.makeFolder('out/small-schedule/2021-notes');
    // What an earlier schedule logged is its own; the last line was cut off when it was killed.
    const own = 'out/small-schedule/2022-01-01T00-00-00Z';
    files.makeFolder(own);
    files.contents.set(`${own}/run.json`, '{}');
    files.contents.set(LOG, `{"due":"x","folder":"${own}"}\n{"due":"2022-01-02T00:00:00Z","fol`);
    const { io, done } = await start(['--max-runs', '3', '--keep', '2', '--quiet'], files);
    const log = (): number => (files.read(LOG) ?? '').split('\n').length;
    for (let i = 0; i < 3; i++) {
      const before = log();
      io.cron.tick();
      await until(() => log() > before);
      if (i === 0) expect(files.kind(own)).toBe('folder');
      if (i === 1) expect(files.kind(own)).toBe('none');
    }
    expect(await done).toBe(0);
    expect({ out: io.out, err: io.err }).toEqual({ out: '', err: '' });
    expect(files.list('out/small-schedule')).toEqual([
      '2020-01-01T00-00-00Z',
      '2021-notes',
      '2025-02-02T12-00-00Z',
      '2025-02-03T12-00-00Z',
      'schedule.ndjson',
    ]);
    expect((files.read(LOG) ?? '').split('\n')[1]).toBe('{"due":"2022-01-02T00:00:00Z","fol');
  });

  it('ends at once when it is interrupted while nothing runs', async () => {
    const { io, done } = await start([], small());
    io.interrupt();
    expect(await done).toBe(0);
    expect(io.cron.listeners.size).toBe(0);
    expect(io.exits).toEqual([]);
  });

  it('stops a run at the first interruption and writes its results, and ends at the second', async () => {
    const files = small();
    const { engine, release } = heldEngine();
    const { io, done, log } = await start([], files, engine);
    io.cron.tick();
    await turns();
    io.interrupt();
    expect(io.cron.listeners.size).toBe(0);
    expect(io.exits).toEqual([]);
    io.interrupt();
    expect(io.exits).toContain(130);
    release();
    expect(await done).toBe(130);
    expect(log()).toMatchObject([{ exit_code: 130 }]);
    const manifest = files.read('out/small-schedule/2025-02-01T12-00-00Z/run.json') ?? '';
    expect(JSON.parse(manifest)).toMatchObject({ state: 'aborted' });
  });

  it('hears an interruption that comes while a scenario is compiled', async () => {
    const files = small();
    let compiled = 0;
    const engine: Partial<Engine> = {
      compile: (request) => {
        if (compiled++ === 1) started.io.interrupt();
        return defaultEngine.compile(request);
      },
    };
    const started: Started = await start([], files, engine);
    started.io.cron.tick();
    expect(await started.done).toBe(130);
    expect(started.log()).toMatchObject([{ exit_code: 130 }]);
  });

  it('runs a sweep', async () => {
    const text = `${SMALL}sweep: { matrix: { amount: [1 sat, 2 sat] }, seeds: 2 }\n`;
    const files = new MemoryFiles({ 'small.yml': text });
    const { io, done, settle, log } = await start(['--max-runs', '2', '--sweep'], files);
    io.cron.tick();
    await settle();
    io.cron.tick();
    expect({ code: await done, err: io.err.split('\n')[1] }).toEqual({ code: 0, err: '' });
    expect(files.read('out/small-schedule/2025-02-01T12-00-00Z/cells.csv')?.trimEnd().split('\n')).toHaveLength(5);
    expect(log()).toMatchObject([{ exit_code: 0 }, { exit_code: 0 }]);
    expect(log()[0]?.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(log()[0]?.digest).toBe(log()[1]?.digest);
  });

  it('shows the next instants with --dry-run and runs nothing', async () => {
    const files = small();
    const args = ['schedule', 'small.yml', '--cron', '0 0 * * *', '--dry-run'];
    const plain = await blast(args, { files });
    expect(plain).toMatchObject({ code: 0, err: '' });
    expect(plain.out.split('\n').slice(0, 2)).toEqual(['2025-02-01T00:00:00Z', '2025-02-02T00:00:00Z']);
    const json = await blast([...args, '--timezone', 'Europe/Berlin', '--format', 'json'], { files });
    expect(JSON.parse(json.out)).toMatchObject({ timezone: 'Europe/Berlin', next: { length: 5 } });
    expect(files.kind('out')).toBe('none');
  });

  it.each([
    [[], 'a schedule needs --cron'],
    [['--cron', '0 61 * * *'], '`61` is not an hour'],
    [['--cron', '0 3 * *'], 'Expected five fields, or six with seconds, got 4'],
    [['--cron', '0 3 30 2 *'], '`30` is not a day of the month'],
    [['--cron', '0 3 * * *', '--timezone', 'Mars/Olympus'], 'Write the name of a time zone'],
    [['--cron', '0 3 * * *', '--sweep', '--seed', '3'], '--seed does not go with --sweep'],
    [['--cron', '0 3 * * *', '--keep', '0'], 'Write a whole number from 1'],
    [['--cron', '0 3 * * *', '--out', 'small.yml'], 'small.yml is a file'],
  ])('refuses %j', async (args, message) => {
    const { code, err, out } = await blast(['schedule', 'small.yml', ...args], { files: small() });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  it('refuses a scenario that is invalid from the start', async () => {
    const files = new MemoryFiles({ 'small.yml': 'version: 1\n' });
    expect((await blast(['schedule', 'small.yml', '--cron', '0 3 * * *'], { files })).code).toBe(3);
  });
});

describe('the calendar of node-cron', () => {
  it('follows the time zone', () => {
    const hours = (timezone: string): number[] =>
      nodeCronClock.next('0 3 * * *', timezone, 2).map((ms) => new Date(ms).getUTCHours());
    expect(hours('UTC')).toEqual([3, 3]);
    expect(hours('Asia/Tokyo')).toEqual([18, 18]);
  });
});
