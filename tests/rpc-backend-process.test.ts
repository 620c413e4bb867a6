/** The backend `rpc` as a process with processes of its own: started, found, logged, and none left behind. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { available, ROOT, temporaryFolder } from './testing/command.ts';

const main = path.join(ROOT, 'dist/blast.mjs');
const folder = temporaryFolder();
const children: ChildProcess[] = [];
const BLOCKS = '--block-every 100ms --blocks 10';

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Running {
  readonly child: ChildProcess;
  readonly out: string;
  readonly closed: Promise<{ readonly code: number | null; readonly err: string }>;
}

/** `blast run` with a models folder of this name. */
function run(name: string, scenario: string, ...args: string[]): Running {
  const file = path.join(folder, `${name}.yml`);
  writeFileSync(file, `version: 1\n${scenario}`);
  const out = path.join(folder, `${name}-out`);
  const models = existsSync(path.join(folder, name)) ? ['--rpc-models', name] : [];
  const words = [main, 'run', file, '--backend', 'rpc', '--out', out, '--quiet', ...models, ...args];
  const child = spawn(process.execPath, words, { cwd: folder });
  children.push(child);
  let err = '';
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString();
  });
  return { child, out, closed: new Promise((resolve) => child.on('close', (code) => resolve({ code, err }))) };
}

/** A model of BLAST's kind: an executable in a folder, which leaves its process id there. Answers that file. */
function model(name: string, rpc: string, script: string): string {
  const home = path.join(folder, name, 'lnd');
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, 'model.json'), JSON.stringify({ name: 'lnd', rpc, start: 'start' }));
  writeFileSync(path.join(home, 'start'), `#!/bin/sh\necho $$ > '${home}/pid'\n${script}\n`);
  chmodSync(path.join(home, 'start'), 0o755);
  return path.join(home, 'pid');
}

const serve = (listen: string): string =>
  `exec '${process.execPath}' '${main}' model serve lnd ${BLOCKS} --listen ${listen}`;

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 50));
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const pidIn = (file: string): number => Number(readFileSync(file, 'utf8'));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const STORY = `duration: 3s
nodes: { alice: { wallet: 1 BTC }, bob: }
channels: { ab: { from: alice, to: bob, capacity: 30_000 sat } }
events:
  - { at: 1s, close_channel: { channel: ab } }
  - { at: 1500ms, open_channel: { channel: ab, from: alice, to: bob, capacity: 30_000 sat } }
expect: ["channel('ab').state == 'open'"]
`;
const LONG =
  'duration: 10m\nnodes: { alice: , bob: }\nchannels: { ab: { from: alice, to: bob, capacity: 30_000 sat } }\n';

describe('processes of a run', { timeout: 90_000 }, () => {
  it('are started by model.json, found by what they print, logged and ended', async () => {
    const pid = model('printed', '127.0.0.1:0', serve('127.0.0.1:0'));
    const { out, closed } = run('printed', STORY);
    expect(await closed).toEqual({ code: 0, err: '' });
    expect(isAlive(pidIn(pid))).toBe(false);
    const log = readFileSync(path.join(out, 'logs/lnd.log'), 'utf8');
    expect(log).toContain('listens on 127.0.0.1:');
    expect(log).toContain('CloseChannel\n');
    expect(readFileSync(path.join(out, 'run.json'), 'utf8')).toContain('"state": "completed"');
  });

  it('are found at the address of model.json, and started again over the results of before', async () => {
    const port = await freePort();
    const pid = model('fixed', `127.0.0.1:${port}`, serve(`127.0.0.1:${port}`));
    const first = run('fixed', STORY, '--rpc-save', 'kept');
    expect(await first.closed).toEqual({ code: 0, err: '' });
    const { closed } = run('fixed', STORY.replace('1s, close', '900ms, close'), '--rpc-load', 'kept');
    expect(await closed).toEqual({ code: 0, err: '' });
    expect(isAlive(pidIn(pid))).toBe(false);
  });

  it('are nodes of ours where nobody says otherwise', async () => {
    const { out, closed } = run(
      'own',
      "duration: 300ms\nnodes: { a: { wallet: 3 BTC }, b: { model: cln } }\nexpect: [node('a').wallet == 300000000]\n",
    );
    expect(await closed).toEqual({ code: 0, err: '' });
    expect(readFileSync(path.join(out, 'logs/cln.log'), 'utf8')).toContain('StopModel');
  });

  it('end with a run that is killed', async () => {
    const pid = model('killed', '127.0.0.1:0', serve('127.0.0.1:0'));
    const { child, closed } = run('killed', LONG);
    await until(() => existsSync(pid) && existsSync(path.join(folder, 'killed-out/logs/lnd.log')));
    const own = pidIn(pid);
    expect(isAlive(own)).toBe(true);
    child.kill('SIGKILL');
    await closed;
    await until(() => !isAlive(own));
  });

  it('end with a run that is interrupted, which writes what is finished', async () => {
    const pid = model('stopped', '127.0.0.1:0', serve('127.0.0.1:0'));
    const { child, closed, out } = run('stopped', LONG);
    const log = path.join(out, 'logs/lnd.log');
    await until(() => existsSync(log) && readFileSync(log, 'utf8').includes('OpenChannel'));
    child.kill('SIGINT');
    expect((await closed).code).toBe(130);
    expect(isAlive(pidIn(pid))).toBe(false);
    expect(readFileSync(path.join(out, 'run.json'), 'utf8')).toContain('"state": "aborted"');
  });

  it('end the run when they die in the middle of it', async () => {
    const pid = model('dying', '127.0.0.1:0', serve('127.0.0.1:0'));
    const { closed, out } = run(
      'dying',
      LONG.replace(
        'duration',
        `events:
  - { at: 200ms, close_channel: { channel: ab } }
  - { at: 1500ms, open_channel: { channel: again, from: alice, to: bob, capacity: 30_000 sat } }
duration`,
      ),
    );
    const log = path.join(out, 'logs/lnd.log');
    // The close has been answered when the next event comes; whether that is answered nobody knows.
    await until(
      () => existsSync(log) && (readFileSync(log, 'utf8').split('CloseChannel')[1] ?? '').includes('OpenChannel'),
    );
    process.kill(pidIn(pid), 'SIGKILL');
    const { code, err } = await closed;
    expect(err).toMatch(/E812 lnd at 127\.0\.0\.1:\d+ has failed at \d+\.\d{3} s, (GetModelChannels|OpenChannel): /);
    expect(code).toBe(6);
    expect(readFileSync(path.join(out, 'events.ndjson'), 'utf8')).toContain('shutting_down');
  });

  it.each<[name: string, script: string, says: RegExp]>([
    [
      'refusing',
      'echo no such wallet >&2; exit 3',
      /E811 lnd, started with `\S+start`: the model process ended with code 3: no such wallet\n/,
    ],
    ['silent', 'exit 0', /E811 lnd, started with `\S+start`: the model process ended with code 0\n/],
  ])('that are %s are told of', async (name, script, says) => {
    model(name, '127.0.0.1:0', script);
    const { code, err } = await run(name, LONG).closed;
    expect(err).toMatch(says);
    expect(code).toBe(6);
  });

  it('that end before they answer at their address are told of', async () => {
    const port = await freePort();
    model('early', `127.0.0.1:${port}`, 'echo bye >&2; exit 4');
    const { code, err } = await run('early', LONG).closed;
    expect(err).toMatch(
      /E811 lnd at 127\.0\.0\.1:\d+: its process ended with code 4: bye \(see .*early-out\/logs\/lnd\.log\)/,
    );
    expect(code).toBe(6);
    expect(readFileSync(path.join(folder, 'early-out/logs/lnd.log'), 'utf8')).toBe('bye\n');
  });

  it('that cannot be started are told of', async () => {
    model('broken', '127.0.0.1:0', '');
    chmodSync(path.join(folder, 'broken/lnd/start'), 0o644);
    const { code, err } = await run('broken', LONG).closed;
    expect(err).toMatch(/E811 lnd, started with `\S+start`: the model process ended with code 127: spawn .* EACCES/);
    expect(code).toBe(6);
  });

  const hasOpenssl = available(spawnSync('openssl', ['version']).status === 0, 'openssl');
  it.skipIf(!hasOpenssl)('may be spoken to with TLS, and must be believed', async () => {
    for (const name of ['server', 'other']) {
      const [cert, key] = [`${name}.pem`, `${name}.key`].map((one) => path.join(folder, one)) as [string, string];
      const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`];
      const names = ['-addext', 'subjectAltName=DNS:localhost'];
      expect(spawnSync('openssl', [...request, ...names, '-keyout', key, '-out', cert]).status).toBe(0);
    }
    const port = await freePort();
    const words = ['--listen', `127.0.0.1:${port}`, '--tls-cert', 'server.pem', '--tls-key', 'server.key'];
    const server = spawn(process.execPath, [main, 'model', 'serve', 'lnd', ...words], { cwd: folder });
    children.push(server);
    await new Promise((resolve) => server.stdout.once('data', resolve));
    const scenario = "duration: 100ms\nnodes: { a: }\nexpect: [node('a').wallet == 100000000]\n";
    const where = ['--rpc', `localhost:${port}`, '--rpc-timeout', '3s'];
    expect((await run('other-ca', scenario, ...where, '--rpc-ca', 'other.pem').closed).err).toContain('E811 lnd at');
    expect((await run('plain', scenario, ...where).closed).err).toContain('E811 lnd at');
    expect(await run('tls', scenario, ...where, '--rpc-ca', 'server.pem').closed).toEqual({ code: 0, err: '' });
  });
});
