import { describe, expect, it } from 'vitest';
import { FAILURE } from '../../engine/simulate/failure.ts';
import type { CommitmentView } from '../../engine/simulate/node-model.ts';
import { plainView } from '../lnd/testing/fake-host.ts';
import { checkIncoming, checkOffer, commitmentCostMsat, spendable } from './commitment.ts';

/** A channel of 1,000,000 sat between Eclair nodes at 2500 sat/kw: a reserve of 10,000 sat, dust of 546 sat. */
const view = (fields: Partial<CommitmentView> = {}): CommitmentView => ({
  ...plainView(1_000_000),
  localDustMsat: 546_000,
  remoteDustMsat: 546_000,
  feeratePerKw: 2500,
  maxAcceptedHtlcs: 30,
  maxInFlightMsat: 450_000_000,
  ...fields,
});
const own = { maxAcceptedHtlcs: 30, maxInFlightMsat: 450_000_000 };
const unlimited = { maxAcceptedHtlcs: 483, maxInFlightMsat: Infinity };
const offer = (v: CommitmentView, amountMsat: number, limits: typeof own = own): number =>
  checkOffer(v, amountMsat, limits);

describe('the commitment fee', () => {
  it('is that of the check values, with two anchors', () => {
    expect([0, 1, 2, 3].map((htlcs) => commitmentCostMsat(2500, htlcs) / 1000 - 660)).toEqual([2810, 3240, 3670, 4100]);
  });
});

describe('what can be spent', () => {
  it('leaves a funder its reserve and the cost at twice the feerate with two HTLCs more', () => {
    // 1,000,000 − 10,000 − (5 · 1124 + 660 + 5 · 172) − 5 · 172
    expect(spendable(view())).toBe((990_000 - 5620 - 660 - 860 - 860) * 1000);
    expect(spendable(view({ remoteUntrimmed: 3 }))).toBe((990_000 - 5620 - 660 - 5 * 860) * 1000);
  });

  it('needs no room for an output when only dust is left', () => {
    const left = (msat: number): number => spendable(view({ localMsat: 10_000_000 + 7_140_000 + msat }));
    expect(left(545_999)).toBe(545_999);
    expect(left(546_000)).toBe(0);
    expect(left(860_001)).toBe(1);
    expect(left(-1)).toBe(0);
  });

  it('is all above the reserve of one who does not pay the fee, if the funder can', () => {
    const v = { isFunder: false, localMsat: 500_000_000, remoteMsat: 10_000_000 + 3_900_000 };
    expect(spendable(view(v))).toBe(490_000_000);
    expect(spendable(view({ ...v, remoteMsat: v.remoteMsat - 1 }))).toBe(0);
  });
});

describe('an offer', () => {
  it('is taken up to the balance, to the millisatoshi', () => {
    // The add itself asks for one HTLC beyond the new one; that is what the balance shows.
    const most = spendable(view());
    expect(offer(view(), most, unlimited)).toBe(FAILURE.temporary_channel_failure); // in flight
    const wide = view({ maxInFlightMsat: 1e12 });
    expect(offer(wide, most, unlimited)).toBe(FAILURE.none);
    expect(offer(wide, most + 1, unlimited)).toBe(FAILURE.temporary_channel_failure);
  });

  it('is bound by the limits of both sides', () => {
    expect(offer(view(), 450_000_000)).toBe(FAILURE.none);
    expect(offer(view(), 450_000_001)).toBe(FAILURE.temporary_channel_failure);
    expect(offer(view({ maxInFlightMsat: 1e12 }), 450_000_001)).toBe(FAILURE.temporary_channel_failure);
    expect(offer(view({ offeredMsat: 1 }), 450_000_000)).toBe(FAILURE.temporary_channel_failure);
    expect(offer(view({ offeredCount: 29 }), 1000)).toBe(FAILURE.none);
    expect(offer(view({ offeredCount: 30 }), 1000)).toBe(FAILURE.temporary_channel_failure);
    expect(offer(view({ offeredCount: 30, maxAcceptedHtlcs: 483 }), 1000)).toBe(FAILURE.temporary_channel_failure);
    expect(offer(view({ offeredCount: 30, maxAcceptedHtlcs: 483 }), 1000, unlimited)).toBe(FAILURE.none);
  });

  it('below the peer’s minimum, or that the funder cannot pay for, is a temporary node failure', () => {
    expect(offer(view({ peerHtlcMinimumMsat: 5 }), 4)).toBe(FAILURE.temporary_node_failure);
    expect(offer(view({ peerHtlcMinimumMsat: 0 }), 0)).toBe(FAILURE.temporary_node_failure);
    const poor = view({ isFunder: false, localMsat: 500_000_000, remoteMsat: 10_000_000 + 3_899_000 });
    expect(offer(poor, 546_000)).toBe(FAILURE.temporary_node_failure);
    // Dust costs nothing.
    expect(offer(poor, 545_999)).toBe(FAILURE.none);
    expect(offer({ ...poor, remoteMsat: 13_900_000 }, 546_000)).toBe(FAILURE.none);
  });
});

describe('dust', () => {
  it('is limited to 50,000 sat on either commitment', () => {
    const own = { maxAcceptedHtlcs: 483, maxInFlightMsat: 450_000_000 };
    const dusty = (fields: Partial<CommitmentView>): CommitmentView => view({ maxAcceptedHtlcs: 483, ...fields });
    expect(checkOffer(dusty({ localTrimmedMsat: 49_500_000 }), 500_000, own)).toBe(FAILURE.none);
    expect(checkOffer(dusty({ localTrimmedMsat: 49_500_001 }), 500_000, own)).toBe(FAILURE.temporary_channel_failure);
    expect(checkOffer(dusty({ remoteTrimmedMsat: 49_500_001 }), 500_000, own)).toBe(FAILURE.temporary_channel_failure);
    // What is not dust adds nothing.
    expect(checkOffer(dusty({ remoteTrimmedMsat: 50_000_000 }), 546_000, own)).toBe(FAILURE.none);
  });

  it('that came in is failed where it is too much, and nothing else', () => {
    expect(checkIncoming(view({ localTrimmedMsat: 50_000_000 }), 500_000)).toBe(FAILURE.none);
    expect(checkIncoming(view({ localTrimmedMsat: 50_000_001 }), 500_000)).toBe(FAILURE.temporary_channel_failure);
    expect(checkIncoming(view({ remoteTrimmedMsat: 50_000_001 }), 500_000)).toBe(FAILURE.temporary_channel_failure);
    expect(checkIncoming(view({ localTrimmedMsat: 50_000_001 }), 546_000)).toBe(FAILURE.none);
  });
});
