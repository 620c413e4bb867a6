import { describe, expect, it } from 'vitest';
import { FAILURE } from '../../engine/simulate/failure.ts';
import type { CommitmentView } from '../../engine/simulate/node-model.ts';
import { plainView } from '../lnd/testing/fake-host.ts';
import { checkIncoming, checkOffer, commitmentFeeSat, marginalFeerate, spendable } from './commitment.ts';
import { DEFAULT_SETTINGS as OWN } from './options.ts';

const view = (fields: Partial<CommitmentView>): CommitmentView => ({
  ...plainView(1_000_000),
  localReserveMsat: 10_000_000,
  remoteReserveMsat: 10_000_000,
  localDustMsat: 546_000,
  remoteDustMsat: 546_000,
  feeratePerKw: 2500,
  localMsat: 500_000_000,
  remoteMsat: 500_000_000,
  ...fields,
});

describe('fees of commitments', () => {
  it('are those of the fact sheet', () => {
    expect([0, 1, 2, 3].map((htlcs) => commitmentFeeSat(2500, htlcs))).toEqual([2810, 3240, 3670, 4100]);
  });

  it('leave an opener room for twice the feerate at the floor and a tenth more at the top', () => {
    expect([0, 253, 45_000, 50_000].map(marginalFeerate)).toEqual([506, 506, 49_500, 55_000]);
    expect(marginalFeerate(2500)).toBe(2500 + Math.floor(2500 * (1 - (2247 / 44_747) * 0.9)));
  });
});

describe('what can be spent', () => {
  it('is the balance above the reserve, for an opener less fee, headroom and anchors', () => {
    expect(spendable(view({ isFunder: false }))).toBe(490_000_000);
    expect(spendable(view({}))).toBe(490_000_000 - commitmentFeeSat(marginalFeerate(2500), 2) * 1000 - 660_000);
    expect(spendable(view({ localMsat: 9_000_000 }))).toBe(0);
    expect(spendable(view({ isFunder: false, peerHtlcMinimumMsat: 490_000_001 }))).toBe(0);
  });

  it('can be offered to the msat, and no more', () => {
    for (const isFunder of [true, false]) {
      const most = spendable(view({ isFunder }));
      expect(checkOffer(view({ isFunder, maxInFlightMsat: 1e12 }), most, OWN)).toBe(FAILURE.none);
      expect(checkOffer(view({ isFunder, maxInFlightMsat: 1e12 }), most + 1, OWN)).toBe(
        FAILURE.temporary_channel_failure,
      );
    }
  });
});

describe('an offer', () => {
  it('fails for each reason with its own code, in order', () => {
    const offer = (fields: Partial<CommitmentView>, amount = 1_000_000): number =>
      checkOffer(view(fields), amount, OWN);
    expect(offer({})).toBe(FAILURE.none);
    expect(offer({}, 0)).toBe(FAILURE.amount_below_minimum);
    expect(offer({ peerHtlcMinimumMsat: 1_000_001, offeredCount: 30 })).toBe(FAILURE.amount_below_minimum);
    expect(offer({ offeredCount: 30, maxInFlightMsat: 0 })).toBe(FAILURE.temporary_channel_failure);
    expect(offer({ offeredCount: 5, maxAcceptedHtlcs: 5 })).toBe(FAILURE.temporary_channel_failure);
    expect(offer({ maxInFlightMsat: 999_999 })).toBe(FAILURE.required_node_feature_missing);
    expect(offer({ isFunder: false, remoteMsat: 10_000_000 })).toBe(FAILURE.temporary_channel_failure);
    expect(offer({ remoteTrimmedMsat: 50_000_001 })).toBe(FAILURE.temporary_channel_failure);
    expect(offer({ localTrimmedMsat: 49_500_000 }, 500_001)).toBe(FAILURE.temporary_channel_failure);
    expect(offer({ localTrimmedMsat: 49_500_000 }, 500_000)).toBe(FAILURE.none);
  });

  it('that comes in is failed where it leaves too much dust', () => {
    expect(checkIncoming(view({ localTrimmedMsat: 50_000_000 }), OWN)).toBe(FAILURE.none);
    expect(checkIncoming(view({ remoteTrimmedMsat: 50_000_001 }), OWN)).toBe(FAILURE.temporary_node_failure);
  });
});
