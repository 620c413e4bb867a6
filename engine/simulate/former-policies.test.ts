import { describe, expect, it } from 'vitest';
import { changesTerms, FormerPolicies } from './former-policies.ts';
import type { Policy } from './node-model.ts';
import { OUTCOME } from './records.ts';
import { TestRun } from './testing/network.ts';

/** 0 pays 2 over 1, whose fee rises (or other terms change) without anybody hearing of it; the payment is made so many seconds later. */
function payAfter(
  model: string,
  seconds: number,
  reload = false,
  policy: Partial<Policy> = { feeBaseMsat: 200_000 },
): number {
  const run = new TestRun({
    nodes: [{ model: 'lnd' }, { model }, { model: 'lnd' }],
    channels: [
      { node0: 0, node1: 1 },
      { node0: 1, node1: 2, policy0: { feeBaseMsat: 1000 } },
    ],
    payments: [{ source: 0, destination: 2, amountMsat: 10_000_000 }],
    profiles: [{ feeLimitMsat: 5000 }],
    gossipUs: 1e12,
  });
  run.until(30);
  run.simulation.setPolicy({ channel: 1, node: 1, policy });
  run.until(30 + seconds - 1);
  if (reload) run.reload();
  run.until(30 + seconds);
  run.simulation.pay(0);
  run.until(30 + seconds + 60);
  return run.results[0]!.outcome;
}

describe('the former policy', () => {
  it('is no policy for lnd', () => {
    expect(payAfter('lnd', 1)).not.toBe(OUTCOME.Success);
  });

  it('counts for ten minutes at Eclair, also after a snapshot', () => {
    expect(payAfter('eclair', 599)).toBe(OUTCOME.Success);
    expect(payAfter('eclair', 599, true)).toBe(OUTCOME.Success);
    expect(payAfter('eclair', 601)).not.toBe(OUTCOME.Success);
  });

  it('counts until the fifth tick at LDK', () => {
    // Changed at 30 s: the fifth minute after it begins at 300 s.
    expect(payAfter('ldk', 269)).toBe(OUTCOME.Success);
    expect(payAfter('ldk', 269, true)).toBe(OUTCOME.Success);
    expect(payAfter('ldk', 271)).not.toBe(OUTCOME.Success);
  });

  it('counts for ten minutes at Core Lightning (cln:lightningd/peer_control.c:json_setchannel, enforcedelay)', () => {
    expect(payAfter('cln', 599)).toBe(OUTCOME.Success);
    expect(payAfter('cln', 599, true)).toBe(OUTCOME.Success);
    expect(payAfter('cln', 601)).not.toBe(OUTCOME.Success);
  });
});

describe('a lower maximum', () => {
  const lower = { maxHtlcMsat: 9_999_999 };

  it('counts after ten minutes at Core Lightning (lightning-setchannel: enforcedelay)', () => {
    expect(payAfter('cln', 599, false, lower)).toBe(OUTCOME.Success);
    expect(payAfter('cln', 601, false, lower)).not.toBe(OUTCOME.Success);
  });
});

const policy: Policy = {
  feeBaseMsat: 1000,
  feeRatePpm: 10,
  cltvDelta: 40,
  minHtlcMsat: 1,
  maxHtlcMsat: 1_000_000,
  disabled: false,
  inboundFeeBaseMsat: 0,
  inboundFeeRatePpm: 0,
};

describe('former policies', () => {
  it('count until their time, not at it, and are forgotten then', () => {
    const kept = new FormerPolicies();
    expect(kept.of(7, 0)).toBeNull();
    kept.keep(7, policy, 600);
    expect(kept.of(7, 599)).toBe(policy);
    expect(kept.of(6, 599)).toBeNull();
    expect(kept.of(7, 600)).toBeNull();
    // The clock never goes back; what was over stays over.
    expect(kept.of(7, 599)).toBeNull();
  });

  it('replace the one before, of the same edge only', () => {
    const kept = new FormerPolicies();
    const later = { ...policy, feeRatePpm: 20 };
    kept.keep(9, policy, 300);
    kept.keep(2, policy, 100);
    kept.keep(9, later, 200);
    expect(kept.of(9, 150)).toBe(later);
    expect(kept.entries(99)).toEqual([
      [2, { policy, untilUs: 100 }],
      [9, { policy: later, untilUs: 200 }],
    ]);
    expect(kept.entries(100)).toEqual([[9, { policy: later, untilUs: 200 }]]);
    expect(kept.entries(200)).toEqual([]);
  });
});

it.each<[Partial<Policy>, boolean]>([
  [{}, false],
  [{ feeBaseMsat: 1000, feeRatePpm: 10, cltvDelta: 40, minHtlcMsat: 1 }, false],
  [{ feeBaseMsat: 0 }, true],
  [{ feeRatePpm: 0 }, true],
  [{ cltvDelta: 41 }, true],
  [{ minHtlcMsat: 0 }, true],
  // Not the channel's state, nor inbound fees.
  [{ disabled: true, inboundFeeBaseMsat: -1, inboundFeeRatePpm: -1 }, false],
])('%j changes the terms of payments: %s', (change, changes) => {
  expect(changesTerms(policy, change, false)).toBe(changes);
  expect(changesTerms(policy, change, true)).toBe(changes);
});

it('a maximum counts where it is asked about, and only a lower one', () => {
  for (const [maxHtlcMsat, changes] of [
    [999_999, true],
    [1_000_000, false],
    [1_000_001, false],
  ] as const) {
    expect(changesTerms(policy, { maxHtlcMsat }, false)).toBe(false);
    expect(changesTerms(policy, { maxHtlcMsat }, true)).toBe(changes);
  }
});
