/**
 * Models in processes of their own: the same digests, states that go on in either mode, and an end that says what went
 * wrong, whatever a process does, with nothing left running.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ServerDuplexStream, ServerUnaryCall } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { MODEL_KINDS } from '../engine/kinds/registry.ts';
import { modelService } from '../engine/rpc/model-service.ts';
import { ModelSession } from '../engine/rpc/model-session.ts';
import { describeKind } from '../engine/rpc/remote-kinds.ts';
import { type RunningServer, serve } from '../engine/rpc/serve.ts';
import { serverCredentials } from '../engine/rpc/server-credentials.ts';
import { type Answer, decodeTurn, encodeAnswer, encodeDescription, PROTOCOL, type Turn } from '../engine/rpc/wire.ts';
import { ROOT, temporaryFolder } from './testing/command.ts';
import { childrenOf, isThere, until } from './testing/processes.ts';

const main = path.join(ROOT, 'dist/blast.mjs');
const folder = temporaryFolder();
const scenario = (name: string): string => path.join(ROOT, 'scenarios', name);
const at = (name: string): string => path.join(folder, name);

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const children: ChildProcess[] = [];
const servers: RunningServer[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Where it listens, for one that does. */
  readonly address: Promise<string>;
  /** What it has written to standard error so far. */
  err(): string;
}

function start(...args: string[]): Started {
  const child = spawn(process.execPath, [main, ...args], { cwd: folder });
  children.push(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString();
  });
  return {
    child,
    ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err }))),
    address: new Promise((resolve) =>
      child.stdout.on('data', () => {
        const address = /listens on (\S+)\n/.exec(out)?.[1];
        if (address !== undefined) resolve(address);
      }),
    ),
    err: () => err,
  };
}

const run = (...args: string[]): Promise<Ended> => start(...args).ended;

/** The one process that a command has started; waits until it is there. */
async function modelProcessOf(child: ChildProcess): Promise<number> {
  await until(() => childrenOf(child.pid).length === 1);
  return childrenOf(child.pid)[0] as number;
}

describe('models in other processes', { timeout: 120_000 }, () => {
  it.each([
    ['quick-start.yml', 'rpc'],
    ['mixed.yml', 'rpc'],
    ['mixed.yml', 'rpc:2'],
    ['kinds/on-chain.yml', 'rpc'],
  ])('play %s with %s to its lock', async (name, models) => {
    const { code, out, err } = await run('verify', scenario(name), '--models', models);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('identical');
  });

  it('go on from a state that was kept in this process, and the other way round', async () => {
    const file = scenario('mixed.yml');
    const digest = (name: string): string => JSON.parse(readFileSync(at(`${name}/run.json`), 'utf8')).digests.run;
    const keep = ['--snapshot-at', '20s', '--quiet', '--no-events'];
    expect((await run('run', file, '--out', 'here', ...keep)).err).toBe('');
    expect((await run('run', file, '--out', 'there', '--models', 'rpc', ...keep)).err).toBe('');
    const kept = (name: string): string => at(`${name}/snapshots/at-20s.snap.json`);
    expect(readFileSync(kept('there'), 'utf8')).toBe(readFileSync(kept('here'), 'utf8'));
    const onward = ['--quiet', '--no-events'];
    expect((await run('run', file, '--from', kept('here'), '--out', 'a', '--models', 'rpc', ...onward)).code).toBe(0);
    expect((await run('run', file, '--from', kept('there'), '--out', 'b', ...onward)).code).toBe(0);
    expect(digest('a')).toBe(digest('here'));
    expect(digest('b')).toBe(digest('here'));
  });

  it('end with the command, also when it is killed', async () => {
    const { child, ended } = start('run', scenario('quick-start.yml'), '--models', 'rpc', '--speed', 'real');
    const pid = await modelProcessOf(child);
    child.kill('SIGKILL');
    await ended;
    await until(() => !isThere(pid));
    const polite = start('run', scenario('quick-start.yml'), '--models', 'rpc', '--speed', 'real', '--out', 'polite');
    const other = await modelProcessOf(polite.child);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    polite.child.kill('SIGINT');
    expect((await polite.ended).code).toBe(130);
    expect(isThere(other)).toBe(false);
  });

  it('may run already, and serve one run after the other', async () => {
    const host = start('model', 'host');
    const address = await host.address;
    for (const name of ['quick-start.yml', 'kinds/pay.yml']) {
      expect((await run('verify', scenario(name), '--models', address)).out).toContain('identical');
    }
    host.child.kill('SIGTERM');
    const { code, err } = await host.ended;
    expect(code).toBe(0);
    expect(err).toBe('a run has begun\na run has ended\na run has begun\na run has ended\n');
  });
});

/** A server whose turns are answered by us; `answer` may do anything with the call. */
async function pretend(
  answer: (call: ServerDuplexStream<Buffer, Buffer>, turn: Turn, right: () => Answer) => void,
  description: Partial<{ protocol: number; models: object[] }> = {},
): Promise<string> {
  const service = modelService(MODEL_KINDS, { began: () => {}, ended: () => {} });
  const said = { protocol: PROTOCOL, software: 'pretender 1', models: MODEL_KINDS.map(describeKind), ...description };
  const server = await serve({ host: '127.0.0.1', port: 0 }, serverCredentials(null), [
    {
      ...service,
      implementation: {
        ...service.implementation,
        Describe: (_: ServerUnaryCall<Buffer, Buffer>, callback: (error: null, bytes: Buffer) => void) =>
          callback(null, Buffer.from(encodeDescription(said as never))),
        Play: (call: ServerDuplexStream<Buffer, Buffer>) => {
          const session = new ModelSession(MODEL_KINDS);
          call.on('data', (bytes: Buffer) => {
            const turn = decodeTurn(bytes);
            answer(call, turn, () => session.take(turn));
          });
          call.on('end', () => call.end());
          call.on('error', () => {});
        },
      },
    },
  ]);
  servers.push(server);
  return `127.0.0.1:${server.address.port}`;
}

const write = (call: ServerDuplexStream<Buffer, Buffer>, answer: Answer): void =>
  void call.write(Buffer.from(encodeAnswer(answer)));

/** Rightly up to the first turn of a kind that comes after 8 s. */
const wrongAt =
  (ask: string, act: (call: ServerDuplexStream<Buffer, Buffer>, turn: Turn, right: () => Answer) => void) =>
  (call: ServerDuplexStream<Buffer, Buffer>, turn: Turn, right: () => Answer): void => {
    if (turn.ask === ask && turn.now_us > 8_000_000) act(call, turn, right);
    else write(call, right());
  };

const sending = (change: (send: Record<string, unknown>) => object) =>
  wrongAt('start_payment', (call, _, right) => {
    const answer = right();
    const [first] = answer.actions ?? [];
    write(call, { ...answer, actions: [{ send: change({ ...first?.send }) as never }] });
  });

describe('a model process that goes wrong', { timeout: 60_000 }, () => {
  it.each([
    [
      'speaks another version',
      () => pretend(() => {}, { protocol: 9 }),
      /\(pretender 1\) speaks version 9 of blast\.v1\.Model, blast \S+ speaks version 1$/m,
    ],
    ['offers nothing that is needed', () => pretend(() => {}, { models: [] }), /no model process offers lnd/],
    ['is not there', async () => '127.0.0.1:1', /the process at 127\.0\.0\.1:1 cannot be reached/],
    [
      'speaks something else',
      async () => {
        const server = await serve({ host: '127.0.0.1', port: 0 }, serverCredentials(null), []);
        servers.push(server);
        return `127.0.0.1:${server.address.port}`;
      },
      /does not speak blast\.v1\.Model/,
    ],
  ])('%s: nothing is run', async (_, make, message) => {
    const { code, err } = await run('run', scenario('quick-start.yml'), '--out', 'never', '--models', await make());
    expect(code).toBe(6);
    expect(err).toMatch(/^error: E809 models in other processes: /);
    expect(err).toMatch(message);
  });

  it.each([
    [
      'closes the stream',
      wrongAt('start_payment', (call) => call.end()),
      /the process at 127\.0\.0\.1:\d+ closed the stream/,
    ],
    ['answers nothing', wrongAt('start_payment', () => {}), /did not answer within 1\.5 s/],
    [
      'fails',
      wrongAt('questions', (call) => void call.emit('error', { code: 13, details: 'out of wits' })),
      /out of wits/,
    ],
    ['writes garbage', wrongAt('questions', (call) => void call.write(Buffer.from([255, 255, 255, 255]))), /./],
    [
      'answers another turn',
      wrongAt('start_payment', (call, _, right) => write(call, { ...right(), number: 7 })),
      /answer 7 came for turn \d+/,
    ],
    [
      'answers another question',
      wrongAt('questions', (call, turn) => write(call, { number: turn.number, text: 'no idea' })),
      /the answer has no answers/,
    ],
    [
      'sends into nowhere',
      sending((send) => ({ ...send, edge: [99_999], amount_msat: [1], expiry: [500] })),
      /there is no edge 99999/,
    ],
    [
      'sends nothing',
      sending((send) => ({ ...send, edge: [], amount_msat: [], expiry: [] })),
      /a route has from 1 to 27 hops/,
    ],
    [
      'sends for another payment',
      sending((send) => ({ ...send, payment: 4_000_000 })),
      /payment 4000000 does not go on/,
    ],
    [
      'sends no money',
      sending((send) => ({ ...send, amount_msat: (send.edge as number[]).map(() => 0) })),
      /carries 0 msat/,
    ],
    [
      'says more of its route than there is',
      sending((send) => ({ ...send, check_codes: [...(send.edge as number[]), 0].map(() => 0) })),
      /\d check_codes for \d hops/,
    ],
    [
      'invents what a node on the way says',
      sending((send) => ({ ...send, check_codes: (send.edge as number[]).map(() => 77) })),
      /there is no failure code 77/,
    ],
    [
      'invents an outcome',
      wrongAt('start_payment', (call, turn) => {
        const { payment } = turn.start_payment as { readonly payment: number };
        write(call, { number: turn.number, actions: [{ resolve: { payment, outcome: 77 } }] });
      }),
      /there is no outcome 77/,
    ],
  ])('%s: the run ends, says where, and keeps what it has', async (name, answer, message) => {
    const out = name.replaceAll(' ', '-');
    const address = await pretend(answer);
    const args = ['--models', address, '--models-timeout', '1500ms', '--quiet'];
    const { code, err } = await run('run', scenario('quick-start.yml'), '--out', out, ...args);
    expect(err).toMatch(message);
    expect(err).toMatch(/E808 model lnd, \w+ of \w+ at [\d.]+ s: /);
    expect(code).toBe(6);
    const manifest = JSON.parse(readFileSync(at(`${out}/run.json`), 'utf8'));
    expect(manifest).toMatchObject({ state: 'failed', whole: false });
    expect(readFileSync(at(`${out}/payments.csv`), 'utf8').split('\n').length).toBeGreaterThan(2);
    expect(readdirSync(at(out)).filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });

  it('is killed: the run ends as well', async () => {
    const host = start('model', 'host');
    const address = await host.address;
    const args = ['--models', address, '--speed', 'real', '--out', 'k'];
    const { ended } = start('run', scenario('quick-start.yml'), ...args);
    await until(() => host.err().includes('a run has begun'));
    // The scenario takes minutes at real speed; by then it plays also on a slow machine.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    host.child.kill('SIGKILL');
    const { code, err } = await ended;
    expect(err).toMatch(/model lnd, \w+(?: of \w+)? at [\d.]+ s: the process at 127\.0\.0\.1:\d+ cannot be reached/);
    expect(code).toBe(6);
  });
});
