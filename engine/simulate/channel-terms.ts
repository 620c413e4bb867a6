/** What nodes ask of channels and announce for them: policies, terms of openings. Units as in node-model.ts. */

/** A channel policy in full. Fees msat and ppm, deltas in blocks. Inbound fees as in lnd (negative is a discount). */
export interface Policy {
  feeBaseMsat: number;
  feeRatePpm: number;
  cltvDelta: number;
  minHtlcMsat: number;
  maxHtlcMsat: number;
  disabled: boolean;
  inboundFeeBaseMsat: number;
  inboundFeeRatePpm: number;
}

/** A policy to be filled. */
export function blankPolicy(): Policy {
  return {
    feeBaseMsat: 0,
    feeRatePpm: 0,
    cltvDelta: 0,
    minHtlcMsat: 0,
    maxHtlcMsat: 0,
    disabled: false,
    inboundFeeBaseMsat: 0,
    inboundFeeRatePpm: 0,
  };
}

/** What one side demands of a channel (open_channel / accept_channel of BOLT 2). */
export interface ChannelTerms {
  dustLimitSat: number;
  /** Reserve that the OTHER side must keep, sat. */
  reserveSat: number;
  /** Limits on HTLCs that the OTHER side may offer. */
  maxAcceptedHtlcs: number;
  maxInFlightMsat: number;
  htlcMinimumMsat: number;
  /** to_self_delay imposed on the OTHER side, blocks. */
  toSelfDelay: number;
}

export interface ChannelOffer {
  readonly capacitySat: number;
  readonly pushMsat: number;
  readonly announced: boolean;
  readonly feeratePerKw: number;
}

export type OpeningAnswer =
  | { readonly accept: true; readonly terms: ChannelTerms; readonly minimumDepth: number }
  | { readonly accept: false; readonly reason: string };

/** Facts about an open channel from one side's point of view. */
export interface ChannelFacts {
  readonly capacitySat: number;
  /** What the peer demanded of us. */
  readonly peerTerms: ChannelTerms;
  readonly announced: boolean;
}

/** A question about an opening; its answer depends on nothing but itself and the options of the node. */
export type OpeningQuestion =
  | { readonly ask: 'commitmentFeerate'; readonly node: number; readonly estimatePerKw: number }
  | { readonly ask: 'openingTerms'; readonly node: number; readonly offer: ChannelOffer }
  | {
      readonly ask: 'answerOpening';
      readonly node: number;
      readonly offer: ChannelOffer;
      readonly openerTerms: ChannelTerms;
    }
  | { readonly ask: 'defaultPolicy'; readonly node: number; readonly facts: ChannelFacts };
