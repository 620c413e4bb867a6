import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/json.ts';
import { FAILURE } from '../failure.ts';
import { OUTCOME, RECORD } from '../records.ts';
import { TestRun } from '../testing/network.ts';
import { ADMISSION, CircuitBreaker } from './circuit-breaker.ts';
import { DEFENCE } from './defences.ts';
import type { BreakerSettings } from './options.ts';

const SECOND = 1_000_000;
const breaker = (change: Partial<BreakerSettings>): CircuitBreaker =>
  new CircuitBreaker({ maxPending: 0, intervalUs: 0, burst: 10, mode: 'fail', ...change });

describe('a circuit breaker', () => {
  it('lets so many HTLCs of each peer be pending', () => {
    const b = breaker({ maxPending: 2 });
    expect([1, 2, 3].map((h) => b.admit(7, h, true, 0))).toEqual([ADMISSION.pass, ADMISSION.pass, ADMISSION.limit]);
    expect(b.admit(8, 4, true, 0)).toBe(ADMISSION.pass);
    b.resolved(7);
    expect(b.admit(7, 5, true, 0)).toBe(ADMISSION.pass);
  });

  it('lets a burst pass and then one in each interval, as a full token bucket does', () => {
    const b = breaker({ intervalUs: 6 * SECOND, burst: 3 });
    const at = (second: number): number => b.admit(1, 0, true, second * SECOND);
    expect([0, 0, 0, 0, 5.999_999].map(at)).toEqual([0, 0, 0, ADMISSION.rate, ADMISSION.rate]);
    expect([6, 6, 11.9, 12].map(at)).toEqual([0, ADMISSION.rate, ADMISSION.rate, 0]);
    // 30 seconds later the bucket is full, and no more than full.
    expect([42, 42, 42, 42].map(at)).toEqual([0, 0, 0, ADMISSION.rate]);
  });

  it('queues in order, takes a token for the first, and lets nobody jump the queue', () => {
    const b = breaker({ maxPending: 1, intervalUs: 10 * SECOND, burst: 1, mode: 'queue' });
    expect([1, 2, 3].map((h) => b.admit(5, h, true, 0))).toEqual([0, ADMISSION.queued, ADMISSION.queued]);
    expect(b.reserve(5, 0)).toBe(-1);
    b.resolved(5);
    expect(b.reserve(5, 4 * SECOND)).toBe(10 * SECOND);
    expect(b.reserve(5, 5 * SECOND)).toBe(-1);
    expect(b.admit(5, 4, true, 5 * SECOND)).toBe(ADMISSION.queued);
    expect(b.release(5)).toBe(2);
    b.resolved(5);
    expect(b.reserve(5, 11 * SECOND)).toBe(20 * SECOND);
    b.unqueue(5, 3);
    expect(b.release(5)).toBe(4);
    b.resolved(5);
    expect(b.reserve(5, 21 * SECOND)).toBe(-1);
  });

  it('queues only what comes by a channel of the peer in the mode for that, and refuses all in the mode block', () => {
    const b = breaker({ maxPending: 1, mode: 'queue_peer_initiated' });
    b.admit(1, 0, true, 0);
    expect(b.admit(1, 1, false, 0)).toBe(ADMISSION.limit);
    expect(b.admit(1, 2, true, 0)).toBe(ADMISSION.queued);
    expect(breaker({ mode: 'block' }).admit(1, 0, true, 0)).toBe(ADMISSION.block);
  });
});

/** Five payments over node 1, which limits what may be pending; the recipient holds them for 30 s. */
const limited = (defence: { readonly [key: string]: Json }, profile: object = { holdUs: 30 * SECOND }): TestRun => {
  const run = new TestRun({
    nodes: [{}, { options: { defence: { circuit_breaker: defence } } }, {}],
    channels: [
      { node0: 0, node1: 1 },
      { node0: 1, node1: 2 },
    ],
    payments: Array.from({ length: 5 }, () => ({ source: 0, destination: 2, amountMsat: 1_000_000 })),
    profiles: [{ method: 'invoice', timeoutUs: 1 * SECOND, ...profile }],
  });
  for (let i = 0; i < 5; i++) run.simulation.pay(i);
  return run;
};
const did = (run: TestRun): number[] => run.of(RECORD.defence).map((r) => r[4]);

describe('a node with a circuit breaker', () => {
  it('fails what is too much with temporary_channel_failure, and counts it', () => {
    const run = limited({ max_pending: 2 });
    run.until(10);
    expect(run.simulation.world.channels.offeredCount[2]).toBe(2);
    expect(did(run).every((what) => what === DEFENCE.limit)).toBe(true);
    const failed = run.of(RECORD.attemptFailed);
    expect(failed.length).toBe(did(run).length);
    for (const [, , , hop, code] of failed) expect([hop, code]).toEqual([1, FAILURE.temporary_channel_failure]);
    expect(run.simulation.refused(1)).toBe(failed.length);
    run.until(60);
    expect(run.results.filter(({ outcome }) => outcome === OUTCOME.Success)).toHaveLength(2);
  });

  it('holds what is too much in the mode queue until there is room, so that everything succeeds', () => {
    const run = limited({ max_pending: 2, mode: 'queue' });
    run.until(10);
    expect(run.simulation.world.channels.offeredCount[2]).toBe(2);
    expect(did(run)).toEqual([DEFENCE.queued, DEFENCE.queued, DEFENCE.queued]);
    run.until(200);
    expect(run.results.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => OUTCOME.Success));
    expect(run.of(RECORD.defence).filter((r) => r[4] === DEFENCE.released)).toHaveLength(3);
    expect(run.simulation.refused(1)).toBe(0);
  });

  it('fails what waits 19 blocks before it expires, and no channel goes on-chain', () => {
    const run = limited({ max_hourly_rate: 1, burst: 1, mode: 'queue' }, {});
    run.until(10);
    const w = run.simulation.world;
    expect(run.results.map(({ outcome }) => outcome)).toEqual([OUTCOME.Success]);
    const expiry = w.htlcs.expiry[w.channels.firstHtlc[0]!]!;
    run.simulation.mine(expiry - 20 - w.chain.height);
    run.until(20);
    expect(run.results).toHaveLength(1);
    run.simulation.mine(1);
    run.until(30);
    expect(run.results).toHaveLength(5);
    expect(w.chain.transactions).toBe(0);
    expect(w.htlcs.live).toBe(0);
  });
});
