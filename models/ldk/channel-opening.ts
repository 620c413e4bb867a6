/**
 * Opening rules of LDK: what it asks for, what it refuses, which policy it announces. Amounts in sat unless the name says
 * msat. Both sides are taken to support large channels; a peer that does not refuses by its own rules.
 *
 * ldk:ln/channel.rs:new_for_outbound_channel, new_for_inbound_channel, do_accept_channel_checks.
 */
import type {
  ChannelFacts,
  ChannelOffer,
  ChannelTerms,
  OpeningAnswer,
  Policy,
} from '../../engine/simulate/node-model.ts';
import { ANCHORS_SAT, commitmentFeeSat, FEERATE_FLOOR_PER_KW } from './commitment.ts';
import type { LdkSettings } from './options.ts';

/** ldk:ln/channel.rs:MIN_CHAN_DUST_LIMIT_SATOSHIS (our own, too), MAX_CHAN_DUST_LIMIT_SATOSHIS. */
export const DUST_LIMIT_SAT = 354;
const MAX_DUST_LIMIT_SAT = 10_000;
/** ldk:ln/channel.rs:MIN_THEIR_CHAN_RESERVE_SATOSHIS, MIN_CHANNEL_VALUE_SATOSHIS. */
const MIN_RESERVE_SAT = 1000;
const MIN_CHANNEL_SAT = 1000;
/** ldk:ln/channel.rs:TOTAL_BITCOIN_SUPPLY_SATOSHIS. */
const COIN_SUPPLY_SAT = 21_000_000 * 100_000_000;
/** ldk:ln/channelmanager.rs:MAX_LOCAL_BREAKDOWN_TIMEOUT, blocks. */
const MAX_TO_SELF_DELAY = 2016;
/** ldk:util/config.rs:ChannelHandshakeLimits::max_minimum_depth. */
const MAX_ACCEPTED_DEPTH = 144;
/** ldk:ln/channel.rs:max_htlcs. */
const MAX_HTLC_SLOTS = 483;
/** ldk:ln/channel.rs:MIN_AFFORDABLE_HTLC_COUNT. */
const MIN_AFFORDABLE_HTLCS = 4;

/** ldk:ln/channel.rs:get_holder_selected_channel_reserve_satoshis. */
export function reserveSat(settings: LdkSettings, capacitySat: number, peerDustLimitSat: number): number {
  return Math.max(Math.floor((capacitySat * settings.reservePpm) / 1_000_000), MIN_RESERVE_SAT, peerDustLimitSat);
}

/** Terms for a channel; `peerDustLimitSat` is 0 as long as it is not known. */
export function channelTerms(settings: LdkSettings, offer: ChannelOffer, peerDustLimitSat: number): ChannelTerms {
  const percent = offer.announced ? settings.inFlightAnnouncedPercent : settings.inFlightUnannouncedPercent;
  return {
    dustLimitSat: DUST_LIMIT_SAT,
    reserveSat: reserveSat(settings, offer.capacitySat, peerDustLimitSat),
    maxAcceptedHtlcs: settings.maxAcceptedHtlcs,
    maxInFlightMsat: offer.capacitySat * 10 * percent,
    htlcMinimumMsat: settings.htlcMinimumMsat,
    toSelfDelay: settings.toSelfDelay,
  };
}

/** What the funder has left once it paid for a commitment with a few HTLCs, sat; negative when it cannot. */
function funderLeftSat(offer: ChannelOffer): number {
  const own = Math.floor((offer.capacitySat * 1000 - offer.pushMsat) / 1000) - ANCHORS_SAT;
  return own - commitmentFeeSat(offer.feeratePerKw, MIN_AFFORDABLE_HTLCS);
}

/** Why this node would not send open_channel; null when it would. */
export function refuseToOpen(_settings: LdkSettings, offer: ChannelOffer): string | null {
  if (offer.capacitySat >= COIN_SUPPLY_SAT) {
    return `funding_value must be smaller than the total bitcoin supply, it was ${offer.capacitySat}`;
  }
  if (offer.pushMsat > offer.capacitySat * 1000) {
    return `push value (${offer.pushMsat}) was larger than the channel value`;
  }
  if (offer.capacitySat < MIN_RESERVE_SAT) return 'the channel value is below the reserve';
  if (funderLeftSat(offer) < 0) return 'funding amount can not pay for the initial commitment transaction';
  return null;
}

/** What both sides check of the other's terms; null when they are acceptable. */
function unacceptable(terms: ChannelTerms, capacitySat: number, ourReserveSat: number): string | null {
  if (terms.reserveSat > capacitySat) return `bogus channel_reserve_satoshis (${terms.reserveSat})`;
  if (terms.htlcMinimumMsat >= (capacitySat - terms.reserveSat) * 1000) {
    return `minimum htlc value (${terms.htlcMinimumMsat}) is the full channel value`;
  }
  if (terms.toSelfDelay > MAX_TO_SELF_DELAY) {
    return `our payments would be delayed by a needlessly long period: ${terms.toSelfDelay}, at most ${MAX_TO_SELF_DELAY}`;
  }
  if (terms.maxAcceptedHtlcs < 1) return '0 max_accepted_htlcs makes for a useless channel';
  if (terms.maxAcceptedHtlcs > MAX_HTLC_SLOTS) return `max_accepted_htlcs was ${terms.maxAcceptedHtlcs}`;
  if (terms.dustLimitSat < DUST_LIMIT_SAT || terms.dustLimitSat > MAX_DUST_LIMIT_SAT) {
    return `dust_limit_satoshis (${terms.dustLimitSat}) is not within ${DUST_LIMIT_SAT} and ${MAX_DUST_LIMIT_SAT}`;
  }
  if (terms.dustLimitSat > ourReserveSat) {
    return `dust limit (${terms.dustLimitSat}) is bigger than our channel reserve (${ourReserveSat})`;
  }
  return null;
}

/** The acceptor's answer to open_channel. */
export function answerOpening(settings: LdkSettings, offer: ChannelOffer, openerTerms: ChannelTerms): OpeningAnswer {
  const reason = refuseOffer(settings, offer, openerTerms);
  if (reason !== null) return { accept: false, reason };
  return {
    accept: true,
    terms: channelTerms(settings, offer, openerTerms.dustLimitSat),
    minimumDepth: settings.minDepth,
  };
}

function refuseOffer(settings: LdkSettings, offer: ChannelOffer, terms: ChannelTerms): string | null {
  const { capacitySat, pushMsat } = offer;
  if (capacitySat < MIN_CHANNEL_SAT) return `channel value must be at least ${MIN_CHANNEL_SAT} satoshis`;
  if (capacitySat >= COIN_SUPPLY_SAT) return 'funding must be smaller than the total bitcoin supply';
  const fullMsat = (capacitySat - terms.reserveSat) * 1000;
  if (pushMsat > fullMsat) return `push_msat ${pushMsat} was larger than channel amount minus reserve (${fullMsat})`;
  const ours = reserveSat(settings, capacitySat, terms.dustLimitSat);
  const reason = unacceptable(terms, capacitySat, ours);
  if (reason !== null) return reason;
  if (capacitySat < settings.minChannelSat) {
    return `funding satoshis (${capacitySat}) is less than the user specified limit (${settings.minChannelSat})`;
  }
  if (ours * 1000 >= fullMsat) return `suitable channel reserve not found: ${ours} sat of ${capacitySat} sat`;
  const left = funderLeftSat(offer);
  if (left < 0) return 'funding amount can not pay for the initial commitment transaction';
  // What is left to the funder must reach the reserve that it is asked for.
  return left < ours ? 'insufficient funding amount for initial reserve' : null;
}

/** Why the opener turns down the acceptor's terms; null when it takes them. */
export function refuseTerms(
  settings: LdkSettings,
  offer: ChannelOffer,
  terms: ChannelTerms,
  minimumDepth: number,
): string | null {
  const ours = reserveSat(settings, offer.capacitySat, 0);
  if (terms.reserveSat > offer.capacitySat - ours) {
    return `bogus channel_reserve_satoshis (${terms.reserveSat}), more than the channel value minus our reserve (${ours})`;
  }
  const reason = unacceptable(terms, offer.capacitySat, ours);
  if (reason !== null) return reason;
  return minimumDepth > MAX_ACCEPTED_DEPTH
    ? `minimum depth of ${minimumDepth} is unreasonably large, at most ${MAX_ACCEPTED_DEPTH}`
    : null;
}

/**
 * ldk:chain/chaininterface.rs:ConfirmationTarget::AnchorChannelFee: LDK asks the application's estimator and holds the
 * answer above the relay floor.
 */
export function commitmentFeerate(estimatePerKw: number): number {
  return Math.max(FEERATE_FLOOR_PER_KW, estimatePerKw);
}

/** ldk:ln/channel.rs:get_announced_htlc_max_msat and ldk:util/config.rs:ChannelConfig: the policy of a new channel. */
export function defaultPolicy(settings: LdkSettings, facts: ChannelFacts, out: Policy): void {
  out.feeBaseMsat = settings.feeBaseMsat;
  out.feeRatePpm = settings.feeRatePpm;
  out.cltvDelta = settings.cltvDelta;
  out.minHtlcMsat = facts.peerTerms.htlcMinimumMsat;
  out.maxHtlcMsat = Math.min(Math.floor((facts.capacitySat * 1000 * 9) / 10), facts.peerTerms.maxInFlightMsat);
  out.disabled = false;
  out.inboundFeeBaseMsat = 0;
  out.inboundFeeRatePpm = 0;
}
