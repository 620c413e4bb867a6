import { describe, expect, it } from 'vitest';
import { failureName } from '../../engine/simulate/failure.ts';
import type { CommitmentView, ForwardRequest, Policy } from '../../engine/simulate/node-model.ts';
import { checkForward, chooseForward } from './forwarding.ts';
import { plainView } from './testing/fake-host.ts';

const policy: Policy = {
  feeBaseMsat: 1000,
  feeRatePpm: 100,
  cltvDelta: 80,
  minHtlcMsat: 1000,
  maxHtlcMsat: 500_000_000,
  disabled: false,
  inboundFeeBaseMsat: 0,
  inboundFeeRatePpm: 0,
};

type Changes = Partial<Omit<ForwardRequest, 'policy' | 'view'>> & {
  policy?: Partial<Policy>;
  view?: Partial<CommitmentView>;
};

/** Failure for a forward of 1,000,000 msat that fits to the millisatoshi and the block, changed as asked. */
function check(changes: Changes): string {
  const request: ForwardRequest = {
    node: 0,
    incomingEdge: 3,
    incomingAmountMsat: 1_001_100,
    incomingExpiry: 1184,
    outgoingEdge: 4,
    requestedEdge: 4,
    outgoingAmountMsat: 1_000_000,
    outgoingExpiry: 1104,
    height: 1000,
    exists: true,
    usable: true,
    connected: true,
    announced: true,
    inboundFeeBaseMsat: 0,
    inboundFeeRatePpm: 0,
    ...changes,
    policy: { ...policy, ...changes.policy },
    view: { ...plainView(1_000_000), ...changes.view },
  };
  return failureName(checkForward(request, 2016));
}

describe('a forward', () => {
  it('passes when fee and delta are met exactly', () => {
    expect(check({})).toBe('none');
  });

  it('is refused over the channel it came in on', () => {
    expect(check({ incomingEdge: 5 })).toBe('temporary_channel_failure');
  });

  it('finds no peer when the channel is unusable or the peer away', () => {
    expect(check({ usable: false })).toBe('unknown_next_peer');
    expect(check({ connected: false })).toBe('unknown_next_peer');
  });

  it('needs the fee', () => {
    expect(check({ incomingAmountMsat: 1_001_099 })).toBe('fee_insufficient');
    expect(check({ incomingAmountMsat: 999_999 })).toBe('fee_insufficient');
  });

  it('adds the inbound fee, taken on the amount with the outbound fee', () => {
    expect(check({ inboundFeeBaseMsat: 10 })).toBe('fee_insufficient');
    expect(check({ inboundFeeBaseMsat: 10, incomingAmountMsat: 1_001_110 })).toBe('none');
    expect(check({ inboundFeeRatePpm: 1000, incomingAmountMsat: 1_002_100 })).toBe('fee_insufficient');
    expect(check({ inboundFeeRatePpm: 1000, incomingAmountMsat: 1_002_101 })).toBe('none');
    expect(check({ inboundFeeBaseMsat: -100, incomingAmountMsat: 1_001_000 })).toBe('none');
    expect(check({ inboundFeeBaseMsat: -9000, incomingAmountMsat: 1_000_000 })).toBe('none');
    expect(check({ inboundFeeBaseMsat: -9000, incomingAmountMsat: 999_999 })).toBe('fee_insufficient');
  });

  it('keeps the policy’s minimum and maximum', () => {
    expect(check({ policy: { minHtlcMsat: 1_000_001 } })).toBe('amount_below_minimum');
    expect(check({ policy: { maxHtlcMsat: 999_999 } })).toBe('temporary_channel_failure');
    expect(check({ policy: { maxHtlcMsat: 1_000_000 } })).toBe('none');
    expect(check({ policy: { maxHtlcMsat: 0 } })).toBe('none');
  });

  it('is refused when the outgoing expiry is within three blocks', () => {
    expect(check({ outgoingExpiry: 1003, incomingExpiry: 1083 })).toBe('expiry_too_soon');
    expect(check({ outgoingExpiry: 1004, incomingExpiry: 1084 })).toBe('none');
  });

  it('is refused when an expiry or the delta is more than 2016 blocks away', () => {
    expect(check({ outgoingExpiry: 3017, incomingExpiry: 4000 })).toBe('expiry_too_far');
    expect(check({ outgoingExpiry: 3016, incomingExpiry: 4000 })).toBe('none');
    expect(check({ incomingExpiry: 1104 + 2016 })).toBe('none');
    expect(check({ incomingExpiry: 1104 + 2017 })).toBe('expiry_too_far');
  });

  it('needs the bandwidth', () => {
    // Reserve 10,000 sat, anchors 660, fee buffer 742, and the 1000 to forward.
    expect(check({ view: { localMsat: 12_402_000 } })).toBe('none');
    expect(check({ view: { localMsat: 12_401_999 } })).toBe('temporary_channel_failure');
  });

  it('needs the delta', () => {
    expect(check({ incomingExpiry: 1183 })).toBe('incorrect_cltv_expiry');
    expect(check({ incomingExpiry: 1100, policy: { cltvDelta: 0 } })).toBe('incorrect_cltv_expiry');
  });

  it('needs a slot and room in flight, and says so last', () => {
    expect(check({ view: { offeredCount: 483 } })).toBe('temporary_channel_failure');
    expect(check({ view: { offeredMsat: 990_000_000 } })).toBe('temporary_channel_failure');
    expect(check({ view: { peerHtlcMinimumMsat: 1_000_001 } })).toBe('temporary_channel_failure');
  });

  it('forwards over a channel that is announced as disabled', () => {
    expect(check({ policy: { disabled: true } })).toBe('none');
  });

  it('checks in lnd’s order', () => {
    // Everything is wrong; each step mends the failure that came first.
    const steps: [Changes, string][] = [
      [{ incomingEdge: 3 }, 'unknown_next_peer'],
      [{ usable: true }, 'fee_insufficient'],
      [{ incomingAmountMsat: 1_001_100 }, 'amount_below_minimum'],
      [{ policy: { minHtlcMsat: 0, maxHtlcMsat: 5, cltvDelta: 5000 } }, 'temporary_channel_failure'],
      [{ policy: { maxHtlcMsat: 0, cltvDelta: 5000 } }, 'expiry_too_soon'],
      [{ outgoingExpiry: 3017 }, 'expiry_too_far'],
      [{ outgoingExpiry: 1004 }, 'temporary_channel_failure'],
      [{ view: {} }, 'incorrect_cltv_expiry'],
      [{ incomingExpiry: 6004 }, 'expiry_too_far'],
    ];
    let changes: Changes = {
      incomingEdge: 5,
      usable: false,
      incomingAmountMsat: 1,
      policy: { minHtlcMsat: 1e9, cltvDelta: 5000 },
      outgoingExpiry: 1003,
      incomingExpiry: 1004,
      view: { localMsat: 0 },
    };
    expect(check(changes)).toBe('temporary_channel_failure');
    for (const [mended, failure] of steps) {
      changes = { ...changes, ...mended };
      expect(check(changes)).toBe(failure);
    }
  });
});

describe('the choice among several channels', () => {
  it('is uniform', () => {
    expect([0, 0.33, 0.34, 0.66, 0.67, 0.999999].map((draw) => chooseForward(3, draw))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(chooseForward(1, 0.9)).toBe(0);
  });
});
