/** The keys of activities that are given by a frequency: how payments arrive, and how the hours of a day differ. */
import type { Arguments } from '../arguments.ts';
import type { JsonSchema, PlanContext } from '../kind.ts';
import type { HourlyFactors } from './arrivals.ts';

export type Arrival = 'regular' | 'poisson';

export const FREQUENCY_PROPERTIES: { readonly [key: string]: JsonSchema } = {
  arrival: {
    title: 'Arrival',
    description: 'regular: at equal distances. poisson: at random, the distances exponential.',
    type: 'string',
    enum: ['regular', 'poisson'],
    default: 'regular',
  },
  rate_by_hour: {
    title: 'Rate by hour',
    description:
      'Factors of the frequency for the 24 hours of a day on the virtual calendar (see `epoch`), UTC, from midnight.',
    type: 'array',
    minItems: 24,
    maxItems: 24,
    items: { title: 'Factor', type: 'number', minimum: 0, maximum: 1000 },
    examples: [
      [0.2, 0.1, 0.1, 0.1, 0.1, 0.2, 0.5, 1, 1, 1, 1, 1.2, 1.5, 1.2, 1, 1, 1, 1.2, 1.5, 1.5, 1.2, 1, 0.6, 0.3],
    ],
  },
};

/** Factors of the hours; null where there are none. */
export function readHourly(args: Arguments, context: PlanContext): HourlyFactors | null {
  const { value } = args.place('rate_by_hour');
  if (!Array.isArray(value)) return null;
  const factors = value.map(Number);
  if (factors.every((factor) => factor === 0)) {
    args.report('E607', ['rate_by_hour'], 'every hour has the factor 0, so that nothing is ever paid');
  }
  return { factors, epochMs: context.scenario.epochMs };
}

/** The arrival at a place, or the one that applies otherwise. */
export function readArrival(args: Arguments, otherwise: Arrival): Arrival {
  return args.has('arrival') ? (args.text('arrival') as Arrival) : otherwise;
}
