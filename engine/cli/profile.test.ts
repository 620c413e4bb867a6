import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../run/testing/memory-files.ts';
import { blast } from './testing/fake-io.ts';

const SCENARIO = `version: 1
name: shop
duration: 1m
nodes: { a: {}, b: {} }
channels:
  ab: { from: a, to: b, capacity: 1_000_000 sat }
activity:
  pay: { source: a, destination: b, interval: 1s, amount: 1_000 sat }
expect:
  - payments().success_rate == 1.0
`;

const shop = (): MemoryFiles => new MemoryFiles({ 'shop.yml': SCENARIO });

describe('blast profile', () => {
  it('runs a scenario, writes what it measured and says what is most', async () => {
    const files = shop();
    const { code, out, err } = await blast('profile shop.yml', { files });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const names = ['cpu.pb', 'heap.pb', 'profile.json', 'samples.csv', 'samples.svg'];
    expect(files.list('out/shop-profile')).toEqual(names);
    expect(out).toContain('shop profiled: 2 nodes, 1 channel\n');
    expect(out).toContain('75.0 % find (path-finding.js:120)');
    const json = JSON.parse(files.read('out/shop-profile/profile.json') as string);
    expect(json).toMatchObject({ format: 'blast-profile/1', network: { nodes: 2, channels: 1 }, payments: 59 });
    expect(json.steps.map(({ step }: { step: string }) => step)).toEqual(['compile', 'build', 'run']);
    const rows = (files.read('out/shop-profile/samples.csv') as string).trimEnd().split('\n');
    expect(rows.length - 1).toBe(json.samples);
    expect(rows.at(-1)?.startsWith('60000000,')).toBe(true);
  });

  it('makes the run that blast run makes', async () => {
    const profiled = await blast('profile shop.yml --format json --samples 7', { files: shop() });
    expect(profiled.code).toBe(0);
    const { run_digest: digest, samples } = JSON.parse(profiled.out);
    const run = await blast('run shop.yml --format json', { files: shop() });
    expect(digest).toBe(JSON.parse(run.out).digests.run);
    expect(samples).toBeLessThanOrEqual(9);
  });

  it('leaves out what is not wanted, also of a former profile', async () => {
    const files = shop();
    await blast('profile shop.yml', { files });
    expect(await blast('profile shop.yml --no-cpu --no-heap -q', { files })).toMatchObject({ code: 0, out: '' });
    expect(files.list('out/shop-profile')).toEqual(['profile.json', 'samples.csv', 'samples.svg']);
  });

  it('refuses a folder with other files, samples that are none and scenarios that are not valid', async () => {
    const files = new MemoryFiles({ 'shop.yml': SCENARIO, 'full/notes.txt': 'x', 'bad.yml': 'version: 1\n' });
    const full = await blast('profile shop.yml --out full', { files });
    expect(full.code).toBe(2);
    expect(full.err).toContain("full holds other files than a profile's");
    expect(files.list('full')).toEqual(['notes.txt']);
    expect((await blast('profile shop.yml --out shop.yml', { files })).code).toBe(2);
    expect((await blast('profile shop.yml --samples 0', { files })).code).toBe(2);
    expect((await blast('profile bad.yml', { files })).code).toBe(3);
  });

  it('answers an expectation that failed as blast run does', async () => {
    const files = new MemoryFiles({ 'shop.yml': SCENARIO.replace('== 1.0', '< 0.5') });
    const failed = await blast('profile shop.yml', { files });
    expect(failed.code).toBe(4);
    expect(failed.err).toContain('success_rate');
    expect(files.kind('out/shop-profile/profile.json')).toBe('file');
  });
});
