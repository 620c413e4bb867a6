/**
 * Opening rules of Core Lightning in its mainnet configuration: what it asks for, what it refuses, which policy it
 * announces. Amounts in sat unless the name says msat. Both sides are taken to support large channels. Not modelled: dual
 * funding, zero-conf, and the comparison of the opener's feerate with own estimates (the question does not tell them).
 *
 * cln:openingd/openingd.c, cln:openingd/common.c:check_config_bounds, cln:lightningd/opening_common.c:channel_config.
 */
import type {
  ChannelFacts,
  ChannelOffer,
  ChannelTerms,
  OpeningAnswer,
  Policy,
} from '../../engine/simulate/node-model.ts';
import { ANCHORS_SAT, commitmentFeeSat } from './commitment.ts';
import type { ClnSettings } from './options.ts';

/** cln:bitcoin/chainparams.c:dust_limit of bitcoin. */
export const DUST_LIMIT_SAT = 546;
/** cln:bitcoin/chainparams.c:max_supply. */
const COIN_SUPPLY_SAT = 21_000_000 * 100_000_000;
/** cln:lightningd/opening_common.c:channel_config: all ones; here the largest amount there is. */
const NO_LIMIT_MSAT = Number.MAX_SAFE_INTEGER;
/** cln:openingd/common.c:check_config_bounds (BOLT 2). */
const MAX_HTLC_SLOTS = 483;
/** cln:lightningd/chaintopology.c:unilateral_feerate, sat a 1000 weight units: 5 sat a vbyte. */
const MIN_ANCHOR_FEERATE = 1250;
/** cln:lightningd/lightningd.c:emergency_sat: kept for bumping fees as soon as there is an anchor channel. */
const EMERGENCY_SAT = 25_000;

/** cln:openingd/openingd.c:set_reserve: a hundredth rounded down, and not below this dust limit. */
function reserveSat(settings: ClnSettings, capacitySat: number, dustLimitSat: number): number {
  return Math.max(Math.floor((capacitySat * settings.reservePpm) / 1_000_000), dustLimitSat);
}

/** Terms for a channel; the reserve is at least this dust limit: the own one as opener, the opener's as acceptor. */
export function channelTerms(settings: ClnSettings, capacitySat: number, dustLimitSat: number): ChannelTerms {
  return {
    dustLimitSat: DUST_LIMIT_SAT,
    reserveSat: reserveSat(settings, capacitySat, dustLimitSat),
    maxAcceptedHtlcs: settings.maxAcceptedHtlcs,
    maxInFlightMsat: NO_LIMIT_MSAT,
    htlcMinimumMsat: settings.htlcMinimumMsat,
    toSelfDelay: settings.toSelfDelay,
  };
}

/** cln:openingd/common.c:check_config_bounds of the other side's terms, given our reserve; null when they are fine. */
function outOfBounds(
  settings: ClnSettings,
  offer: ChannelOffer,
  theirs: ChannelTerms,
  ownReserve: number,
): string | null {
  const { capacitySat } = offer;
  if (theirs.toSelfDelay > settings.maxHtlcCltv) {
    return `to_self_delay ${theirs.toSelfDelay} larger than ${settings.maxHtlcCltv}`;
  }
  const reserves = `${theirs.reserveSat}sat and ${ownReserve}sat`;
  let left = capacitySat - theirs.reserveSat - ownReserve - ANCHORS_SAT;
  if (left < 0) return `channel_reserve_satoshis ${reserves} too large for funding ${capacitySat}sat`;
  const fee = commitmentFeeSat(offer.feeratePerKw, 0);
  left -= fee;
  if (left < 0) {
    return `channel_reserve_satoshis ${reserves} plus fee ${fee}sat too large for funding ${capacitySat}sat`;
  }
  left = Math.min(left, Math.floor(theirs.maxInFlightMsat / 1000));
  if (theirs.htlcMinimumMsat > left * 1000) {
    return `htlc_minimum_msat ${theirs.htlcMinimumMsat}msat too large for funding ${capacitySat}sat capacity_msat ${left}sat`;
  }
  if (settings.minCapacitySat > left) {
    return `channel capacity is ${left}sat, which is below ${settings.minCapacitySat}sat`;
  }
  if (theirs.maxAcceptedHtlcs === 0) return 'max_accepted_htlcs 0 invalid';
  return theirs.maxAcceptedHtlcs > MAX_HTLC_SLOTS ? `max_accepted_htlcs ${theirs.maxAcceptedHtlcs} too large` : null;
}

/** cln:common/initial_commit_tx.c:initial_commit_tx: the opener pays for the first commitment and the anchors. */
function cannotPay(offer: ChannelOffer): string | null {
  const needed = commitmentFeeSat(offer.feeratePerKw, 0) + ANCHORS_SAT;
  return offer.capacitySat * 1000 - offer.pushMsat < needed * 1000
    ? 'Funder cannot afford fee on initial commitment transaction'
    : null;
}

/** Why this node would not send open_channel; null when it would. */
export function refuseToOpen(settings: ClnSettings, offer: ChannelOffer): string | null {
  if (offer.capacitySat > COIN_SUPPLY_SAT) return `Amount exceeded ${COIN_SUPPLY_SAT}sat`;
  if (offer.pushMsat > offer.capacitySat * 1000) return 'Requested to push more than the funding amount';
  const own = channelTerms(settings, offer.capacitySat, DUST_LIMIT_SAT);
  const reason = outOfBounds(settings, offer, own, own.reserveSat);
  return reason === null ? null : `Not opening because if they used the same setting as us ${reason}`;
}

/** The acceptor's answer to open_channel. */
export function answerOpening(settings: ClnSettings, offer: ChannelOffer, openerTerms: ChannelTerms): OpeningAnswer {
  const terms = channelTerms(settings, offer.capacitySat, openerTerms.dustLimitSat);
  const reason = refuseOffer(settings, offer, openerTerms, terms);
  if (reason !== null) return { accept: false, reason };
  return { accept: true, terms, minimumDepth: settings.minDepth };
}

function refuseOffer(
  settings: ClnSettings,
  offer: ChannelOffer,
  openerTerms: ChannelTerms,
  own: ChannelTerms,
): string | null {
  const { capacitySat, pushMsat } = offer;
  if (capacitySat > COIN_SUPPLY_SAT) return `funding_satoshis ${capacitySat}sat too large`;
  if (pushMsat > capacitySat * 1000) {
    return `Their push_msat ${pushMsat}msat would be too large for funding_satoshis ${capacitySat}sat`;
  }
  return outOfBounds(settings, offer, openerTerms, own.reserveSat) ?? cannotPay(offer);
}

/** Why the opener turns down the acceptor's terms; null when it takes them. Any depth is taken. */
export function refuseTerms(settings: ClnSettings, offer: ChannelOffer, terms: ChannelTerms): string | null {
  const ownReserve = reserveSat(settings, offer.capacitySat, DUST_LIMIT_SAT);
  if (terms.dustLimitSat > ownReserve) {
    return `dust limit ${terms.dustLimitSat}sat would be above our reserve ${ownReserve}sat`;
  }
  return outOfBounds(settings, offer, terms, ownReserve) ?? cannotPay(offer);
}

/** cln:lightningd/chaintopology.c:unilateral_feerate with anchors. */
export function commitmentFeerate(estimatePerKw: number): number {
  return Math.max(MIN_ANCHOR_FEERATE, estimatePerKw);
}

export function walletReserveSat(channels: number): number {
  return channels > 0 ? EMERGENCY_SAT : 0;
}

/** cln:lightningd/channel.c:new_channel, htlc_max_possible_send: the policy announced for a new channel. */
export function defaultPolicy(settings: ClnSettings, facts: ChannelFacts, out: Policy): void {
  const { peerTerms, capacitySat } = facts;
  const possible = Math.min((capacitySat - peerTerms.reserveSat) * 1000, peerTerms.maxInFlightMsat);
  out.feeBaseMsat = settings.feeBaseMsat;
  out.feeRatePpm = settings.feeRatePpm;
  out.cltvDelta = settings.cltvDelta;
  out.minHtlcMsat = Math.max(peerTerms.htlcMinimumMsat, settings.htlcMinimumMsat);
  out.maxHtlcMsat = Math.min(possible, settings.htlcMaximumMsat);
  out.disabled = false;
  out.inboundFeeBaseMsat = 0;
  out.inboundFeeRatePpm = 0;
}
