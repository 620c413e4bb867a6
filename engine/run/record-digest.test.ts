import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberHasher } from '../base/digest.ts';
import { nativeSha256 } from '../host/native-sha256.ts';
import type { RecordCode } from '../simulate/records.ts';
import { DivergenceWatch } from './divergence.ts';
import { decodeFingerprints, Fingerprints, MAX_GROUPS } from './fingerprints.ts';
import { checkpointInterval, RecordDigest } from './record-digest.ts';
import { testTimeline } from './testing/fixtures.ts';

type Row = [code: RecordCode, timeUs: number, a: number, b: number, c: number, amount: number];

const row = (i: number): Row => [28, i * 10_000, i, i % 5, 1, i * 7 + 2 ** 40];

function digestOf(rows: readonly Row[], durationUs = 60_000_000): RecordDigest {
  const digest = new RecordDigest(durationUs);
  for (const r of rows) digest.record(...r);
  digest.finish(durationUs);
  return digest;
}

describe('checkpoints', () => {
  it.each([
    [70_000_000, 1_000_000],
    [100_000_000, 1_000_000],
    [100_000_001, 5_000_000],
    [3_600_000_000, 60_000_000],
    [86_400_000_000, 1_800_000_000],
    [0, 1_000_000],
    [400 * 365 * 86_400_000_000, 4 * 31_536_000_000_000],
  ])('of %i µs lie %i µs apart', (duration, interval) => {
    expect(checkpointInterval(duration)).toBe(interval);
  });

  it('hold what happened before their instant', () => {
    const rows = Array.from({ length: 250 }, (_, i) => row(i));
    const { checkpoints } = digestOf(rows, 4_000_000);
    expect(checkpoints.map(({ atUs, records }) => [atUs, records])).toEqual([
      [1_000_000, 100],
      [2_000_000, 200],
      [3_000_000, 250],
      [4_000_000, 250],
    ]);
    expect(checkpoints[0]?.digest).toBe(digestOf(rows.slice(0, 100)).digest());
    expect(checkpoints[3]?.digest).toBe(digestOf(rows).digest());
  });
});

describe('the digest', () => {
  it('changes with every field and with announced texts', () => {
    const digests = new Set([digestOf([row(3)]).digest()]);
    for (let field = 0; field < 6; field++) {
      const changed = row(3);
      (changed[field] as number) += 1;
      digests.add(digestOf([changed]).digest());
    }
    const withText = new RecordDigest(1);
    withText.text(0, 'capacity too small');
    withText.record(...row(3));
    digests.add(withText.digest());
    expect(digests.size).toBe(8);
  });

  it('is the same with a hash of the host, which cannot be captured', () => {
    const ours = new RecordDigest(60_000_000);
    const native = new RecordDigest(60_000_000, nativeSha256());
    for (const digest of [ours, native]) {
      for (let i = 0; i < 5_000; i++) {
        digest.record(...row(i));
        if (i % 1_000 === 7) digest.text(i, 'capacity too small');
      }
      digest.finish(60_000_000);
    }
    expect(native.checkpoints).toEqual(ours.checkpoints);
    expect(native.digest()).toBe(ours.digest());
    expect(() => native.capture()).toThrow(TypeError);
    expect(() => native.restore(ours.capture())).toThrow(TypeError);
  });
});

describe('the trace', () => {
  it('has a fingerprint for each record of a small run', () => {
    const prints = new Fingerprints();
    for (let i = 0; i < 10; i++) prints.addAll(Float64Array.from(row(i)), 1);
    expect(prints.trace()).toMatchObject({ records: 10, stride: 1 });
    expect(decodeFingerprints(prints.trace().fingerprints)).toHaveLength(10);
  });

  it.each([
    [MAX_GROUPS, 1],
    [MAX_GROUPS + 1, 2],
    [5 * MAX_GROUPS, 8],
  ])('of %i records has the stride %i', (records, stride) => {
    const prints = new Fingerprints();
    for (let i = 0; i < records; i++) prints.addAll(Float64Array.from(row(i)), 1);
    const trace = prints.trace();
    expect(trace.stride).toBe(stride);
    expect(trace.fingerprints).toHaveLength(4 * Math.ceil(records / stride));
  });
});

describe('records in batches', () => {
  const rows = Array.from({ length: 3 * MAX_GROUPS }, (_, i) => row(i));

  it('have the fingerprints of the same records one by one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 12 }), (batches) => {
        const together = new Fingerprints();
        const alone = new Fingerprints();
        let at = 0;
        for (const size of batches) {
          const some = rows.slice(at, at + size);
          at += size;
          together.addAll(Float64Array.from(some.flat()), some.length);
          for (const one of some) alone.addAll(Float64Array.from(one), 1);
        }
        expect(together.trace()).toEqual(alone.trace());
      }),
    );
  });

  it('are hashed number by number', () => {
    const together = new NumberHasher();
    const alone = new NumberHasher();
    together.records(Float64Array.from(rows.flat()), rows.length);
    for (const [code, ...numbers] of rows) {
      alone.u32(code);
      for (const n of numbers) alone.f64(n);
    }
    expect(together.digest()).toBe(alone.digest());
  });

  it('can be asked for at any place', () => {
    const whole = new RecordDigest(1e12);
    const asked = new RecordDigest(1e12);
    for (const [i, r] of rows.slice(0, 1000).entries()) {
      whole.record(...r);
      asked.record(...r);
      expect(asked.records).toBe(i + 1);
      if (i % 137 === 0) asked.capture();
      if (i % 211 === 0) asked.digest();
    }
    expect(asked.digest()).toBe(whole.digest());
    expect(asked.trace()).toEqual(whole.trace());
  });
});

describe('locating a difference', () => {
  const timeline = testTimeline();
  const traceOf = (rows: readonly Row[]): Fingerprints => {
    const prints = new Fingerprints();
    for (const r of rows) prints.addAll(Float64Array.from(r), 1);
    return prints;
  };
  const watch = (locked: readonly Row[], now: readonly Row[]) => {
    const watcher = new DivergenceWatch(timeline, traceOf(locked).trace());
    for (const r of now) watcher.record(...r);
    watcher.finish();
    return watcher.divergence();
  };

  it('finds nothing in equal logs', () => {
    const rows = Array.from({ length: 5000 }, (_, i) => row(i));
    expect(watch(rows, rows)).toBeNull();
  });

  it('finds the very record in a small log, with those before it', () => {
    const rows = Array.from({ length: 100 }, (_, i) => row(i));
    const changed = rows.map((r, i): Row => (i === 42 ? [r[0], r[1], r[2], r[3], r[4], r[5] + 1] : r));
    const found = watch(rows, changed);
    expect(found).toMatchObject({ kind: 'changed', from: 42, to: 43 });
    expect(found?.records.map(({ n }) => n)).toEqual([39, 40, 41, 42]);
    expect(found?.records[3]?.timeUs).toBe(420_000);
  });

  it('finds the group in a large log, for any place and any field', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9000 }),
        fc.nat(),
        fc.integer({ min: 0, max: 5 }),
        (length, place, field) => {
          const rows = Array.from({ length }, (_, i) => row(i));
          const index = place % length;
          const changed = rows.map((r) => [...r] as Row);
          ((changed[index] as Row)[field] as number) += 1;
          const stride = traceOf(rows).trace().stride;
          const found = watch(rows, changed);
          expect(found?.kind).toBe('changed');
          expect(found?.from).toBe(Math.floor(index / stride) * stride);
          expect(found?.records.some(({ n }) => n === index)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('tells logs that go on or end early', () => {
    const rows = Array.from({ length: 20 }, (_, i) => row(i));
    expect(watch(rows.slice(0, 15), rows)).toMatchObject({ kind: 'longer', from: 15 });
    expect(watch(rows, rows.slice(0, 15))).toMatchObject({ kind: 'shorter', from: 15 });
  });
});
