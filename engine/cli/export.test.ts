/** `blast export`: scenarios and states as files of other tools, and what is said about what they lack. */
import { describe, expect, it } from 'vitest';
import { EXPORT_FORMATS } from '../interop/export-formats.ts';
import { MemoryFiles } from '../run/testing/memory-files.ts';
import { exportCommand } from './export.ts';
import { blast } from './testing/fake-io.ts';

const SCENARIO = `version: 1
name: shop
duration: 20s
nodes:
  alice: { wallet: 1_000_000 sat }
  bob: {}
  carol: {}
channels:
  alice-bob: { from: alice, to: bob, capacity: 100_000 sat, push: 20_000 sat }
  bob-carol: { from: bob, to: carol, capacity: 50_000 sat, policy: { fee_base: 7 sat } }
activity:
  pays: { source: alice, destination: bob, interval: 1s, amount: 1_000 sat }
  varied: { source: alice, destination: bob, interval: [1s, 2s], amount: 1 sat }
events:
  - at: 5s
    set_policy: { channel: bob-carol, node: bob, policy: { fee_base: 9 sat, inbound_fee_base: -1 sat } }
  - at: 6s
    close_channel: { channel: alice-bob }
snapshots:
  - { at: 5.5s, name: early }
  - { at: end }
`;

const disk = (): MemoryFiles => new MemoryFiles({ 'in/shop.yml': SCENARIO });

/** The lines of warnings without their place. */
const warnings = (err: string): readonly string[] =>
  err.split('\n').flatMap((line) => /^in\/shop\.yml:1:1 warning W703 (.*)$/.exec(line)?.[1] ?? []);

describe('blast export', () => {
  it('knows every format', () => {
    const option = exportCommand.options.find(({ flags }) => flags.startsWith('--format'));
    expect(option?.choices).toEqual(EXPORT_FORMATS.map(({ name }) => name));
  });

  it.each(EXPORT_FORMATS.map(({ name }) => name))('%s: what is exported can be imported and played', async (name) => {
    const files = disk();
    const { code, out, err } = await blast(`export in/shop.yml --format ${name} --out made`, { files });
    expect([code, out]).toMatchObject([
      0,
      expect.stringMatching(`^in/shop.yml: ${name}, 3 nodes, 2 channels\nwrote made/`),
    ]);
    expect(warnings(err).length).toBeGreaterThan(1);
    const target = /wrote (.*)\n/.exec(out)?.[1] ?? '';
    const back = await blast(`import ${target} --out again`, { files });
    expect(back).toMatchObject({ code: 0, err: '' });
    expect(back.out).toContain(`${name}, 3 nodes, 2 channels`);
    const scenario = /wrote (again\/.*\.yml)/.exec(back.out)?.[1] ?? '';
    expect(await blast(`run ${scenario} --until 30s --out played`, { files })).toMatchObject({ code: 0 });
  });

  it('says what the format cannot say', async () => {
    const { err } = await blast('export in/shop.yml --format cloth', { files: disk() });
    expect(warnings(err)).toEqual([
      'cloth leaves out or changes: name of 3 nodes',
      'cloth leaves out or changes: wallet of 1 node',
      'cloth leaves out or changes: name of 2 channels',
      'cloth leaves out or changes: largest HTLC of 2 channels',
      'cloth leaves out or changes: latency of 2 channels',
      'left out of the export: 2 activities and 2 events',
    ]);
    const polar = await blast('export in/shop.yml --format polar', { files: disk() });
    expect(warnings(polar.err).at(-1)).toBe('left out of the export: 1 activity and 2 events');
  });

  it('says that behaviours are left out', async () => {
    const more = 'behaviours: { fees: { nodes: bob, fee_policy: { static: { fee_rate: 5 ppm } } } }\n';
    const files = new MemoryFiles({ 'in/shop.yml': SCENARIO + more });
    const { err } = await blast('export in/shop.yml --format cln', { files });
    expect(warnings(err).at(-1)).toBe('left out of the export: 2 activities, 2 events and 1 behaviour');
  });

  it('writes the balances and policies of a state', async () => {
    const files = disk();
    expect((await blast('run in/shop.yml --out out', { files })).code).toBe(0);
    const early = await blast('export out/snapshots/early.snap.json --format blast-network', { files });
    expect(early.code).toBe(0);
    const network = JSON.parse(files.read('./early.network.json') ?? '') as { channels: Record<string, unknown>[] };
    expect(network.channels).toMatchObject([
      { name: 'alice-bob', capacity_sat: 100_000 },
      { name: 'bob-carol', balance_msat: 50_000_000, policy: { fee_base_msat: 9000, inbound_fee_base_msat: -1000 } },
    ]);
    // Some payments of 1,000 and 1 sat were made by then.
    const balance = network.channels[0]?.balance_msat as number;
    expect(balance).toBeLessThanOrEqual(80_000_000 - 4 * 1_000_000);
    const end = await blast('export out/snapshots/end.snap.json --format lnd-describegraph', { files });
    expect(end.out).toContain('3 nodes, 1 channel');
    const graph = JSON.parse(files.read('./end.describegraph.json') ?? '') as { edges: unknown[] };
    expect(graph.edges).toHaveLength(1);
  });

  it('overwrites nothing, and refuses what is not there or not valid', async () => {
    const files = disk();
    expect((await blast('export in/shop.yml --format cln', { files })).code).toBe(0);
    const twice = await blast('export in/shop.yml --format cln', { files });
    expect([twice.code, twice.err]).toMatchObject([2, expect.stringContaining('shop.cln is there already')]);
    expect((await blast('export in/shop.yml', { files })).code).toBe(2);
    expect((await blast('export in/shop.yml --format x', { files })).code).toBe(2);
    expect((await blast('export none.yml --format cln', { files })).code).toBe(3);
    expect((await blast('export none.snap.json --format cln', { files })).code).toBe(3);
    files.open('bad.yml').write('version: 1\n');
    expect((await blast('export bad.yml --format cln', { files })).code).toBe(3);
    files.open('bad.snap.json').write('{}\n');
    expect((await blast('export bad.snap.json --format cln', { files })).code).toBe(3);
  });
});
