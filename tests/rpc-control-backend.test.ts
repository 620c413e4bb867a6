/** The backend `rpc` on processes that speak the control plane, served in here on a clock that jumps. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { controlFailure } from '../engine/rpc/control-errors.ts';
import { HostError } from '../engine/rpc/host-error.ts';
import { type HostedNodes, type HostedNodesOptions, hostedNodes } from '../engine/rpc/testing/hosted.ts';
import { clnKind } from '../models/cln/index.ts';
import { blast, type CommandResult, jumpingClock, ROOT, temporaryFolder } from './testing/command.ts';

const SCENARIO = path.join(ROOT, 'scenarios/rpc-backend/payments.yml');
const CONTROL = ['--backend', 'rpc', '--rpc-protocol', 'control'];
const folder = temporaryFolder();
const served: HostedNodes[] = [];
let runs = 0;

afterEach(async () => {
  for (const one of served.splice(0)) await one.stop();
});

type Clock = ReturnType<typeof jumpingClock>;
type Row = Readonly<Record<string, string>>;
type Answer = UntypedServiceImplementation[string];

async function host(clock: Clock, options: Partial<HostedNodesOptions> = {}): Promise<HostedNodes> {
  const nodes = await hostedNodes({ clock, others: [clnKind], ...options });
  served.push(nodes);
  return nodes;
}

interface Played extends CommandResult {
  readonly payments: readonly Row[];
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

async function play(clock: Clock, file: string, ...args: string[]): Promise<Played> {
  const out = path.join(folder, `run-${runs++}`);
  const result = await blast(['run', file, ...CONTROL, '--out', out, ...args], { clock, cwd: folder });
  const lines = (name: string): string[] =>
    readFileSync(path.join(out, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  const [head = '', ...rows] = lines('payments.csv');
  const columns = head.split(',');
  return {
    ...result,
    payments: rows.map((row) => Object.fromEntries(row.split(',').map((value, i) => [columns[i], value]))),
    events: lines('events.ndjson').map((line) => JSON.parse(line)),
  };
}

function scenario(body: string): string {
  const file = path.join(folder, `scenario-${runs++}.yml`);
  writeFileSync(file, `version: 1\n${body}`);
  return file;
}

describe('a scenario over the control plane', () => {
  it('pays between nodes of two models in one process, and sees what it expects', async () => {
    const clock = jumpingClock();
    const nodes = await host(clock);
    const played = await play(clock, SCENARIO, '--rpc', nodes.address);
    expect(played).toMatchObject({ code: 0, err: '' });
    expect(played.payments.map(({ activity, payment_outcome }) => [activity, payment_outcome])).toEqual([
      ...Array.from({ length: 5 }, () => ['shop', 'Success']),
      ['bill', 'Success'],
      ['late', expect.stringMatching(/RouteNotFound|RetriesExhausted/)],
    ]);
    const calls = nodes.calls.map(([name]) => name);
    expect(calls.filter((name) => name === 'NewNetwork')).toHaveLength(2);
    expect(calls.filter((name) => name === 'CreateNodes')).toHaveLength(2);
    expect(nodes.calls.filter(([, failure]) => failure !== null)).toEqual([]);
    expect(calls.at(-1)).toBe('NewNetwork');
  });

  it('tells routes, fees and failures of payments', async () => {
    const clock = jumpingClock();
    const nodes = await host(clock);
    const file = scenario(`name: s
duration: 20s
chain: { height: 100 }
nodes: { a: , b: , c: }
channels:
  ab: { from: a, to: b, capacity: 1_000_000 sat }
  bc: { from: b, to: c, capacity: 1_000_000 sat, policy: { fee_base: 50_000 msat } }
activity:
  pays: { source: a, destination: c, start: 1s, count: 1, interval: 1s, amount: 1_000_000 msat }
  dear: { source: a, destination: c, start: 3s, count: 1, interval: 1s, amount: 1_000_000 msat, fee_limit: 10 msat }
  held: { source: a, destination: c, start: 5s, count: 1, interval: 1s, amount: 1_000_000 msat, hold: 4s, settle: false }
expect:
  - { at: 7s, that: channel('ab').htlcs == 1 }
`);
    const played = await play(clock, file, '--rpc', nodes.address);
    expect(played).toMatchObject({ code: 0, err: '' });
    const [pays, dear, held] = played.payments;
    expect(pays).toMatchObject({ payment_outcome: 'Success', attempts: '1' });
    expect(Object.values(pays ?? {})).toContain('50001');
    expect(dear?.payment_outcome).toMatch(/RouteNotFound|RetriesExhausted/);
    expect(held).toMatchObject({ payment_outcome: 'IncorrectPaymentDetails' });
  });

  it('lets nodes act on what they see: fees by the balance, circles, probes', async () => {
    const clock = jumpingClock();
    const nodes = await host(clock);
    const file = scenario(`name: s
duration: 60s
chain: { height: 100 }
defaults: { channel: { capacity: 1_000_000 sat } }
nodes: { a: , b: , c: , spy: }
channels:
  ab: { from: a, to: b }
  bc: { from: b, to: c, push: 400_000 sat }
  ca: { from: c, to: a, policy: { fee_rate: 700 ppm } }
  sa: { from: spy, to: a, policy: { fee_base: 77 msat, fee_rate: 321 ppm } }
activity:
  drain: { source: a, destination: b, start: 1s, interval: 2s, count: 20, amount: 40_000 sat }
behaviours:
  fees: { nodes: a, start: 5s, every: 5s, fee_policy: { by_imbalance: { linear: [10 ppm, 1_000 ppm], min_change: 1 ppm, min_interval: 5s } } }
  rival: { nodes: c, channels: ca, start: 8s, every: 20s, fee_policy: { track_competitors: { compare: lowest, undercut: 5 ppm, min_interval: 5s } } }
  refill: { nodes: a, start: 20s, every: 10s, rebalancer: { below: 0.8, above: 0.1, target: 0.9, max_fee_rate: 10_000 ppm, budget: 10_000 sat } }
  spying: { nodes: spy, start: 2s, every: 1s, probing: { targets: [bc], precision: 20_000 sat } }
expect:
  - figure('fees', 'policy_changes') > 2
  - figure('rival', 'policy_changes') == 1
  - payments('refill').succeeded > 0
  - figure('spying', 'results') == 1
  - figure('spying', 'bc.low_msat') <= channel('bc').balance0_msat
`);
    const played = await play(clock, file, '--rpc', nodes.address);
    expect(played).toMatchObject({ code: 0, err: '' });
    expect(nodes.calls.filter(([, failure]) => failure !== null)).toEqual([]);
    const calls = new Set(nodes.calls.map(([name]) => name));
    for (const name of ['SetPolicy', 'Rebalance', 'Pay', 'GetPolicy']) expect(calls).toContain(name);
  });

  it('goes on in a network that was saved', async () => {
    const clock = jumpingClock();
    const first = await host(clock);
    const begin =
      'nodes: { a: , b: }\nchannels: { ab: { from: a, to: b, capacity: 1_000_000 sat } }\nchain: { height: 50 }\n';
    const pay =
      'activity: { p: { source: a, destination: b, start: 1s, count: 1, interval: 1s, amount: 3_000_000 msat } }\n';
    const one = await play(
      clock,
      scenario(`name: s\nduration: 5s\n${begin}${pay}`),
      '--rpc',
      first.address,
      '--rpc-save',
      'kept',
    );
    expect(one).toMatchObject({ code: 0, err: '' });
    expect([...first.saves.keys()]).toEqual(['kept.json']);
    const second = await host(clock, { saves: first.saves });
    const file = scenario(
      `name: s\nduration: 5s\n${begin}${pay}expect: [{ at: 0s, that: channel('ab').balance1_msat == 3000000 }, channel('ab').balance1_msat == 6000000]\n`,
    );
    expect(await play(clock, file, '--rpc', second.address, '--rpc-load', 'kept')).toMatchObject({ code: 0, err: '' });
    expect(second.calls.map(([name]) => name)).not.toContain('OpenChannel');
  });

  it('goes on where a node says no', async () => {
    const clock = jumpingClock();
    const nodes = await host(clock);
    const file = scenario(`name: s
duration: 5s
nodes: { a: { wallet: 1 BTC }, b: }
events: [{ at: 1s, open_channel: { channel: small, from: a, to: b, capacity: 1_000 sat } }, { at: 2s, mine: { blocks: 1 } }]
expect: ["channel('small').state == 'none'"]
`);
    const played = await play(clock, file, '--rpc', nodes.address);
    expect(played).toMatchObject({ code: 0, err: '' });
    expect(played.events.find(({ event }) => event === 'open_rejected')?.reason).toMatch(
      /^could not open the channel: /,
    );
  });

  it('refuses beforehand what it cannot do', async () => {
    const file = scenario(
      'name: s\nduration: 5s\nnodes: { a: , b: }\nchannels: { ab: { from: a, to: b, capacity: 1_000_000 sat } }\nevents: [{ at: 1s, cheat: { channel: ab, by: b } }]\nsnapshots: [{ at: 2s, name: here }]\n',
    );
    const checked = await blast(['validate', file, ...CONTROL]);
    expect(checked.code).toBe(3);
    expect(checked.err).toContain('the backend rpc has no event cheat');
    expect(checked.err).toContain('keeps no states');
    const options = scenario('name: s\nduration: 5s\nnodes: { a: { options: { fee_base_msat: 5 } } }\n');
    expect((await blast(['validate', options, ...CONTROL])).code).toBe(0);
    expect((await blast(['validate', options, '--backend', 'rpc'])).code).toBe(3);
  });

  const answer = (give: (done: (error: object | null, value?: object) => void) => void): Answer =>
    ((_: unknown, done: (error: object | null, value?: object) => void) => give(done)) as Answer;

  it.each<[what: string, call: string, instead: Answer, says: string]>([
    [
      'has nodes already',
      'NewNetwork',
      answer((done) => done(controlFailure(new HostError('the nodes were started before', 'network_in_use')))),
      'E813 nodes at 127.0.0.1:PORT cannot play the scenario: it does not start its nodes: the nodes were started before',
    ],
    [
      'hangs',
      'StopNode',
      answer(() => {}),
      'E812 nodes at 127.0.0.1:PORT has failed at 14.000 s, StopNode for carol: it did not answer within 0.5 s',
    ],
    [
      'speaks BLAST’s protocol only',
      'NewNetwork',
      answer((done) => done({ code: status.UNIMPLEMENTED, details: 'no' })),
      'it does not know this call',
    ],
    [
      'has a defect',
      'SetPolicy',
      answer((done) => done(controlFailure(new TypeError('undefined is not a function')))),
      'at 10.000 s, SetPolicy for bob: its answer cannot be read: the server has a defect',
    ],
    [
      'tells states that nobody knows',
      'ListChannels',
      answer((done) => done(null, { channels: [{ channel_id: 0, state: 99 }] })),
      'ListChannels: its answer is a channel in no known state: 99',
    ],
  ])('ends when the process %s', async (_, call, instead, says) => {
    const clock = jumpingClock();
    const nodes = await host(clock, { instead: (own) => (call in own ? { ...own, [call]: instead } : own) });
    const played = await play(clock, SCENARIO, '--rpc', nodes.address, '--rpc-timeout', '500ms');
    expect(played.err.replace(nodes.address, '127.0.0.1:PORT')).toContain(says);
    expect(played.code).toBe(6);
  });
});
