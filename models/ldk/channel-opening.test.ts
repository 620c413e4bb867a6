import { describe, expect, it } from 'vitest';
import type { ChannelOffer, ChannelTerms, Policy } from '../../engine/simulate/node-model.ts';
import {
  answerOpening,
  channelTerms,
  commitmentFeerate,
  defaultPolicy,
  refuseTerms,
  refuseToOpen,
} from './channel-opening.ts';
import { DEFAULT_SETTINGS, readSettings } from './options.ts';

const offer: ChannelOffer = { capacitySat: 1_000_000, pushMsat: 0, announced: true, feeratePerKw: 2500 };
const terms: ChannelTerms = {
  dustLimitSat: 354,
  reserveSat: 10_000,
  maxAcceptedHtlcs: 483,
  maxInFlightMsat: 990_000_000,
  htlcMinimumMsat: 1,
  toSelfDelay: 144,
};

function answer(changes: { offer?: Partial<ChannelOffer>; terms?: Partial<ChannelTerms> }, options = {}): string {
  const result = answerOpening(readSettings(options), { ...offer, ...changes.offer }, { ...terms, ...changes.terms });
  return result.accept ? `depth ${result.minimumDepth}` : result.reason;
}

describe('terms', () => {
  it('are 354 sat of dust, 1 % and at least 1000 sat of reserve, 50 HTLCs, a quarter in flight, 144 blocks', () => {
    expect(channelTerms(DEFAULT_SETTINGS, offer, 0)).toEqual({
      dustLimitSat: 354,
      reserveSat: 10_000,
      maxAcceptedHtlcs: 50,
      maxInFlightMsat: 250_000_000,
      htlcMinimumMsat: 1,
      toSelfDelay: 144,
    });
    expect(channelTerms(DEFAULT_SETTINGS, { ...offer, announced: false }, 0).maxInFlightMsat).toBe(1_000_000_000);
    expect(channelTerms(DEFAULT_SETTINGS, { ...offer, capacitySat: 50_000 }, 0).reserveSat).toBe(1000);
    expect(channelTerms(DEFAULT_SETTINGS, { ...offer, capacitySat: 50_000 }, 5000).reserveSat).toBe(5000);
  });

  it('follow the options', () => {
    const settings = readSettings({
      max_accepted_htlcs: 10,
      max_in_flight_announced_percent: 100,
      reserve_ppm: 20_000,
      to_self_delay_blocks: 1000,
      htlc_minimum_msat: 500,
    });
    expect(channelTerms(settings, offer, 0)).toEqual({
      dustLimitSat: 354,
      reserveSat: 20_000,
      maxAcceptedHtlcs: 10,
      maxInFlightMsat: 1_000_000_000,
      htlcMinimumMsat: 500,
      toSelfDelay: 1000,
    });
  });
});

describe('an opener', () => {
  it('needs what a commitment with four HTLCs costs', () => {
    expect(refuseToOpen(DEFAULT_SETTINGS, offer)).toBeNull();
    // 2500 · (1124 + 4 · 172) / 1000 + 660 = 4530 + 660
    const pushed = (left: number): ChannelOffer => ({ ...offer, pushMsat: (1_000_000 - left) * 1000 });
    expect(refuseToOpen(DEFAULT_SETTINGS, pushed(5190))).toBeNull();
    expect(refuseToOpen(DEFAULT_SETTINGS, pushed(5189))).toContain('can not pay');
    expect(refuseToOpen(DEFAULT_SETTINGS, { ...offer, pushMsat: 1_000_000_001 })).toContain('push value');
    expect(refuseToOpen(DEFAULT_SETTINGS, { ...offer, capacitySat: 999 })).toContain('below the reserve');
    expect(refuseToOpen(DEFAULT_SETTINGS, { ...offer, capacitySat: 2_100_000_000_000_000 })).toContain('supply');
  });

  it.each([
    [{ reserveSat: 990_001 }, 'bogus channel_reserve_satoshis'],
    [{ dustLimitSat: 353 }, 'dust_limit_satoshis'],
    [{ dustLimitSat: 10_001 }, 'dust_limit_satoshis'],
    [{ toSelfDelay: 2017 }, 'needlessly long'],
    [{ maxAcceptedHtlcs: 0 }, 'useless'],
    [{ maxAcceptedHtlcs: 484 }, 'max_accepted_htlcs was 484'],
    [{ htlcMinimumMsat: 990_000_000 }, 'minimum htlc value'],
  ])('turns down %j', (changes, reason) => {
    expect(refuseTerms(DEFAULT_SETTINGS, offer, { ...terms, ...changes }, 6)).toContain(reason);
  });

  it('accepts a depth of 144 and a dust limit up to its own reserve', () => {
    expect(refuseTerms(DEFAULT_SETTINGS, offer, terms, 144)).toBeNull();
    expect(refuseTerms(DEFAULT_SETTINGS, offer, terms, 145)).toContain('minimum depth');
    const small = { ...offer, capacitySat: 50_000 };
    expect(refuseTerms(DEFAULT_SETTINGS, small, { ...terms, dustLimitSat: 1000 }, 6)).toBeNull();
    expect(refuseTerms(DEFAULT_SETTINGS, small, { ...terms, dustLimitSat: 1001 }, 6)).toContain('bigger than our');
  });
});

describe('an acceptor', () => {
  it('asks for six confirmations whatever the size', () => {
    expect(answer({})).toBe('depth 6');
    expect(answer({ offer: { capacitySat: 1_000_000_000 } })).toBe('depth 6');
    expect(answer({}, { min_depth_blocks: 1 })).toBe('depth 1');
  });

  it.each([
    [{ offer: { capacitySat: 999 } }, 'at least 1000 satoshis'],
    [{ offer: { capacitySat: 2_100_000_000_000_000 } }, 'supply'],
    [{ offer: { pushMsat: 990_000_001 } }, 'push_msat'],
    [{ offer: { pushMsat: 986_000_000 } }, 'initial reserve'],
    [{ offer: { capacitySat: 20_000 }, terms: { reserveSat: 19_000 } }, 'reserve not found'],
    [{ terms: { dustLimitSat: 353 } }, 'dust_limit_satoshis'],
    [{ terms: { toSelfDelay: 2017 } }, 'needlessly long'],
  ])('refuses %j', (changes, reason) => {
    expect(answer(changes)).toContain(reason);
  });

  it('refuses channels below its own limit', () => {
    expect(answer({}, { min_channel_sat: 1_000_001 })).toContain('user specified limit');
  });
});

describe('the policy of a new channel', () => {
  it('is 1000 msat, delta 72, from what the peer takes to nine tenths of the capacity', () => {
    const policy = {} as Policy;
    defaultPolicy(DEFAULT_SETTINGS, { capacitySat: 1_000_000, announced: true, peerTerms: terms }, policy);
    expect(policy).toEqual({
      feeBaseMsat: 1000,
      feeRatePpm: 0,
      cltvDelta: 72,
      minHtlcMsat: 1,
      maxHtlcMsat: 900_000_000,
      disabled: false,
      inboundFeeBaseMsat: 0,
      inboundFeeRatePpm: 0,
    });
    const tight = { ...terms, maxInFlightMsat: 250_000_000, htlcMinimumMsat: 1000 };
    defaultPolicy(DEFAULT_SETTINGS, { capacitySat: 1_000_000, announced: true, peerTerms: tight }, policy);
    expect([policy.minHtlcMsat, policy.maxHtlcMsat]).toEqual([1000, 250_000_000]);
  });
});

describe('the commitment feerate', () => {
  it('is the estimate, never below the relay floor', () => {
    expect([100, 253, 12_500].map(commitmentFeerate)).toEqual([253, 253, 12_500]);
  });
});
