/** States that runs keep, through the command. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../run/testing/memory-files.ts';
import { blast } from './testing/fake-io.ts';

const SCENARIO = `version: 1
name: shop
duration: 20s
params:
  late: { type: amount, default: 2 sat }
nodes:
  alice: {}
  bob: {}
channels:
  alice-bob: { from: alice, to: bob, capacity: 100_000 sat, push: 20_000 sat }
activity:
  pays: { source: alice, destination: bob, interval: 1s, amount: 1 sat }
  after: { source: bob, destination: alice, start: 12s, interval: 1s, amount: "\${{ params.late }}" }
snapshots:
  - { at: 10s, name: half }
  - { at: end }
expect:
  - { at: 5s, that: payments('pays').count >= 4 }
  - payments().success_rate == 1.0
`;

const NEXT = `version: 1
name: next
duration: 5s
network: { snapshot: out/shop/snapshots/half.snap.json }
nodes: { carol: {} }
channels: { bob-carol: { from: bob, to: carol, capacity: 50_000 sat } }
activity: { more: { source: alice, destination: carol, interval: 1s, amount: 1 sat } }
expect: [payments('more').success_rate == 1.0]
`;

const HALF = 'out/shop/snapshots/half.snap.json';
const END = 'out/shop/snapshots/end.snap.json';

async function played(): Promise<MemoryFiles> {
  const files = new MemoryFiles({ 'shop.yml': SCENARIO, 'next.yml': NEXT });
  expect(await blast('run shop.yml', { files })).toMatchObject({ code: 0, err: '' });
  return files;
}

const digests = (files: MemoryFiles, folder: string): unknown =>
  (JSON.parse(files.read(`${folder}/run.json`) ?? 'null') as { digests: unknown }).digests;

describe('blast run', () => {
  it('keeps the states of the scenario and those of --snapshot-at', async () => {
    const files = await played();
    expect(files.list('out/shop/snapshots')).toEqual(['end.snap.json', 'half.snap.json']);
    const more = await blast('run shop.yml --snapshot-at 1.5s --snapshot-at end --out more', { files });
    expect(more.out).toContain('more/snapshots/at-1s500ms.snap.json');
    expect(files.list('more/snapshots')).toEqual(['at-1s500ms.snap.json', 'end.snap.json', 'half.snap.json']);
    expect(files.read('more/snapshots/end.snap.json')).toBe(files.read(END));
    expect(digests(files, 'more')).toEqual(digests(files, 'out/shop'));
    const manifest = JSON.parse(files.read('more/run.json') ?? '') as { snapshots: object[]; files: string[] };
    expect(manifest.snapshots).toMatchObject([
      { name: 'at-1s500ms', at_us: 1_500_000 },
      { name: 'half', at_us: 10_000_000 },
      { name: 'end', file: 'snapshots/end.snap.json' },
    ]);
    expect(manifest.files).toContain('snapshots/half.snap.json');
  });

  it('removes the states of a former run from the folder', async () => {
    const files = await played();
    files.open('out/shop/snapshots/old.snap.json').write('{}');
    files.open('out/shop/snapshots/notes.txt').write('mine');
    await blast('run shop.yml', { files });
    expect(files.list('out/shop/snapshots')).toEqual(['end.snap.json', 'half.snap.json', 'notes.txt']);
  });

  it('goes on from a state to the same end', async () => {
    const files = await played();
    const before = files.read(END);
    const resumed = await blast(`run shop.yml --from ${HALF}`, { files });
    expect(resumed).toMatchObject({ code: 0, err: '' });
    expect(resumed.out).toContain('expectations 2 passed');
    expect(digests(files, 'out/shop-resumed')).toEqual(digests(files, 'out/shop'));
    expect(files.read('out/shop-resumed/snapshots/end.snap.json')).toBe(before);
    expect(files.read('out/shop-resumed/metrics.json')).toBe(files.read('out/shop/metrics.json'));
    // What happened before is not told again; what is told is the same.
    const whole = files.read('out/shop/events.ndjson') ?? '';
    const rest = files.read('out/shop-resumed/events.ndjson') ?? '';
    expect(rest.length).toBeGreaterThan(1000);
    expect(whole.endsWith(rest)).toBe(true);
    const manifest = JSON.parse(files.read('out/shop-resumed/run.json') ?? '') as object;
    expect(manifest).toMatchObject({ from: { kind: 'resume', file: HALF, at_us: 10_000_000 } });
  });

  it('goes on when only later things are changed, and not otherwise', async () => {
    const files = await played();
    const later = await blast(`run shop.yml --from ${HALF} --param late=7sat`, { files });
    expect(later).toMatchObject({ code: 3 });
    const ok = await blast(['run', 'shop.yml', '--from', HALF, '--param', 'late=7 sat', '--out', 'later'], { files });
    expect(ok).toMatchObject({ code: 0, err: '' });
    const whole = await blast(['run', 'shop.yml', '--param', 'late=7 sat', '--out', 'whole'], { files });
    expect(whole.code).toBe(0);
    expect(digests(files, 'later')).toEqual(digests(files, 'whole'));
    const seed = await blast(`run shop.yml --from ${HALF} --seed 2`, { files });
    expect(seed.code).toBe(3);
    expect(seed.err).toMatch(/half\.snap\.json:5:1 error E827 .*another one until then: .*seed, chain or gossip/);
    const edited = SCENARIO.replace('interval: 1s, amount: 1 sat', 'interval: 1s, amount: 3 sat');
    const other = await blast(`run shop.yml --from ${HALF}`, {
      files: new MemoryFiles({ 'shop.yml': edited, [HALF]: files.read(HALF) ?? '' }),
    });
    expect(other.err).toContain('the payments until then');
    const shorter = SCENARIO.replace('duration: 20s', 'duration: 8s').replace('  - { at: 10s, name: half }\n', '');
    const early = await blast(`run shop.yml --from ${HALF}`, {
      files: new MemoryFiles({ 'shop.yml': shorter, [HALF]: files.read(HALF) ?? '' }),
    });
    expect(early).toMatchObject({ code: 3, err: expect.stringContaining('E827') });
  });

  it('keeps the state when it is interrupted, and says how to go on', async () => {
    const files = await played();
    const { FakeIo } = await import('./testing/fake-io.ts');
    const { runCli } = await import('./cli.ts');
    const { defaultEngine } = await import('../host/default-engine.ts');
    const io = new FakeIo({ files });
    io.clock.onSleep = () => io.interrupt();
    const code = await runCli(['run', 'shop.yml', '--speed', '10x', '--out', 'cut'], io, defaultEngine);
    expect(code).toBe(130);
    expect(io.out).toContain('go on with: blast run shop.yml --from cut/snapshots/interrupted.snap.json');
    const resumed = await blast('run shop.yml --from cut/snapshots/interrupted.snap.json --out rest', { files });
    expect(resumed).toMatchObject({ code: 0, err: '' });
    expect(digests(files, 'rest')).toEqual(digests(files, 'out/shop'));
  });

  it('begins another scenario in a state', async () => {
    const files = await played();
    const next = await blast('run next.yml --check', { files });
    expect(next).toMatchObject({ code: 0, err: '' });
    expect(next.out).toContain('payments     4: 4 Success');
    expect(await blast('lock next.yml', { files })).toMatchObject({ code: 0 });
    expect(await blast('verify next.yml', { files })).toMatchObject({ code: 0 });
    const manifest = JSON.parse(files.read('out/next/run.json') ?? '') as object;
    expect(manifest).toMatchObject({ from: { kind: 'anew', file: HALF, at_us: 0 } });
    expect(files.read('out/next/events.ndjson')).toContain('"channel":"alice-bob"');
  });

  it.each([
    ['run shop.yml --snapshot-at 30s', 2, '--snapshot-at 30s is after the end of the run, 20s'],
    ['run shop.yml --until 5s --snapshot-at 6s', 2, 'after the end of the run, 5s'],
    [`run shop.yml --from ${HALF} --snapshot-at 10s`, 2, 'is not after the state that the run goes on from, 10s'],
    [`run shop.yml --from ${HALF} --until 9s`, 2, '--until 9s is before the state that the run goes on from, 10s'],
    [`run shop.yml --from ${HALF} --out out/shop`, 2, 'which the results in out/shop would replace'],
    ['run next.yml --out out/shop', 2, 'which the results in out/shop would replace'],
    ['run shop.yml --snapshot-at soon', 2, 'Write a duration with its unit'],
    ['run shop.yml --from nothing.snap.json', 3, 'E822 there is no file nothing.snap.json'],
    ['run shop.yml --from shop.yml', 3, 'E822'],
  ])('refuses `blast %s`', async (line, code, message) => {
    const result = await blast(line, { files: await played() });
    expect(result.err).toContain(message);
    expect(result.code).toBe(code);
  });
});

describe('a state of real nodes', () => {
  const REAL = 'real.snap.json';
  const file = new URL('../compile/golden/files/real.snap.json', import.meta.url);
  const besides = async (shop = SCENARIO): Promise<MemoryFiles> => {
    const simulated = (await played()).read(HALF) ?? '';
    return new MemoryFiles({ 'shop.yml': shop, [HALF]: simulated, [REAL]: readFileSync(file, 'utf8') });
  };

  it('is shown, compared and checked', async () => {
    const files = await besides();
    const { digest } = JSON.parse(files.read(REAL) ?? '') as { digest: string };
    const shown = await blast(`snapshot show ${REAL}`, { files });
    expect(shown.out.replace(digest.slice(0, 12), 'DIGEST')).toMatchInlineSnapshot(`
      "real.snap.json
        taken      at 6s of real, seed 1, by 0.1.0, on the backend ldk
        nodes      2: 2 ldk, 20_050_000 sat in wallets
        channels   1: 1 open; 1_000_000 sat in open ones
        in flight  1 payment, 1 HTLC
        chain      height 100, 250 sat/kw, 0 in the mempool
        run        2 payments made, 1 resolved
        journal    3 calls, which going on plays again
        digest     DIGEST

        channels
        alice-bob  alice ████████████████░░░░░░░░ bob  1_000_000 sat  1 HTLC of 20_000 sat

        node   model  channels        local       remote          wallet  forwards  fees earned
        alice  ldk           1  660_000 sat  320_000 sat  10_000_000 sat         0        0 sat
        bob    ldk           1  320_000 sat  660_000 sat  10_050_000 sat         0        0 sat
      "
    `);
    const json = JSON.parse((await blast(`snapshot show ${REAL} --format json`, { files })).out) as object;
    expect(json).toMatchObject({ backend: 'ldk', calls: 3, in_flight: { payments: 1, htlcs: 1, events: null } });
    const found = await blast(`snapshot diff ${HALF} ${REAL}`, { files });
    expect(found.out).toContain('backend: simulator -> ldk');
    expect(await blast(`snapshot verify ${REAL}`, { files })).toMatchObject({ code: 0 });
    expect(await blast(`snapshot convert ${REAL} other.snap.json`, { files })).toMatchObject({ code: 0 });
    expect(files.read('other.snap.json')).toBe(files.read(REAL));
  });

  it.each([
    [
      `run shop.yml --from ${REAL}`,
      3,
      'E832 the snapshot was taken on the backend ldk, and the run is on the backend sim',
    ],
    [`run shop.yml --backend ldk --from ${HALF}`, 3, 'E832 the snapshot was taken on the backend simulator'],
    [`snapshot convert ${REAL} x.snap.json --network-only`, 2, 'a journal is nothing without its run'],
    [`export ${REAL} --format lnd-describegraph`, 3, 'E832 real.snap.json was taken on the backend ldk'],
  ])('`blast %s`', async (line, code, message) => {
    const shop = line.includes('ldk')
      ? SCENARIO.replace('alice: {}', 'alice: { model: ldk }').replace('bob: {}', 'bob: { model: ldk }')
      : SCENARIO;
    const result = await blast(line, { files: await besides(shop) });
    expect(result.err).toContain(message);
    expect(result.code).toBe(code);
  });
});

describe('blast snapshot', () => {
  it('shows figures', async () => {
    const files = await played();
    const shown = await blast(`snapshot show ${HALF}`, { files });
    expect(shown).toMatchObject({ code: 0, err: '' });
    const { digest } = JSON.parse(files.read(HALF) ?? '') as { digest: string };
    expect(shown.out.replace(digest.slice(0, 12), 'DIGEST')).toMatchInlineSnapshot(`
      "out/shop/snapshots/half.snap.json
        taken      at 10s of shop, seed 1, by 0.1.0
        nodes      2: 2 lnd, 0 sat in wallets
        channels   1: 1 open; 100_000 sat in open ones
        in flight  1 payment, 1 HTLC, 1 pending event
        chain      height 100, 250 sat/kw, 0 in the mempool
        run        10 payments made, 9 resolved
        digest     DIGEST

        channels
        alice-bob  alice ███████████████████░░░░░ bob  100_000 sat  1 HTLC of 1 sat

        node   model  channels       local      remote  wallet  forwards  fees earned
        alice  lnd           1  79_990 sat  20_009 sat   0 sat         0        0 sat
        bob    lnd           1  20_009 sat  79_990 sat   0 sat         0        0 sat
      "
    `);
    const json = JSON.parse((await blast(`snapshot show ${HALF} --format json`, { files })).out) as object;
    expect(json).toMatchObject({ scenario: 'shop', nodes: [{ name: 'alice', channels: 1 }, { name: 'bob' }] });
    expect(await blast(`snapshot show ${HALF} --most x`, { files })).toMatchObject({ code: 2 });
  });

  it('tells what differs', async () => {
    const files = await played();
    const found = await blast(`snapshot diff ${HALF} ${END}`, { files });
    expect(found.code).toBe(5);
    expect(found.out).toContain('alice.balance_msat: 79_990 sat -> 79_997 sat (+7 sat)');
    expect(found.out).toContain('time_us: 10000000 -> 20000000 (+10000000)');
    expect(await blast(`snapshot diff ${HALF} ${HALF}`, { files })).toMatchObject({
      code: 0,
      out: expect.stringContaining('identical'),
    });
    const json = JSON.parse((await blast(`snapshot diff ${HALF} ${END} --format json`, { files })).out) as object;
    expect(json).toMatchObject({
      identical: false,
      entries: expect.arrayContaining([expect.objectContaining({ name: 'alice-bob' })]),
    });
    expect(await blast(`snapshot diff ${HALF}`, { files })).toMatchObject({ code: 2 });
  });

  it('verifies files, all of them', async () => {
    const files = await played();
    files
      .open('bad.snap.json')
      .write((files.read(HALF) ?? '').replace('"capacity_sat":100000', '"capacity_sat":100001'));
    const found = await blast(`snapshot verify ${HALF} bad.snap.json none.snap.json ${END}`, { files });
    expect(found.code).toBe(3);
    expect(found.out.match(/valid/g)).toHaveLength(2);
    for (const part of ['error E825', 'error E826', 'E822 there is no file none.snap.json'])
      expect(found.err).toContain(part);
    const json = await blast(`snapshot verify ${HALF} bad.snap.json --format json`, { files });
    expect(JSON.parse(json.out)).toMatchObject([{ valid: true }, { file: 'bad.snap.json', valid: false }]);
  });

  it('goes to states anew with --replay, in the scenario that made them', async () => {
    const files = await played();
    const found = await blast(`snapshot verify ${HALF} ${END} --replay shop.yml`, { files });
    expect(found).toMatchObject({ code: 0, err: '' });
    expect(found.out.match(/valid, [0-9a-f]{12}, the same again$/gm)).toHaveLength(2);
    const other = await blast(`snapshot verify ${HALF} --replay next.yml`, { files });
    expect(other).toMatchObject({ code: 3, err: expect.stringContaining('E827') });
    const json = await blast(`snapshot verify ${HALF} ${END} --replay shop.yml --seed 2 --format json`, { files });
    expect(json.code).toBe(3);
    expect(JSON.parse(json.out)).toMatchObject([
      { valid: true, replay: { verdict: 'impossible' } },
      { valid: true, replay: { verdict: 'impossible' } },
    ]);
    expect(await blast(`snapshot verify ${HALF} --replay none.yml`, { files })).toMatchObject({ code: 3 });
    expect(await blast(`snapshot show ${HALF} --replay shop.yml`, { files })).toMatchObject({ code: 2 });
  });

  it('converts to a file of the network only, which a scenario can begin in and no run go on from', async () => {
    const files = await played();
    expect(await blast(`snapshot convert ${HALF} warm.snap.json --network-only`, { files })).toMatchObject({ code: 0 });
    expect((files.read('warm.snap.json') ?? '').length).toBeLessThan((files.read(HALF) ?? '').length);
    expect(await blast('snapshot verify warm.snap.json', { files })).toMatchObject({ code: 0 });
    const run = await blast('run shop.yml --from warm.snap.json', { files });
    expect(run).toMatchObject({ code: 3, err: expect.stringContaining('keeps a network only') });
    files.open('next.yml').write(NEXT.replace(HALF, 'warm.snap.json'));
    expect(await blast('run next.yml', { files })).toMatchObject({ code: 0, err: '' });
  });

  it('refuses what it does not know', async () => {
    expect(await blast('snapshot frobnicate x', {})).toMatchObject({
      code: 2,
      err: expect.stringContaining('actions: show'),
    });
  });
});
