import { describe, expect, it } from 'vitest';
import type { ChannelOffer, ChannelTerms, Policy } from '../../engine/simulate/node-model.ts';
import {
  answerOpening,
  channelTerms,
  closeConfs,
  commitmentFeerate,
  csvDelay,
  defaultPolicy,
  refuseTerms,
  refuseToOpen,
  scaledConfs,
  walletReserveSat,
} from './channel-opening.ts';
import { DEFAULT_SETTINGS, readSettings } from './options.ts';

const settings = DEFAULT_SETTINGS;

function offer(fields: Partial<ChannelOffer>): ChannelOffer {
  return { capacitySat: 1_000_000, pushMsat: 0, announced: true, feeratePerKw: 2500, ...fields };
}

function terms(fields: Partial<ChannelTerms>): ChannelTerms {
  return { ...channelTerms(settings, 1_000_000, 0), ...fields };
}

describe('scaling with the size', () => {
  it('asks for one to six confirmations', () => {
    expect([1_000_000, 5_592_405, 10_000_000, 16_777_215].map((c) => scaledConfs(c, 0))).toEqual([1, 2, 3, 6]);
    expect(scaledConfs(16_777_216, 0)).toBe(6);
    expect(scaledConfs(3_000_000, 3_000_000_000)).toBe(2);
    expect(scaledConfs(20_000, 0)).toBe(1);
  });

  it('asks for 144 to 2016 blocks of delay', () => {
    expect([1_000_000, 5_000_000, 10_000_000, 16_777_215].map(csvDelay)).toEqual([144, 600, 1201, 2016]);
    expect(csvDelay(20_000_000)).toBe(2016);
  });

  it('treats a close as final after at least three', () => {
    expect([20_000, 10_000_000, 14_000_000, 16_777_215, 50_000_000].map(closeConfs)).toEqual([3, 3, 5, 6, 6]);
  });
});

describe('terms', () => {
  it('are one percent of reserve and 99 percent in flight', () => {
    expect(channelTerms(settings, 1_234_567, 0)).toEqual({
      dustLimitSat: 354,
      reserveSat: 12_345,
      maxAcceptedHtlcs: 483,
      maxInFlightMsat: 1_222_222_000,
      htlcMinimumMsat: 1,
      toSelfDelay: 148,
    });
  });

  it('never ask for a reserve below either dust limit', () => {
    expect(channelTerms(settings, 20_000, 0).reserveSat).toBe(354);
    expect(channelTerms(settings, 20_000, 546).reserveSat).toBe(546);
  });

  it('follow the options', () => {
    const own = readSettings({ csv_delay_blocks: 6, max_accepted_htlcs: 30, min_htlc_in_msat: 1000 });
    expect(channelTerms(own, 1_000_000, 0)).toMatchObject({
      toSelfDelay: 6,
      maxAcceptedHtlcs: 30,
      htlcMinimumMsat: 1000,
    });
  });
});

describe('the opener', () => {
  it('opens from 20,000 sat to 16,777,215 sat', () => {
    expect(refuseToOpen(settings, offer({ capacitySat: 19_999 }))).toMatch('channel is too small');
    expect(refuseToOpen(settings, offer({ capacitySat: 20_000 }))).toBeNull();
    expect(refuseToOpen(settings, offer({ capacitySat: 16_777_215 }))).toBeNull();
    expect(refuseToOpen(settings, offer({ capacitySat: 16_777_216 }))).toMatch('funding amount is too large');
    expect(refuseToOpen(readSettings({ wumbo: true }), offer({ capacitySat: 2_000_000_000 }))).toBeNull();
  });

  it('must keep more than twice the dust limit after the push and the fees', () => {
    expect(refuseToOpen(settings, offer({ pushMsat: 1_000_000_000 }))).toMatch('amount pushed');
    const most = (1_000_000 - 2810 - 660 - 709) * 1000;
    expect(refuseToOpen(settings, offer({ pushMsat: most }))).toBeNull();
    expect(refuseToOpen(settings, offer({ pushMsat: most + 1 }))).toMatch('funder balance too small');
  });

  it('checks the acceptor’s terms', () => {
    const refuse = (fields: Partial<ChannelTerms>, depth = 3): string | null =>
      refuseTerms(settings, offer({}), terms(fields), depth);
    expect(refuse({})).toBeNull();
    expect(refuse({}, 144)).toBeNull();
    expect(refuse({}, 145)).toMatch('minimum depth');
    expect(refuse({ toSelfDelay: 2017 })).toMatch('CSV delay');
    expect(refuse({ dustLimitSat: 353 })).toMatch('invalid dust limit');
    expect(refuse({ dustLimitSat: 1063 })).toMatch('invalid dust limit');
    expect(refuse({ dustLimitSat: 546, reserveSat: 545 })).toMatch('below the dust limit');
    expect(refuse({ reserveSat: 200_001 })).toMatch('channel reserve too large');
    expect(refuse({ htlcMinimumMsat: 2, maxInFlightMsat: 1 })).toMatch('minimum HTLC too large');
    expect(refuse({ maxAcceptedHtlcs: 484 })).toMatch('maxHtlcs too large');
    expect(refuse({ maxAcceptedHtlcs: 4 })).toMatch('maxHtlcs too small');
    expect(refuse({ htlcMinimumMsat: 1000, maxInFlightMsat: 4999 })).toMatch('in flight too small');
    // CLN's 30 slots and unlimited value, LDK's and Eclair's numbers.
    expect(
      refuse({ dustLimitSat: 546, maxAcceptedHtlcs: 30, htlcMinimumMsat: 0, maxInFlightMsat: 2 ** 53 }, 8),
    ).toBeNull();
  });

  it('wants both reserves to cover both dust limits', () => {
    const small = offer({ capacitySat: 30_000 });
    expect(refuseTerms(settings, small, terms({ reserveSat: 546, dustLimitSat: 546 }), 3)).toMatch('below dust');
  });
});

describe('the acceptor', () => {
  const answer = (fields: Partial<ChannelOffer>, own = settings): ReturnType<typeof answerOpening> =>
    answerOpening(own, offer(fields), channelTerms(settings, fields.capacitySat ?? 1_000_000, 0));

  it('answers with its terms and a depth by what is at stake', () => {
    expect(answer({ capacitySat: 10_000_000 })).toMatchObject({
      accept: true,
      minimumDepth: 3,
      terms: { toSelfDelay: 1201 },
    });
    expect(answer({ capacitySat: 10_000_000, pushMsat: 5_000_000_000 })).toMatchObject({ minimumDepth: 5 });
    expect(answer({}, readSettings({ min_depth_blocks: 2 }))).toMatchObject({ minimumDepth: 2 });
  });

  it('refuses sizes outside its limits', () => {
    expect(answer({ capacitySat: 19_999 })).toMatchObject({ accept: false });
    expect(answer({ capacitySat: 16_777_216 })).toMatchObject({ accept: false });
    expect(answer({ capacitySat: 16_777_216 }, readSettings({ wumbo: true }))).toMatchObject({
      accept: true,
      minimumDepth: 6,
    });
    expect(answer({ capacitySat: 1_000_000_001 }, readSettings({ wumbo: true }))).toMatchObject({ accept: false });
    expect(answer({ capacitySat: 600_000 }, readSettings({ max_channel_sat: 500_000 }))).toMatchObject({
      accept: false,
    });
    expect(answer({ capacitySat: 600_000 }, readSettings({ min_channel_sat: 700_000 }))).toMatchObject({
      accept: false,
    });
  });

  it('refuses too much of a push and bad terms', () => {
    expect(answer({ pushMsat: 1_000_000_001 })).toMatchObject({ accept: false });
    expect(answer({ pushMsat: 999_000_000 })).toMatchObject({ accept: false });
    const bad = answerOpening(settings, offer({}), terms({ toSelfDelay: 3000 }));
    expect(bad).toMatchObject({ accept: false, reason: expect.stringContaining('CSV delay') });
  });

  it('raises its reserve to the opener’s dust limit', () => {
    const theirs = channelTerms(settings, 30_000, 546);
    expect(answerOpening(settings, offer({ capacitySat: 30_000 }), { ...theirs, dustLimitSat: 546 })).toMatchObject({
      accept: true,
      terms: { reserveSat: 546 },
    });
  });
});

describe('money and policies', () => {
  it('keeps 10,000 sat an anchor channel in the wallet, 100,000 at most', () => {
    expect([0, 1, 9, 10, 50].map(walletReserveSat)).toEqual([0, 10_000, 90_000, 100_000, 100_000]);
  });

  it('caps the commitment feerate at 10 sat/vB and floors it at 253', () => {
    expect([100, 253, 1000, 2500, 9000].map((f) => commitmentFeerate(settings, f))).toEqual([
      253, 253, 1000, 2500, 2500,
    ]);
  });

  it('announces lnd’s defaults within the peer’s limits', () => {
    const policy: Policy = {
      feeBaseMsat: 0,
      feeRatePpm: 0,
      cltvDelta: 0,
      minHtlcMsat: 0,
      maxHtlcMsat: 0,
      disabled: true,
      inboundFeeBaseMsat: 9,
      inboundFeeRatePpm: 9,
    };
    defaultPolicy(settings, { capacitySat: 1_000_000, announced: true, peerTerms: terms({}) }, policy);
    expect(policy).toEqual({
      feeBaseMsat: 1000,
      feeRatePpm: 1,
      cltvDelta: 80,
      minHtlcMsat: 1000,
      maxHtlcMsat: 990_000_000,
      disabled: false,
      inboundFeeBaseMsat: 0,
      inboundFeeRatePpm: 0,
    });
    const peerTerms = terms({ htlcMinimumMsat: 5000, maxInFlightMsat: 2 ** 53 });
    defaultPolicy(settings, { capacitySat: 1_000_000, announced: true, peerTerms }, policy);
    expect(policy).toMatchObject({ minHtlcMsat: 5000, maxHtlcMsat: 1_000_000_000 });
  });
});
