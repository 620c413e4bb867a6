/**
 * Activity `defined`: a payment every interval from a source to a destination, as in sim-ln but with an end.
 *
 * The first payment is made at `start`, or one interval after 0 where there is no `start`. Each payment's interval,
 * amount and, where a selector selects several nodes, source and destination are drawn anew; ranges are uniform and
 * include both ends. The window [start, start + duration) is half open: nothing is paid at its end, nor at the end of the
 * run.
 */

import type { Distribution } from '../../spec/distribution.ts';
import { boundsOf, meanOf } from '../../spec/distributions.ts';
import { PAYMENT_PROPERTIES } from '../../spec/schema-definitions.ts';
import { groupDigits } from '../../spec/units.ts';
import { Arguments } from '../arguments.ts';
import type { ActivityKind } from '../kind.ts';
import { drawDefined } from './defined-draw.ts';
import { PARTNER_PROPERTIES, readPartners } from './partners.ts';
import { endOf, paymentsOf } from './planned.ts';
import { REACTION_PROPERTIES } from './reaction.ts';
import { readWindow, WINDOW_PROPERTIES, type Window } from './window.ts';

export const defined: ActivityKind = {
  name: 'defined',
  summary: 'Regular payments between given nodes',
  schema: {
    title: 'Regular payments',
    description: 'A payment every interval from source to destination.',
    type: 'object',
    additionalProperties: false,
    required: ['source', 'destination', 'interval', 'amount'],
    properties: {
      ...PARTNER_PROPERTIES,
      ...WINDOW_PROPERTIES,
      count: { type: 'integer', minimum: 1, description: 'Number of payments at most.' },
      interval: {
        $ref: '#/$defs/durationDistribution',
        description: 'Time between two payments: one, `[min, max]`, or a distribution.',
      },
      ...REACTION_PROPERTIES,
      ...PAYMENT_PROPERTIES,
    },
  },
  example: `source: alice
destination: { labels: { role: merchant } }
start: 10s
duration: 1m
interval: [1s, 3s]
amount: [1_000 sat, 5_000 sat]`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const partners = readPartners(args, context);
    const intervals = args.durations('interval');
    const window = readWindow(args, context);
    const count = args.number('count', Number.MAX_SAFE_INTEGER);
    if (boundsOf(intervals).high === 0) args.report('E303', ['interval'], 'an interval must be longer than 0');
    if (args.failed || partners === null) return null;
    if (leastNumber(window, count, intervals) <= context.rowLimit) {
      const payments = drawDefined(context, { name: use.name.value, ...partners, ...window, count, intervals });
      if (payments.length <= context.rowLimit) {
        const columns = payments.columns();
        return paymentsOf(columns, args, endOf(columns, count, window));
      }
    }
    args.report('E603', ['interval'], `this activity makes more than ${groupDigits(context.rowLimit)} payments`);
    return null;
  },
};

/** A number of payments that is surely reached, or all but surely where intervals have no longest: known without drawing. */
function leastNumber(window: Window, count: number, intervals: Distribution): number {
  const length = window.endUs - (window.startUs ?? window.originUs);
  const { high } = boundsOf(intervals);
  const longest = Number.isFinite(high) ? high : 2 * (meanOf(intervals) ?? Number.POSITIVE_INFINITY);
  return Math.min(count, length / longest);
}
