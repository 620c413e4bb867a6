import { describe, expect, it } from 'vitest';
import { FAILURE } from './failure.ts';
import { OUTCOME, RECORD } from './records.ts';
import { TestRun } from './testing/network.ts';

const line = (n: number) => ({
  nodes: Array.from({ length: n }, () => ({ walletSat: 1_000_000 })),
  channels: Array.from({ length: n - 1 }, (_, i) => ({ node0: i, node1: i + 1 })),
});

describe('a payment over a line', () => {
  it('arrives, pays its forwarders and takes the round trips of BOLT 2', () => {
    const run = new TestRun({ ...line(4), payments: [{ source: 0, destination: 3, amountMsat: 1_000_000 }] });
    run.simulation.pay(0);
    run.until(60);
    const [result] = run.results;
    expect(result).toMatchObject({
      outcome: OUTCOME.Success,
      attempts: 1,
      parts: 1,
      route: [0, 1, 2, 3],
      channels: [0, 1, 2],
    });
    // 1000 msat + 1 ppm at each of two forwarders.
    expect(result!.feeMsat).toBe(1000 + 1 + 1000 + 1);
    // Each hop: commit timer 50 ms, three one-way delays of 20 ms; then the preimage goes back in three.
    expect(result!.resolvedUs).toBe(3 * (50_000 + 60_000) + 3 * 20_000);
    const w = run.simulation.world;
    expect(w.channels.balanceMsat[1]).toBe(500_000_000 + 1_002_002);
    expect(w.forwards[1]).toBe(1);
    expect(w.htlcs.live).toBe(0);
    expect(w.attempts.made).toBe(1);
    expect([...w.attempts.slots()]).toEqual([]);
  });
});

describe('many payments', () => {
  it('use the slots of one, and have as many events and records each', () => {
    const amounts = Array.from({ length: 300 }, () => ({ source: 0, destination: 3, amountMsat: 1_000_000 }));
    const run = new TestRun({ ...line(4), payments: amounts }, false);
    const w = run.simulation.world;
    const counts = amounts.map((_, row) => {
      const before = { events: w.events, records: run.records.length };
      run.simulation.pay(row);
      expect(w.routes.of(row)).toEqual({ nodes: [0, 1, 2, 3], channels: [0, 1, 2] });
      run.until(10 * (row + 1));
      expect(w.routes.of(row)).toBeUndefined();
      return `${w.events - before.events} events, ${run.records.length - before.records} records`;
    });
    expect(run.results).toHaveLength(300);
    // For each HTLC two commit timers, eight messages of the commitment exchange and the preimage; three records, and four more.
    expect([...new Set(counts)]).toEqual(['33 events, 13 records']);
    expect([w.htlcs.used, w.attempts.used]).toEqual([3, 1]);
  });
});

describe('failures', () => {
  it('comes back as temporary_channel_failure from the node that lacks the balance, and the sender learns', () => {
    const run = new TestRun({
      nodes: [{}, {}, {}],
      channels: [
        { node0: 0, node1: 1 },
        { node0: 1, node1: 2, balance0Msat: 20_000_000 },
      ],
      payments: [{ source: 0, destination: 2, amountMsat: 50_000_000 }],
    });
    run.simulation.pay(0);
    run.until(60);
    expect(run.of(RECORD.htlcFailed).map((r) => r[4])).toEqual([FAILURE.temporary_channel_failure]);
    expect(run.results[0]).toMatchObject({ outcome: OUTCOME.RouteNotFound, attempts: 1, failureHop: 1 });
    expect(run.simulation.world.htlcs.live).toBe(0);
  });

  it('is InsufficientBalance when the sender has no channel with enough of its own', () => {
    const run = new TestRun({
      nodes: [{}, {}],
      channels: [{ node0: 0, node1: 1, balance0Msat: 0 }],
      payments: [{ source: 0, destination: 1, amountMsat: 2000 }],
    });
    run.simulation.pay(0);
    run.until(1);
    expect(run.results[0]).toMatchObject({ outcome: OUTCOME.InsufficientBalance, attempts: 0 });
  });
});
