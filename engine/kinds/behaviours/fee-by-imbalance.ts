/**
 * Rule `by_imbalance` of `fee_policy`: the less of a channel's balance is local, the more is charged for taking from it.
 * The ratio is local / (local + remote).
 *
 * linear: charge-lnd's strategy proportional, floor(min + (1 − ratio) · (max − min)) (charge_lnd/strategy.py:
 * strategy_proportional). exponential: middle · factor^(0.5 − ratio); CLBOSS multiplies its fees so with a factor of 50
 * (clboss:Boss/Mod/FeeModderByBalance.cpp:get_ratio), after c-lightning's plugin feeadjuster. A channel is looked at again
 * when its ratio has moved by `hysteresis`; CLBOSS has bins of 0.002 BTC, 4 to 50 of them, for the same end.
 */

import type { Json } from '../../base/json.ts';
import { exp, log } from '../../base/math.ts';
import { ratePpm } from '../../spec/values.ts';
import { type FeeRule, PATIENCE_PROPERTIES, patienceOf } from './fee-rule.ts';
import { localRatio } from './local-ratio.ts';

/** Forms of the curve. */
const FORMS = ['linear', 'curve', 'exponential'] as const;
/** clboss:Boss/Mod/FeeModderByBalance.cpp:get_ratio */
const DEFAULT_FACTOR = 50;
const DEFAULT_HYSTERESIS = 0.05;
/** fee_proportional_millionths is a u32 (BOLT 7). */
const MOST_PPM = 4_294_967_295;

const ratio = { type: 'number', minimum: 0, maximum: 1 } as const;

export const byImbalance: FeeRule = {
  name: 'by_imbalance',
  schema: {
    title: 'By imbalance',
    description: 'The fee rate follows the local share of the channel’s balance, by one of three forms.',
    type: 'object',
    additionalProperties: false,
    properties: {
      linear: {
        title: 'Linear',
        description:
          'Rates where everything is local and where nothing is; a straight line between them (charge-lnd’s proportional).',
        type: 'array',
        items: { $ref: '#/$defs/rate' },
        minItems: 2,
        maxItems: 2,
        examples: [['10 ppm', '1_000 ppm']],
      },
      curve: {
        title: 'Curve',
        description:
          'Points in ascending order of `local`; straight lines between them, level beyond the first and the last.',
        type: 'array',
        minItems: 1,
        items: {
          title: 'Point',
          description: 'A local share and its rate.',
          type: 'object',
          additionalProperties: false,
          required: ['local', 'fee_rate'],
          properties: {
            local: { ...ratio, title: 'Local share', description: 'Share of the balance that is local, 0 … 1.' },
            fee_rate: { $ref: '#/$defs/rate', description: 'The rate there.' },
          },
        },
        examples: [
          [
            { local: 0.2, fee_rate: '800 ppm' },
            { local: 0.8, fee_rate: '20 ppm' },
          ],
        ],
      },
      exponential: {
        title: 'Exponential',
        description: 'middle · factor^(0.5 − local), as CLBOSS and the plugin feeadjuster.',
        type: 'object',
        additionalProperties: false,
        required: ['middle'],
        properties: {
          middle: { $ref: '#/$defs/rate', description: 'The rate of a balanced channel.' },
          factor: {
            title: 'Factor',
            description: 'Ratio of the rates of an empty and of a full channel.',
            type: 'number',
            exclusiveMinimum: 0,
            maximum: 1_000_000,
            default: DEFAULT_FACTOR,
          },
        },
        examples: [{ middle: '200 ppm' }],
      },
      fee_base: {
        $ref: '#/$defs/amount',
        description: 'Base fee, set together with the rate. Default: it stays as it is.',
      },
      hysteresis: {
        ...ratio,
        title: 'Hysteresis',
        description: 'By how much the local share must have moved since the last change.',
        default: DEFAULT_HYSTERESIS,
      },
      ...PATIENCE_PROPERTIES,
    },
    allOf: [
      {
        'x-exactly-one': { keys: FORMS, what: 'form' },
        oneOf: FORMS.map((key) => ({ required: [key] })),
      },
    ],
  },

  plan(args) {
    const { minChangePpm, minIntervalUs } = patienceOf(args);
    const shape = shapeOf(args.place().value);
    if ('points' in shape) {
      const { points } = shape;
      const at = points.findIndex(([local], i) => i > 0 && local <= (points[i - 1] as Point)[0]);
      if (at >= 0) args.report('E607', ['curve', at, 'local'], 'the points must be in ascending order of `local`');
    }
    if (args.failed) return null;
    return {
      shape: shape as unknown as Json,
      hysteresis: args.number('hysteresis', DEFAULT_HYSTERESIS),
      ...(args.has('fee_base') ? { feeBaseMsat: args.amountMsat('fee_base', 0) } : {}),
      minChangePpm,
      minIntervalUs,
    };
  },

  policy(args, channel, _agent, last) {
    const local = localRatio(channel);
    if (last !== null && Math.abs(local - last.ratio) < Number(args.hysteresis)) return null;
    const feeRatePpm = rateAt(args.shape as unknown as Shape, local);
    return { feeRatePpm, ...(args.feeBaseMsat === undefined ? {} : { feeBaseMsat: Number(args.feeBaseMsat) }) };
  },
};

/** Local share and rate, ppm. */
type Point = readonly [local: number, ppm: number];
type Shape = { readonly points: readonly Point[] } | { readonly middlePpm: number; readonly factor: number };

function shapeOf(json: Json): Shape {
  const { linear, curve, exponential } = json as {
    readonly linear?: readonly Json[];
    readonly curve?: readonly { readonly local: number; readonly fee_rate: Json }[];
    readonly exponential?: { readonly middle: Json; readonly factor?: number };
  };
  if (linear !== undefined) {
    const [full = 0, empty = 0] = linear.map(ratePpm);
    return {
      points: [
        [0, empty],
        [1, full],
      ],
    };
  }
  if (exponential !== undefined) {
    return { middlePpm: ratePpm(exponential.middle), factor: exponential.factor ?? DEFAULT_FACTOR };
  }
  return { points: (curve ?? []).map((point) => [point.local, ratePpm(point.fee_rate)] as const) };
}

/** The rate for a local share, whole ppm: rounded as charge-lnd (down) and CLBOSS (to the nearest) do. */
export function rateAt(shape: Shape, local: number): number {
  if ('middlePpm' in shape) {
    const ppm = shape.middlePpm * exp(log(shape.factor) * (0.5 - local));
    return Math.min(MOST_PPM, Math.floor(ppm + 0.5));
  }
  const { points } = shape;
  const after = points.findIndex(([at]) => at >= local);
  const [x1, y1] = points[after < 0 ? points.length - 1 : after] as Point;
  if (after <= 0) return y1;
  const [x0, y0] = points[after - 1] as Point;
  return Math.floor(y0 + ((local - x0) / (x1 - x0)) * (y1 - y0));
}
