/** What Core Lightning asks for and refuses when channels are opened, by cln:openingd/common.c:check_config_bounds. */
import { describe, expect, it } from 'vitest';
import type { ChannelOffer, ChannelTerms, Policy } from '../../engine/simulate/node-model.ts';
import {
  answerOpening,
  channelTerms,
  commitmentFeerate,
  defaultPolicy,
  refuseTerms,
  refuseToOpen,
  walletReserveSat,
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
  ...channelTerms(DEFAULT_SETTINGS, 1_000_000, 546),
  ...fields,
});
const answer = (o: Partial<ChannelOffer>, t: Partial<ChannelTerms> = {}): string =>
  ((a) => (a.accept ? 'accepted' : a.reason))(answerOpening(DEFAULT_SETTINGS, offer(o), terms(t)));

/** A commitment without HTLCs: 1124 weight units at 2500 sat a 1000, and two anchors of 330 sat (BOLT 3). */
const FEE = 2810;
const ANCHORS = 660;

describe('terms', () => {
  it('are 1 % of reserve, any amount in flight, 30 HTLCs, 144 blocks', () => {
    expect(channelTerms(DEFAULT_SETTINGS, 1_000_000, 546)).toEqual({
      dustLimitSat: 546,
      reserveSat: 10_000,
      maxAcceptedHtlcs: 30,
      maxInFlightMsat: Number.MAX_SAFE_INTEGER,
      htlcMinimumMsat: 0,
      toSelfDelay: 144,
    });
  });

  it.each([
    // set_reserve: a hundredth rounded down, not below the dust limit.
    [1_000_099, 546, 10_000],
    [54_600, 546, 546],
    [54_700, 546, 547],
    [54_699, 546, 546],
    [100_000, 1500, 1500],
    [0, 546, 546],
    [2_100_000_000_000_000, 546, 21_000_000_000_000],
  ])('of %d sat with a dust limit of %d ask for a reserve of %d', (capacity, dust, reserve) => {
    expect(channelTerms(DEFAULT_SETTINGS, capacity, dust).reserveSat).toBe(reserve);
  });

  it('follow the options', () => {
    const settings = readSettings({ reserve_ppm: 25_000, max_accepted_htlcs: 483, htlc_minimum_msat: 7 });
    expect(channelTerms(settings, 1_000_000, 546)).toMatchObject({
      reserveSat: 25_000,
      maxAcceptedHtlcs: 483,
      htlcMinimumMsat: 7,
    });
  });
});

describe('an acceptor', () => {
  it('answers with its own terms, a reserve not below the opener’s dust limit, and 3 confirmations', () => {
    const small = offer({ capacitySat: 100_000 });
    expect(answerOpening(DEFAULT_SETTINGS, small, terms({ reserveSat: 1000, dustLimitSat: 1500 }))).toEqual({
      accept: true,
      terms: terms({ reserveSat: 1500 }),
      minimumDepth: 3,
    });
  });

  it('wants 10,000 sat to be left of reserves, anchors and fee', () => {
    const least = 10_000 + 546 + 546 + ANCHORS + FEE;
    expect(answer({ capacitySat: least }, { reserveSat: 546 })).toBe('accepted');
    expect(answer({ capacitySat: least - 1 }, { reserveSat: 546 })).toBe(
      'channel capacity is 9999sat, which is below 10000sat',
    );
    const settings = readSettings({ min_capacity_sat: 976_530 });
    const all = 1_000_000 - 2 * 10_000 - ANCHORS - FEE;
    expect(all).toBe(976_530);
    expect(answerOpening(settings, offer(), terms()).accept).toBe(true);
    expect(answerOpening(readSettings({ min_capacity_sat: all + 1 }), offer(), terms()).accept).toBe(false);
  });

  it.each<[Partial<ChannelOffer>, Partial<ChannelTerms>, string]>([
    [{}, { toSelfDelay: 2016 }, 'accepted'],
    [{}, { toSelfDelay: 2017 }, 'to_self_delay 2017 larger than 2016'],
    [{}, { reserveSat: 990_000 - ANCHORS + 1 }, 'channel_reserve_satoshis 989341sat and 10000sat too large'],
    [{}, { reserveSat: 990_000 - ANCHORS }, `plus fee ${FEE}sat too large for funding 1000000sat`],
    [{}, { htlcMinimumMsat: 976_530_000 }, 'accepted'],
    [{}, { htlcMinimumMsat: 976_530_001 }, 'htlc_minimum_msat 976530001msat too large for funding 1000000sat'],
    // What may be in flight caps what the channel can carry, in whole sat.
    [{}, { maxInFlightMsat: 10_000_000 }, 'accepted'],
    [{}, { maxInFlightMsat: 9_999_999 }, 'channel capacity is 9999sat, which is below 10000sat'],
    [{}, { maxAcceptedHtlcs: 0 }, 'max_accepted_htlcs 0 invalid'],
    [{}, { maxAcceptedHtlcs: 1 }, 'accepted'],
    [{}, { maxAcceptedHtlcs: 483 }, 'accepted'],
    [{}, { maxAcceptedHtlcs: 484 }, 'max_accepted_htlcs 484 too large'],
    [{ pushMsat: 1_000_000_001 }, {}, 'Their push_msat 1000000001msat would be too large'],
    // The opener keeps the fee of the first commitment and the anchors: 3470 sat.
    [{ pushMsat: 1_000_000_000 - 3_470_000 }, {}, 'accepted'],
    [{ pushMsat: 1_000_000_000 - 3_469_999 }, {}, 'Funder cannot afford fee on initial commitment transaction'],
    [{ capacitySat: 2_100_000_000_000_001 }, {}, 'funding_satoshis 2100000000000001sat too large'],
  ])('of %j with %j: %s', (o, t, text) => {
    expect(answer(o, t)).toContain(text);
  });
});

describe('an opener', () => {
  it.each<[Partial<ChannelOffer>, string | null]>([
    [{}, null],
    [{ capacitySat: 14_562 }, null],
    [
      { capacitySat: 14_561 },
      'Not opening because if they used the same setting as us channel capacity is 9999sat, which is below 10000sat',
    ],
    [{ pushMsat: 1_000_000_001 }, 'Requested to push more than the funding amount'],
    [{ capacitySat: 2_100_000_000_000_001 }, 'Amount exceeded 2100000000000000sat'],
    // The fee alone: 20,000 · 1124 / 1000 = 22,480 sat.
    [
      { capacitySat: 20_000, feeratePerKw: 20_000 },
      'Not opening because if they used the same setting as us channel_reserve_satoshis 546sat and 546sat plus fee 22480sat too large for funding 20000sat',
    ],
  ])('with %j: %s', (fields, reason) => {
    expect(refuseToOpen(DEFAULT_SETTINGS, offer(fields))).toBe(reason);
  });

  it('takes terms within the same bounds, and no dust limit above the reserve that it asks for', () => {
    expect(refuseTerms(DEFAULT_SETTINGS, offer(), terms())).toBeNull();
    expect(refuseTerms(DEFAULT_SETTINGS, offer(), terms({ dustLimitSat: 10_000 }))).toBeNull();
    expect(refuseTerms(DEFAULT_SETTINGS, offer(), terms({ dustLimitSat: 10_001 }))).toBe(
      'dust limit 10001sat would be above our reserve 10000sat',
    );
    expect(refuseTerms(DEFAULT_SETTINGS, offer(), terms({ toSelfDelay: 2017 }))).toContain('to_self_delay');
    expect(refuseTerms(DEFAULT_SETTINGS, offer({ pushMsat: 999_999_000 }), terms())).toContain('cannot afford fee');
  });
});

describe('the policy of a new channel', () => {
  const policyOf = (peerTerms: ChannelTerms, options = {}): Policy => {
    const policy = {} as Policy;
    defaultPolicy(readSettings(options), { capacitySat: 1_000_000, peerTerms, announced: true }, policy);
    return policy;
  };

  it('is 1000 msat and 10 ppm for 34 blocks, up to the capacity less the reserve', () => {
    expect(policyOf(terms())).toEqual({
      feeBaseMsat: 1000,
      feeRatePpm: 10,
      cltvDelta: 34,
      minHtlcMsat: 0,
      maxHtlcMsat: 990_000_000,
      disabled: false,
      inboundFeeBaseMsat: 0,
      inboundFeeRatePpm: 0,
    });
  });

  it.each<[Partial<ChannelTerms>, object, number, number]>([
    [{ maxInFlightMsat: 450_000_000 }, {}, 0, 450_000_000],
    [{ reserveSat: 250_000 }, {}, 0, 750_000_000],
    [{ htlcMinimumMsat: 1000 }, {}, 1000, 990_000_000],
    [{ htlcMinimumMsat: 1000 }, { htlc_minimum_msat: 2000 }, 2000, 990_000_000],
    [{}, { htlc_maximum_msat: 5 }, 0, 5],
  ])('with a peer’s %j and %j takes %d to %d msat', (peer, options, least, most) => {
    expect(policyOf(terms(peer), options)).toMatchObject({ minHtlcMsat: least, maxHtlcMsat: most });
  });
});

it('commitments pay at least 1250 sat a 1000 weight units', () => {
  // cln:lightningd/chaintopology.c:unilateral_feerate: 5 sat a vbyte, which has four weight units.
  expect([0, 253, 1249, 1250, 1251, 50_000].map(commitmentFeerate)).toEqual([1250, 1250, 1250, 1250, 1251, 50_000]);
  expect([walletReserveSat(0), walletReserveSat(1), walletReserveSat(100)]).toEqual([0, 25_000, 25_000]);
});
