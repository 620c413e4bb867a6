import { describe, expect, it } from 'vitest';
import { FAILURE } from './failure.ts';
import { brokenInvariant } from './invariants.ts';
import { OUTCOME } from './records.ts';
import { TestRun } from './testing/network.ts';

const line = (profile: object): TestRun =>
  new TestRun({
    nodes: [{}, {}, {}],
    channels: [
      { node0: 0, node1: 1 },
      { node0: 1, node1: 2 },
    ],
    payments: [{ source: 0, destination: 2, amountMsat: 1_000_000 }],
    profiles: [{ method: 'invoice', ...profile }],
  });

const balances = (run: TestRun): readonly number[] =>
  Array.from(run.simulation.world.channels.balanceMsat.subarray(0, 4));

describe('a recipient that does not settle', () => {
  it('fails the payment when it has held it for its time, and no money has moved', () => {
    const run = line({ holdUs: 30_000_000, settles: false });
    const before = balances(run);
    run.simulation.pay(0);
    run.until(29);
    expect(run.simulation.world.htlcs.live).toBe(2);
    run.until(60);
    const [result] = run.results;
    expect(result).toMatchObject({
      outcome: OUTCOME.IncorrectPaymentDetails,
      failureCode: FAILURE.incorrect_or_unknown_payment_details,
      failureHop: 2,
      feeMsat: 0,
    });
    expect(result!.resolvedUs - result!.startedUs).toBeGreaterThan(30_000_000);
    expect(run.simulation.world.htlcs.live).toBe(0);
    expect(balances(run)).toEqual(before);
    expect(brokenInvariant(run.simulation.world)).toBeNull();
  });

  it('fails it at once when it does not hold', () => {
    const run = line({ settles: false });
    run.simulation.pay(0);
    run.until(3);
    expect(run.results).toMatchObject([{ failureHop: 2, outcome: OUTCOME.IncorrectPaymentDetails }]);
    expect(run.results[0]!.resolvedUs).toBeLessThan(3_000_000);
  });

  it('holds without a time until the HTLCs come near their expiry, and the channels stay off-chain', () => {
    const run = line({ holdUs: -1, settles: false });
    run.simulation.pay(0);
    run.until(2);
    const w = run.simulation.world;
    const expiry = Math.min(...[0, 1].map((h) => w.htlcs.expiry[h]!));
    const last = expiry - w.modelOf(2).holdExpiryDelta - w.chain.height;
    run.simulation.mine(last - 1);
    run.until(100);
    expect(run.results).toHaveLength(0);
    run.simulation.mine(1);
    run.until(200);
    // lnd's time for the payment is over, too.
    expect(run.results).toMatchObject([{ failureHop: 2, outcome: OUTCOME.PaymentExpired }]);
    expect(w.chain.transactions).toBe(0);
  });
});
