/**
 * Sweeps over many machines, with real processes and a real Redis: whatever happens to workers, coordinator, server and
 * connections, the files are those of a local sweep. `BLAST_REDIS_KILLS` is the number of workers that are killed.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../engine/base/random.ts';
import { freePort, hasRedisServer, RedisServer } from '../engine/distribute/testing/redis-server.ts';
import { available, ROOT, temporaryFolder } from './testing/command.ts';

const main = path.join(ROOT, 'dist/blast.mjs');
const SCENARIO = 'scenarios/sweep.yml';
const CELLS = 75;
const KILLS = Number(process.env.BLAST_REDIS_KILLS ?? 3);
const SEED = Number(process.env.BLAST_PROPERTY_SEED ?? 1);
const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const there = available(hasRedisServer, 'redis-server (Debian package redis-server)');
const hasOpenssl = there && available(spawnSync('openssl', ['version']).status === 0, 'openssl');

interface Running {
  readonly child: ChildProcess;
  readonly closed: Promise<number | null>;
  err(): string;
}

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
});

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [main, ...args], { cwd: ROOT, env: { ...process.env, ...env } });
  let err = '';
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString();
  });
  children.push(child);
  return { child, closed: new Promise((resolve) => child.on('close', (code) => resolve(code))), err: () => err };
}

const worker = (url: string, ...more: string[]): Running =>
  start(['sweep', 'worker', '--redis', url, '--jobs', '1', '--lease', '1s', ...more]);

const sweep = (name: string, url: string, ...more: string[]): Running =>
  start(['sweep', SCENARIO, '--out', at(name), '--quiet', '--redis', url, ...more]);

const contents = (name: string): Record<string, string> =>
  Object.fromEntries(readdirSync(at(name)).map((file) => [file, readFileSync(path.join(at(name), file), 'utf8')]));

const finished = (name: string): number => {
  const journal = path.join(at(name), 'journal.ndjson');
  return existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0;
};

async function until(holds: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  for (let left = ms; left > 0 && !(await holds()); left -= 20) await sleep(20);
  expect(await holds()).toBe(true);
}

describe.skipIf(!there)('a sweep over Redis', () => {
  let server: RedisServer;
  let client: Redis;
  let local: Record<string, string>;

  beforeAll(async () => {
    server = await RedisServer.start();
    client = new Redis(server.port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 100 });
    client.on('error', () => {});
    const args = [main, 'sweep', SCENARIO, '--out', at('local'), '--quiet', '--jobs', '2'];
    expect(spawnSync(process.execPath, args, { cwd: ROOT }).status).toBe(0);
    local = contents('local');
  }, 120_000);
  afterAll(async () => {
    client?.disconnect();
    await server?.remove();
  });

  /** The sweep ends well, leaves the files of a local one, and nothing in Redis. */
  async function endsWell(name: string, { closed, err }: Running): Promise<void> {
    expect({ code: await closed, err: err() }).toMatchObject({ code: 0 });
    expect(contents(name)).toEqual(local);
    await until(async () => (await client.dbsize()) === 0);
  }

  it('leaves the files of a local sweep, byte for byte', async () => {
    const workers = [worker(server.url), worker(server.url, '--jobs', '2'), worker(server.url, '--idle', '2s')];
    const mine = sweep('plain', server.url);
    await endsWell('plain', mine);
    expect(mine.err()).toBe('');
    // One ends by itself, the others when they are told to.
    expect(await workers[2]?.closed).toBe(0);
    workers[0]?.child.kill('SIGTERM');
    workers[1]?.child.kill('SIGINT');
    expect(await workers[0]?.closed).toBe(0);
    expect(await workers[1]?.closed).toBe(0);
    const ran = workers.map(({ err }) => err().match(/#seed=\d+ completed/g)?.length ?? 0);
    expect(ran.reduce((sum, n) => sum + n, 0)).toBe(CELLS);
  }, 120_000);

  it(
    `loses nothing but time when ${KILLS} workers are killed while they run cells`,
    async () => {
      const random = RandomStream.named(SEED, 'test', 'redis kills', 'delay');
      /** Most cells of one sweep that were begun more than once, as its log has it. */
      let again = 0;
      let killed = 0;
      for (let round = 0; killed < KILLS; round++) {
        const name = `killed-${round}`;
        let workers = [worker(server.url), worker(server.url)];
        const mine = sweep(name, server.url);
        const going = (): boolean => mine.child.exitCode === null && finished(name) < CELLS - 10;
        while (killed < KILLS && going()) {
          const [victim, other] = workers as [Running, Running];
          // One that has not run a cell yet has nothing to lose.
          await until(() => victim.err().includes(' completed') || !going());
          await sleep(random.integer(0, 150));
          if (!going()) break;
          victim.child.kill('SIGKILL');
          await victim.closed;
          killed++;
          workers = [other, worker(server.url)];
          const [key] = await client.keys('blast:*:log');
          const log = key === undefined ? [] : await client.lrange(key, 0, -1);
          const starts = log.filter((entry) => entry.startsWith('s '));
          again = Math.max(again, starts.length - new Set(starts).size);
        }
        await endsWell(name, mine);
        for (const { child } of workers) child.kill('SIGKILL');
        rmSync(at(name), { recursive: true });
      }
      // With a few kills it may be chance that no cell was seen to be taken again.
      if (KILLS >= 20) expect(again).toBeGreaterThan(0);
    },
    120_000 + KILLS * 10_000,
  );

  it('gives the cell of a worker that hangs to another one, and takes its late result for what it is', async () => {
    const hanging = worker(server.url);
    const mine = sweep('hang', server.url);
    await until(() => finished('hang') > 2);
    hanging.child.kill('SIGSTOP');
    const other = worker(server.url);
    await until(() => finished('hang') > 20);
    hanging.child.kill('SIGCONT');
    await endsWell('hang', mine);
    for (const { child } of [hanging, other]) child.kill('SIGTERM');
    expect([await hanging.closed, await other.closed]).toEqual([0, 0]);
  }, 120_000);

  it('survives a server that is killed and comes back empty', async () => {
    const workers = [worker(server.url), worker(server.url)];
    const mine = sweep('restart', server.url);
    await until(() => finished('restart') > 10);
    await server.stop();
    await sleep(1500);
    await server.start();
    await endsWell('restart', mine);
    const lost = `lost Redis at 127.0.0.1:${server.port}, trying again\nRedis at 127.0.0.1:${server.port} is back\n`;
    expect(mine.err()).toContain(lost);
    for (const { child } of workers) child.kill('SIGTERM');
    for (const { closed } of workers) expect(await closed).toBe(0);
  }, 120_000);

  it('goes on after its coordinator was killed, with what the workers did meanwhile', async () => {
    const one = worker(server.url);
    const first = sweep('resume', server.url);
    await until(() => finished('resume') > 10);
    first.child.kill('SIGKILL');
    await first.closed;
    const before = finished('resume');
    const log = async (): Promise<number> => {
      const [key] = await client.keys('blast:*:log');
      return key === undefined ? 0 : client.llen(key);
    };
    const then = await log();
    await until(async () => (await log()) > then + 4);
    await endsWell('resume', sweep('resume', server.url, '--resume'));
    expect(before).toBeLessThan(CELLS);
    one.child.kill('SIGTERM');
    expect(await one.closed).toBe(0);
  }, 120_000);

  it('leaves nothing in Redis when it is interrupted, and goes on', async () => {
    const one = worker(server.url);
    const first = sweep('interrupted', server.url);
    await until(() => finished('interrupted') > 5);
    first.child.kill('SIGINT');
    expect(await first.closed).toBe(130);
    expect(first.err()).toContain('--resume goes on with the rest');
    await until(async () => (await client.dbsize()) === 0);
    await endsWell('interrupted', sweep('interrupted', server.url, '--resume'));
    one.child.kill('SIGTERM');
    expect(await one.closed).toBe(0);
  }, 120_000);

  it('says that nobody is at it, and keeps two of the same apart', async () => {
    const args = ['sweep', SCENARIO, '--out', at('lonely'), '--redis', server.url];
    const lonely = start(args);
    await until(() => lonely.err().includes('no worker is at it'));
    const twin = sweep('twin', server.url);
    expect(await twin.closed).toBe(6);
    expect(twin.err()).toContain('another process runs this sweep with this Redis');
    const apart = [
      sweep('apart', server.url, '--redis-prefix', 'apart'),
      worker(server.url, '--redis-prefix', 'apart'),
    ];
    expect(await apart[0]?.closed).toBe(0);
    expect(contents('apart')).toEqual(local);
    lonely.child.kill('SIGINT');
    expect(await lonely.closed).toBe(130);
    apart[1]?.child.kill('SIGTERM');
    await apart[1]?.closed;
    await until(async () => (await client.dbsize()) === 0);
  }, 120_000);

  it('is not for workers of another engine', async () => {
    const lonely = sweep('engine', server.url);
    let key: string | undefined;
    await until(async () => {
      [key] = await client.keys('blast:*:job');
      return key !== undefined;
    });
    const job = JSON.parse((await client.get(key ?? '')) ?? '');
    await client.set(key ?? '', JSON.stringify({ ...job, engine: '9.9.9' }));
    const one = worker(server.url);
    await until(() => one.err().includes('is not for this worker: it is of engine 9.9.9, this worker has'));
    for (const { child } of [one, lonely]) child.kill('SIGINT');
    expect([await one.closed, await lonely.closed]).toEqual([0, 130]);
  }, 120_000);
});

describe.skipIf(!there)('a Redis with a password', () => {
  it('lets in who knows it, and nobody hears of it', async () => {
    const args = (port: number) => ['--port', String(port), '--requirepass', 's3cret:/@'];
    const server = await RedisServer.start(args);
    try {
      const where = `127.0.0.1:${server.port}`;
      const refused = async (url: string, reason: string): Promise<void> => {
        const one = sweep('refused', url);
        expect(await one.closed).toBe(6);
        expect(one.err()).toContain(`cannot reach Redis at ${where}: ${reason}`);
        expect(one.err()).not.toContain('wr0ng');
      };
      await refused(`redis://${where}`, 'it wants a password');
      await refused(`redis://:wr0ng@${where}`, 'user or password is wrong');
      const url = `redis://:${encodeURIComponent('s3cret:/@')}@${where}`;
      const env = { BLAST_TEST_REDIS: url };
      const one = start(['sweep', 'worker', '--redis', 'env:BLAST_TEST_REDIS', '--idle', '3s', '--jobs', '2'], env);
      const mine = sweep('password', url);
      expect(await mine.closed).toBe(0);
      expect(await one.closed).toBe(0);
      expect(mine.err() + one.err()).not.toContain('s3cret');
    } finally {
      await server.remove();
    }
  }, 120_000);
});

describe.skipIf(!hasOpenssl)('a Redis with TLS', () => {
  it('is used when its certificate is trusted, and only then', async () => {
    const [pem, key] = [at('redis.pem'), at('redis.key')];
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    expect(spawnSync('openssl', [...request, ...subject, '-keyout', key, '-out', pem]).status).toBe(0);
    const tls = ['--tls-cert-file', pem, '--tls-key-file', key, '--tls-ca-cert-file', pem];
    const server = await RedisServer.start((port) => ['--port', '0', '--tls-port', String(port), ...tls]);
    try {
      const where = `127.0.0.1:${server.port}`;
      const untrusted = sweep('tls', `rediss://${where}`);
      expect(await untrusted.closed).toBe(6);
      expect(untrusted.err()).toContain(`Redis at ${where}: its certificate is signed by nobody that is trusted`);
      expect(untrusted.err()).toContain('--redis-ca');
      const certificates = ['--redis-ca', pem, '--redis-cert', pem, '--redis-key', key];
      const one = worker(`rediss://${where}`, '--idle', '3s', ...certificates);
      const mine = sweep('tls', `rediss://localhost:${server.port}`, ...certificates);
      expect({ code: await mine.closed, err: mine.err() }).toEqual({ code: 0, err: '' });
      expect(await one.closed).toBe(0);
    } finally {
      await server.remove();
    }
  }, 120_000);
});

describe('a Redis that cannot be reached', () => {
  it.each([[['sweep', SCENARIO, '--out', at('nowhere'), '--quiet']], [['sweep', 'worker']]])(
    'is told soon by blast %j',
    async (args) => {
      const port = await freePort();
      const one = start([...args, '--redis', `redis://me:s3cret@127.0.0.1:${port}/2`]);
      expect(await one.closed).toBe(6);
      expect(one.err()).toBe(`error: cannot reach Redis at 127.0.0.1:${port}: nothing listens there\n`);
    },
    30_000,
  );

  it.each([
    [['worker'], 'a worker needs --redis'],
    [['worker', '--redis', 'http://x'], 'it does not begin with redis:// or rediss://'],
    [['worker', '--redis', 'env:BLAST_NO_SUCH'], 'there is no variable BLAST_NO_SUCH in the environment'],
    [
      ['worker', '--redis', 'redis://x', '--redis-ca', 'x.pem'],
      'certificates are for addresses that begin with rediss',
    ],
    [['worker', '--redis', 'redis://x', '--lease', '5ms'], 'at least 1s'],
    [['worker', '--redis', 'redis://x', '--redis-prefix', '{x}'], 'letters, digits and any of'],
    [[SCENARIO, '--redis', 'redis://x', '--jobs', '2'], '--jobs does not go with --redis'],
  ])('is not even tried by blast sweep %j', async (args, message) => {
    const one = start(['sweep', ...args]);
    expect(await one.closed).toBe(2);
    expect(one.err()).toContain(message);
  });
});
