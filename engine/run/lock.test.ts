import { describe, expect, it } from 'vitest';
import { ENGINE_VERSION } from '../base/version.ts';
import { EventsNdjson } from './events-ndjson.ts';
import { type Lock, lockOf, lockPath, readLock, writeLock } from './lock.ts';
import { LOCK_SCHEMA } from './lock-schema.ts';
import type { RunObserver } from './observers.ts';
import type { FakeOptions } from './testing/fake-backend.ts';
import { FakeBackend } from './testing/fake-backend.ts';
import { testRun, testTimeline } from './testing/fixtures.ts';
import { Verifier } from './verify.ts';

const digests = { spec: '11'.repeat(32), timeline: '22'.repeat(32) };
const timeline = testTimeline({ expectations: [{ that: 'payments().count == 10' }] });

async function lock(options: FakeOptions = {}): Promise<Lock> {
  const result = await testRun(timeline, { backend: new FakeBackend(options), timelineDigest: digests.timeline });
  const made = lockOf(timeline, digests, result);
  if (made === null) throw new Error('no lock');
  return made;
}

async function verify(locked: Lock, options: FakeOptions = {}, against: string[] | null = null, now = digests) {
  const verifier = new Verifier(timeline, locked, against);
  const backend = new FakeBackend(options);
  const result = await testRun(timeline, { backend, observers: verifier.observers, timelineDigest: now.timeline });
  return verifier.verdict(now, result, ENGINE_VERSION);
}

async function eventsOf(options: FakeOptions = {}): Promise<string[]> {
  const lines: string[] = [];
  const events: RunObserver = new EventsNdjson(timeline, (line) => lines.push(line.trimEnd()));
  await testRun(timeline, { backend: new FakeBackend(options), observers: [events] });
  return lines;
}

describe('the lock file', () => {
  it('reads back as it was written, with the same bytes', async () => {
    const text = writeLock(await lock({ chatter: 400 }));
    const reading = readLock(text, 'x.lock.json');
    expect(reading.ok && writeLock(reading.lock)).toBe(text);
    expect(text).toContain('"format": "blast-lock/1"');
    for (const line of text.split('\n')) expect(line.length).toBeLessThan(160);
  });

  it('stands beside the scenario', () => {
    expect(lockPath('a/close.yml')).toBe('a/close.lock.json');
    expect(lockPath('a.b.yaml')).toBe('a.b.lock.json');
  });

  it('is not made of a run that was cut short', async () => {
    expect(lockOf(timeline, digests, await testRun(timeline, { until: 1 }))).toBeNull();
  });

  it.each([
    [null, 'E801', 'there is no lock file'],
    ['{', 'E802', 'not JSON'],
    ['[]', 'E802', 'malformed'],
    ['{"format":"blast-lock/2"}', 'E803', "'blast-lock/2'"],
    ['{"format":"blast-lock/1"}', 'E802', "must have required property 'engine'"],
  ])('%s is refused with %s', (text, code, message) => {
    const reading = readLock(text, 'x.lock.json');
    if (reading.ok) throw new Error('accepted');
    expect(reading.diagnostics[0]).toMatchObject({
      code,
      file: 'x.lock.json',
      message: expect.stringContaining(message),
    });
  });

  it('is refused when a field is wrong', async () => {
    const good = JSON.parse(writeLock(await lock()));
    const broken = (change: (json: typeof good) => void): string => {
      const copy = structuredClone(good);
      change(copy);
      const reading = readLock(JSON.stringify(copy), 'x');
      return reading.ok ? 'accepted' : (reading.diagnostics[0]?.message ?? '');
    };
    expect(broken(() => {})).toBe('accepted');
    expect(broken((json) => (json.digests.run = 'xyz'))).toContain('digests.run must match pattern');
    expect(broken((json) => (json.checkpoints[2].at_us = -1))).toContain('checkpoints[2].at_us must be >= 0');
    expect(broken((json) => (json.extra = 1))).toContain('must NOT have additional properties');
    expect(broken((json) => (json.trace.stride = 2 ** 40))).toContain('does not fit');
    expect(broken((json) => json.trace.fingerprints.pop())).toContain('does not fit');
  });

  // `vitest -u` writes the file anew.
  it('has a schema that is published as it is', async () => {
    const text = `${JSON.stringify(LOCK_SCHEMA, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../schemas/lock.v1.schema.json');
  });
});

describe('verifying', () => {
  it('finds the same run identical', async () => {
    expect(await verify(await lock())).toEqual({
      identical: true,
      differing: [],
      interval: null,
      divergence: null,
      lines: null,
      lockedBy: null,
    });
  });

  it('finds the interval and the record that differ', async () => {
    const found = await verify(await lock(), { changeRecord: 12 });
    expect(found).toMatchObject({ identical: false, differing: ['records', 'run'] });
    expect(found.divergence).toMatchObject({ kind: 'changed', from: 12, to: 13 });
    const record = found.divergence?.records.at(-1);
    expect(record).toMatchObject({
      n: 12,
      timeUs: 6_105_000,
      text: expect.stringMatching(/^payment_resolved payment=5/),
    });
    expect(found.interval).toEqual({ fromUs: 6_000_000, toUs: 7_000_000 });
  });

  it('shows both sides against the log of another run', async () => {
    const found = await verify(await lock(), { changeRecord: 12 }, await eventsOf());
    expect(found.lines?.n).toBe(12);
    expect(found.lines?.theirs).toContain('"fee_msat":0');
    expect(found.lines?.ours).toContain('"fee_msat":1');
    expect((await verify(await lock(), {}, await eventsOf())).identical).toBe(true);
    const longer = [...(await eventsOf()), '{"n":21}'];
    expect((await verify(await lock(), {}, longer)).lines).toEqual({ n: 21, theirs: '{"n":21}', ours: null });
  });

  it('tells a changed scenario, timeline or state', async () => {
    const locked = await lock();
    const spec = await verify(locked, {}, null, { ...digests, spec: '33'.repeat(32) });
    expect(spec).toMatchObject({ identical: false, differing: ['spec'], divergence: null });
    const changed = await verify(locked, {}, null, { ...digests, timeline: '33'.repeat(32) });
    expect(changed.differing).toEqual(['timeline', 'run']);
  });

  it('tells which engine wrote the lock', async () => {
    expect((await verify({ ...(await lock()), engine: '0.0.9' })).lockedBy).toBe('0.0.9');
  });
});
