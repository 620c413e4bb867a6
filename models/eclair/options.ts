/**
 * Options of an Eclair node: their schema and the settings read from them. Options are integers with the unit in the
 * name; every default is Eclair's own (eclair:resources/reference.conf, whose key each description names) unless its
 * description says otherwise.
 */
import type { Json } from '../../engine/base/json.ts';
import { US_PER_SECOND } from '../../engine/base/numbers.ts';
import type { Fee } from './fees.ts';

type Section = Readonly<Record<string, Json>>;

function integer(title: string, description: string, fallback: number, minimum: number, maximum: number): Json {
  return { type: 'integer', title, description, default: fallback, minimum, maximum };
}

function flag(title: string, description: string, fallback: boolean): Json {
  return { type: 'boolean', title, description, default: fallback };
}

function section(title: string, description: string, properties: Section): Json {
  return { type: 'object', title, description, additionalProperties: false, properties };
}

const PPM = 1_000_000;
const U32 = 0xffff_ffff;
const MAX_MSAT = 21_000_000 * 100_000_000;

const SPLITTING = ['randomize', 'full_capacity', 'max_expected_amount'] as const;

/** How the amounts of parts are chosen (eclair:router/Router.scala:MultiPartParams). */
export type Splitting = (typeof SPLITTING)[number];

function virtualFee(title: string, description: string, baseMsat: number, ppm: number): Json {
  return section(title, description, {
    base_msat: integer('Base', 'Virtual fee, msat.', baseMsat, 0, MAX_MSAT),
    ppm: integer('Rate', 'The same per amount, ppm.', ppm, 0, PPM),
  });
}

/** JSON Schema of `options`. */
export const ECLAIR_OPTIONS: Section = {
  type: 'object',
  title: 'Options of an Eclair node',
  additionalProperties: false,
  properties: {
    accept_keysend: flag(
      'Accept keysend',
      'Whether spontaneous payments are accepted. On here, because scenarios pay by keysend; Eclair itself has it off (features.keysend).',
      true,
    ),
    fee_base_msat: integer('Base fee', 'Of new announced channels, msat (relay.fees.public-channels).', 1000, 0, U32),
    fee_rate_ppm: integer('Fee rate', 'Of new announced channels, ppm (relay.fees.public-channels).', 200, 0, U32),
    private_fee_base_msat: integer(
      'Base fee of unannounced channels',
      'Of new unannounced channels, msat (relay.fees.private-channels).',
      1000,
      0,
      U32,
    ),
    private_fee_rate_ppm: integer(
      'Fee rate of unannounced channels',
      'Of new unannounced channels, ppm (relay.fees.private-channels).',
      100,
      0,
      U32,
    ),
    cltv_expiry_delta: integer(
      'CLTV delta',
      'Blocks between the expiries of an incoming and an outgoing HTLC (channel.expiry-delta-blocks).',
      144,
      1,
      2016,
    ),
    min_htlc_in_msat: integer(
      'Smallest HTLC accepted',
      'Asked of the peer of a new channel (channel.htlc-minimum-msat).',
      1,
      0,
      MAX_MSAT,
    ),
    max_in_flight_msat: integer(
      'Largest value in flight',
      'Of a new channel, for either side, msat (channel.max-htlc-value-in-flight-msat).',
      5_000_000_000,
      1,
      MAX_MSAT,
    ),
    max_in_flight_percent: integer(
      'Largest share in flight',
      'The same as a share of the capacity, %; the smaller one counts (channel.max-htlc-value-in-flight-percent).',
      45,
      1,
      100,
    ),
    adapt_htlc_maximum: flag(
      'Adapt htlc_maximum',
      'Whether the htlc_maximum of announced channels falls and rises with the balance (channel.channel-update.balance-thresholds; off is an empty list).',
      true,
    ),
    max_accepted_htlcs: integer(
      'HTLC slots',
      'HTLCs that either side may have pending (channel.max-accepted-htlcs).',
      30,
      1,
      483,
    ),
    dust_limit_sat: integer('Dust limit', 'Of its own commitment, sat (channel.dust-limit-satoshis).', 546, 354, 5000),
    max_remote_dust_limit_sat: integer(
      'Largest dust limit',
      'Largest dust limit that the peer may have, sat (channel.max-remote-dust-limit-satoshis).',
      5000,
      354,
      1_000_000,
    ),
    reserve_ppm: integer(
      'Reserve',
      'Share of the capacity that the peer must keep, ppm (channel.reserve-to-funding-ratio).',
      10_000,
      0,
      PPM,
    ),
    max_reserve_ppm: integer(
      'Largest reserve',
      'Share of the capacity that the peer may ask for, ppm (channel.max-reserve-to-funding-ratio).',
      50_000,
      0,
      PPM,
    ),
    min_public_channel_sat: integer(
      'Smallest announced channel',
      'Smallest announced channel accepted, sat (channel.min-public-funding-satoshis).',
      100_000,
      1,
      5_000_000_000,
    ),
    min_private_channel_sat: integer(
      'Smallest unannounced channel',
      'Smallest unannounced channel accepted, sat (channel.min-private-funding-satoshis).',
      100_000,
      1,
      5_000_000_000,
    ),
    max_channel_sat: integer(
      'Largest channel',
      'Largest channel accepted, sat (channel.max-funding-satoshis).',
      5_000_000_000,
      1,
      5_000_000_000,
    ),
    min_depth_blocks: integer(
      'Funding depth',
      'Confirmations of a funding transaction, whoever opens the channel (channel.min-depth-blocks).',
      8,
      1,
      144,
    ),
    csv_delay_blocks: integer(
      'CSV delay',
      'to_self_delay imposed on the peer (channel.to-remote-delay-blocks).',
      720,
      1,
      2016,
    ),
    max_csv_delay_blocks: integer(
      'Largest CSV delay',
      'Largest to_self_delay that the peer may impose (channel.max-to-local-delay-blocks).',
      2016,
      1,
      2016,
    ),
    max_expiry_delta_blocks: integer(
      'Farthest expiry',
      'HTLCs that expire so many blocks from now are not forwarded, sent or accepted (channel.max-expiry-delta-blocks).',
      2016,
      144,
      2016,
    ),
    commit_feerate_cap_sat_per_vb: integer(
      'Cap of the commitment feerate',
      'Largest feerate of the commitment of anchor channels, sat/vB (on-chain-fees.feerate-tolerance.anchor-output-max-commit-feerate).',
      10,
      1,
      10_000,
    ),
    max_payment_attempts: integer(
      'Attempts',
      'Routes tried for a payment in one part, rounds of a payment in several (max-payment-attempts).',
      5,
      1,
      1000,
    ),
    recipient_expiry: section(
      'Recipient expiry',
      'Random number of blocks added to what the recipient asks for, against guessing who it is (send.recipient-final-expiry).',
      {
        min_delta: integer('Smallest', 'Fewest blocks added.', 150, 0, 1008),
        max_delta: integer('Largest', 'Most blocks added; not less than the fewest.', 350, 0, 1008),
      },
    ),
    channel_exclude_s: integer(
      'Exclusion of a channel',
      'Seconds for which a channel that failed without new terms is left out of all routes (router.channel-exclude-duration).',
      60,
      0,
      1_000_000_000,
    ),
    path_finding: section('Path finding', 'Parameters of the search (router.path-finding.default).', {
      randomize: flag('Choose at random', 'Among the routes found (randomize-route-selection).', true),
      max_parts: integer('Parts', 'Routes looked for, for a payment in several parts (mpp.max-parts).', 5, 1, 100),
      min_part_sat: integer('Smallest part', 'In sat (mpp.min-amount-satoshis).', 15_000, 1, 100_000_000),
      splitting: {
        type: 'string',
        title: 'Splitting',
        description:
          'Amount of a part from the second round on: 20 to 100 % of what its route takes, all of it, or what is expected to deliver most (mpp.splitting-strategy).',
        enum: [...SPLITTING],
        default: 'randomize',
      },
      max_route_length: integer(
        'Hops',
        'Longest route of the first pass; the second allows 20 (boundaries.max-route-length).',
        6,
        1,
        20,
      ),
      max_cltv_blocks: integer(
        'CLTV limit',
        'Largest sum of CLTV deltas of a route, in the first pass (boundaries.max-cltv).',
        2016,
        1,
        2016,
      ),
      max_fee_flat_sat: integer('Flat fee limit', 'In sat (boundaries.max-fee-flat-sat).', 21, 0, 100_000_000),
      max_fee_percent: integer(
        'Proportional fee limit',
        'In % of the amount; the larger one counts (boundaries.max-fee-proportional-percent).',
        3,
        0,
        100,
      ),
      hop_cost: virtualFee('Hop cost', 'Virtual fee of every hop (hop-cost).', 500, 200),
      failure_cost: virtualFee('Failure cost', 'Virtual fee of a failed attempt (failure-cost).', 2000, 500),
      locked_funds_risk_billionths: integer(
        'Risk of locked funds',
        'Virtual fee of a msat locked for a block, in 10⁻⁹ msat (locked-funds-risk).',
        10,
        0,
        1_000_000,
      ),
      use_log_probability: flag(
        'Logarithm of the probability',
        'Failure cost times −ln p, summed hop by hop, instead of failure cost divided by p (use-log-probability).',
        false,
      ),
      use_past_relay_data: flag(
        'Learn balances',
        'Whether estimates of balances from past payments replace 1 − amount/capacity (use-past-relay-data).',
        false,
      ),
      balance_half_life_s: integer(
        'Half-life of estimates',
        'Seconds after which an estimate counts half (router.balance-estimate-half-life).',
        86_400,
        1,
        1_000_000_000,
      ),
    }),
  },
};

/** Settings of a node, in the units that the code works with. */
export interface EclairSettings {
  readonly acceptKeysend: boolean;
  readonly publicFee: Fee;
  readonly privateFee: Fee;
  readonly cltvDelta: number;
  readonly minHtlcInMsat: number;
  readonly maxInFlightMsat: number;
  readonly maxInFlightPercent: number;
  readonly adaptHtlcMaximum: boolean;
  readonly maxAcceptedHtlcs: number;
  readonly dustLimitSat: number;
  readonly maxRemoteDustLimitSat: number;
  readonly reserveRatio: number;
  readonly maxReserveRatio: number;
  readonly minPublicChannelSat: number;
  readonly minPrivateChannelSat: number;
  readonly maxChannelSat: number;
  readonly minDepth: number;
  readonly csvDelay: number;
  readonly maxCsvDelay: number;
  readonly maxExpiryDelta: number;
  readonly commitFeerateCapPerKw: number;
  readonly maxAttempts: number;
  readonly recipientExpiryMin: number;
  readonly recipientExpiryMax: number;
  readonly excludeUs: number;
  readonly search: SearchSettings;
}

/** Parameters of path finding. */
export interface SearchSettings {
  readonly randomize: boolean;
  readonly maxParts: number;
  readonly minPartMsat: number;
  readonly splitting: Splitting;
  readonly maxRouteLength: number;
  readonly maxCltv: number;
  readonly maxFeeFlatMsat: number;
  readonly maxFeeRatio: number;
  readonly hopCost: Fee;
  readonly failureCost: Fee;
  readonly lockedFundsRisk: number;
  readonly useLogProbability: boolean;
  readonly usePastRelayData: boolean;
  readonly halfLifeS: number;
}

/** An option, or the default that the schema gives; so a default stands in one place only. */
class Reader {
  readonly #options: Section;
  readonly #properties: Section;

  constructor(options: Section, schema: Section) {
    this.#options = options;
    this.#properties = schema.properties as Section;
  }

  read<T extends number | boolean | string>(key: string): T {
    return (this.#options[key] ?? (this.#properties[key] as Section).default) as T;
  }

  number(key: string): number {
    return this.read<number>(key);
  }

  section(key: string): Reader {
    return new Reader((this.#options[key] ?? {}) as Section, this.#properties[key] as Section);
  }

  fee(base: string, rate: string): Fee {
    return { baseMsat: this.number(base), ppm: this.number(rate) };
  }
}

/** Settings from options that the schema allows. */
export function readSettings(options: Section): EclairSettings {
  const o = new Reader(options, ECLAIR_OPTIONS);
  const recipient = o.section('recipient_expiry');
  const least = recipient.number('min_delta');
  return {
    acceptKeysend: o.read<boolean>('accept_keysend'),
    publicFee: o.fee('fee_base_msat', 'fee_rate_ppm'),
    privateFee: o.fee('private_fee_base_msat', 'private_fee_rate_ppm'),
    cltvDelta: o.number('cltv_expiry_delta'),
    minHtlcInMsat: o.number('min_htlc_in_msat'),
    maxInFlightMsat: o.number('max_in_flight_msat'),
    maxInFlightPercent: o.number('max_in_flight_percent'),
    adaptHtlcMaximum: o.read<boolean>('adapt_htlc_maximum'),
    maxAcceptedHtlcs: o.number('max_accepted_htlcs'),
    dustLimitSat: o.number('dust_limit_sat'),
    maxRemoteDustLimitSat: o.number('max_remote_dust_limit_sat'),
    reserveRatio: o.number('reserve_ppm') / PPM,
    maxReserveRatio: o.number('max_reserve_ppm') / PPM,
    minPublicChannelSat: o.number('min_public_channel_sat'),
    minPrivateChannelSat: o.number('min_private_channel_sat'),
    maxChannelSat: o.number('max_channel_sat'),
    minDepth: o.number('min_depth_blocks'),
    csvDelay: o.number('csv_delay_blocks'),
    maxCsvDelay: o.number('max_csv_delay_blocks'),
    maxExpiryDelta: o.number('max_expiry_delta_blocks'),
    commitFeerateCapPerKw: o.number('commit_feerate_cap_sat_per_vb') * 250,
    maxAttempts: o.number('max_payment_attempts'),
    recipientExpiryMin: least,
    recipientExpiryMax: Math.max(least, recipient.number('max_delta')),
    excludeUs: o.number('channel_exclude_s') * US_PER_SECOND,
    search: readSearch(o.section('path_finding')),
  };
}

function readSearch(o: Reader): SearchSettings {
  return {
    randomize: o.read<boolean>('randomize'),
    maxParts: o.number('max_parts'),
    minPartMsat: o.number('min_part_sat') * 1000,
    splitting: o.read<Splitting>('splitting'),
    maxRouteLength: o.number('max_route_length'),
    maxCltv: o.number('max_cltv_blocks'),
    maxFeeFlatMsat: o.number('max_fee_flat_sat') * 1000,
    maxFeeRatio: o.number('max_fee_percent') / 100,
    hopCost: o.section('hop_cost').fee('base_msat', 'ppm'),
    failureCost: o.section('failure_cost').fee('base_msat', 'ppm'),
    lockedFundsRisk: o.number('locked_funds_risk_billionths') / 1e9,
    useLogProbability: o.read<boolean>('use_log_probability'),
    usePastRelayData: o.read<boolean>('use_past_relay_data'),
    halfLifeS: o.number('balance_half_life_s'),
  };
}

/** Settings of a node without options. */
export const DEFAULT_SETTINGS: EclairSettings = readSettings({});
