import { describe, expect, it } from 'vitest';
import { FAILURE } from './failure.ts';
import { RECORD } from './records.ts';
import { type TestNetwork, type TestRecord, TestRun } from './testing/network.ts';

/** A payment over two routers that act in batches. */
function chain(changes: Partial<TestNetwork> = {}): TestRun {
  return new TestRun({
    nodes: Array.from({ length: 4 }, () => ({ model: 'ldk' })),
    channels: [0, 1, 2].map((n) => ({ node0: n, node1: n + 1, latencyUs: 1000 })),
    payments: [{ source: 0, destination: 3, amountMsat: 1_000_000 }],
    ...changes,
  });
}

/** Times at which something happened to the HTLC over an edge, µs. */
function times(run: TestRun, code: TestRecord[0], edge: number): number[] {
  return run.of(code).flatMap(([, time, , at]) => (at === edge ? [time] : []));
}

describe('a node that acts in batches', () => {
  it('forwards some milliseconds after an HTLC was committed, and claims it some after it came', () => {
    const run = chain();
    run.simulation.pay(0);
    run.until(10);
    for (const [incoming, outgoing] of [
      [0, 2],
      [2, 4],
    ] as const) {
      const wait =
        (times(run, RECORD.htlcOffered, outgoing)[0] as number) -
        (times(run, RECORD.htlcCommitted, incoming)[0] as number);
      expect(wait).toBeGreaterThan(5000);
      expect(wait).toBeLessThan(200_000);
    }
    const claim =
      (times(run, RECORD.htlcFulfilled, 4)[0] as number) - (times(run, RECORD.htlcCommitted, 4)[0] as number);
    expect(claim).toBeGreaterThan(5000);
    // A preimage is handed on at once: a message a hop.
    const back =
      (times(run, RECORD.htlcFulfilled, 0)[0] as number) - (times(run, RECORD.htlcFulfilled, 4)[0] as number);
    expect(back).toBe(2000);
    expect(run.results).toMatchObject([{ outcome: 0 }]);
  });

  it('forwards what is committed meanwhile in the same batch', () => {
    const payments = Array.from({ length: 6 }, () => ({ source: 0, destination: 3, amountMsat: 1_000_000 }));
    const run = chain({ payments });
    for (let row = 0; row < 6; row++) run.simulation.pay(row);
    run.until(10);
    expect(new Set(times(run, RECORD.htlcOffered, 2)).size).toBeLessThan(4);
    expect(run.results).toHaveLength(6);
  });

  it('hands failures back with a batch', () => {
    const run = chain();
    run.simulation.stopNode(3);
    run.simulation.pay(0);
    run.until(30);
    const failures = run.of(RECORD.htlcFailed);
    expect(failures.map(([, , , edge]) => edge)).toEqual([2, 0]);
    const removed = failures[0]?.[1] as number;
    // Three messages remove the HTLC of the second hop; then the first router waits for its batch.
    expect((failures[1]?.[1] as number) - removed).toBeGreaterThan(3000 + 5000);
    expect(run.of(RECORD.attemptFailed)[0]?.[4]).toBe(FAILURE.temporary_channel_failure);
  });

  it('that stops before its batch acts when it starts again, from a saved state, too', () => {
    for (const saved of [false, true]) {
      const run = chain();
      run.simulation.pay(0);
      while (times(run, RECORD.htlcCommitted, 0).length === 0) run.simulation.advance(60_000_000, true, 1);
      run.simulation.stopNode(1);
      if (saved) run.reload();
      run.until(20);
      expect(times(run, RECORD.htlcOffered, 2)).toEqual([]);
      if (saved) run.reload();
      run.simulation.startNode(1);
      run.until(40);
      expect(times(run, RECORD.htlcOffered, 2)).toHaveLength(1);
      expect(run.results).toMatchObject([{ outcome: 0 }]);
    }
  });

  it('leaves an HTLC alone whose channel went on-chain meanwhile', () => {
    const run = chain();
    run.simulation.pay(0);
    while (times(run, RECORD.htlcCommitted, 0).length === 0) run.simulation.advance(60_000_000, true, 1);
    run.simulation.closeChannel({ channel: 0, force: true, by: 0 });
    run.until(20);
    expect(times(run, RECORD.htlcOffered, 2)).toEqual([]);
    for (let i = 0; i < 6; i++) {
      run.simulation.mine(200);
      run.until(30 + 10 * i);
    }
    expect(run.results).toHaveLength(1);
    expect(run.simulation.world.htlcs.live).toBe(0);
  });
});

describe('a node that counts in ticks of a minute', () => {
  it('tells of a lost peer at the eleventh and of its return at the sixth', () => {
    const run = chain();
    run.until(30);
    run.simulation.stopNode(3);
    run.until(11 * 60 - 1);
    const disabled = (): number[] => run.of(RECORD.policy).map(([, time]) => time);
    const before = disabled().length;
    run.until(11 * 60 + 1);
    expect(disabled().length).toBe(before + 1);
    expect(disabled().at(-1)).toBe(660_000_000);
    run.simulation.startNode(3);
    run.until(30 * 60);
    expect(disabled().at(-1)).toBe(17 * 60_000_000);
  });
});
