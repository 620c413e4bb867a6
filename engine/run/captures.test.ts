import { describe, expect, it } from 'vitest';
import { nativeSha256 } from '../host/native-sha256.ts';
import { PHASE } from '../timeline/timeline.ts';
import type { RunInput } from './run-contract.ts';
import { testRun, testTimeline } from './testing/fixtures.ts';

/** Hashes of the host that a run has asked for. */
async function asked(input: Partial<RunInput>, timeline = testTimeline()): Promise<number> {
  let made = 0;
  const sha256 = () => {
    made++;
    return nativeSha256();
  };
  const result = await testRun(timeline, { ...input, sha256 });
  expect(result.recordsDigest).toBe((await testRun(timeline, input)).recordsDigest);
  return made;
}

describe('a hash of the host', () => {
  const onSnapshot = (): void => {};

  it('is used where no state is kept', async () => {
    expect(await asked({})).toBe(1);
    expect(await asked({ onSnapshot })).toBe(1);
    expect(await asked({ captureOnStop: 'stopped' })).toBe(1);
  });

  it('is not used where one may be', async () => {
    expect(await asked({ onSnapshot, captureOnStop: 'stopped' })).toBe(0);
    // Beyond the end, so that none is in fact.
    expect(await asked({ onSnapshot, captures: [{ atUs: 50_000_000, name: 'late' }] })).toBe(0);
    const action = { kind: 'note', args: {} };
    const timeline = testTimeline({ actions: [{ timeUs: 1_000_000, phase: PHASE.observe, action }] });
    const kinds = new Map([['note', { keepsStates: true as const, apply: () => {} }]]);
    expect(await asked({ onSnapshot, kinds }, timeline)).toBe(0);
    expect(await asked({ onSnapshot, kinds, keepsOwn: false }, timeline)).toBe(1);
  });
});
