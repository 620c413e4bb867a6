import { describe, expect, it } from 'vitest';
import { failureName } from '../../engine/simulate/failure.ts';
import type { CommitmentView, ForwardRequest, Policy } from '../../engine/simulate/node-model.ts';
import { FakeHost, plainView } from '../lnd/testing/fake-host.ts';
import { LdkModel } from './ldk-model.ts';

const policy: Policy = {
  feeBaseMsat: 1000,
  feeRatePpm: 100,
  cltvDelta: 72,
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

function model(options = {}): LdkModel {
  const made = new LdkModel(new FakeHost(1, []));
  made.addNode(0, options);
  return made;
}

function request(changes: Changes): ForwardRequest {
  return {
    node: 0,
    incomingEdge: 3,
    incomingAmountMsat: 1_001_100,
    incomingExpiry: 1172,
    outgoingEdge: 4,
    requestedEdge: 4,
    outgoingAmountMsat: 1_000_000,
    outgoingExpiry: 1100,
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
}

/** Failure for a forward of 1,000,000 msat that fits to the millisatoshi and the block, changed as asked. */
function check(changes: Changes, options = {}): string {
  return failureName(model(options).checkForward(request(changes)));
}

describe('a forward', () => {
  it('passes when it fits', () => {
    expect(check({})).toBe('none');
  });

  it('over a private channel is one to an unknown peer unless allowed', () => {
    expect(check({ announced: false })).toBe('unknown_next_peer');
    expect(check({ announced: false }, { forward_to_private_channels: true })).toBe('none');
  });

  it('over a channel that is not there says what else is wrong first', () => {
    expect(check({ exists: false, usable: false })).toBe('unknown_next_peer');
    expect(check({ exists: false, usable: false, incomingAmountMsat: 999_999 })).toBe('fee_insufficient');
    expect(check({ exists: false, usable: false, incomingExpiry: 1147 })).toBe('incorrect_cltv_expiry');
  });

  it('tells a lost peer from a channel that was disabled or is closing', () => {
    expect(check({ connected: false })).toBe('temporary_channel_failure');
    expect(check({ connected: false, policy: { disabled: true } })).toBe('channel_disabled');
    expect(check({ policy: { disabled: true } })).toBe('none');
    expect(check({ usable: false })).toBe('channel_disabled');
  });

  it('is held against the peer’s minimum, not against its own policy’s minimum and maximum', () => {
    expect(check({ view: { peerHtlcMinimumMsat: 1_000_001 } })).toBe('amount_below_minimum');
    expect(check({ policy: { minHtlcMsat: 2_000_000 } })).toBe('none');
    expect(check({ policy: { maxHtlcMsat: 1000 } })).toBe('none');
  });

  it('pays the fee to the millisatoshi and leaves the delta to the block', () => {
    expect(check({ incomingAmountMsat: 1_001_099 })).toBe('fee_insufficient');
    expect(check({ incomingExpiry: 1171 })).toBe('incorrect_cltv_expiry');
    expect(check({ incomingExpiry: 1148, policy: { cltvDelta: 48 } })).toBe('none');
    // LDK cannot be set to less than 48; what a scenario sets counts.
    expect(check({ incomingExpiry: 1120, policy: { cltvDelta: 20 } })).toBe('none');
    expect(check({ incomingExpiry: 1119, policy: { cltvDelta: 20 } })).toBe('incorrect_cltv_expiry');
  });

  it('may keep to the former policy, as a whole', () => {
    const { policy } = request({});
    const dearer = { ...policy, feeBaseMsat: 50_000 };
    const longer = { ...policy, cltvDelta: 200 };
    expect(check({ policy: dearer })).toBe('fee_insufficient');
    expect(check({ policy: dearer, former: policy })).toBe('none');
    expect(check({ policy: dearer, former: longer })).toBe('incorrect_cltv_expiry');
    expect(check({ policy: longer, former: dearer })).toBe('fee_insufficient');
  });

  it('is neither too near nor too far, counted from the next block', () => {
    const at = (incomingExpiry: number, outgoingExpiry: number): string => check({ incomingExpiry, outgoingExpiry });
    expect(at(1077, 1005)).toBe('none');
    expect(at(1077, 1004)).toBe('expiry_too_soon');
    expect(check({ incomingExpiry: 1040, outgoingExpiry: 990, policy: { cltvDelta: 48 } })).toBe('expiry_too_soon');
    expect(at(3017, 2900)).toBe('none');
    expect(at(3018, 2900)).toBe('expiry_too_far');
  });

  it('fails for a lack of balance, slots or room in flight', () => {
    expect(check({ view: { localMsat: 5_000_000 } })).toBe('temporary_channel_failure');
    expect(check({ view: { offeredCount: 483 } })).toBe('temporary_channel_failure');
    expect(check({ view: { maxInFlightMsat: 999_999 } })).toBe('temporary_channel_failure');
  });

  it('is checked in the order of LDK', () => {
    const worse: readonly (readonly [Changes, string])[] = [
      [{ view: { localMsat: 0 } }, 'temporary_channel_failure'],
      [{ outgoingExpiry: 1004, incomingExpiry: 1076 }, 'expiry_too_soon'],
      [{ incomingExpiry: 1060 }, 'incorrect_cltv_expiry'],
      [{ incomingAmountMsat: 1_000_000 }, 'fee_insufficient'],
      [{ view: { localMsat: 0, peerHtlcMinimumMsat: 2_000_000 } }, 'amount_below_minimum'],
      [{ connected: false }, 'temporary_channel_failure'],
      [{ connected: false, policy: { disabled: true } }, 'channel_disabled'],
      [{ announced: false }, 'unknown_next_peer'],
    ];
    let all: Changes = {};
    for (const [changes, expected] of worse) {
      all = { ...all, ...changes };
      expect(check(all), JSON.stringify(changes)).toBe(expected);
    }
  });
});

describe('several channels to the peer', () => {
  it('stand in for what the named one cannot carry, not for what its policy refuses', () => {
    const ldk = model();
    const other = { outgoingEdge: 6, policy: { feeBaseMsat: 9_000_000, disabled: true } };
    expect(failureName(ldk.checkForward(request({ view: { localMsat: 0 } })))).toBe('temporary_channel_failure');
    expect(failureName(ldk.checkForward(request({ ...other, announced: false })))).toBe('none');
    expect(failureName(ldk.checkForward(request({ incomingAmountMsat: 1_000_000 })))).toBe('fee_insufficient');
    expect(failureName(ldk.checkForward(request(other)))).toBe('fee_insufficient');
    expect(failureName(ldk.checkForward(request({})))).toBe('none');
    expect(failureName(ldk.checkForward(request({ ...other, connected: false })))).toBe('temporary_channel_failure');
  });

  it('leave the larger ones for later', () => {
    const host = new FakeHost(2, [
      { a: 0, b: 1, capacitySat: 5_000_000 },
      { a: 0, b: 1, capacitySat: 1_000_000 },
      { a: 0, b: 1, capacitySat: 3_000_000 },
    ]);
    const ldk = new LdkModel(host);
    ldk.addNode(0, {});
    expect(ldk.chooseForward([0, 2, 4], 3, 0, 0.9)).toBe(1);
    expect(ldk.chooseForward([0, 4, 2], 2, 0, 0)).toBe(1);
  });
});
