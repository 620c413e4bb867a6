/** The backend `rpc` by its command, against processes that are served in here, on a clock that jumps. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { type HostedNodes, type HostedNodesOptions, hostedNodes } from '../engine/rpc/testing/hosted.ts';
import { eclairKind } from '../models/eclair/index.ts';
import { blast, type CommandResult, jumpingClock, ROOT, temporaryFolder } from './testing/command.ts';

const SCENARIO = path.join(ROOT, 'scenarios/rpc-backend/open-close-reopen.yml');
const GOLDEN = path.join(ROOT, 'engine/backends/golden');
const folder = temporaryFolder();
const served: HostedNodes[] = [];
let runs = 0;

afterEach(async () => {
  for (const one of served.splice(0)) await one.stop();
});

type Clock = ReturnType<typeof jumpingClock>;

async function host(clock: Clock, options: Partial<HostedNodesOptions> = {}): Promise<HostedNodes> {
  const nodes = await hostedNodes({ clock, ...options });
  served.push(nodes);
  return nodes;
}

type Event = Readonly<Record<string, unknown>>;

interface Played extends CommandResult {
  readonly events: readonly Event[];
  readonly manifest: { readonly state: string; readonly failure?: { readonly message: string } };
}

async function play(clock: Clock, file: string, ...args: string[]): Promise<Played> {
  const out = path.join(folder, `run-${runs++}`);
  const result = await blast(['run', file, '--backend', 'rpc', '--out', out, ...args], { clock, cwd: folder });
  const read = (name: string): string => readFileSync(path.join(out, name), 'utf8');
  const lines = read('events.ndjson')
    .split('\n')
    .filter((line) => line !== '');
  return { ...result, events: lines.map((line) => JSON.parse(line)), manifest: JSON.parse(read('run.json')) };
}

function scenario(body: string): string {
  const file = path.join(folder, `scenario-${runs++}.yml`);
  writeFileSync(file, `version: 1\n${body}`);
  return file;
}

const story = (events: readonly Event[]): string[] =>
  events.map(({ us, event, ...rest }) => {
    const what = rest.state ?? rest.reason ?? rest.active ?? rest.connected ?? '';
    return `${Number(us) / 1e6} ${event} ${rest.channel ?? `${rest.a} ${rest.b}`} ${what}`;
  });

describe('a scenario on nodes of another process', () => {
  it('opens, closes, parts and meets, and sees what it expects', async () => {
    const clock = jumpingClock();
    const nodes = await host(clock);
    const played = await play(clock, SCENARIO, '--rpc', nodes.address);
    expect(played).toMatchObject({ code: 0, err: '' });
    expect(story(played.events)).toEqual([
      '2 channel_state alice-bob shutting_down',
      '2 channel_active alice-bob false',
      '2.2 channel_state alice-bob closing',
      '2.2 channel_state alice-bob closed',
      '4 peers bob carol false',
      '4 channel_active bob-carol false',
      '6 peers bob carol true',
      '6 channel_active bob-carol true',
      '13 channel_state alice-bob pending',
      '14 open_rejected too-small could not open the channel: channel is too small, the minimum channel size is: 20000 sat',
      '14 channel_state too-small abandoned',
      '15 channel_state alice-bob awaiting_ready',
      '15 channel_state alice-bob open',
      '15 channel_active alice-bob true',
    ]);
    // 35 s of the clock, after the 5 s until the network's channels are open.
    expect(clock.slept()).toBeGreaterThanOrEqual(40_000);
    expect(nodes.calls.at(-1)).toEqual(['StopModel', null]);
  });

  it('goes as many times faster than the clock as it is told to', async () => {
    const clock = jumpingClock();
    const nodes = await host(clock);
    const file = scenario(
      'duration: 60s\nnodes: { alice: , bob: }\nchannels: { ab: { from: alice, to: bob, capacity: 30_000 sat } }\n',
    );
    expect(await play(clock, file, '--rpc', nodes.address, '--speed', '10x')).toMatchObject({ code: 0 });
    expect(clock.slept()).toBeGreaterThanOrEqual(11_000);
    expect(clock.slept()).toBeLessThan(12_000);
  });

  it('has the nodes of each model in a process of its own', async () => {
    const clock = jumpingClock();
    const [lnd, eclair] = [await host(clock), await host(clock, { model: eclairKind })];
    const file = scenario(`duration: 9s
nodes: { a: , b: { model: eclair }, c: , d: { model: eclair } }
channels: { ac: { from: a, to: c, capacity: 1_000_000 sat }, bd: { from: b, to: d, capacity: 1_000_000 sat } }
events:
  - { at: 1s, close_channel: { channel: bd, by: d } }
  - { at: 2s, open_channel: { channel: ab, from: a, to: b, capacity: 1_000_000 sat } }
expect:
  - channel('ac').state == 'open' && channel('bd').state == 'closed' && channel('ab').state == 'none'
  - node('a').channels == 1 && node('b').channels == 0 && node('d').wallet == 100000000
`);
    const args = ['--rpc', `lnd=${lnd.address}`, '--rpc', `eclair=${eclair.address}`];
    const played = await play(clock, file, ...args);
    expect(played).toMatchObject({ code: 0, err: '' });
    // Simulated nodes of two processes cannot reach each other, and say so.
    expect(story(played.events).find((line) => line.includes('open_rejected'))).toContain(
      'could not find a node with the public key',
    );
  });

  it('saves its network, and goes on with it in another process', async () => {
    const clock = jumpingClock();
    const first = await host(clock);
    expect(await play(clock, SCENARIO, '--rpc', first.address, '--rpc-save', 'kept', '--until', '16s')).toMatchObject({
      code: 0,
    });
    expect([...first.saves.keys()]).toEqual(['kept.json']);
    const file = scenario(`duration: 8s
nodes: { alice: { wallet: 0.5 BTC }, bob: , carol: }
channels:
  alice-bob: { from: alice, to: bob, capacity: 30_000 sat }
  bob-carol: { from: bob, to: carol, capacity: 100_000 sat, push: 40_000 sat }
events: [{ at: 2s, close_channel: { channel: bob-carol } }]
expect:
  - { at: 1s, that: "channel('alice-bob').state == 'open' && channel('bob-carol').active" }
  - channel('bob-carol').state == 'closed' && node('bob').channels == 1
`);
    const second = await host(clock, { saves: first.saves });
    const played = await play(clock, file, '--rpc', second.address, '--rpc-load', 'kept');
    expect(played).toMatchObject({ code: 0, err: '' });
    expect(second.calls.map(([name]) => name)).not.toContain('OpenChannel');
    expect(second.calls[0]).toEqual(['Load', null]);
  });

  it('finds blocks and funds nodes on the chain that its processes watch', async () => {
    const clock = jumpingClock();
    const nodes = await host(clock);
    const asked: string[] = [];
    const bitcoind = createServer((request, response) => {
      let body = '';
      request.on('data', (data: Buffer) => {
        body += data.toString();
      });
      request.on('end', () => {
        const { method, params } = JSON.parse(body);
        asked.push(`${method} ${params.length === 2 ? params[method === 'sendtoaddress' ? 1 : 0] : ''}`.trim());
        response.end(JSON.stringify({ result: method === 'getblockcount' ? 107 : 'bcrt1q' }));
      });
    });
    await new Promise<void>((resolve) => bitcoind.listen(0, '127.0.0.1', resolve));
    const { port } = bitcoind.address() as AddressInfo;
    const file = scenario(`duration: 3s
nodes: { a: , b: }
events: [{ at: 1s, fund: { node: a, amount: 7 sat } }, { at: 2s, mine: { blocks: 3 } }]
expect: [chain.height == 107]
`);
    const chain = ['--rpc-bitcoind', `http://user:pass@127.0.0.1:${port}`];
    const played = await play(clock, file, '--rpc', nodes.address, ...chain);
    bitcoind.closeAllConnections();
    bitcoind.close();
    expect(played).toMatchObject({ code: 0, err: '' });
    const height = 'getblockcount';
    const mine = (blocks: number): string[] => ['getnewaddress', `generatetoaddress ${blocks}`, height];
    expect(asked).toEqual(['sendtoaddress 0.00000007', ...mine(1), ...mine(3), height]);
    expect(played.events.map(({ event }) => event)).toEqual(['block', 'funded', 'block']);
  });

  it('takes a model that only its process knows', async () => {
    const clock = jumpingClock();
    const nodes = await host(clock, { model: { ...eclairKind, name: 'blast_eclair' } });
    const file = scenario(
      "duration: 1s\nnodes: { a: { model: blast_eclair } }\nexpect: [node('a').wallet == 100000000]\n",
    );
    const rpc = ['--backend', 'rpc', '--rpc', `blast_eclair=${nodes.address}`];
    expect(await blast(['validate', file, ...rpc])).toMatchObject({ code: 0, err: '' });
    expect(await play(clock, file, ...rpc.slice(2))).toMatchObject({ code: 0, err: '' });
    expect((await blast(['validate', file])).code).toBe(3);
  });
});

/** The message of a run that failed, without what differs between two runs. */
const masked = ({ err }: CommandResult): string => err.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:5050');

describe('a process that fails', () => {
  const HANG = (): void => {};
  type Answer = UntypedServiceImplementation[string];
  const refuse = (code: status, details: string): Answer =>
    ((_: unknown, answer: (error: object) => void) => answer({ code, details })) as Answer;
  const answer = (value: object): Answer =>
    ((_: unknown, done: (error: null, value: object) => void) => done(null, value)) as Answer;

  /** Plays with other answers of some calls, from the n-th call of each on. */
  async function failing(instead: Readonly<Record<string, Answer>>, from = 1, ...args: string[]): Promise<Played> {
    const clock = jumpingClock();
    const nodes = await host(clock, {
      instead: (own) =>
        Object.fromEntries(
          Object.entries(own).map(([name, real]) => {
            const other = instead[name];
            let count = 0;
            const either = (...asked: unknown[]): void => {
              count++;
              ((other !== undefined && count >= from ? other : real) as (...asked: unknown[]) => void)(...asked);
            };
            return [name, either as Answer];
          }),
        ),
    });
    return play(clock, SCENARIO, '--rpc', nodes.address, ...args);
  }

  it.each<[what: string, code: string, instead: Record<string, Answer>, from: number, says: string]>([
    [
      'hangs',
      'E812',
      { CloseChannel: HANG as Answer },
      1,
      'at 2.000 s, CloseChannel for alice (lnd-0000): it did not answer within 3 s',
    ],
    [
      'does not know a call',
      'E812',
      { DisconnectPeer: refuse(status.UNIMPLEMENTED, 'no') },
      1,
      'at 4.000 s, DisconnectPeer for bob (lnd-0001): it does not know this call',
    ],
    [
      'answers nonsense',
      'E812',
      { WalletBalance: answer({ balance: 'much' }) },
      4,
      'at 35.000 s, WalletBalance for alice (lnd-0000): its answer is no balance: "much"',
    ],
    [
      'lists nonsense',
      'E812',
      { GetModelChannels: answer({ channels: 'none, or so' }) },
      40,
      'GetModelChannels: its answer is no list of channels: "none, or so"',
    ],
    [
      'has an error of its own',
      'E812',
      { OpenChannel: refuse(status.INTERNAL, 'panic') },
      3,
      'at 13.000 s, OpenChannel for alice (lnd-0000): its answer cannot be read: panic',
    ],
    [
      'has no public key',
      'E812',
      { GetPubKey: answer({ pub_key: '02ab' }) },
      1,
      'at its start, GetPubKey for lnd-0000: its answer is no public key: "02ab"',
    ],
    [
      'does not start its nodes',
      'E813',
      { StartNodes: refuse(status.UNKNOWN, 'no room') },
      1,
      'it does not start its nodes: no room',
    ],
    [
      'says that it was not done',
      'E813',
      { StartNodes: answer({ success: false }) },
      1,
      'it was not done, and no reason is given',
    ],
    [
      'does not open a channel of the network',
      'E813',
      { OpenChannel: refuse(status.UNKNOWN, 'no coins') },
      2,
      'it does not open bob-carol: no coins',
    ],
    [
      'never confirms a channel',
      'E813',
      { GetModelChannels: answer({ channels: '1: lnd-0001 -> lnd-0002' }) },
      1,
      'alice-bob cannot be used 120 s after the opening',
    ],
    [
      'does not connect peers',
      'E813',
      { ConnectPeer: refuse(status.UNKNOWN, 'who?') },
      5,
      'bob cannot be connected to carol at 6.000 s: who?',
    ],
  ])('ends the run when it %s', async (_, code, instead, from, says) => {
    const hangs = Object.values(instead).includes(HANG as Answer);
    const played = await failing(instead, from, ...(hangs ? ['--rpc-timeout', '3s'] : []));
    expect(played.err).toContain(`error: the run failed: ${code} lnd at 127.0.0.1:`);
    expect(played.err).toContain(says);
    expect(played.code).toBe(6);
    expect(played.manifest.state).toBe('failed');
  });

  it('leaves what had happened until then in the results', async () => {
    const played = await failing({ CloseChannel: HANG as Answer }, 1, '--rpc-timeout', '3s');
    await expect(masked(played)).toMatchFileSnapshot(path.join(GOLDEN, 'E812.txt'));
    const late = await failing({ DisconnectPeer: refuse(status.UNIMPLEMENTED, 'no') });
    expect(story(late.events).at(-1)).toBe('2.2 channel_state alice-bob closed');
    expect(late.manifest.failure?.message).toContain('E812');
  });

  it('ends the run when it is gone', async () => {
    const clock = jumpingClock();
    const nodes = await host(clock, {
      instead: (own) => ({
        ...own,
        CloseChannel: (() => void served.pop()?.stop()) as never,
      }),
    });
    const played = await play(clock, SCENARIO, '--rpc', nodes.address);
    expect(played.err).toContain('CloseChannel for alice (lnd-0000): it is not there (any more)');
    expect(played.code).toBe(6);
  });

  it('need not be told twice that peers are connected', async () => {
    const played = await failing({ ConnectPeer: refuse(status.UNKNOWN, 'already connected to peer') }, 99);
    expect(played.code).toBe(0);
    const never = scenario(
      'duration: 2s\nnodes: { a: , b: }\nchannels: { ab: { from: a, to: b, capacity: 30_000 sat } }\nevents: [{ at: 1s, connect_peer: { a: a, b: b } }]\n',
    );
    const clock = jumpingClock();
    let asked = 0;
    const nodes = await host(clock, {
      instead: (own) => ({
        ...own,
        ConnectPeer: ((...call: unknown[]) =>
          (
            (asked++ === 0 ? own.ConnectPeer : refuse(status.UNKNOWN, 'already connected')) as (
              ...call: unknown[]
            ) => void
          )(...call)) as never,
      }),
    });
    expect(await play(clock, never, '--rpc', nodes.address)).toMatchObject({ code: 0, err: '' });
    expect(asked).toBe(3);
  });

  const STARTING = 'the RPC server is in the process of starting up, but not yet ready to accept calls';

  /** Other answers for the first calls of one method. */
  const atFirst =
    (call: string, times: number, instead: Answer) =>
    (own: UntypedServiceImplementation): UntypedServiceImplementation => {
      let count = 0;
      const either = (...asked: unknown[]): void =>
        ((count++ < times ? instead : own[call]) as (...asked: unknown[]) => void)(...asked);
      return call in own ? { ...own, [call]: either as Answer } : own;
    };

  it.each<[what: string, call: string, instead: Answer]>([
    ['its nodes take calls', 'GetPubKey', refuse(status.UNKNOWN, STARTING)],
    ['its peers can be connected', 'ConnectPeer', refuse(status.UNKNOWN, 'server is still in the process of starting')],
    ['peers have met', 'ListPeers', answer({ peers: '' })],
  ])('is waited for until %s', async (_, call, instead) => {
    const clock = jumpingClock();
    const nodes = await host(clock, { instead: atFirst(call, 7, instead) });
    expect(await play(clock, SCENARIO, '--rpc', nodes.address)).toMatchObject({ code: 0, err: '' });
    const asked = nodes.calls.map(([name]) => name);
    if (call === 'ListPeers') expect(asked.slice(0, asked.indexOf('OpenChannel'))).toContain(call);
  });

  it('is ended when its nodes never take calls, and is not waited for without end', async () => {
    const clock = jumpingClock();
    const nodes = await host(clock, { instead: atFirst('GetPubKey', 1e9, refuse(status.UNKNOWN, STARTING)) });
    const played = await play(clock, SCENARIO, '--rpc', nodes.address);
    expect(played.err).toContain('E813');
    expect(played.err).toContain(`it does not start its nodes: ${STARTING}`);
    expect(nodes.calls.map(([name]) => name)).toEqual(['StartNodes', 'StopModel']);

    const apart = await host(clock, { instead: atFirst('ListPeers', 1e9, answer({ peers: '' })) });
    const never = await play(clock, SCENARIO, '--rpc', apart.address);
    expect(never.err).toContain(
      'it does not open alice-bob: it does not list the peer 10 s after it was told to connect',
    );
  });

  it('has too few coins for its nodes', async () => {
    const clock = jumpingClock();
    const nodes = await host(clock);
    const rich = scenario('duration: 1s\nnodes: { a: { wallet: 2 BTC } }\n');
    const played = await play(clock, rich, '--rpc', nodes.address);
    expect(played.code).toBe(6);
    await expect(masked(played)).toMatchFileSnapshot(path.join(GOLDEN, 'E813.txt'));
  });

  it('is not there', async () => {
    const away = await play(
      jumpingClock(),
      scenario('duration: 1s\nnodes: { a: }\n'),
      '--rpc',
      '127.0.0.1:1',
      '--rpc-timeout',
      '200ms',
    );
    expect(away.err).toContain('E811 lnd at 127.0.0.1:1: nobody answers there within 0.2 s');
    expect(away.code).toBe(6);

    const clock = jumpingClock();
    const played = await play(
      clock,
      scenario('duration: 1s\nnodes: { a: { model: cln } }\n'),
      '--rpc',
      'lnd=127.0.0.1:1',
    );
    expect(played.code).toBe(6);
    await expect(masked(played)).toMatchFileSnapshot(path.join(GOLDEN, 'E811.txt'));
  });
});

describe('the command', () => {
  const file = scenario('duration: 1s\nnodes: { a: }\n');

  it.each<[readonly string[], number, string]>([
    [['--rpc', 'x'], 2, 'Write HOST:PORT or MODEL=HOST:PORT'],
    [['--rpc', '127.0.0.1:70000'], 2, 'Write HOST:PORT or MODEL=HOST:PORT'],
    [['--rpc', 'lnd=a:1', '--rpc', 'lnd=b:1'], 2, 'The process of lnd is given twice.'],
    [['--rpc', 'a:1', '--rpc', 'b:1'], 2, 'Write MODEL=HOST:PORT where there are several'],
    [['--rpc', '127.0.0.1:1', '--rpc', 'lnd=127.0.0.1:2'], 2, 'whose nodes are at 127.0.0.1:1 is not said'],
    [['--rpc', '10.0.0.1:5050'], 2, '10.0.0.1:5050 is another machine, and others could read along'],
    [['--rpc-ca', 'ca.pem'], 2, 'certificates are for processes that --rpc names'],
    [['--rpc', '127.0.0.1:1', '--rpc-ca', 'ca.pem'], 3, 'there is no file ca.pem'],
    [['--rpc-models', 'nowhere'], 3, 'E810 there is no folder nowhere'],
    [['--rpc-bitcoind', '127.0.0.1:18443'], 2, 'Write http://USER:PASSWORD@HOST:PORT'],
    [['--rpc-bitcoind', 'http://127.0.0.1:18443'], 2, 'Write http://USER:PASSWORD@HOST:PORT'],
    [['--rpc-bitcoind', 'http://user:pass@10.0.0.1:18443'], 2, 'others could read its password'],
    [['--rpc-save', '../up'], 2, 'A name has up to 100 letters'],
    [['--rpc-timeout', '5'], 2, 'Write a duration'],
    [['--models', 'rpc'], 2, 'no models decide for them'],
    [['--from', 'x.snap.json'], 2, 'does not go on from a state'],
    [['--snapshot-at', 'end'], 2, 'keeps no states'],
    [['--trace', 'all'], 2, 'cannot trace routing'],
    [['--snapshot-at', 'end'], 2, 'keeps no states'],
  ])('refuses %j', async (args, code, message) => {
    const out = path.join(folder, 'refused');
    const result = await blast(['run', file, '--backend', 'rpc', '--out', out, ...args], { cwd: folder });
    expect(result.err).toContain(message);
    expect(result.code).toBe(code);
  });

  it('says what is wrong with a folder of models', async () => {
    const models = path.join(folder, 'models');
    mkdirSync(path.join(models, 'mine'), { recursive: true });
    writeFileSync(path.join(models, 'mine', 'model.json'), '{ "name": "mine", "rpc": "here", "start": "run" }');
    const result = await blast(['validate', file, '--backend', 'rpc', '--rpc-models', 'models'], { cwd: folder });
    expect(result.code).toBe(3);
    await expect(result.err).toMatchFileSnapshot(path.join(GOLDEN, 'E810.txt'));
  });

  it('has processes on this backend only, and locks nothing that was played on it', async () => {
    expect(await blast(['run', file, '--rpc', '127.0.0.1:1'])).toMatchObject({ code: 2 });
    const locked = await blast(['lock', file, '--backend', 'rpc']);
    expect(locked.err).toContain('goes by the clock and is never the same twice');
    expect(locked.code).toBe(2);
  });

  it('says before the run which model has no process', async () => {
    const other = scenario('duration: 1s\nnodes: { a: { model: nobody } }\n');
    expect((await blast(['run', other, '--backend', 'rpc'])).code).toBe(3);
  });
});
