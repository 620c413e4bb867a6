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

const offer = (fields: Partial<ChannelOffer> = {}): ChannelOffer => ({
  capacitySat: 1_000_000,
  pushMsat: 0,
  announced: true,
  feeratePerKw: 2500,
  ...fields,
});
const terms = (fields: Partial<ChannelTerms> = {}): ChannelTerms => ({
  ...channelTerms(DEFAULT_SETTINGS, 1_000_000),
  ...fields,
});
const answer = (o: Partial<ChannelOffer>, t: Partial<ChannelTerms> = {}): string =>
  ((a) => (a.accept ? 'accepted' : a.reason))(answerOpening(DEFAULT_SETTINGS, offer(o), terms(t)));

describe('terms', () => {
  it('are 1 % of reserve, 45 % or 50 mBTC in flight, 30 HTLCs, 720 blocks', () => {
    expect(channelTerms(DEFAULT_SETTINGS, 1_000_000)).toEqual({
      dustLimitSat: 546,
      reserveSat: 10_000,
      maxAcceptedHtlcs: 30,
      maxInFlightMsat: 450_000_000,
      htlcMinimumMsat: 1,
      toSelfDelay: 720,
    });
    expect(channelTerms(DEFAULT_SETTINGS, 20_000_000).maxInFlightMsat).toBe(5_000_000_000);
    // The dust limit is the floor of the reserve.
    expect(channelTerms(DEFAULT_SETTINGS, 20_000).reserveSat).toBe(546);
  });
});

describe('an acceptor', () => {
  it('asks for 8 confirmations', () => {
    expect(answerOpening(DEFAULT_SETTINGS, offer(), terms())).toEqual({
      accept: true,
      terms: terms(),
      minimumDepth: 8,
    });
  });

  it('takes 100,000 sat to 50 BTC', () => {
    expect(answer({ capacitySat: 99_999 })).toBe('invalid funding_amount=99999 sat (min=100000 sat)');
    expect(answer({ capacitySat: 100_000 }, { reserveSat: 1000 })).toBe('accepted');
    expect(answer({ capacitySat: 5_000_000_000 }, { reserveSat: 50_000_000 })).toBe('accepted');
    expect(answer({ capacitySat: 5_000_000_001 })).toBe('invalid funding_amount=5000000001 sat (max=5000000000 sat)');
    const settings = readSettings({ min_private_channel_sat: 50_000 });
    const small = { capacitySat: 60_000 };
    expect(answerOpening(settings, offer(small), terms({ reserveSat: 600 })).accept).toBe(false);
    expect(answerOpening(settings, offer({ ...small, announced: false }), terms({ reserveSat: 600 })).accept).toBe(
      true,
    );
  });

  it('refuses terms out of bounds', () => {
    expect(answer({ pushMsat: 1_000_000_001 })).toContain('invalid pushAmount');
    expect(answer({}, { toSelfDelay: 2017 })).toBe('unreasonable to_self_delay=2017 (max=2016)');
    expect(answer({}, { dustLimitSat: 353 })).toBe('dustLimit=353 sat is too small (min=354 sat)');
    expect(answer({}, { dustLimitSat: 354 })).toBe('accepted');
    expect(answer({}, { dustLimitSat: 5001 })).toBe('dustLimit=5001 sat is too large (max=5000 sat)');
    expect(answer({}, { dustLimitSat: 5000, reserveSat: 4999 })).toBe('dustLimit=5000 sat is too large (max=4999 sat)');
    expect(answer({}, { dustLimitSat: 354, reserveSat: 500 })).toBe(
      'their channelReserve=500 sat is below our dustLimit=546 sat',
    );
    expect(answer({ capacitySat: 100_000 }, { dustLimitSat: 2000, reserveSat: 2000 })).toBe(
      'their dustLimit=2000 sat is above our channelReserve=1000 sat',
    );
    expect(answer({}, { maxAcceptedHtlcs: 484 })).toBe('invalid max_accepted_htlcs=484 (max=483)');
    expect(answer({}, { reserveSat: 50_000 })).toBe('accepted');
    expect(answer({}, { reserveSat: 50_001 })).toBe('channelReserve too high: reserve=50001 sat, max 50000 sat');
    expect(answer({ feeratePerKw: 252 })).toBe('remote fee rate is too small: 252 sat/kw');
    // Neither side would have its reserve.
    expect(answer({ capacitySat: 100_000, pushMsat: 4_000_000 }, { reserveSat: 5000 })).toBe('accepted');
    const half = { capacitySat: 100_000, pushMsat: 50_000_000 };
    expect(
      answerOpening(readSettings({ max_reserve_ppm: 900_000 }), offer(half), terms({ reserveSat: 60_000 })),
    ).toEqual({
      accept: false,
      reason: 'channel reserve is not met',
    });
  });
});

describe('an opener', () => {
  it('refuses what it could not open', () => {
    expect(refuseToOpen(DEFAULT_SETTINGS, offer())).toBeNull();
    expect(refuseToOpen(DEFAULT_SETTINGS, offer({ capacitySat: 5_000_000_001 }))).toContain('fundingAmount');
    expect(refuseToOpen(DEFAULT_SETTINGS, offer({ pushMsat: 1_000_000_001 }))).toContain('pushAmount');
  });

  it('takes what an acceptor would take', () => {
    expect(refuseTerms(DEFAULT_SETTINGS, offer(), terms())).toBeNull();
    expect(refuseTerms(DEFAULT_SETTINGS, offer(), terms({ toSelfDelay: 2017 }))).toContain('to_self_delay');
    expect(refuseTerms(DEFAULT_SETTINGS, offer(), terms({ reserveSat: 50_001 }))).toContain('channelReserve too high');
  });
});

describe('announcements and feerates', () => {
  it('follow the peer’s limits and whether the channel is announced', () => {
    const policy = {} as Policy;
    const facts = { capacitySat: 1_000_000, announced: true, peerTerms: terms({ htlcMinimumMsat: 5 }) };
    defaultPolicy(DEFAULT_SETTINGS, facts, policy);
    expect(policy).toEqual({
      feeBaseMsat: 1000,
      feeRatePpm: 200,
      cltvDelta: 144,
      minHtlcMsat: 5,
      maxHtlcMsat: 450_000_000,
      disabled: false,
      inboundFeeBaseMsat: 0,
      inboundFeeRatePpm: 0,
    });
    defaultPolicy(DEFAULT_SETTINGS, { ...facts, announced: false, peerTerms: terms({ maxInFlightMsat: 7 }) }, policy);
    expect(policy).toMatchObject({ feeRatePpm: 100, maxHtlcMsat: 7 });
  });

  it('cap the commitment at 10 sat/vB and keep it a quarter above the floor', () => {
    expect([253, 1000, 2500, 9000].map((estimate) => commitmentFeerate(DEFAULT_SETTINGS, estimate))).toEqual([
      316, 1000, 2500, 2500,
    ]);
  });
});
