/**
 * Opening rules of Eclair: what it asks for, what it refuses, how deep a transaction must be, what it announces. Amounts
 * in sat unless the name says msat. Not modelled: dual funding and what goes with it, taproot and zero-conf channels, the
 * limit of three pending channels a peer (the simulator does not say how many there are).
 *
 * eclair:channel/Helpers.scala:validateParamsSingleFundedFundee, validateParamsSingleFundedFunder;
 * eclair:channel/fsm/Channel.scala:ChannelConf.
 */
import type {
  ChannelFacts,
  ChannelOffer,
  ChannelTerms,
  OpeningAnswer,
  Policy,
} from '../../engine/simulate/node-model.ts';
import { FEERATE_FLOOR_PER_KW } from './commitment.ts';
import type { EclairSettings } from './options.ts';

/** eclair:channel/fsm/Channel.scala:MIN_DUST_LIMIT, sat. */
const MIN_DUST_LIMIT_SAT = 354;
/** eclair:channel/fsm/Channel.scala:maxAcceptedHtlcs. */
const MAX_HTLC_SLOTS = 483;
/** eclair:blockchain/fee/OnChainFeeConf.scala:getCommitmentFeerate: above what the network relays, here 1 sat/vB. */
const MIN_FEERATE_FACTOR = 1.25;

/** eclair:channel/fsm/Channel.scala:maxHtlcValueInFlight, msat. */
export function maxInFlightMsat(settings: EclairSettings, capacitySat: number): number {
  return Math.min(settings.maxInFlightMsat, Math.floor(capacitySat * 10 * settings.maxInFlightPercent));
}

function reserveSat(settings: EclairSettings, capacitySat: number): number {
  return Math.max(Math.floor(capacitySat * settings.reserveRatio), settings.dustLimitSat);
}

/** Terms for a channel of this size; as acceptor they do not depend on those of the opener. */
export function channelTerms(settings: EclairSettings, capacitySat: number): ChannelTerms {
  return {
    dustLimitSat: settings.dustLimitSat,
    reserveSat: reserveSat(settings, capacitySat),
    maxAcceptedHtlcs: settings.maxAcceptedHtlcs,
    maxInFlightMsat: maxInFlightMsat(settings, capacitySat),
    htlcMinimumMsat: settings.minHtlcInMsat,
    toSelfDelay: settings.csvDelay,
  };
}

/** What both sides of an opening check of the other's terms; null when they are acceptable. */
function unacceptable(settings: EclairSettings, terms: ChannelTerms, capacitySat: number): string | null {
  const { dustLimitSat, reserveSat: reserve } = terms;
  if (terms.toSelfDelay > settings.maxCsvDelay) {
    return `unreasonable to_self_delay=${terms.toSelfDelay} (max=${settings.maxCsvDelay})`;
  }
  if (dustLimitSat > settings.maxRemoteDustLimitSat) {
    return `dustLimit=${dustLimitSat} sat is too large (max=${settings.maxRemoteDustLimitSat} sat)`;
  }
  if (dustLimitSat > reserve) return `dustLimit=${dustLimitSat} sat is too large (max=${reserve} sat)`;
  if (dustLimitSat < MIN_DUST_LIMIT_SAT) {
    return `dustLimit=${dustLimitSat} sat is too small (min=${MIN_DUST_LIMIT_SAT} sat)`;
  }
  if (reserve < settings.dustLimitSat) {
    return `their channelReserve=${reserve} sat is below our dustLimit=${settings.dustLimitSat} sat`;
  }
  if (dustLimitSat > reserveSat(settings, capacitySat)) {
    return `their dustLimit=${dustLimitSat} sat is above our channelReserve=${reserveSat(settings, capacitySat)} sat`;
  }
  if (terms.maxAcceptedHtlcs > MAX_HTLC_SLOTS) {
    return `invalid max_accepted_htlcs=${terms.maxAcceptedHtlcs} (max=${MAX_HTLC_SLOTS})`;
  }
  if (reserve / Math.max(capacitySat, 1) > settings.maxReserveRatio) {
    return `channelReserve too high: reserve=${reserve} sat, max ${Math.floor(capacitySat * settings.maxReserveRatio)} sat`;
  }
  return null;
}

/** Why this node would not send open_channel; null when it would. */
export function refuseToOpen(settings: EclairSettings, offer: ChannelOffer): string | null {
  if (offer.capacitySat > settings.maxChannelSat) {
    return `fundingAmount must be at most ${settings.maxChannelSat} sat`;
  }
  return offer.pushMsat > offer.capacitySat * 1000 ? 'pushAmount must be at most the fundingAmount' : null;
}

/** The acceptor's answer to open_channel. */
export function answerOpening(settings: EclairSettings, offer: ChannelOffer, openerTerms: ChannelTerms): OpeningAnswer {
  const reason = refuseOffer(settings, offer, openerTerms) ?? unacceptable(settings, openerTerms, offer.capacitySat);
  if (reason !== null) return { accept: false, reason };
  return { accept: true, terms: channelTerms(settings, offer.capacitySat), minimumDepth: settings.minDepth };
}

function refuseOffer(settings: EclairSettings, offer: ChannelOffer, openerTerms: ChannelTerms): string | null {
  const { capacitySat, pushMsat } = offer;
  const least = offer.announced ? settings.minPublicChannelSat : settings.minPrivateChannelSat;
  if (capacitySat < least) return `invalid funding_amount=${capacitySat} sat (min=${least} sat)`;
  if (capacitySat > settings.maxChannelSat) {
    return `invalid funding_amount=${capacitySat} sat (max=${settings.maxChannelSat} sat)`;
  }
  if (pushMsat > capacitySat * 1000) return `invalid pushAmount=${pushMsat} msat (max=${capacitySat * 1000} msat)`;
  const reserveMsat = openerTerms.reserveSat * 1000;
  if (pushMsat < reserveMsat && capacitySat * 1000 - pushMsat < reserveMsat) return 'channel reserve is not met';
  return offer.feeratePerKw < FEERATE_FLOOR_PER_KW
    ? `remote fee rate is too small: ${offer.feeratePerKw} sat/kw`
    : null;
}

/** Why the opener turns down the acceptor's terms; null when it takes them. Any depth is taken. */
export function refuseTerms(settings: EclairSettings, offer: ChannelOffer, terms: ChannelTerms): string | null {
  return unacceptable(settings, terms, offer.capacitySat);
}

/** eclair:blockchain/fee/OnChainFeeConf.scala:getCommitmentFeerate: capped, and above what the network relays. */
export function commitmentFeerate(settings: EclairSettings, estimatePerKw: number): number {
  const least = Math.floor(FEERATE_FLOOR_PER_KW * MIN_FEERATE_FACTOR);
  return Math.max(least, Math.min(estimatePerKw, settings.commitFeerateCapPerKw));
}

/** eclair:channel/Helpers.scala:channelUpdate, getRelayFees: the policy announced for a new channel. */
export function defaultPolicy(settings: EclairSettings, facts: ChannelFacts, out: Policy): void {
  const fee = facts.announced ? settings.publicFee : settings.privateFee;
  out.feeBaseMsat = fee.baseMsat;
  out.feeRatePpm = fee.ppm;
  out.cltvDelta = settings.cltvDelta;
  out.minHtlcMsat = facts.peerTerms.htlcMinimumMsat;
  out.maxHtlcMsat = Math.min(facts.peerTerms.maxInFlightMsat, maxInFlightMsat(settings, facts.capacitySat));
  out.disabled = false;
  out.inboundFeeBaseMsat = 0;
  out.inboundFeeRatePpm = 0;
}
