/**
 * Activity `rate`: so many payments in a given time, evenly or at random, by the hour of the day where that matters. How
 * the instants come about is said in arrivals.ts; streams are ('activity', name, purpose) with the purposes time and
 * thinning, and those of partners.ts.
 */
import { RandomStream } from '../../base/random.ts';
import { frequencyPerDay } from '../../spec/frequency.ts';
import { PAYMENT_PROPERTIES } from '../../spec/schema-definitions.ts';
import { groupDigits } from '../../spec/units.ts';
import { Arguments } from '../arguments.ts';
import type { ActivityKind } from '../kind.ts';
import { PaymentList } from '../payment-list.ts';
import { expectedArrivals, poissonArrivals, regularArrivals } from './arrivals.ts';
import { FREQUENCY_PROPERTIES, readArrival, readHourly } from './frequency-keys.ts';
import { PARTNER_PROPERTIES, payer, readPartners } from './partners.ts';
import { endOf, paymentsOf } from './planned.ts';
import { REACTION_PROPERTIES } from './reaction.ts';
import { readWindow, WINDOW_PROPERTIES } from './window.ts';

export const rate: ActivityKind = {
  name: 'rate',
  summary: 'Payments at a given frequency, which may differ by the hour of the day',
  schema: {
    title: 'Payments at a frequency',
    description: 'So many payments a second, minute, hour or day from source to destination.',
    type: 'object',
    additionalProperties: false,
    required: ['source', 'destination', 'rate', 'amount'],
    properties: {
      ...PARTNER_PROPERTIES,
      rate: { $ref: '#/$defs/frequency', description: 'How many payments are made in a given time.' },
      ...FREQUENCY_PROPERTIES,
      ...WINDOW_PROPERTIES,
      count: { type: 'integer', minimum: 1, description: 'Number of payments at most.' },
      ...REACTION_PROPERTIES,
      ...PAYMENT_PROPERTIES,
    },
  },
  example: `source: { labels: { role: sender } }
destination: bob
rate: 10/min
arrival: poisson
amount: { log_normal: { median: 2_000 sat, sigma: 0.5 }, max: 20_000 sat }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const partners = readPartners(args, context);
    const window = readWindow(args, context);
    const hourly = readHourly(args, context);
    const count = args.number('count', Number.MAX_SAFE_INTEGER);
    const perDay = frequencyPerDay(args.place('rate').value);
    if (perDay === 0) args.report('E303', ['rate'], 'a frequency must be above 0');
    if (args.failed || partners === null) return null;
    const startUs = window.startUs ?? window.originUs;
    const pieces = startUs < window.endUs ? [{ startUs, endUs: window.endUs, from: perDay, to: perDay }] : [];
    // Refused by the expected number, with room for chance, before drawing for minutes.
    if (Math.min(count, expectedArrivals(pieces, hourly)) <= 2 * context.rowLimit) {
      const payments = new PaymentList();
      const pay = payer(use.name.value, partners, context);
      const emit = (timeUs: number): boolean => {
        pay(payments, timeUs);
        return payments.length < count && payments.length <= context.rowLimit;
      };
      const stream = (purpose: string): RandomStream =>
        RandomStream.named(context.scenario.seed, 'activity', use.name.value, purpose);
      if (readArrival(args, 'regular') === 'regular') regularArrivals(pieces, hourly, emit);
      else poissonArrivals(pieces, hourly, stream('time'), stream('thinning'), emit);
      if (payments.length <= context.rowLimit) {
        const columns = payments.columns();
        return paymentsOf(columns, args, endOf(columns, count, window));
      }
    }
    args.report('E603', ['rate'], `this activity makes more than ${groupDigits(context.rowLimit)} payments`);
    return null;
  },
};
