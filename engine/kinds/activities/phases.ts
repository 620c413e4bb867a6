/**
 * Activity `phases`: parts that follow each other, each with its own interval, frequency or ramp of frequencies. A phase
 * has streams of its own, ('activity', name, purpose) with the purposes `interval n`, `time n` and `thinning n`, so that a
 * change of one phase does not move the draws of another; source, destination and amount are drawn as in partners.ts.
 */
import { RandomStream } from '../../base/random.ts';
import { boundsOf, meanOf } from '../../spec/distributions.ts';
import { DAY_US, frequencyPerDay } from '../../spec/frequency.ts';
import { PAYMENT_PROPERTIES } from '../../spec/schema-definitions.ts';
import { groupDigits } from '../../spec/units.ts';
import { Arguments } from '../arguments.ts';
import type { ActivityKind, JsonSchema, PlanContext } from '../kind.ts';
import { PaymentList } from '../payment-list.ts';
import { sampler } from '../sample.ts';
import { type HourlyFactors, type Piece, poissonArrivals, regularArrivals } from './arrivals.ts';
import { type Arrival, FREQUENCY_PROPERTIES, readArrival, readHourly } from './frequency-keys.ts';
import { PARTNER_PROPERTIES, payer, readPartners } from './partners.ts';
import { paymentsOf } from './planned.ts';
import { REACTION_PROPERTIES } from './reaction.ts';
import { readWindow, WINDOW_PROPERTIES } from './window.ts';

const DURATION: JsonSchema = { $ref: '#/$defs/positiveDuration', description: 'Length of the phase.' };
const ARRIVAL = FREQUENCY_PROPERTIES.arrival as JsonSchema;

function phase(title: string, description: string, properties: JsonSchema, required: readonly string[]): JsonSchema {
  return { title, description, type: 'object', additionalProperties: false, required, properties };
}

const PHASE: JsonSchema = {
  title: 'Phase',
  description: 'A length with an interval or a frequency, or a ramp from one frequency to another.',
  oneOf: [
    phase(
      'Phase with an interval',
      'A payment every interval, the first after one interval.',
      {
        duration: DURATION,
        interval: { $ref: '#/$defs/durationDistribution', description: 'Time between two payments.' },
      },
      ['duration', 'interval'],
    ),
    phase(
      'Phase with a frequency',
      'So many payments in a given time; `0/s` is a pause.',
      {
        duration: DURATION,
        rate: { $ref: '#/$defs/frequency', description: 'How many payments are made in a given time.' },
        arrival: ARRIVAL,
      },
      ['duration', 'rate'],
    ),
    phase(
      'Ramp',
      'A frequency that changes evenly.',
      {
        ramp: {
          title: 'Ramp',
          description: 'From one frequency to another.',
          type: 'object',
          additionalProperties: false,
          required: ['from', 'to', 'over'],
          properties: {
            from: { $ref: '#/$defs/frequency', description: 'Frequency at the beginning.' },
            to: { $ref: '#/$defs/frequency', description: 'Frequency at the end.' },
            over: DURATION,
          },
        },
        arrival: ARRIVAL,
      },
      ['ramp'],
    ),
  ],
  examples: [{ duration: '1m', rate: '5/s' }, { ramp: { from: '1/s', to: '10/s', over: '5m' } }],
};

export const phases: ActivityKind = {
  name: 'phases',
  summary: 'Payments in phases, each with its own interval, frequency or ramp',
  schema: {
    title: 'Payments in phases',
    description: 'Phases follow each other; the activity ends with the last one.',
    type: 'object',
    additionalProperties: false,
    required: ['source', 'destination', 'phases', 'amount'],
    properties: {
      ...PARTNER_PROPERTIES,
      phases: { title: 'Phases', description: 'The phases in order.', type: 'array', minItems: 1, items: PHASE },
      ...FREQUENCY_PROPERTIES,
      after: WINDOW_PROPERTIES.after,
      start: WINDOW_PROPERTIES.start,
      ...REACTION_PROPERTIES,
      ...PAYMENT_PROPERTIES,
    },
  },
  example: `source: { labels: { role: sender } }
destination: bob
phases:
  - { duration: 1m, interval: [1s, 3s] }
  - { ramp: { from: 1/s, to: 10/s, over: 2m }, arrival: poisson }
  - { duration: 1m, rate: 10/s }
amount: 1_000 sat`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const partners = readPartners(args, context);
    const hourly = readHourly(args, context);
    const parts = readPhases(args, context);
    const lengthUs = parts.reduce((sum, part) => sum + part.lengthUs, 0);
    const window = readWindow(args, context, lengthUs);
    if (args.failed || partners === null) return null;
    const payments = new PaymentList();
    const pay = payer(use.name.value, partners, context);
    const emit = (timeUs: number): boolean => {
      pay(payments, timeUs);
      return payments.length <= context.rowLimit;
    };
    let startUs = window.startUs ?? window.originUs;
    let tooMany = false;
    for (const part of parts) {
      const fullUs = startUs + part.lengthUs;
      if (startUs >= window.endUs || payments.length > context.rowLimit) break;
      // Refused by the expected number, with room for chance, before drawing for minutes.
      tooMany ||= expectedNumber(part, Math.min(part.lengthUs, window.endUs - startUs), hourly) > 2 * context.rowLimit;
      if (tooMany) break;
      drawPhase(part, use.name.value, startUs, Math.min(fullUs, window.endUs), hourly, context, emit);
      startUs = fullUs;
    }
    if (tooMany || payments.length > context.rowLimit) {
      args.report('E603', ['phases'], `this activity makes more than ${groupDigits(context.rowLimit)} payments`);
      return null;
    }
    return paymentsOf(payments.columns(), args, window.endUs);
  },
};

interface PhasePart {
  readonly index: number;
  readonly args: Arguments;
  readonly lengthUs: number;
  readonly arrival: Arrival;
  /** Payments a day at the beginning and at the end; null for one with an interval. */
  readonly frequency: readonly [number, number] | null;
}

function readPhases(args: Arguments, context: PlanContext): PhasePart[] {
  const list = args.place('phases').value as readonly unknown[];
  const otherwise = readArrival(args, 'regular');
  return list.map((_, index): PhasePart => {
    const own = new Arguments(args.place('phases', index), context);
    const arrival = readArrival(own, otherwise);
    const place = (...path: string[]): unknown => args.place('phases', index, ...path).value;
    if (own.has('ramp')) {
      const over = new Arguments(args.place('phases', index, 'ramp'), context);
      const frequency = [frequencyPerDay(place('ramp', 'from')), frequencyPerDay(place('ramp', 'to'))] as const;
      return { index, args: own, lengthUs: over.durationUs('over', 0), arrival, frequency };
    }
    const lengthUs = own.durationUs('duration', 0);
    if (own.has('rate')) {
      const perDay = frequencyPerDay(place('rate'));
      return { index, args: own, lengthUs, arrival, frequency: [perDay, perDay] };
    }
    if (boundsOf(own.durations('interval')).high === 0) {
      args.report('E303', ['phases', index, 'interval'], 'an interval must be longer than 0');
    }
    return { index, args: own, lengthUs, arrival, frequency: null };
  });
}

/** About how many payments a phase makes in its first `lengthUs`, with the hours of the day as their mean. */
function expectedNumber(part: PhasePart, lengthUs: number, hourly: HourlyFactors | null): number {
  if (part.frequency === null) return lengthUs / (meanOf(part.args.durations('interval')) ?? Number.POSITIVE_INFINITY);
  const factor = hourly === null ? 1 : hourly.factors.reduce((sum, one) => sum + one, 0) / hourly.factors.length;
  const [from, to] = part.frequency;
  return (((from + to) / 2) * factor * lengthUs) / DAY_US;
}

function drawPhase(
  part: PhasePart,
  name: string,
  startUs: number,
  endUs: number,
  hourly: HourlyFactors | null,
  context: PlanContext,
  emit: (timeUs: number) => boolean,
): void {
  const stream = (purpose: string): RandomStream =>
    RandomStream.named(context.scenario.seed, 'activity', name, `${purpose} ${part.index}`);
  if (part.frequency === null) {
    const next = sampler(part.args.durations('interval'), stream('interval'), { samples: context.samples });
    let time = startUs + next();
    while (time < endUs && emit(time)) time += next();
    return;
  }
  const [from, to] = part.frequency;
  // A phase that the end of the run cuts short keeps its slope.
  const reached = from + ((to - from) * (endUs - startUs)) / part.lengthUs;
  const pieces: readonly Piece[] = [{ startUs, endUs, from, to: reached }];
  if (part.arrival === 'regular') regularArrivals(pieces, hourly, emit);
  else poissonArrivals(pieces, hourly, stream('time'), stream('thinning'), emit);
}
