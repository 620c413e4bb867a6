/**
 * Activity `defined`: regular payments from a source to a destination, as in sim-ln but with an end.
 *
 * The first payment is made at `start`, or one interval after 0 where there is no `start`. Each payment's interval,
 * amount and, where a selector selects several nodes, source and destination are drawn anew and uniformly; ranges include
 * both ends. The window [start, start + duration) is half open: nothing is paid at its end, nor at the end of the run.
 */
import { PAYMENT_PROPERTIES } from '../../spec/schema-definitions.ts';
import { groupDigits } from '../../spec/units.ts';
import { Arguments } from '../arguments.ts';
import type { ActivityKind, PlanContext } from '../kind.ts';
import { drawDefined } from './defined-draw.ts';
import { paymentsOf } from './planned.ts';
import { readWindow, WINDOW_PROPERTIES } from './window.ts';

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
      source: { $ref: '#/$defs/selector', description: 'Who pays; of several nodes, one is drawn for each payment.' },
      destination: {
        $ref: '#/$defs/selector',
        description: 'Who is paid, never the source itself; of several nodes, one is drawn for each payment.',
      },
      ...WINDOW_PROPERTIES,
      count: { type: 'integer', minimum: 1, description: 'Number of payments at most.' },
      interval: { $ref: '#/$defs/durationRange', description: 'Time between two payments, or [min, max].' },
      amount: { $ref: '#/$defs/amountRange', description: 'Amount of a payment, or [min, max].' },
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
    const sources = args.nodes('source');
    const destinations = args.nodes('destination');
    const intervalUs = args.durationRange('interval');
    const amountMsat = args.amountRange('amount');
    const window = readWindow(args, context);
    const count = args.number('count', Number.MAX_SAFE_INTEGER);
    if (intervalUs.high === 0) args.report('E303', ['interval'], 'an interval must be longer than 0');
    if (amountMsat.low === 0) args.report('E303', ['amount'], 'a payment must have an amount above 0');
    if (
      sources !== null &&
      destinations !== null &&
      destinations.length === 1 &&
      sources.includes(destinations[0] as number)
    ) {
      const name = context.network.nodes[destinations[0] as number]?.name ?? '';
      args.report('E602', ['destination'], `${name} would pay itself: it is a source and the only destination`);
    }
    if (args.failed || sources === null || destinations === null) return null;
    if (tooMany(window.startUs, window.endUs, count, intervalUs, context)) {
      args.report('E603', ['interval'], `this activity makes more than ${groupDigits(context.rowLimit)} payments`);
      return null;
    }
    const payments = drawDefined(
      context.scenario.seed,
      { name: use.name.value, sources, destinations, ...window, count, intervalUs, amountMsat },
      context.rowLimit,
    );
    return paymentsOf(payments.columns(), args);
  },
};

/** Whether even the longest intervals would make too many payments: known without drawing any. */
function tooMany(
  startUs: number | null,
  endUs: number,
  count: number,
  intervalUs: { readonly high: number },
  context: PlanContext,
): boolean {
  return Math.min(count, (endUs - (startUs ?? 0)) / intervalUs.high) > context.rowLimit;
}
