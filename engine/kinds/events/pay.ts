/** Event `pay`: one payment. It shows in the results as a payment of an activity that is named after the event. */
import { PAYMENT_PROPERTIES } from '../../spec/schema-definitions.ts';
import { parsePaymentOptions } from '../../spec/values.ts';
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { EventKind } from '../kind.ts';
import { readSenderOptions } from '../payment-options.ts';
import { ROUTE_PROPERTY, readRoute } from '../route.ts';

export const pay: EventKind = {
  name: 'pay',
  summary: 'Makes one payment',
  phase: PHASE.payment,
  schema: {
    title: 'Pay',
    description:
      'One payment each time. The payments of the n-th entry of `events` are those of the activity `event-n` in results and expectations.',
    type: 'object',
    additionalProperties: false,
    required: ['source', 'destination', 'amount'],
    properties: {
      source: { $ref: '#/$defs/nodeName', description: 'Who pays.' },
      destination: { $ref: '#/$defs/nodeName', description: 'Who is paid.' },
      amount: { $ref: '#/$defs/positiveAmount', description: 'Amount of the payment.' },
      ...ROUTE_PROPERTY,
      ...PAYMENT_PROPERTIES,
    },
  },
  example: `at: 10s
pay: { source: alice, destination: bob, amount: 5_000 sat }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const source = args.node('source');
    const destination = args.node('destination');
    if (!args.failed && source === destination) {
      args.report('E602', ['destination'], `${args.text('destination')} would pay itself`);
    }
    if (args.failed) return null;
    const route = readRoute(args, context, { sources: [source], destinations: [destination] });
    const options = readSenderOptions(args, context, [source]);
    if (args.failed) return null;
    const amountMsat = args.amountMsat('amount', 0);
    return { source, destination, amountMsat, ...options, ...(route === undefined ? {} : { route }) };
  },

  payment(args, use) {
    const route = args.route as readonly number[] | undefined;
    const outgoingChannels = args.outgoingChannels as readonly number[] | undefined;
    const lastHop = args.lastHop as number | undefined;
    return {
      source: args.source as number,
      destination: args.destination as number,
      amountMsat: args.amountMsat as number,
      options: {
        ...parsePaymentOptions(use.args.value),
        ...(outgoingChannels === undefined ? {} : { outgoingChannels }),
        ...(lastHop === undefined ? {} : { lastHop }),
        ...(route === undefined ? {} : { route }),
      },
    };
  },

  needs(args) {
    return [args.source as number];
  },

  apply(args, backend) {
    return backend.pay(args.row as number);
  },
};
