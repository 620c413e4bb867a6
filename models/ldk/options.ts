/**
 * Options of an LDK node: their schema and the settings read from them. Options are integers with the unit in the name;
 * every default is LDK's own unless its description says that LDK leaves it to the application.
 *
 * ldk:util/config.rs, ldk:routing/scoring.rs:ProbabilisticScoringFeeParameters, ProbabilisticScoringDecayParameters,
 * ldk:routing/router.rs:PaymentParameters.
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
const MAX_MSAT = 21_000_000 * 100_000_000;
/** Longest time that an option may say, s. */
const MAX_SECONDS = 1_000_000_000;

/** JSON Schema of `options`. */
export const LDK_OPTIONS: Readonly<Record<string, Json>> = {
  type: 'object',
  title: 'Options of an LDK node',
  additionalProperties: false,
  properties: {
    accept_keysend: flag(
      'Accept keysend',
      'Whether spontaneous payments are claimed; LDK leaves it to the application.',
      true,
    ),
    fee_base_msat: integer(
      'Base fee',
      'Base fee of new channels, msat (forwarding_fee_base_msat).',
      1000,
      0,
      0xffff_ffff,
    ),
    fee_rate_ppm: integer(
      'Fee rate',
      'Proportional fee of new channels, ppm (forwarding_fee_proportional_millionths).',
      0,
      0,
      0xffff_ffff,
    ),
    cltv_expiry_delta: integer(
      'CLTV delta',
      'Blocks between the expiries of an incoming and an outgoing HTLC (cltv_expiry_delta); LDK raises it to 48.',
      72,
      48,
      2016,
    ),
    htlc_minimum_msat: integer(
      'Smallest HTLC accepted',
      'Asked of the peer of a new channel (our_htlc_minimum_msat).',
      1,
      1,
      MAX_MSAT,
    ),
    max_accepted_htlcs: integer(
      'HTLC slots',
      'HTLCs that the peer may have pending (our_max_accepted_htlcs).',
      50,
      1,
      483,
    ),
    max_in_flight_announced_percent: integer(
      'In flight, announced channels',
      'Share of the capacity that the peer may have in flight, % (announced_channel_max_inbound_htlc_value_in_flight_percentage).',
      25,
      1,
      100,
    ),
    max_in_flight_unannounced_percent: integer(
      'In flight, other channels',
      'The same for channels that are not announced (unannounced_channel_max_inbound_htlc_value_in_flight_percentage).',
      100,
      1,
      100,
    ),
    reserve_ppm: integer(
      'Reserve',
      'Share of the capacity that the peer must keep, ppm; at least 1000 sat (their_channel_reserve_proportional_millionths).',
      10_000,
      0,
      PPM,
    ),
    to_self_delay_blocks: integer('CSV delay', 'Imposed on the peer (our_to_self_delay).', 144, 144, 2016),
    min_depth_blocks: integer(
      'Funding depth',
      'Confirmations asked of a channel that a peer opens (minimum_depth).',
      6,
      1,
      144,
    ),
    min_channel_sat: integer(
      'Smallest channel',
      'Smallest channel accepted, sat (min_funding_satoshis).',
      1000,
      1000,
      MAX_MSAT / 1000,
    ),
    forward_to_private_channels: flag(
      'Forward to private channels',
      'Whether HTLCs are forwarded over channels that are not announced (accept_forwards_to_priv_channels).',
      false,
    ),
    retry_timeout_s: integer(
      'Time to retry',
      'No new attempts after this many seconds (Retry::Timeout). LDK leaves it to the application; this is the value of ldk-node (LDK_PAYMENT_RETRY_TIMEOUT) and of ldk-sample.',
      10,
      0,
      MAX_SECONDS,
    ),
    retry_attempts: integer(
      'Retries',
      'Largest number of retries (Retry::Attempts) instead of a time; 0 takes the time.',
      0,
      0,
      1_000_000,
    ),
    max_paths: integer('Parts', 'Largest number of parts of one route (max_path_count).', 10, 1, 255),
    max_path_length: integer('Hops', 'Longest route, hops (max_path_length).', 19, 1, 19),
    max_cltv_blocks: integer(
      'CLTV limit',
      'Largest sum of the time locks of a route (max_total_cltv_expiry_delta).',
      1008,
      43,
      10_000,
    ),
    max_channel_saturation_power_of_half: integer(
      'Channel saturation',
      'No part takes more than 1 / 2^n of the capacity of a public channel unless there is no other way.',
      2,
      0,
      63,
    ),
    fee_limit: {
      type: 'object',
      title: 'Default fee limit',
      description: 'Fee limit of payments that bring none (RouteParameters::from_payment_params_and_value).',
      additionalProperties: false,
      properties: {
        base_msat: integer('Base', 'Any payment may cost this much, msat.', 50_000, 0, MAX_MSAT),
        percent: integer('Percent', 'And this share of its amount, %.', 1, 0, 100),
      },
    },
    scorer: {
      type: 'object',
      title: 'Probabilistic scorer',
      description: 'Penalties of channels (ProbabilisticScoringFeeParameters) and how fast bounds and history fade.',
      additionalProperties: false,
      properties: {
        base_penalty_msat: integer('Base penalty', 'Of every channel, msat.', 5120, 0, MAX_MSAT),
        base_penalty_amount_multiplier_msat: integer(
          'Base penalty by amount',
          'Times the amount divided by 2^30, msat.',
          655_360,
          0,
          0xffff_ffff,
        ),
        liquidity_penalty_multiplier_msat: integer(
          'Liquidity penalty',
          'Times −log10 of the success probability by the bounds known now, msat.',
          0,
          0,
          0xffff_ffff,
        ),
        liquidity_penalty_amount_multiplier_msat: integer(
          'Liquidity penalty by amount',
          'The same times the amount divided by 2^20, msat.',
          0,
          0,
          0xffff_ffff,
        ),
        historical_liquidity_penalty_multiplier_msat: integer(
          'Historical penalty',
          'Times −log10 of the success probability by the history of the bounds, msat.',
          50_000,
          0,
          0xffff_ffff,
        ),
        historical_liquidity_penalty_amount_multiplier_msat: integer(
          'Historical penalty by amount',
          'The same times the amount divided by 2^20, msat.',
          6250,
          0,
          0xffff_ffff,
        ),
        anti_probing_penalty_msat: integer(
          'Anti-probing penalty',
          'Of channels that take HTLCs of half their capacity or more, msat.',
          1250,
          0,
          MAX_MSAT,
        ),
        considered_impossible_penalty_msat: integer(
          'Penalty of the impossible',
          'Of channels whose upper bound is below the amount, msat.',
          100_000_000_000,
          0,
          MAX_MSAT,
        ),
        linear_success_probability: flag(
          'Linear probability',
          'Balances are taken as equally likely instead of as lying near the ends.',
          false,
        ),
        liquidity_offset_half_life_s: integer(
          'Half-life of bounds',
          'Seconds in which a bound halves its distance to nothing known; 0 forgets at once.',
          1800,
          0,
          MAX_SECONDS,
        ),
        historical_no_updates_half_life_s: integer(
          'Half-life of history',
          'Seconds without news after which history begins to fade; 0 keeps it.',
          1_209_600,
          0,
          MAX_SECONDS,
        ),
      },
    },
  },
};

/** Parameters of the scorer; penalties msat, half-lives µs. */
export interface ScorerSettings {
  readonly basePenaltyMsat: number;
  readonly basePenaltyAmountMultiplierMsat: number;
  readonly liquidityMultiplierMsat: number;
  readonly liquidityAmountMultiplierMsat: number;
  readonly historicalMultiplierMsat: number;
  readonly historicalAmountMultiplierMsat: number;
  readonly antiProbingMsat: number;
  readonly impossibleMsat: number;
  readonly linear: boolean;
  readonly offsetHalfLifeUs: number;
  readonly historyHalfLifeUs: number;
}

/** Settings of a node, in the units that the code works with. */
export interface LdkSettings {
  readonly acceptKeysend: boolean;
  readonly feeBaseMsat: number;
  readonly feeRatePpm: number;
  readonly cltvDelta: number;
  readonly htlcMinimumMsat: number;
  readonly maxAcceptedHtlcs: number;
  readonly inFlightAnnouncedPercent: number;
  readonly inFlightUnannouncedPercent: number;
  readonly reservePpm: number;
  readonly toSelfDelay: number;
  readonly minDepth: number;
  readonly minChannelSat: number;
  readonly forwardToPrivate: boolean;
  readonly retryTimeoutUs: number;
  readonly retryAttempts: number;
  readonly maxPaths: number;
  readonly maxPathLength: number;
  readonly maxCltv: number;
  readonly saturationPower: number;
  readonly feeLimitBaseMsat: number;
  readonly feeLimitPercent: number;
  readonly scorer: ScorerSettings;
}

type Section = Readonly<Record<string, Json>>;

/** An option, or the default that the schema gives; so a default stands in one place only. */
function read<T extends number | boolean>(options: Section, schema: Section, key: string): T {
  const property = (schema.properties as Section)[key] as Section;
  return (options[key] ?? property.default) as T;
}

/** Settings from options that the schema allows. */
export function readSettings(options: Section): LdkSettings {
  const number = (key: string): number => read<number>(options, LDK_OPTIONS, key);
  const inSection = (section: string): ((key: string) => number) => {
    const schema = (LDK_OPTIONS.properties as Section)[section] as Section;
    return (key) => read<number>((options[section] ?? {}) as Section, schema, key);
  };
  const fee = inSection('fee_limit');
  return {
    acceptKeysend: read<boolean>(options, LDK_OPTIONS, 'accept_keysend'),
    feeBaseMsat: number('fee_base_msat'),
    feeRatePpm: number('fee_rate_ppm'),
    cltvDelta: number('cltv_expiry_delta'),
    htlcMinimumMsat: number('htlc_minimum_msat'),
    maxAcceptedHtlcs: number('max_accepted_htlcs'),
    inFlightAnnouncedPercent: number('max_in_flight_announced_percent'),
    inFlightUnannouncedPercent: number('max_in_flight_unannounced_percent'),
    reservePpm: number('reserve_ppm'),
    toSelfDelay: number('to_self_delay_blocks'),
    minDepth: number('min_depth_blocks'),
    minChannelSat: number('min_channel_sat'),
    forwardToPrivate: read<boolean>(options, LDK_OPTIONS, 'forward_to_private_channels'),
    retryTimeoutUs: number('retry_timeout_s') * US_PER_SECOND,
    retryAttempts: number('retry_attempts'),
    maxPaths: number('max_paths'),
    maxPathLength: number('max_path_length'),
    maxCltv: number('max_cltv_blocks'),
    saturationPower: number('max_channel_saturation_power_of_half'),
    feeLimitBaseMsat: fee('base_msat'),
    feeLimitPercent: fee('percent'),
    scorer: readScorer((options.scorer ?? {}) as Section),
  };
}

function readScorer(options: Section): ScorerSettings {
  const schema = (LDK_OPTIONS.properties as Section).scorer as Section;
  const number = (key: string): number => read<number>(options, schema, key);
  return {
    basePenaltyMsat: number('base_penalty_msat'),
    basePenaltyAmountMultiplierMsat: number('base_penalty_amount_multiplier_msat'),
    liquidityMultiplierMsat: number('liquidity_penalty_multiplier_msat'),
    liquidityAmountMultiplierMsat: number('liquidity_penalty_amount_multiplier_msat'),
    historicalMultiplierMsat: number('historical_liquidity_penalty_multiplier_msat'),
    historicalAmountMultiplierMsat: number('historical_liquidity_penalty_amount_multiplier_msat'),
    antiProbingMsat: number('anti_probing_penalty_msat'),
    impossibleMsat: number('considered_impossible_penalty_msat'),
    linear: read<boolean>(options, schema, 'linear_success_probability'),
    offsetHalfLifeUs: number('liquidity_offset_half_life_s') * US_PER_SECOND,
    historyHalfLifeUs: number('historical_no_updates_half_life_s') * US_PER_SECOND,
  };
}

/** Settings of a node without options. */
export const DEFAULT_SETTINGS: LdkSettings = readSettings({});

/** ldk:routing/router.rs:PaymentParameters::max_total_cltv_expiry_delta of the payment, else the application's; blocks. */
export function cltvLimit({ maxCltv }: { readonly maxCltv: number }, settings: LdkSettings): number {
  return maxCltv < 0 ? settings.maxCltv : maxCltv;
}
