/**
 * Opening rules of lnd: what it asks for, what it refuses, how deep a funding transaction must be. Amounts in sat
 * unless the name says msat. Not modelled: the limit of one pending channel a peer (the simulator does not say how many
 * there are), channel acceptors, zero-conf and taproot channels.
 *
 * lnd:funding/manager.go:fundeeProcessOpenChannel, lnd:server.go:RequiredRemoteDelay and its neighbours,
 * lnd:lnwallet/reservation.go:VerifyConstraints, lnd:rpcserver.go:parseOpenChannelReq.
 */
import type {
  ChannelFacts,
  ChannelOffer,
  ChannelTerms,
  OpeningAnswer,
  Policy,
} from '../../engine/simulate/node-model.ts';
import { ANCHORS_SAT, commitmentFeeSat, FEERATE_FLOOR_PER_KW } from './commitment.ts';
import type { LndSettings } from './options.ts';

/** lnd:funding/manager.go:MaxBtcFundingAmount, MaxBtcFundingAmountWumbo, MinChanFundingSize. */
export const MAX_FUNDING_SAT = 16_777_215;
export const MAX_FUNDING_WUMBO_SAT = 1_000_000_000;
export const MIN_FUNDING_SAT = 20_000;
/** lnd:lnwallet/parameters.go:DustLimitUnknownWitness. */
export const DUST_LIMIT_SAT = 354;

/** lnd:lnwallet/wallet.go:AnchorChanReservedValue, MaxAnchorChanReservedValue. */
const ANCHOR_CHANNEL_RESERVE_SAT = 10_000;
const MAX_ANCHOR_RESERVE_SAT = 100_000;

/** lnd:server.go:minRemoteDelay, maxRemoteDelay, and lnd:config.go:defaultMaxLocalCSVDelay, blocks. */
const MIN_CSV_DELAY = 144;
const MAX_CSV_DELAY = 2016;
/** lnd:lnwallet/confscale.go:minRequiredConfs, maxRequiredConfs. */
const MIN_CONFS = 1;
const MAX_CONFS = 6;
/** lnd:lnwallet/confscale_prod.go:minCloseConfs. */
const MIN_CLOSE_CONFS = 3;
/** lnd:chainntnfs/txnotifier.go:MaxNumConfs. */
const MAX_ACCEPTED_DEPTH = 144;
/** lnd:lnwallet/reservation.go:VerifyConstraints. */
const MIN_HTLC_SLOTS = 5;
const MAX_HTLC_SLOTS = 483;

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : Math.min(value, high);
}

/** lnd:lnwallet/confscale.go:ScaleNumConfs: confirmations by what is at stake. */
export function scaledConfs(capacitySat: number, pushMsat: number): number {
  if (capacitySat > MAX_FUNDING_SAT) return MAX_CONFS;
  const stakeMsat = capacitySat * 1000 + pushMsat;
  return clamp(Math.floor((MAX_CONFS * stakeMsat) / (MAX_FUNDING_SAT * 1000)), MIN_CONFS, MAX_CONFS);
}

/** lnd:lnwallet/confscale_prod.go:CloseConfsForCapacity: confirmations after which a close is final. */
export function closeConfs(capacitySat: number): number {
  return Math.max(MIN_CLOSE_CONFS, scaledConfs(capacitySat, 0));
}

/** to_self_delay imposed on the peer, blocks. */
export function csvDelay(capacitySat: number): number {
  if (capacitySat > MAX_FUNDING_SAT) return MAX_CSV_DELAY;
  return clamp(Math.floor((MAX_CSV_DELAY * capacitySat) / MAX_FUNDING_SAT), MIN_CSV_DELAY, MAX_CSV_DELAY);
}

/** Terms for a channel of this size; the reserve is never below either side's dust limit. */
export function channelTerms(settings: LndSettings, capacitySat: number, peerDustLimitSat: number): ChannelTerms {
  const onePercent = Math.floor(capacitySat / 100);
  return {
    dustLimitSat: DUST_LIMIT_SAT,
    reserveSat: Math.max(onePercent, DUST_LIMIT_SAT, peerDustLimitSat),
    maxAcceptedHtlcs: settings.maxAcceptedHtlcs,
    maxInFlightMsat: (capacitySat - onePercent) * 1000,
    htlcMinimumMsat: settings.minHtlcInMsat,
    toSelfDelay: settings.csvDelay > 0 ? settings.csvDelay : csvDelay(capacitySat),
  };
}

/** lnd:lnwallet/reservation.go:NewChannelReservation: the funder must keep more than twice the dust limit. */
function funderLeftWithDust(offer: ChannelOffer): boolean {
  const feesSat = commitmentFeeSat(offer.feeratePerKw, 0) + ANCHORS_SAT;
  const left = Math.floor((offer.capacitySat * 1000 - offer.pushMsat) / 1000) - feesSat;
  return left <= 2 * DUST_LIMIT_SAT;
}

/** lnd:lnwallet/reservation.go:VerifyConstraints, on what the peer demands of us; null when it is acceptable. */
function unacceptable(terms: ChannelTerms, capacitySat: number): string | null {
  if (terms.toSelfDelay > MAX_CSV_DELAY) return `CSV delay too large: ${terms.toSelfDelay}, max ${MAX_CSV_DELAY}`;
  if (terms.dustLimitSat > terms.reserveSat) {
    return `channel reserve of ${terms.reserveSat} sat is below the dust limit of ${terms.dustLimitSat} sat`;
  }
  if (terms.dustLimitSat < DUST_LIMIT_SAT || terms.dustLimitSat > 3 * DUST_LIMIT_SAT) {
    return `invalid dust limit: ${terms.dustLimitSat} sat`;
  }
  const maxReserve = Math.floor(capacitySat / 5);
  if (terms.reserveSat > maxReserve) return `channel reserve too large: ${terms.reserveSat} sat, max ${maxReserve} sat`;
  if (terms.htlcMinimumMsat > terms.maxInFlightMsat) {
    return `minimum HTLC too large: ${terms.htlcMinimumMsat} msat, max ${terms.maxInFlightMsat} msat`;
  }
  if (terms.maxAcceptedHtlcs > MAX_HTLC_SLOTS) return `maxHtlcs too large: ${terms.maxAcceptedHtlcs}`;
  if (terms.maxAcceptedHtlcs < MIN_HTLC_SLOTS) return `maxHtlcs too small: ${terms.maxAcceptedHtlcs}`;
  if (terms.maxInFlightMsat < MIN_HTLC_SLOTS * terms.htlcMinimumMsat) {
    return `max value in flight too small: ${terms.maxInFlightMsat} msat`;
  }
  return null;
}

/** lnd:lnwallet/reservation.go:validateReserveBounds: both reserves cover both dust limits. */
function reservesBelowDust(ours: ChannelTerms, theirs: ChannelTerms): boolean {
  return Math.min(ours.reserveSat, theirs.reserveSat) < Math.max(ours.dustLimitSat, theirs.dustLimitSat);
}

/** Why this node would not send open_channel; null when it would. */
export function refuseToOpen(settings: LndSettings, offer: ChannelOffer): string | null {
  if (offer.pushMsat >= offer.capacitySat * 1000) {
    return 'amount pushed to remote peer for initial state must be below the local funding amount';
  }
  if (!settings.wumbo && offer.capacitySat > MAX_FUNDING_SAT) {
    return `funding amount is too large, the max channel size is: ${MAX_FUNDING_SAT} sat`;
  }
  if (offer.capacitySat < MIN_FUNDING_SAT) {
    return `channel is too small, the minimum channel size is: ${MIN_FUNDING_SAT} sat`;
  }
  if (funderLeftWithDust(offer)) return 'funder balance too small to pay the fees and stay above dust';
  return null;
}

/** The acceptor's answer to open_channel. */
export function answerOpening(settings: LndSettings, offer: ChannelOffer, openerTerms: ChannelTerms): OpeningAnswer {
  const reason = refuseOffer(settings, offer) ?? unacceptable(openerTerms, offer.capacitySat);
  if (reason !== null) return { accept: false, reason };
  const terms = channelTerms(settings, offer.capacitySat, openerTerms.dustLimitSat);
  // CommitConstraints lowers the responder's own dust limit to the reserve that it must keep; both stay above 354.
  if (reservesBelowDust(terms, openerTerms)) return { accept: false, reason: 'channel reserve below dust limit' };
  const minimumDepth = settings.minDepth > 0 ? settings.minDepth : scaledConfs(offer.capacitySat, offer.pushMsat);
  return { accept: true, terms, minimumDepth };
}

function refuseOffer(settings: LndSettings, offer: ChannelOffer): string | null {
  if (offer.pushMsat > offer.capacitySat * 1000) return 'push amount exceeds the funding amount';
  const largest =
    settings.maxChannelSat > 0 ? settings.maxChannelSat : settings.wumbo ? MAX_FUNDING_WUMBO_SAT : MAX_FUNDING_SAT;
  if (offer.capacitySat > largest) return `channel too large: ${offer.capacitySat} sat, max ${largest} sat`;
  if (offer.capacitySat < settings.minChannelSat) {
    return `channel too small: ${offer.capacitySat} sat, min ${settings.minChannelSat} sat`;
  }
  return funderLeftWithDust(offer) ? 'funder balance too small to pay the fees and stay above dust' : null;
}

/** Why the opener turns down the acceptor's terms; null when it takes them. */
export function refuseTerms(
  settings: LndSettings,
  offer: ChannelOffer,
  terms: ChannelTerms,
  minimumDepth: number,
): string | null {
  if (minimumDepth > MAX_ACCEPTED_DEPTH)
    return `minimum depth of ${minimumDepth} is too large, max ${MAX_ACCEPTED_DEPTH}`;
  const reason = unacceptable(terms, offer.capacitySat);
  if (reason !== null) return reason;
  const ours = channelTerms(settings, offer.capacitySat, 0);
  return reservesBelowDust(ours, terms) ? 'channel reserve below dust limit' : null;
}

/**
 * lnd:lnwallet/wallet.go:RequiredReserve: what stays in the wallet to bump the fees of this many anchor channels, sat.
 * lnd insists on it only when it funds a channel that will be announced.
 */
export function walletReserveSat(channels: number): number {
  return Math.min(channels * ANCHOR_CHANNEL_RESERVE_SAT, MAX_ANCHOR_RESERVE_SAT);
}

/** lnd:lnwallet/channel.go:IdealCommitFeeRate for anchors: capped, and never below the relay floor. */
export function commitmentFeerate(settings: LndSettings, estimatePerKw: number): number {
  return Math.max(FEERATE_FLOOR_PER_KW, Math.min(estimatePerKw, settings.commitFeerateCapPerKw));
}

/** lnd:funding/manager.go:extractAnnounceParams: the policy announced for a new channel. */
export function defaultPolicy(settings: LndSettings, facts: ChannelFacts, out: Policy): void {
  out.feeBaseMsat = settings.feeBaseMsat;
  out.feeRatePpm = settings.feeRatePpm;
  out.cltvDelta = settings.cltvDelta;
  out.minHtlcMsat = Math.max(settings.minHtlcMsat, facts.peerTerms.htlcMinimumMsat);
  out.maxHtlcMsat = Math.min(facts.peerTerms.maxInFlightMsat, facts.capacitySat * 1000);
  out.disabled = false;
  out.inboundFeeBaseMsat = 0;
  out.inboundFeeRatePpm = 0;
}
