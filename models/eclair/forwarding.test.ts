import { describe, expect, it } from 'vitest';
import { FAILURE, failureName } from '../../engine/simulate/failure.ts';
import type { ForwardRequest } from '../../engine/simulate/node-model.ts';
import { plainView } from '../lnd/testing/fake-host.ts';
import { checkForward, preferred } from './forwarding.ts';

const request = (fields: Partial<ForwardRequest> = {}): ForwardRequest => ({
  node: 0,
  incomingEdge: 0,
  incomingAmountMsat: 100_021_000,
  incomingExpiry: 1500,
  outgoingEdge: 2,
  requestedEdge: 2,
  outgoingAmountMsat: 100_000_000,
  outgoingExpiry: 1356,
  height: 1000,
  exists: true,
  usable: true,
  connected: true,
  announced: true,
  policy: {
    feeBaseMsat: 1000,
    feeRatePpm: 200,
    cltvDelta: 144,
    minHtlcMsat: 1,
    maxHtlcMsat: 450_000_000,
    disabled: false,
    inboundFeeBaseMsat: -5000,
    inboundFeeRatePpm: 0,
  },
  inboundFeeBaseMsat: -5000,
  inboundFeeRatePpm: 0,
  view: plainView(10_000_000),
  ...fields,
});
const own = { maxAcceptedHtlcs: 30, maxInFlightMsat: 4_500_000_000 };
const check = (fields: Partial<ForwardRequest>): string => failureName(checkForward(request(fields), 2016, own));
const policy = request().policy;

describe('a forward', () => {
  it('passes with exactly the fee and the delta', () => {
    expect(check({})).toBe('none');
    expect(check({ incomingAmountMsat: 100_020_999 })).toBe('fee_insufficient');
    expect(check({ incomingExpiry: 1499 })).toBe('incorrect_cltv_expiry');
    // Back over the channel it came from: Eclair does not mind.
    expect(check({ outgoingEdge: 1, requestedEdge: 1 })).toBe('none');
  });

  it('keeps its limits to the unit', () => {
    expect(check({ policy: { ...policy, minHtlcMsat: 100_000_000 } })).toBe('none');
    expect(check({ policy: { ...policy, minHtlcMsat: 100_000_001 } })).toBe('amount_below_minimum');
    expect(check({ outgoingExpiry: 1003, incomingExpiry: 1147 })).toBe('none');
    expect(check({ outgoingExpiry: 1002, incomingExpiry: 1146 })).toBe('expiry_too_soon');
    expect(check({ incomingExpiry: 3015 })).toBe('none');
    expect(check({ incomingExpiry: 3016 })).toBe('expiry_too_far');
    // htlc_maximum is only announced; what binds is the value in flight.
    expect(check({ policy: { ...policy, maxHtlcMsat: 1 } })).toBe('none');
    expect(check({ view: { ...plainView(10_000_000), maxInFlightMsat: 99_999_999 } })).toBe(
      'temporary_channel_failure',
    );
    expect(check({ view: { ...plainView(10_000_000), offeredCount: 30 } })).toBe('temporary_channel_failure');
    expect(check({ view: { ...plainView(10_000_000), localMsat: 200_000_000 } })).toBe('temporary_channel_failure');
    expect(check({ view: { ...plainView(10_000_000), peerHtlcMinimumMsat: 100_000_001 } })).toBe(
      'temporary_node_failure',
    );
  });

  it('may keep to the former policy, for each of its terms', () => {
    const dearer = { ...policy, feeBaseMsat: 50_000 };
    const longer = { ...policy, cltvDelta: 200, minHtlcMsat: 200_000_000 };
    expect(check({ policy: dearer })).toBe('fee_insufficient');
    expect(check({ policy: dearer, former: policy })).toBe('none');
    expect(check({ policy: dearer, former: longer })).toBe('none');
    expect(check({ policy: longer, former: { ...dearer, cltvDelta: 144 } })).toBe('none');
    expect(check({ policy: longer, former: null })).toBe('amount_below_minimum');
  });

  it('is checked in Eclair’s order: each fault hides the ones behind it', () => {
    const faults: readonly (readonly [Partial<ForwardRequest>, string])[] = [
      [{ usable: false }, 'unknown_next_peer'],
      [{ policy: { ...policy, minHtlcMsat: 1e12, disabled: true } }, 'amount_below_minimum'],
      [{ incomingExpiry: 900 }, 'incorrect_cltv_expiry'],
      [{ incomingAmountMsat: 1 }, 'fee_insufficient'],
      [{ connected: false }, 'channel_disabled'],
      [{ outgoingExpiry: 800 }, 'expiry_too_soon'],
      [{ view: { ...plainView(10_000_000), localMsat: 0 } }, 'temporary_channel_failure'],
    ];
    for (let i = 0; i < faults.length; i++) {
      const merged = Object.assign(
        {},
        ...faults
          .slice(i)
          .map(([fault]) => fault)
          .reverse(),
      );
      if (i > 1) merged.policy = policy;
      expect(check(merged), `from fault ${i}`).toBe(faults[i]?.[1]);
    }
    expect(check({ policy: { ...policy, disabled: true } })).toBe('channel_disabled');
    expect(checkForward(request({ incomingExpiry: 4000, outgoingExpiry: 3800 }), 2016, own)).toBe(
      FAILURE.expiry_too_far,
    );
  });
});

describe('among several channels', () => {
  it('one that was not asked for must show more than the amount, not only take it', () => {
    // The reserve, and the cost at twice the feerate with two HTLCs, which leaves nothing beyond the amount.
    const localMsat = 100_000_000 + 100_000_000 + 506 * (1124 + 172 + 172) + 660_000;
    const view = { ...plainView(10_000_000), localMsat };
    expect(check({ view })).toBe('none');
    expect(check({ view, outgoingEdge: 4 })).toBe('temporary_channel_failure');
    expect(check({ view: { ...view, localMsat: localMsat + 1 }, outgoingEdge: 4 })).toBe('none');
  });

  const channel = (announced: boolean, capacityMsat: number, spendableMsat: number) => ({
    announced,
    capacityMsat,
    spendableMsat,
  });

  it('an unannounced one comes first, then the smallest, then the emptiest, then the earlier', () => {
    expect(preferred([channel(true, 1, 1), channel(false, 9, 9)])).toBe(1);
    expect(preferred([channel(true, 9, 1), channel(true, 8, 7)])).toBe(1);
    expect(preferred([channel(true, 8, 7), channel(true, 8, 6)])).toBe(1);
    expect(preferred([channel(false, 8, 6), channel(false, 8, 6)])).toBe(0);
  });
});
