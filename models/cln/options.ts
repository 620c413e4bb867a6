/**
 * Options of a Core Lightning node: their schema and the settings read from them. Options are integers with the unit in the
 * name; every default is Core Lightning's own (mainnet configuration) unless its description says otherwise.
 *
 * cln:lightningd/options.c:mainnet_config, cln:plugins/xpay/xpay.c, cln:plugins/askrene/askrene.c,
 * cln:plugins/askrene/child/mcf.c.
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
/** cln:common/gossmap.h:gossmap_chan: what path finding can represent; larger fees would never be paid by a CLN node. */
const MAX_U32 = 0xffff_ffff;

/** JSON Schema of `options`. */
export const CLN_OPTIONS: Readonly<Record<string, Json>> = {
  type: 'object',
  title: 'Options of a Core Lightning node',
  additionalProperties: false,
  properties: {
    accept_keysend: flag('Accept keysend', 'Whether spontaneous payments are accepted (the keysend plugin).', true),
    fee_base_msat: integer('Base fee', 'Base fee of new channels, msat (fee-base).', 1000, 0, MAX_U32),
    fee_rate_ppm: integer('Fee rate', 'Proportional fee of new channels, ppm (fee-per-satoshi).', 10, 0, MAX_U32),
    cltv_expiry_delta: integer(
      'CLTV delta',
      'Blocks between the expiries of an incoming and an outgoing HTLC (cltv-delta).',
      34,
      1,
      2016,
    ),
    cltv_final_blocks: integer(
      'Final CLTV',
      'Fewest blocks that an HTLC for this node must have left (cltv-final).',
      18,
      1,
      2016,
    ),
    htlc_minimum_msat: integer(
      'Smallest HTLC',
      'Asked of the peer of a new channel, and announced unless the peer asks for more (htlc-minimum-msat).',
      0,
      0,
      MAX_MSAT,
    ),
    htlc_maximum_msat: integer(
      'Largest HTLC',
      'Announced for new channels unless the channel can carry less (htlc-maximum-msat).',
      MAX_MSAT,
      1,
      MAX_MSAT,
    ),
    max_accepted_htlcs: integer(
      'HTLC slots',
      'HTLCs that the peer may have pending, and that the node itself has at most (max-concurrent-htlcs).',
      30,
      1,
      483,
    ),
    max_dust_htlc_exposure_msat: integer(
      'Dust exposure',
      'Largest sum of HTLCs too small for an output on a commitment, msat (max-dust-htlc-exposure-msat).',
      50_000_000,
      0,
      MAX_MSAT,
    ),
    reserve_ppm: integer(
      'Reserve',
      'Share of the capacity that the peer must keep, ppm; Core Lightning asks for 1 %.',
      10_000,
      0,
      PPM,
    ),
    min_capacity_sat: integer(
      'Smallest channel',
      'Least that a channel must be able to carry, sat (min-capacity-sat).',
      10_000,
      0,
      MAX_MSAT / 1000,
    ),
    min_depth_blocks: integer(
      'Funding depth',
      'Confirmations asked of a channel that a peer opens (funding-confirms).',
      3,
      1,
      144,
    ),
    to_self_delay_blocks: integer('CSV delay', 'Imposed on the peer (watchtime-blocks).', 144, 1, 2016),
    max_htlc_cltv_blocks: integer(
      'Largest expiry',
      'Farthest expiry that is forwarded, blocks from now, and longest to_self_delay that is accepted (max-locktime-blocks).',
      2016,
      1,
      2016,
    ),
    xpay: {
      type: 'object',
      title: 'xpay',
      description: 'How payments are made and what they may cost.',
      additionalProperties: false,
      properties: {
        retry_for_s: integer(
          'Time to retry',
          'No new attempts after this many seconds (retry_for).',
          60,
          0,
          MAX_SECONDS,
        ),
        max_fee_flat_msat: integer(
          'Flat fee limit',
          'Any payment may cost this much, msat (maxfee).',
          5000,
          0,
          MAX_MSAT,
        ),
        max_fee_ppm: integer('Fee limit', 'And any payment this share of its amount, ppm (maxfee).', 10_000, 0, PPM),
        max_delay_blocks: integer('CLTV limit', 'Largest sum of the time locks of a route (maxdelay).', 2016, 1, 2016),
        shadow: flag('Shadow route', 'Whether a few deltas beyond the recipient are added to expiries.', true),
      },
    },
    askrene: {
      type: 'object',
      title: 'askrene',
      description: 'How routes are found and how long liquidity is remembered.',
      additionalProperties: false,
      properties: {
        max_parts: integer('Parts', 'Largest number of parts of one request for routes (maxparts).', 100, 1, 1000),
        single_path_up_to_msat: integer(
          'Single path',
          'Up to this amount one path is looked for, msat (SINGLE_PATH_THRESHOLD).',
          1_000_000,
          0,
          MAX_MSAT,
        ),
        forget_after_s: integer(
          'Memory',
          'Seconds after which what was learnt is forgotten when a payment begins (askrene-age).',
          3600,
          0,
          MAX_SECONDS,
        ),
      },
    },
  },
};

/** How routes are found. */
export interface RouteSettings {
  readonly maxParts: number;
  readonly singlePathUpToMsat: number;
  readonly forgetAfterS: number;
}

/** Settings of a node, in the units that the code works with. */
export interface ClnSettings {
  readonly acceptKeysend: boolean;
  readonly feeBaseMsat: number;
  readonly feeRatePpm: number;
  readonly cltvDelta: number;
  readonly cltvFinal: number;
  readonly htlcMinimumMsat: number;
  readonly htlcMaximumMsat: number;
  readonly maxAcceptedHtlcs: number;
  readonly maxDustExposureMsat: number;
  readonly reservePpm: number;
  readonly minCapacitySat: number;
  readonly minDepth: number;
  readonly toSelfDelay: number;
  readonly maxHtlcCltv: number;
  readonly retryForUs: number;
  readonly maxFeeFlatMsat: number;
  readonly maxFeePpm: number;
  readonly maxDelay: number;
  readonly shadow: boolean;
  readonly routes: RouteSettings;
}

type Section = Readonly<Record<string, Json>>;

/** An option, or the default that the schema gives; so a default stands in one place only. */
function read<T extends number | boolean>(options: Section, schema: Section, key: string): T {
  const property = (schema.properties as Section)[key] as Section;
  return (options[key] ?? property.default) as T;
}

/** Settings from options that the schema allows. */
export function readSettings(options: Section): ClnSettings {
  const number = (key: string): number => read<number>(options, CLN_OPTIONS, key);
  const schemaOf = (section: string): Section => (CLN_OPTIONS.properties as Section)[section] as Section;
  const xpay = (options.xpay ?? {}) as Section;
  const askrene = (options.askrene ?? {}) as Section;
  const ofXpay = (key: string): number => read<number>(xpay, schemaOf('xpay'), key);
  const ofAskrene = (key: string): number => read<number>(askrene, schemaOf('askrene'), key);
  return {
    acceptKeysend: read<boolean>(options, CLN_OPTIONS, 'accept_keysend'),
    feeBaseMsat: number('fee_base_msat'),
    feeRatePpm: number('fee_rate_ppm'),
    cltvDelta: number('cltv_expiry_delta'),
    cltvFinal: number('cltv_final_blocks'),
    htlcMinimumMsat: number('htlc_minimum_msat'),
    htlcMaximumMsat: number('htlc_maximum_msat'),
    maxAcceptedHtlcs: number('max_accepted_htlcs'),
    maxDustExposureMsat: number('max_dust_htlc_exposure_msat'),
    reservePpm: number('reserve_ppm'),
    minCapacitySat: number('min_capacity_sat'),
    minDepth: number('min_depth_blocks'),
    toSelfDelay: number('to_self_delay_blocks'),
    maxHtlcCltv: number('max_htlc_cltv_blocks'),
    retryForUs: ofXpay('retry_for_s') * US_PER_SECOND,
    maxFeeFlatMsat: ofXpay('max_fee_flat_msat'),
    maxFeePpm: ofXpay('max_fee_ppm'),
    maxDelay: ofXpay('max_delay_blocks'),
    shadow: read<boolean>(xpay, schemaOf('xpay'), 'shadow'),
    routes: {
      maxParts: ofAskrene('max_parts'),
      singlePathUpToMsat: ofAskrene('single_path_up_to_msat'),
      forgetAfterS: ofAskrene('forget_after_s'),
    },
  };
}

/** Settings of a node without options. */
export const DEFAULT_SETTINGS: ClnSettings = readSettings({});
