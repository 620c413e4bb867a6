import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE, failureName } from '../../engine/simulate/failure.ts';
import type { CommitmentView } from '../../engine/simulate/node-model.ts';
import { checkOffer, commitmentFeeSat, feeBufferSat, spendable } from './commitment.ts';
import { plainView } from './testing/fake-host.ts';

function view(fields: Partial<CommitmentView>): CommitmentView {
  return { ...plainView(1_000_000), feeratePerKw: 2500, ...fields };
}

const check = (v: CommitmentView, amount: number): string => failureName(checkOffer(v, amount));

/** Both commitments one after the other, as lnd looks at them. */
function plainly(v: CommitmentView, amount: number): { readonly spendable: number; readonly takes: boolean } {
  const sat = (msat: number): number => Math.floor(msat / 1000);
  const sides = [
    { untrimmed: v.localUntrimmed, dust: v.localDustMsat, trimmed: v.localTrimmedMsat },
    { untrimmed: v.remoteUntrimmed, dust: v.remoteDustMsat, trimmed: v.remoteTrimmedMsat },
  ];
  const own = v.localMsat - (v.isFunder ? 660_000 : 0);
  const peer = v.remoteMsat - (v.isFunder ? 0 : 660_000);
  const fee = (rate: number, n: number): number => Math.floor((rate * (1124 + 172 * n)) / 1000) * 1000;
  const output = Math.floor((v.feeratePerKw * 172) / 1000) * 1000;
  const most = Math.max(v.localUntrimmed, v.remoteUntrimmed);
  const leaves = sides.map(({ untrimmed, dust }) => {
    const left = own - v.localReserveMsat;
    if (left <= 0) return 0;
    if (v.isFunder) return Math.max(0, left - fee(2 * v.feeratePerKw, untrimmed + 2));
    const theirs = Math.max(0, peer - v.remoteReserveMsat);
    return theirs < fee(v.feeratePerKw, untrimmed) + output && left >= dust ? dust - 1 : left;
  });
  const sane = sides.map(({ untrimmed, dust }) => {
    const isDust = sat(amount) < sat(dust);
    const after = untrimmed + (isDust ? 0 : 1);
    const left = own - amount;
    if (left < 0) return false;
    const buffer = fee(2 * v.feeratePerKw, after + 1);
    if (v.isFunder) return buffer < left && left - buffer >= v.localReserveMsat;
    const paid = fee(v.feeratePerKw, after);
    return paid < peer && (isDust || peer - paid >= v.remoteReserveMsat) && left >= v.localReserveMsat;
  });
  const exposed = sides.map(({ dust, trimmed }) => trimmed + (sat(amount) < sat(dust) ? amount : output));
  const atRisk = Math.max(...exposed) + fee(v.feeratePerKw, most);
  return { spendable: Math.min(...leaves), takes: atRisk <= 500_000_000 && !sane.includes(false) };
}

describe('both commitments at once', () => {
  it('say what they say one after the other', () => {
    const near = (middle: number): fc.Arbitrary<number> => fc.integer({ min: -3000, max: 3000 }).map((d) => middle + d);
    const balance = fc.oneof(fc.nat(30_000_000), near(13_900_000), near(18_000_000), near(10_660_000));
    const views = fc.record({
      isFunder: fc.boolean(),
      localMsat: balance,
      remoteMsat: balance,
      localUntrimmed: fc.nat(4),
      remoteUntrimmed: fc.nat(4),
      localDustMsat: fc.constantFrom(354_000, 546_000),
      remoteDustMsat: fc.constantFrom(354_000, 546_000),
      localTrimmedMsat: fc.oneof(fc.nat(500_000_000), near(496_000_000)),
      remoteTrimmedMsat: fc.oneof(fc.nat(500_000_000), near(496_000_000)),
      feeratePerKw: fc.constantFrom(253, 2500, 12_345),
    });
    const amounts = fc.oneof(near(354_000), near(546_000), fc.integer({ min: 1, max: 20_000_000 }));
    fc.assert(
      fc.property(views, amounts, fc.boolean(), (fields, any, asMuchAsThereIs) => {
        const v = view(fields);
        const amount = asMuchAsThereIs ? Math.max(1, plainly(v, 1).spendable + (any % 2)) : any;
        const expected = plainly(v, amount);
        expect(spendable(v)).toBe(expected.spendable);
        expect(check(v, amount) === 'none').toBe(expected.takes);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('commitment fee', () => {
  it('is weight times feerate, rounded down', () => {
    expect([0, 1, 2, 3].map((n) => commitmentFeeSat(2500, n))).toEqual([2810, 3240, 3670, 4100]);
    expect(commitmentFeeSat(253, 0)).toBe(284);
  });

  it('is buffered for twice the feerate and one HTLC more', () => {
    expect(feeBufferSat(2500, 0)).toBe((5000 * (1124 + 172)) / 1000);
  });
});

describe('spendable', () => {
  it('leaves the funder the reserve, the anchors and the fee buffer for two HTLCs', () => {
    expect(spendable(view({}))).toBe(1_000_000_000 - 10_000_000 - 660_000 - 7_340_000);
    expect(spendable(view({ localUntrimmed: 2 }))).toBe(1_000_000_000 - 10_000_000 - 660_000 - 9_060_000);
  });

  it('is zero when nothing is above the reserve and the buffer', () => {
    expect(spendable(view({ localMsat: 18_000_000 }))).toBe(0);
    expect(spendable(view({ localMsat: 18_000_001 }))).toBe(1);
    expect(spendable(view({ localMsat: 5_000_000 }))).toBe(0);
  });

  it('takes the worse of the two commitments', () => {
    expect(spendable(view({ remoteUntrimmed: 1 }))).toBe(spendable(view({ localUntrimmed: 1, remoteUntrimmed: 1 })));
  });

  it('leaves the other side only its reserve', () => {
    const theirs = { isFunder: false, localMsat: 500_000_000, remoteMsat: 500_000_000 };
    expect(spendable(view(theirs))).toBe(490_000_000);
  });

  it('is cut to dust when the funder cannot pay for another output', () => {
    // Reserve 10,000 sat, anchors 660, fee with one HTLC 2810 + 430.
    const poor = { isFunder: false, localMsat: 500_000_000, remoteMsat: 13_900_000 };
    expect(spendable(view(poor))).toBe(490_000_000);
    expect(spendable(view({ ...poor, remoteMsat: 13_899_999 }))).toBe(353_999);
    expect(spendable(view({ ...poor, remoteMsat: 13_899_999, localMsat: 10_200_000 }))).toBe(200_000);
    expect(spendable(view({ ...poor, remoteMsat: 0, remoteDustMsat: 546_000 }))).toBe(353_999);
  });
});

describe('offering an HTLC', () => {
  it('is possible up to what is spendable and not beyond', () => {
    for (const fields of [
      {},
      { localUntrimmed: 3, remoteUntrimmed: 2 },
      { isFunder: false, localMsat: 5e8, remoteMsat: 5e8 },
    ]) {
      const v = view(fields);
      expect(check(v, spendable(v))).toBe('none');
      expect(check(v, spendable(v) + 1)).toBe('temporary_channel_failure');
    }
  });

  it('needs the peer’s minimum', () => {
    expect(check(view({ peerHtlcMinimumMsat: 1001 }), 1000)).toBe('amount_below_minimum');
    expect(check(view({ peerHtlcMinimumMsat: 1000 }), 1000)).toBe('none');
    expect(check(view({ peerHtlcMinimumMsat: 0 }), 0)).toBe('temporary_channel_failure');
  });

  it('needs a free slot and room in flight', () => {
    expect(check(view({ offeredCount: 483 }), 1000)).toBe('temporary_channel_failure');
    expect(check(view({ offeredCount: 482 }), 1000)).toBe('none');
    expect(check(view({ offeredMsat: 989_000_000 }), 1_000_001)).toBe('temporary_channel_failure');
    expect(check(view({ offeredMsat: 989_000_000 }), 1_000_000)).toBe('none');
  });

  it('allows dust where the funder cannot pay for an output', () => {
    const poor = view({ isFunder: false, localMsat: 500_000_000, remoteMsat: 13_000_000 });
    expect(check(poor, 353_999)).toBe('none');
    expect(check(poor, 354_000)).toBe('temporary_channel_failure');
  });

  it('takes a little less buffer for dust, which adds no output', () => {
    const v = view({ localMsat: 10_000_000 + 660_000 + 6_480_000 + 1000 });
    expect(spendable(v)).toBe(0);
    expect(check(v, 1000)).toBe('none');
    expect(check(v, 1001)).toBe('temporary_channel_failure');
  });

  it('is refused below the feerate floor', () => {
    expect(checkOffer(view({ feeratePerKw: 252 }), 1000)).toBe(FAILURE.temporary_channel_failure);
  });
});

describe('dust and fees at risk', () => {
  it('are limited to 500,000 sat on either commitment', () => {
    // 2810 sat of fees, and 430 for the output of an HTLC that is not dust.
    expect(check(view({ localTrimmedMsat: 496_890_000 }), 300_000)).toBe('none');
    expect(check(view({ localTrimmedMsat: 496_890_001 }), 300_000)).toBe('temporary_channel_failure');
    expect(check(view({ remoteTrimmedMsat: 496_890_001 }), 300_000)).toBe('temporary_channel_failure');
    expect(check(view({ remoteTrimmedMsat: 496_760_000 }), 10_000_000)).toBe('none');
    expect(check(view({ remoteTrimmedMsat: 496_760_001 }), 10_000_000)).toBe('temporary_channel_failure');
  });
});
