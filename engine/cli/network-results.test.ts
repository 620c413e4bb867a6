/** nodes.csv and channels.csv of `blast run`. */
import { beforeAll, describe, expect, it } from 'vitest';
import { writeNetwork } from '../run/network-csv.ts';
import { FakeBackend } from '../run/testing/fake-backend.ts';
import { testTimeline } from '../run/testing/fixtures.ts';
import { MemoryFiles } from '../run/testing/memory-files.ts';
import { blast } from './testing/fake-io.ts';

const SCENARIO = `version: 1
name: pair
duration: 20s
nodes: { alice: {}, router: { wallet: 1_000_000 sat }, bob: { model: cln } }
channels:
  alice-router: { from: alice, to: router, capacity: 100_000 sat }
  bob-router: { from: bob, to: router, capacity: 100_000 sat, push: 60_000 sat, policy: { fee_base: 3 sat } }
activity:
  pays: { source: alice, destination: bob, interval: 5s, amount: 200 sat }
events:
  - at: 2s
    set_policy: { channel: bob-router, node: router, policy: { fee_base: 2 sat, fee_rate: 0 ppm } }
  - at: 12s
    open_channel: { channel: late, from: router, to: bob, capacity: 100_000 sat }
  - at: 18s
    stop_node: router
snapshots: [{ at: 8s, name: early }]
`;

function table(files: MemoryFiles, path: string): Record<string, string>[] {
  const [head = '', ...lines] = (files.read(path) ?? '').trimEnd().split('\n');
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((field, i) => [names[i], field])));
}

describe('the network that a run leaves', () => {
  let files: MemoryFiles;
  beforeAll(async () => {
    files = new MemoryFiles({ 'pair.yml': SCENARIO });
    const { code, err } = await blast('run pair.yml', { files });
    expect(code).toBe(0);
    // One that stays pending is wanted here.
    expect(err.match(/warning \S+|error/g)).toEqual(['warning W624']);
  });

  it('nodes.csv has a line for each node in the order of the file', () => {
    const nodes = table(files, 'out/pair/nodes.csv');
    expect(nodes.map(({ node }) => node)).toEqual(['alice', 'router', 'bob']);
    expect(nodes[0]?.pubkey).toMatch(/^0[23][0-9a-f]{64}$/);
    // Neither given nor in payments.csv.
    expect(nodes[1]?.pubkey).toBe('');
    // Three payments of 200 sat, for each of which the router takes 2 sat.
    expect(nodes[1]).toMatchObject({
      model: 'lnd',
      running: 'false',
      forwards: '3',
      fees_earned_msat: '6000',
      htlcs_refused: '0',
    });
    expect(nodes[2]).toMatchObject({ model: 'cln', running: 'true' });
  });

  it('channels.csv has balances and fees by side, and the state of those that are not open', () => {
    const channels = table(files, 'out/pair/channels.csv');
    expect(channels.map(({ channel, state }) => [channel, state])).toEqual([
      ['alice-router', 'open'],
      ['bob-router', 'open'],
      ['late', 'pending'],
    ]);
    expect(channels[1]).toEqual({
      channel: 'bob-router',
      node0: 'bob',
      node1: 'router',
      state: 'open',
      active: 'false',
      announced: 'true',
      capacity_sat: '100000',
      balance0_msat: '40600000',
      balance1_msat: '59400000',
      htlcs: '0',
      fee_base0_msat: '3000',
      fee_rate0_ppm: '10',
      fee_base1_msat: '2000',
      fee_rate1_ppm: '0',
    });
    expect(channels[2]).toMatchObject({ node0: 'router', node1: 'bob', fee_base0_msat: '', fee_rate1_ppm: '' });
  });

  it('both are files of run.json, and the same when a run goes on from a state', async () => {
    const { files: names } = JSON.parse(files.read('out/pair/run.json') ?? '') as { files: string[] };
    expect(names).toEqual(expect.arrayContaining(['nodes.csv', 'channels.csv']));
    const resumed = await blast('run pair.yml --from out/pair/snapshots/early.snap.json --out on', { files });
    expect(resumed.code).toBe(0);
    for (const name of ['nodes.csv', 'channels.csv']) {
      expect(files.read(`on/${name}`)).toBe(files.read(`out/pair/${name}`));
    }
  });

  it('leaves nothing where the backend cannot tell it', async () => {
    const backend = new FakeBackend();
    const timeline = testTimeline();
    await backend.start(timeline, {
      interrupt: false,
      record: () => {},
      payment: () => {},
      text: () => {},
    });
    backend.channel = () => {
      throw new Error('gone');
    };
    let isAbandoned = false;
    const open = () => ({
      nodes: () => {},
      channels: () => {},
      abandon: () => {
        isAbandoned = true;
      },
    });
    await expect(writeNetwork(timeline, backend, open)).rejects.toThrow('gone');
    expect(isAbandoned).toBe(true);
  });

  it('asks no backend for policies that nobody can tell', async () => {
    const backend = Object.assign(new FakeBackend(), { tellsPolicies: false as const });
    const timeline = testTimeline();
    await backend.start(timeline, { interrupt: false, record: () => {}, payment: () => {}, text: () => {} });
    backend.ownChannels = () => {
      throw new Error('asked');
    };
    let text = '';
    const write = (more: string): void => {
      text += more;
    };
    await writeNetwork(timeline, backend, () => ({ nodes: () => {}, channels: write, abandon: () => {} }));
    expect(text.split('\n')[1]).toBe('alice-bob,alice,bob,open,true,true,30000,1,2,0,,,,');
  });
});
