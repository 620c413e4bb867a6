/** Sweeps over a real Redis, with cells that are made up: who gets which cell, how often, and what is left behind. */
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { available } from '../../tests/testing/command.ts';
import type { CellPool } from '../sweep/cell-pool.ts';
import { type Cell, type CellResult, crashedCell, JOB_FORMAT, type SweepJob } from '../sweep/job.ts';
import { redisExecutor } from './coordinator.ts';
import { openRedis, RedisProblem, type RedisSettings } from './redis-connection.ts';
import { parseRedisUrl } from './redis-url.ts';
import { handIn, jobId, sweepKeys } from './sweep-keys.ts';
import { freePort, hasRedisServer, RedisServer } from './testing/redis-server.ts';
import { type SweepWorkerOptions, serveSweeps } from './worker.ts';

const there = available(hasRedisServer, 'redis-server (Debian package redis-server)');

function settingsOf(url: string, prefix = 'blast'): RedisSettings {
  const read = parseRedisUrl(url);
  if (!read.ok) throw new Error(read.reason);
  return { address: read.address, prefix };
}

const job = (plan: string, engine = '1.2.3'): SweepJob => ({
  format: JOB_FORMAT,
  engine,
  plan,
  file: 'x.yml',
  text: 'version: 1\n',
  files: [],
  allow_outside: false,
  branches: false,
  params: {},
});

const cellsOf = (n: number): Cell[] =>
  Array.from({ length: n }, (_, i) => ({ key: `n=${i}/seed=1`, params: { n: String(i) }, seed: 1, run_seed: 1 }));

const resultOf = (cell: Cell): CellResult => ({
  ...crashedCell(cell, 'internal', ''),
  state: 'completed',
  failure: null,
  counts: { n: Number(cell.params.n) },
});

describe.skipIf(!there)('a sweep over Redis', () => {
  let server: RedisServer;
  let client: Redis;
  beforeAll(async () => {
    server = await RedisServer.start();
    client = new Redis(server.port, '127.0.0.1');
    client.on('error', () => {});
  });
  afterAll(async () => {
    client.disconnect();
    await server.remove();
  });

  const stops: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
    expect(await client.keys('*')).toEqual([]);
  });

  interface Started {
    readonly served: string[];
    readonly refusals: string[];
    /** What became of the connection: `lost` and `back`. */
    readonly connections: string[];
    readonly done: Promise<string>;
    finish(): void;
    giveBack(): void;
  }

  /** A worker in this process. */
  function worker(run: CellPool['run'], options: Partial<SweepWorkerOptions> = {}): Started {
    const finish = new AbortController();
    const giveBack = new AbortController();
    const served: string[] = [];
    const refusals: string[] = [];
    const connections: string[] = [];
    const done = serveSweeps({
      settings: settingsOf(server.url),
      jobs: 1,
      leaseMs: 1000,
      idleMs: Infinity,
      engine: '1.2.3',
      name: `w${stops.length}`,
      openPool: () => ({ run, close: async () => {} }),
      listener: {
        serving: ({ plan }) => served.push(plan),
        refused: (_, reason) => refusals.push(reason),
        finished: () => {},
        disconnected: () => connections.push('lost'),
        connected: () => connections.push('back'),
      },
      finish: finish.signal,
      giveBack: giveBack.signal,
      ...options,
    });
    stops.push(() => {
      finish.abort();
      giveBack.abort();
      return done;
    });
    return { served, refusals, connections, done, finish: () => finish.abort(), giveBack: () => giveBack.abort() };
  }

  interface Sweep {
    readonly results: CellResult[];
    readonly started: string[];
    readonly done: Promise<void>;
    stop(): void;
    idle: number;
  }

  function sweep(plan: string, n: number, options: { fresh?: boolean; prefix?: string; engine?: string } = {}): Sweep {
    const stop = new AbortController();
    const results: CellResult[] = [];
    const started: string[] = [];
    const { fresh = true, prefix, engine } = options;
    const executor = redisExecutor(job(plan, engine), {
      settings: settingsOf(server.url, prefix),
      fresh,
      ownerMs: 1500,
      onIdle: () => {
        mine.idle++;
      },
    });
    const events = {
      started: (cell: Cell) => void started.push(cell.key),
      finished: (result: CellResult) => void results.push(result),
    };
    const done = executor.run(cellsOf(n), events, stop.signal);
    const mine: Sweep = { results, started, done, stop: () => stop.abort(), idle: 0 };
    return mine;
  }

  const keysOf = (results: readonly CellResult[]): string[] => results.map(({ key }) => key).sort();
  const expected = (n: number): string[] => keysOf(cellsOf(n).map(resultOf));
  const until = (holds: () => boolean | Promise<boolean>): Promise<void> =>
    vi.waitFor(async () => expect(await holds()).toBe(true), { timeout: 20_000, interval: 10 });

  it('runs each cell once, whoever takes it', async () => {
    const runs: string[] = [];
    const run = async (cell: Cell): Promise<CellResult> => {
      runs.push(cell.key);
      return resultOf(cell);
    };
    worker(run);
    worker(run, { jobs: 3 });
    const mine = sweep('a', 60);
    await mine.done;
    expect(keysOf(mine.results)).toEqual(expected(60));
    expect(mine.results.every((result) => result.counts.n === Number(result.params.n))).toBe(true);
    expect(runs.sort()).toEqual(expected(60));
    expect([...mine.started].sort()).toEqual(expected(60));
  });

  it('keeps sweeps apart that go on at the same time', async () => {
    const run = async (cell: Cell): Promise<CellResult> => resultOf(cell);
    const one = worker(run);
    const both = [sweep('a', 20), sweep('b', 30), sweep('a', 10, { prefix: 'other' })];
    worker(run, { settings: settingsOf(server.url, 'other') });
    await Promise.all(both.map(({ done }) => done));
    expect(both.map(({ results }) => results.length)).toEqual([20, 30, 10]);
    expect([...new Set(one.served)].sort()).toEqual(['a', 'b']);
  });

  it('finishes what it has at the first signal and gives it back at the second', async () => {
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const patient = worker(async (cell) => {
      await gate;
      return resultOf(cell);
    });
    const mine = sweep('a', 3);
    await until(() => mine.started.length === 1);
    patient.finish();
    release();
    expect(await patient.done).toBe('stopped');
    await until(() => mine.results.length === 1);
    const hasty = worker(
      (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(null))),
      { leaseMs: 60_000 },
    );
    await until(() => mine.started.length === 2);
    hasty.finish();
    hasty.giveBack();
    expect(await hasty.done).toBe('stopped');
    worker(async (cell) => resultOf(cell), { leaseMs: 60_000 });
    await mine.done;
    expect(keysOf(mine.results)).toEqual(expected(3));
  });

  it('leaves nothing in Redis when it is stopped, and its workers give up', async () => {
    const aborted: string[] = [];
    const host = worker((cell, signal) => {
      signal.addEventListener('abort', () => aborted.push(cell.key));
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null)));
    });
    const mine = sweep('a', 5);
    await until(() => mine.started.length === 1);
    mine.stop();
    await mine.done;
    expect(mine.results).toEqual([]);
    await until(() => aborted.length === 1);
    // It is there for the next one.
    const next = sweep('b', 1);
    await until(() => host.served.includes('b'));
    next.stop();
    await next.done;
  });

  it('goes on with what an earlier coordinator left, and forgets it when told', async () => {
    const settings = settingsOf(server.url);
    const redis = await openRedis(settings);
    const keys = sweepKeys('blast', 'a');
    const [first] = cellsOf(1) as [Cell];
    const old = { ...resultOf(first), counts: { n: 99 } };
    await redis.client.set(keys.job, '{}');
    expect(await handIn(redis.client, keys, first.key, 'w', JSON.stringify(old))).toBe('first');
    redis.close();
    worker(async (cell) => resultOf(cell));
    const resumed = sweep('a', 2, { fresh: false });
    await resumed.done;
    expect(resumed.results.find(({ key }) => key === first.key)?.counts.n).toBe(99);
    const fresh = sweep('a', 2, { fresh: true });
    await fresh.done;
    expect(fresh.results.find(({ key }) => key === first.key)?.counts.n).toBe(0);
  });

  it('takes one coordinator at a time', async () => {
    const mine = sweep('a', 1);
    await until(async () => (await client.exists(sweepKeys('blast', 'a').owner)) === 1);
    const other = sweep('a', 1);
    await expect(other.done).rejects.toThrow('another process runs this sweep');
    mine.stop();
    await mine.done;
  }, 30_000);

  it('names two workers that do not agree', async () => {
    const mine = sweep('a', 2);
    const [first] = cellsOf(1) as [Cell];
    const redis = await openRedis(settingsOf(server.url));
    const keys = sweepKeys('blast', 'a');
    await until(async () => (await client.exists(keys.job)) === 1);
    const text = JSON.stringify(resultOf(first));
    expect(await handIn(redis.client, keys, first.key, 'one:1', text)).toBe('first');
    expect(await handIn(redis.client, keys, first.key, 'two:2', text)).toBe('same');
    expect(await handIn(redis.client, keys, first.key, 'three:3', `${text} `)).toBe('differs');
    await expect(mine.done).rejects.toThrow(
      /^two workers have different results of the cell n=0\/seed=1: one:1 has [0-9a-f]{12}, three:3 has [0-9a-f]{12}$/,
    );
    expect(await handIn(redis.client, keys, first.key, 'one:1', text)).toBe('gone');
    redis.close();
  });

  it('refuses a sweep of another engine, once', async () => {
    const old = worker(async (cell) => resultOf(cell), { engine: '1.2.2' });
    const mine = sweep('a', 1);
    await until(() => old.refusals.length === 1);
    expect(old.refusals).toEqual(['it is of engine 1.2.3, this worker has 1.2.2']);
    await until(() => mine.idle === 1);
    worker(async (cell) => resultOf(cell));
    await mine.done;
    expect(old.served).toEqual([]);
    expect(old.refusals).toHaveLength(1);
  });

  it('goes on without a worker that can run nothing', async () => {
    const broken = worker(async () => {
      throw new Error('no room on this machine');
    });
    const ended = broken.done.catch((error: unknown) => String(error));
    stops.pop();
    const mine = sweep('a', 3);
    expect(await ended).toBe('Error: no room on this machine');
    worker(async (cell) => resultOf(cell), { leaseMs: 60_000 });
    await mine.done;
    expect(keysOf(mine.results)).toEqual(expected(3));
  });

  it('gives up a cell that ends its workers again and again', async () => {
    const mine = sweep('a', 1);
    const failed = mine.done.catch((error: unknown) => String(error));
    const keys = sweepKeys('blast', 'a');
    await until(async () => (await client.exists(keys.job)) === 1);
    const [cell] = cellsOf(1) as [Cell];
    // As BullMQ leaves a job that was stalled more often than it may be.
    const id = jobId(cell.key);
    await until(async () => (await client.lrem(`${keys.queuePrefix}:cells:wait`, 1, id)) === 1);
    await client.zadd(`${keys.queuePrefix}:cells:failed`, 1, id);
    await client.hset(`${keys.queuePrefix}:cells:${id}`, 'failedReason', 'job stalled more than allowable limit');
    expect(await failed).toBe('RedisProblem: the cell n=0/seed=1 was given up: job stalled more than allowable limit');
  });

  it('ends a worker that has been idle', async () => {
    const idle = worker(async (cell) => resultOf(cell), { idleMs: 300 });
    expect(await idle.done).toBe('idle');
  });

  it('survives a server that forgets everything', async () => {
    const runs: string[] = [];
    worker(
      async (cell) => {
        runs.push(cell.key);
        await new Promise((resolve) => setTimeout(resolve, 20));
        return resultOf(cell);
      },
      { jobs: 2 },
    );
    const mine = sweep('a', 40);
    await until(() => mine.results.length >= 8);
    await server.stop();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await server.start();
    await mine.done;
    expect(keysOf(mine.results)).toEqual(expected(40));
    expect(runs.length).toBeGreaterThanOrEqual(40);
  }, 60_000);

  /** Ends the server, and waits until the worker has looked what there is to do once more, and gets no answer. */
  async function goAway({ connections }: Started): Promise<void> {
    await server.stop();
    await until(() => connections.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(connections).toEqual(['lost']);
  }

  it('that is away keeps no worker that is told to end', async () => {
    const idle = worker(async (cell) => resultOf(cell), { idleMs: 60_000 });
    await until(async () => String(await client.client('LIST')).includes('cmd=smembers'));
    await goAway(idle);
    idle.finish();
    expect(await idle.done).toBe('stopped');
    await server.start();
  });

  it('that is away keeps no worker that is told to give back what it has', async () => {
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const busy = worker(async (cell) => {
      await gate;
      return resultOf(cell);
    });
    const mine = sweep('a', 2);
    await until(() => mine.started.length === 1);
    await goAway(busy);
    // A result that there is nobody to give to.
    release();
    busy.finish();
    busy.giveBack();
    expect(await busy.done).toBe('stopped');
    await server.start();
    worker(async (cell) => resultOf(cell));
    await mine.done;
    expect(keysOf(mine.results)).toEqual(expected(2));
  }, 60_000);
});

describe('an unreachable Redis', () => {
  it('is told with host and port and without the password', async () => {
    const port = await freePort();
    const url = `redis://user:secret@127.0.0.1:${port}`;
    const error = await openRedis(settingsOf(url)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RedisProblem);
    expect((error as Error).message).toBe(`cannot reach Redis at 127.0.0.1:${port}: nothing listens there`);
    await expect(openRedis(settingsOf('redis://no-such-host.invalid'))).rejects.toThrow(
      /^cannot reach Redis at no-such-host\.invalid:6379: /,
    );
  });
});

describe('parseRedisUrl', () => {
  it.each([
    ['redis://localhost', { host: 'localhost', port: 6379, db: 0, username: null, password: null, tls: false }],
    ['redis://:p%40ss@10.0.0.1:7000/3', { host: '10.0.0.1', port: 7000, db: 3, username: null, password: 'p@ss' }],
    ['rediss://u:p@[::1]:6380', { host: '::1', port: 6380, username: 'u', password: 'p', tls: true }],
  ])('reads %s', (text, address) => {
    expect(parseRedisUrl(text)).toMatchObject({ ok: true, address });
  });

  it.each(['localhost:6379', 'http://localhost', 'redis://localhost/x', 'redis://u:%zz@h', '', 'redis://h?x=1'])(
    'refuses %j',
    (text) => {
      expect(parseRedisUrl(text).ok).toBe(false);
    },
  );
});
