import { describe, expect, it } from 'vitest';
import { FAILURE } from '../../engine/simulate/failure.ts';
import type { CommitmentView } from '../../engine/simulate/node-model.ts';
import { plainView } from '../lnd/testing/fake-host.ts';
import { checkIncoming, checkOffer, commitmentFeeSat, smallest, spendable } from './commitment.ts';

function view(changes: Partial<CommitmentView>): CommitmentView {
  return { ...plainView(1_000_000), maxInFlightMsat: 1_000_000_000, feeratePerKw: 2500, ...changes };
}

describe('commitment fee', () => {
  it.each([
    [0, 2810],
    [1, 3240],
    [2, 3670],
    [3, 4100],
  ])('with %d HTLCs at 2500 sat/kw is %d sat', (htlcs, sat) => {
    expect(commitmentFeeSat(2500, htlcs)).toBe(sat);
  });
});

describe('the next HTLC of a funder', () => {
  it('leaves the reserve, the anchors, and fees of the HTLC and one more', () => {
    expect(spendable(view({}))).toBe(1_000_000_000 - 10_000_000 - 660_000 - 3_670_000);
    expect(spendable(view({ localUntrimmed: 1 }))).toBe(1_000_000_000 - 10_000_000 - 660_000 - 4_100_000);
  });

  it('may be dust where it cannot be more', () => {
    // 3670 sat of fees and less than 354 sat left: dust costs 3240 sat only.
    const poor = (left: number): number => spendable(view({ localMsat: 10_660_000 + 3_670_000 + left }));
    expect(poor(354_000)).toBe(354_000);
    expect(poor(353_999)).toBe(353_999);
    expect(poor(0)).toBe(353_999);
    expect(poor(-300_000)).toBe(130_000);
    expect(poor(-430_000)).toBe(0);
    expect(spendable(view({ localMsat: 0 }))).toBe(0);
  });
});

describe('the next HTLC of the other side', () => {
  const other = (changes: Partial<CommitmentView>): number =>
    spendable(view({ isFunder: false, localMsat: 500_000_000, remoteMsat: 500_000_000, ...changes }));

  it('leaves the reserve', () => {
    expect(other({})).toBe(490_000_000);
  });

  it('is dust when the funder could not pay for it', () => {
    // 660 sat of anchors, 10,000 of reserve, 3240 of fees
    expect(other({ remoteMsat: 13_900_000 })).toBe(490_000_000);
    expect(other({ remoteMsat: 13_899_999 })).toBe(353_999);
  });
});

describe('limits of the peer', () => {
  it('are its slots and what it takes in flight', () => {
    expect(spendable(view({ maxAcceptedHtlcs: 30, offeredCount: 29 }))).toBeGreaterThan(0);
    expect(spendable(view({ maxAcceptedHtlcs: 30, offeredCount: 30 }))).toBe(0);
    expect(spendable(view({ maxInFlightMsat: 250_000_000, offeredMsat: 100_000_000 }))).toBe(150_000_000);
    expect(spendable(view({ maxInFlightMsat: 250_000_000, offeredMsat: 300_000_000 }))).toBe(0);
  });

  it('make offers fail as a temporary channel failure', () => {
    const limited = view({ maxInFlightMsat: 250_000_000, peerHtlcMinimumMsat: 1000 });
    expect(checkOffer(limited, 1000)).toBe(FAILURE.none);
    expect(checkOffer(limited, 250_000_000)).toBe(FAILURE.none);
    for (const amount of [0, 999, 250_000_001]) {
      expect(checkOffer(limited, amount)).toBe(FAILURE.temporary_channel_failure);
    }
  });
});

describe('dust', () => {
  // At 253 sat a 1000 weight units 2,530 sat may be at risk.
  const dusty = (trimmedMsat: number, changes: Partial<CommitmentView> = {}): CommitmentView =>
    view({ feeratePerKw: 253, localTrimmedMsat: trimmedMsat, remoteTrimmedMsat: trimmedMsat, ...changes });

  it('is not offered when its sum comes near to the limit, while more than dust is', () => {
    expect(smallest(dusty(2_176_000))).toBe(1);
    expect(smallest(dusty(2_176_002))).toBe(354_000);
    expect(checkOffer(dusty(2_176_000), 353_999)).toBe(FAILURE.none);
    expect(checkOffer(dusty(2_176_002), 353_999)).toBe(FAILURE.temporary_channel_failure);
    expect(checkOffer(dusty(2_176_002), 354_000)).toBe(FAILURE.none);
  });

  it('is offered up to the limit where nothing more can be', () => {
    const poor = dusty(2_400_000, { localMsat: 10_660_000 + 371_000 + 300_000 });
    expect(spendable(poor)).toBe(130_000);
    expect(checkOffer(poor, 130_000)).toBe(FAILURE.none);
    expect(checkOffer(poor, 130_001)).toBe(FAILURE.temporary_channel_failure);
  });

  it('that came in makes every HTLC fail once there is too much of it', () => {
    expect(checkIncoming(dusty(2_530_000))).toBe(FAILURE.none);
    expect(checkIncoming(dusty(0, { localTrimmedMsat: 2_530_001 }))).toBe(FAILURE.temporary_channel_failure);
    expect(checkIncoming(dusty(0, { remoteTrimmedMsat: 2_530_001 }))).toBe(FAILURE.temporary_channel_failure);
  });
});

describe('an HTLC of a funder', () => {
  it('is failed when its funder could not pay for one more', () => {
    const left = 10_000_000 + 660_000 + 371_000;
    const from = (remoteMsat: number): CommitmentView =>
      view({ feeratePerKw: 253, isFunder: false, remoteMsat, remoteReserveMsat: 10_000_000, remoteUntrimmed: 1 });
    expect(checkIncoming(from(left))).toBe(FAILURE.none);
    expect(checkIncoming(from(left - 1))).toBe(FAILURE.temporary_channel_failure);
  });
});
