/** The library: scenarios from files and texts, runs and what can be asked of them, locks. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadScenario, loadSnapshot, parseScenario, ScenarioError, SnapshotError } from './index.ts';
import { toMatchLock, toPass } from './matchers.ts';

const SMALL = `version: 1
name: small
duration: 10s
params:
  amount: { type: amount, default: 2 sat }
  times: { type: int, default: 9 }
nodes: { alice: { wallet: 1 BTC }, bob: {} }
channels:
  alice-bob: { from: alice, to: bob, capacity: 100_000 sat }
activity:
  pays: { source: alice, destination: bob, interval: 1s, count: "\${{ params.times }}", amount: "\${{ params.amount }}" }
expect:
  - payments('pays').success_rate > 0.9
`;

const folder = mkdtempSync(path.join(tmpdir(), 'blast-api-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = path.join(folder, 'small.yml');
const lockFile = path.join(folder, 'small.lock.json');
beforeEach(() => {
  writeFileSync(file, SMALL);
  rmSync(lockFile, { force: true });
});

describe('a scenario', () => {
  it('comes from a file, by path or address', async () => {
    const scenario = await loadScenario(file);
    expect(scenario).toMatchObject({ name: 'small', seed: 1, file, warnings: [] });
    expect(scenario.params).toEqual({ amount: '2 sat', times: 9 });
    const same = await loadScenario(pathToFileURL(file));
    expect((await same.run()).digests).toEqual((await scenario.run()).digests);
  });

  it('is told relative to the present folder', async () => {
    const scenario = await loadScenario(new URL('../../scenarios/quick-start.yml', import.meta.url));
    expect(scenario.file).toBe(path.join('scenarios', 'quick-start.yml'));
  });

  it('plays to the lock that the command wrote', async () => {
    const run = await (await loadScenario('scenarios/quick-start.yml')).run();
    const { digests } = JSON.parse(readFileSync('scenarios/quick-start.lock.json', 'utf8'));
    expect(run.digests).toEqual(digests);
    expect(run.matchLock()).toEqual({ matches: true, message: '' });
  });

  it('takes parameters and a seed, and does not change by it', async () => {
    const scenario = await parseScenario(SMALL, { params: { amount: '3 sat' } });
    const other = await scenario.with({ params: { times: 4 }, seed: 7 });
    expect(other).toMatchObject({ seed: 7, params: { amount: '3 sat', times: 4 } });
    expect(scenario).toMatchObject({ seed: 1, params: { amount: '3 sat', times: 9 } });
    expect((await other.run()).payments().amountMsat).toBe(12_000);
    const run = await scenario.run({ params: { times: 5 }, seed: 3 });
    expect(run.seed).toBe(3);
    expect(run.payments().amountMsat).toBe(15_000);
  });

  it('reads the files that it names beside where it stands', async () => {
    writeFileSync(path.join(folder, 'nodes.yml'), 'nodes: { carol: {} }\n');
    const text = `${SMALL}include: nodes.yml\n`;
    const scenario = await parseScenario(text, { file });
    expect([...(await scenario.run()).nodes.keys()]).toContain('carol');
    await expect(parseScenario(text, { file: path.join(folder, 'elsewhere/x.yml') })).rejects.toThrow('E701');
  });

  it('that is wrong ends in all problems with their places', async () => {
    const text = SMALL.replace('duration: 10s', 'duration: 10').replace('to: bob', 'to: bobb');
    const error = await parseScenario(text, { file: 'wrong.yml' }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ScenarioError);
    expect((error as ScenarioError).message).toMatch(
      /^wrong\.yml is not valid\n\nwrong\.yml:3:11 error E301 .*\n3 \| /,
    );
    expect((error as ScenarioError).message).toMatch(/wrong\.yml:9:\d+ error E401 there is no node `bobb`/);
    expect((error as ScenarioError).diagnostics.map(({ code }) => code)).toEqual(['E301', 'E401']);
    await expect(parseScenario(SMALL, { params: { amuont: '1 sat' } })).rejects.toThrow('did you mean `amount`?');
    await expect(loadScenario(path.join(folder, 'none.yml'))).rejects.toThrow('E113 there is no file');
  });
});

describe('a run', () => {
  it('answers what happened', async () => {
    const run = await (await parseScenario(SMALL)).run({ check: true });
    expect(run.payments('pays')).toMatchObject({ count: 9, succeeded: 9, successRate: 1, amountMsat: 18_000 });
    expect(run.payments('p*').count).toBe(run.payments().count);
    expect(run.node('alice')).toMatchObject({ model: 'lnd', running: true, channels: 1 });
    const { balance0Msat, balance1Msat, capacitySat } = run.channel('alice-bob');
    expect(balance1Msat).toBe(18_000);
    expect(balance0Msat + balance1Msat).toBeLessThanOrEqual(capacitySat * 1000);
    expect(run.chain.height).toBeGreaterThan(0);
    expect(run.expectations).toMatchObject([{ status: 'passed', line: 13 }]);
    expect({ whole: run.whole, end: run.endSeconds, failures: run.failures() }).toEqual({
      whole: true,
      end: 10,
      failures: '',
    });
    expect(Object.values(run.digests).every((digest) => /^[0-9a-f]{64}$/.test(digest))).toBe(true);
  });

  it('tells names that do not exist', async () => {
    const run = await (await parseScenario(SMALL)).run();
    expect(() => run.node('bobb')).toThrow("there is no node `bobb`; did you mean 'bob'?");
    expect(() => run.channel('alice-bop')).toThrow("did you mean 'alice-bob'?");
    expect(() => run.payments('pay')).toThrow("there is no activity `pay`; did you mean 'pays'?");
  });

  it('stops where it is told', async () => {
    const scenario = await parseScenario(SMALL);
    const run = await scenario.run({ until: '4s' });
    expect([run.whole, run.endSeconds, run.payments().count]).toEqual([false, 4, 4]);
    expect(toPass(run)).toMatchObject({ pass: false });
    expect(toPass(run).message()).toBe('small ended before 1 of its expectations could be checked');
    await expect(scenario.run({ until: '4' })).rejects.toThrow('until: ');
  });

  it('keeps its records when asked, without another digest', async () => {
    const scenario = await parseScenario(SMALL);
    const plain = await scenario.run();
    expect(() => plain.records).toThrow('run({ records: true })');
    const kept = await scenario.run({ records: true });
    expect(kept.digests).toEqual(plain.digests);
    expect(kept.records.filter(({ event }) => event === 'payment_resolved')).toHaveLength(9);
    expect(kept.records[0]).toMatchObject({ n: 0, us: 0, t: '00:00:00.000000' });
  });

  it('needs no timers of the test suite', async () => {
    vi.useFakeTimers();
    try {
      const scenario = await loadScenario('scenarios/outage.yml');
      expect((await scenario.run()).whole).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('toPass', () => {
  it('shows the expectations that failed', async () => {
    const run = await (await parseScenario(SMALL.replace('> 0.9', '> 1'), { file: 'small.yml' })).run();
    expect(toPass(run).pass).toBe(false);
    expect(toPass(run).message()).toBe(
      "small.yml:13:5 expectation failed at the end: payments('pays').success_rate > 1\n  payments('pays').success_rate = 1 (expected > 1)",
    );
  });

  it('wants a run', () => {
    expect(toPass(Promise.resolve()).message()).toContain('await it first');
    expect(toMatchLock(5, 'all').message()).toContain('got number');
  });
});

describe('toMatchLock', () => {
  const run = async (text: string = SMALL, lock?: string) => {
    writeFileSync(file, text);
    return (await loadScenario(file)).run(lock === undefined ? {} : { lock });
  };

  it('writes a lock that is missing, unless it must not', async () => {
    const first = await run();
    expect(first.matchLock('none')).toMatchObject({ matches: false, message: expect.stringContaining('E801') });
    expect(existsSync(lockFile)).toBe(false);
    expect(first.matchLock('new').matches).toBe(true);
    expect(JSON.parse(readFileSync(lockFile, 'utf8')).digests.run).toBe(first.digests.run);
    // The one that began before the lock was there, and one that begins now.
    expect(first.matchLock('none').matches).toBe(true);
    expect((await run()).matchLock('none').matches).toBe(true);
  });

  it('says what blast verify says of a run that differs, and writes only when told', async () => {
    (await run()).matchLock('new');
    const before = readFileSync(lockFile, 'utf8');
    const other = await run(SMALL.replace('interval: 1s', 'interval: 900ms'));
    const { matches, message } = other.matchLock('new');
    expect(matches).toBe(false);
    expect(message).toContain(`${file}: differs (E805)\n  the scenario changed since it was locked (E804)\n`);
    expect(message).toMatch(
      /\n {2}first difference between 0s and 1s\n {2}event \d+ is not the locked one; in this run:\n/,
    );
    expect(message).toMatch(/\n {2}> \d+ 00:00:00\.900000 /);
    expect(readFileSync(lockFile, 'utf8')).toBe(before);
    expect(other.matchLock('all').matches).toBe(true);
    expect(readFileSync(lockFile, 'utf8')).not.toBe(before);
  });

  it('gives a run with a name a lock of its own', async () => {
    const named = await run(SMALL, 'slow');
    expect(named.matchLock('new').matches).toBe(true);
    expect(existsSync(path.join(folder, 'small.slow.lock.json'))).toBe(true);
    expect(existsSync(lockFile)).toBe(false);
  });

  it('locks nothing that is not whole, not passed or without a place', async () => {
    const cut = await (await loadScenario(file)).run({ until: '4s' });
    expect(cut.matchLock('all').message).toContain('a run that was stopped at 4s cannot be compared with a lock');
    const failed = await run(SMALL.replace('> 0.9', '> 1'));
    expect(failed.matchLock('all').message).toContain('was not locked: an expectation failed');
    const text = await (await parseScenario(SMALL)).run();
    expect(text.matchLock('all').message).toContain('has no lock beside it');
    expect(existsSync(lockFile)).toBe(false);
  });

  it('tells a lock that is malformed', async () => {
    writeFileSync(lockFile, '{}');
    const found = await run();
    expect(found.matchLock('new').message).toContain('E802');
    expect(found.matchLock('all').matches).toBe(true);
  });
});

describe('a snapshot', () => {
  it('is kept when asked, and a run goes on from it', async () => {
    const scenario = await loadScenario(file);
    const run = await scenario.run({ snapshotAt: ['4.5s', 'end'] });
    expect([...run.snapshots.keys()]).toEqual(['at-4s500ms', 'end']);
    const half = run.snapshot('at-4s500ms');
    expect(half.seconds).toBe(4.5);
    expect(half.figures).toMatchObject({ scenario: 'small', nodes: [{ name: 'alice', channels: 1 }, { name: 'bob' }] });
    const rest = await scenario.run({ from: half, snapshotAt: ['end'] });
    expect(rest.digests).toEqual(run.digests);
    expect(rest.snapshot().text).toBe(run.snapshot().text);
    expect(rest.payments('pays').succeeded).toBe(9);
    expect(() => run.snapshot('half')).toThrow('kept no state `half`; it kept at-4s500ms, end');
    await expect(scenario.run({ from: half, seed: 2 })).rejects.toThrow('another one until then');
  });

  it('goes to a file and comes back, and another scenario begins in it', async () => {
    const run = await (await loadScenario(file)).run({ snapshotAt: ['end'] });
    for (const name of ['end.snap.json', 'end.snap.json.gz']) {
      run.snapshot().save(path.join(folder, name));
      const loaded = loadSnapshot(path.join(folder, name));
      expect(loaded.digest).toBe(run.snapshot().digest);
    }
    run.snapshot().networkOnly().save(path.join(folder, 'network.snap.json'));
    const text = 'version: 1\nduration: 5s\nnetwork: { snapshot: network.snap.json }\nnodes: { carol: {} }\n';
    const next = await (await parseScenario(text, { file: path.join(folder, 'next.yml') })).run();
    expect(next.channel('alice-bob').balance1Msat).toBe(18_000);
    expect(next.node('carol').channels).toBe(0);
    expect(() => loadSnapshot(path.join(folder, 'none.snap.json'))).toThrow('E822 there is no file');
    writeFileSync(path.join(folder, 'bad.snap.json'), run.snapshot().text.replace('18000', '18001'));
    expect(() => loadSnapshot(path.join(folder, 'bad.snap.json'))).toThrow(SnapshotError);
    expect(() => loadSnapshot(path.join(folder, 'bad.snap.json'))).toThrow(/bad\.snap\.json:\d+:\d+ error E82[56]/);
  });
});
