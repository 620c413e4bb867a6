/**
 * Options of an lnd node: their schema and the settings read from them. Options are integers with the unit in the
 * name; every default is lnd's own unless its description says otherwise.
 */
import type { Json } from '../../engine/base/json.ts';
import { US_PER_SECOND } from '../../engine/base/numbers.ts';

function integer(title: string, description: string, fallback: number, minimum: number, maximum: number): Json {
  return { type: 'integer', title, description, default: fallback, minimum, maximum };
}

function flag(title: string, description: string, fallback: boolean): Json {
  return { type: 'boolean', title, description, default: fallback };
}

const PPM = 1_000_000;
/** lnd:routing/probability_bimodal.go:BimodalScaleMsatMax: a quarter of the capacity that route hints are taken to have. */
const MOST_BIMODAL_SCALE_MSAT = 250_000_000_000;
const MAX_MSAT = 21_000_000 * 100_000_000;

/** JSON Schema of `options`. */
export const LND_OPTIONS: Readonly<Record<string, Json>> = {
  type: 'object',
  title: 'Options of an lnd node',
  additionalProperties: false,
  properties: {
    accept_keysend: flag(
      'Accept keysend',
      'Whether spontaneous payments are accepted. On here, because scenarios pay by keysend; lnd itself has it off (accept-keysend).',
      true,
    ),
    accept_amp: flag('Accept AMP', 'Whether spontaneous AMP payments are accepted (accept-amp).', false),
    fee_base_msat: integer('Base fee', 'Base fee of new channels, msat (bitcoin.basefee).', 1000, 0, 0xffff_ffff),
    fee_rate_ppm: integer('Fee rate', 'Proportional fee of new channels, ppm (bitcoin.feerate).', 1, 0, 0xffff_ffff),
    cltv_expiry_delta: integer(
      'CLTV delta',
      'Blocks between the expiries of an incoming and an outgoing HTLC (bitcoin.timelockdelta); also the final delta of keysend payments sent.',
      80,
      24,
      2016,
    ),
    min_htlc_msat: integer(
      'Smallest HTLC forwarded',
      'htlc_minimum_msat announced for new channels; the peer may ask for more (bitcoin.minhtlcout).',
      1000,
      0,
      MAX_MSAT,
    ),
    min_htlc_in_msat: integer(
      'Smallest HTLC accepted',
      'Asked of the peer of a new channel (bitcoin.minhtlc).',
      1,
      0,
      MAX_MSAT,
    ),
    max_accepted_htlcs: integer(
      'HTLC slots',
      'HTLCs that the peer may have pending (default-remote-max-htlcs).',
      483,
      5,
      483,
    ),
    wumbo: flag('Large channels', 'Channels above 16,777,215 sat, up to 10 BTC (protocol.wumbo-channels).', false),
    min_channel_sat: integer(
      'Smallest channel',
      'Smallest channel accepted, sat (minchansize).',
      20_000,
      1,
      1_000_000_000,
    ),
    max_channel_sat: integer(
      'Largest channel',
      'Largest channel accepted, sat (maxchansize); 0 takes 16,777,215 sat, or 10 BTC with wumbo.',
      0,
      0,
      1_000_000_000,
    ),
    min_depth_blocks: integer(
      'Funding depth',
      'Confirmations asked of a channel that a peer opens (bitcoin.defaultchanconfs); 0 scales 1..6 with its size.',
      0,
      0,
      144,
    ),
    csv_delay_blocks: integer(
      'CSV delay',
      'to_self_delay imposed on the peer (bitcoin.defaultremotedelay); 0 scales 144..2016 with the size.',
      0,
      0,
      2016,
    ),
    commit_feerate_cap_sat_per_vb: integer(
      'Cap of the commitment feerate',
      'Largest feerate of the commitment of anchor channels, sat/vB (max-commit-fee-rate-anchors).',
      10,
      1,
      10_000,
    ),
    estimator: {
      type: 'string',
      title: 'Estimator',
      description:
        'How mission control estimates the probability of a hop (routerrpc.estimator): `apriori` or `bimodal`. Only the chosen one’s parameters count.',
      enum: ['apriori', 'bimodal'],
      default: 'apriori',
    },
    apriori: {
      type: 'object',
      title: 'Apriori estimator',
      description: 'The probability estimator of mission control (routerrpc.apriori).',
      additionalProperties: false,
      properties: {
        hop_probability_ppm: integer('Hop probability', 'Success probability of an untried hop, ppm.', 600_000, 0, PPM),
        weight_ppm: integer(
          'Apriori weight',
          'Weight of the untried probability against the history of a node, ppm.',
          500_000,
          0,
          PPM,
        ),
        penalty_half_life_s: integer(
          'Penalty half-life',
          'Seconds after which a failure counts half.',
          3600,
          1,
          1_000_000_000,
        ),
        capacity_fraction_ppm: integer(
          'Capacity fraction',
          'Share of a capacity that counts as liquid, ppm; 1000000 switches the capacity factor off.',
          999_900,
          750_000,
          PPM,
        ),
      },
    },
    bimodal: {
      type: 'object',
      title: 'Bimodal estimator',
      description:
        'The estimator that takes balances to lie near the ends of channels (routerrpc.bimodal); it needs `estimator: bimodal`.',
      additionalProperties: false,
      properties: {
        scale_msat: integer(
          'Scale',
          'How far from the ends of a channel balances lie, msat (bimodal.scale).',
          300_000_000,
          1,
          MOST_BIMODAL_SCALE_MSAT,
        ),
        node_weight_ppm: integer(
          'Node weight',
          'How much results of a node’s other channels count, ppm (bimodal.nodeweight).',
          200_000,
          0,
          PPM,
        ),
        decay_time_s: integer(
          'Decay time',
          'Seconds after which a result counts 1/e (bimodal.decaytime).',
          604_800,
          1,
          1_000_000_000,
        ),
      },
    },
    attempt_cost_msat: integer(
      'Attempt cost',
      'Virtual cost of a failed attempt, msat (routerrpc.attemptcost).',
      100_000,
      0,
      MAX_MSAT,
    ),
    attempt_cost_ppm: integer(
      'Proportional attempt cost',
      'The same per amount, ppm (routerrpc.attemptcostppm).',
      1000,
      0,
      PPM,
    ),
    time_preference_ppm: integer(
      'Time preference',
      'Between cheap routes (−1000000) and those that are likely to succeed at once (1000000), of all payments that the node sends; 0 weighs both by the attempt cost (SendPaymentRequest.time_pref).',
      0,
      -PPM,
      PPM,
    ),
    min_route_probability_ppm: integer(
      'Smallest route probability',
      'Routes that are less likely to succeed are not tried, ppm (routerrpc.minrtprob).',
      10_000,
      0,
      PPM,
    ),
    payment_timeout_s: integer('Payment timeout', 'No new attempts after this many seconds.', 60, 1, 1_000_000_000),
    max_parts: integer('Parts', 'Largest number of parts in flight of one payment.', 16, 1, 1000),
    max_cltv_blocks: integer(
      'CLTV limit',
      'Largest expiry above the present height, of a route and of a forwarded HTLC (max-cltv-expiry).',
      2016,
      24,
      2016,
    ),
    fee_limit: {
      type: 'object',
      title: 'Default fee limit',
      description: 'Fee limit of payments that bring none (lnwallet.DefaultRoutingFeeLimitForAmount).',
      additionalProperties: false,
      properties: {
        full_up_to_msat: integer(
          'Full amount up to',
          'Payments up to this amount may cost as much again, msat.',
          1_000_000,
          0,
          MAX_MSAT,
        ),
        percent: integer('Percent above', 'Larger payments may cost this share of the amount, %.', 5, 0, 100),
      },
    },
  },
};

/** Settings of a node, in the units that the code works with. */
export interface LndSettings {
  readonly acceptKeysend: boolean;
  readonly acceptAmp: boolean;
  readonly feeBaseMsat: number;
  readonly feeRatePpm: number;
  readonly cltvDelta: number;
  readonly minHtlcMsat: number;
  readonly minHtlcInMsat: number;
  readonly maxAcceptedHtlcs: number;
  readonly wumbo: boolean;
  readonly minChannelSat: number;
  readonly maxChannelSat: number;
  readonly minDepth: number;
  readonly csvDelay: number;
  readonly commitFeerateCapPerKw: number;
  readonly estimator: 'apriori' | 'bimodal';
  readonly apriori: AprioriSettings;
  readonly bimodal: BimodalSettings;
  readonly attemptCostMsat: number;
  readonly attemptCostPpm: number;
  /** Between −1 and 1. */
  readonly timePreference: number;
  readonly minRouteProbability: number;
  readonly paymentTimeoutUs: number;
  readonly maxParts: number;
  readonly maxCltv: number;
  readonly feeLimitFullUpToMsat: number;
  readonly feeLimitPercent: number;
}

export interface AprioriSettings {
  readonly hopProbability: number;
  readonly weight: number;
  readonly halfLifeUs: number;
  readonly capacityFraction: number;
}

export interface BimodalSettings {
  readonly scaleMsat: number;
  readonly nodeWeight: number;
  readonly decayUs: number;
}

type Section = Readonly<Record<string, Json>>;

function sectionOf(options: Section, schema: Section, key: string): readonly [Section, Section] {
  const properties = schema.properties as Section;
  return [(options[key] ?? {}) as Section, properties[key] as Section];
}

/** An option, or the default that the schema gives; so a default stands in one place only. */
function read<T extends number | boolean | string>(options: Section, schema: Section, key: string): T {
  const property = (schema.properties as Section)[key] as Section;
  return (options[key] ?? property.default) as T;
}

/** Settings from options that the schema allows. */
export function readSettings(options: Section): LndSettings {
  const number = (key: string): number => read<number>(options, LND_OPTIONS, key);
  const [apriori, aprioriSchema] = sectionOf(options, LND_OPTIONS, 'apriori');
  const [bimodal, bimodalSchema] = sectionOf(options, LND_OPTIONS, 'bimodal');
  const [feeLimit, feeLimitSchema] = sectionOf(options, LND_OPTIONS, 'fee_limit');
  return {
    acceptKeysend: read<boolean>(options, LND_OPTIONS, 'accept_keysend'),
    acceptAmp: read<boolean>(options, LND_OPTIONS, 'accept_amp'),
    feeBaseMsat: number('fee_base_msat'),
    feeRatePpm: number('fee_rate_ppm'),
    cltvDelta: number('cltv_expiry_delta'),
    minHtlcMsat: number('min_htlc_msat'),
    minHtlcInMsat: number('min_htlc_in_msat'),
    maxAcceptedHtlcs: number('max_accepted_htlcs'),
    wumbo: read<boolean>(options, LND_OPTIONS, 'wumbo'),
    minChannelSat: number('min_channel_sat'),
    maxChannelSat: number('max_channel_sat'),
    minDepth: number('min_depth_blocks'),
    csvDelay: number('csv_delay_blocks'),
    commitFeerateCapPerKw: number('commit_feerate_cap_sat_per_vb') * 250,
    estimator: read<LndSettings['estimator']>(options, LND_OPTIONS, 'estimator'),
    apriori: {
      hopProbability: read<number>(apriori, aprioriSchema, 'hop_probability_ppm') / PPM,
      weight: read<number>(apriori, aprioriSchema, 'weight_ppm') / PPM,
      halfLifeUs: read<number>(apriori, aprioriSchema, 'penalty_half_life_s') * US_PER_SECOND,
      capacityFraction: read<number>(apriori, aprioriSchema, 'capacity_fraction_ppm') / PPM,
    },
    bimodal: {
      scaleMsat: read<number>(bimodal, bimodalSchema, 'scale_msat'),
      nodeWeight: read<number>(bimodal, bimodalSchema, 'node_weight_ppm') / PPM,
      decayUs: read<number>(bimodal, bimodalSchema, 'decay_time_s') * US_PER_SECOND,
    },
    attemptCostMsat: number('attempt_cost_msat'),
    attemptCostPpm: number('attempt_cost_ppm'),
    timePreference: number('time_preference_ppm') / PPM,
    minRouteProbability: number('min_route_probability_ppm') / PPM,
    paymentTimeoutUs: number('payment_timeout_s') * US_PER_SECOND,
    maxParts: number('max_parts'),
    maxCltv: number('max_cltv_blocks'),
    feeLimitFullUpToMsat: read<number>(feeLimit, feeLimitSchema, 'full_up_to_msat'),
    feeLimitPercent: read<number>(feeLimit, feeLimitSchema, 'percent'),
  };
}

/** Settings of a node without options. */
export const DEFAULT_SETTINGS: LndSettings = readSettings({});

/** lnd:lnrpc/routerrpc: cltv_limit of the request, else the node's max-cltv-expiry; blocks from now to the payer's expiry. */
export function cltvLimit({ maxCltv }: { readonly maxCltv: number }, settings: LndSettings): number {
  return maxCltv < 0 ? settings.maxCltv : maxCltv;
}
