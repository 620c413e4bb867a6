/** Event `pay`: one payment. It shows in the results as a payment of an activity that is named after the event. */
import type { EventSpec } from '../../spec/scenario.ts';
import { PAYMENT_PROPERTIES } from '../../spec/schema-definitions.ts';
import { formatAmount, formatDuration } from '../../spec/units.ts';
import { parsePaymentOptions } from '../../spec/values.ts';
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { EventKind, NamedInvoice, PlanContext } from '../kind.ts';
import { readSenderOptions } from '../payment-options.ts';
import { ROUTE_PROPERTY, readRoute } from '../route.ts';

/** Arguments that a payment of an invoice with a name has no use for. */
const OF_INVOICE = ['destination', 'method', 'hold', 'settle', 'invoice_expiry', 'probe'];

/** The invoice that is paid; null after a report. */
function payee(args: Arguments, use: EventSpec, context: PlanContext): NamedInvoice | null {
  const found = context.invoice(args.place('invoice'));
  for (const key of OF_INVOICE) {
    if (args.has(key)) args.report('E607', [key], `\`${key}\` is a matter of the invoice`, `remove \`${key}\``);
  }
  if (found === null) return args.fail();
  const { plan, fromUs } = found;
  if (plan.amountMsat >= 0 && args.has('amount')) {
    const asked = formatAmount(plan.amountMsat);
    args.report(
      'E607',
      ['amount'],
      `the invoice asks for ${asked}`,
      'remove `amount`, or make the invoice without one',
    );
  }
  if (plan.amountMsat < 0 && !args.has('amount')) {
    args.report(
      'E202',
      [],
      'the key `amount` is missing: the invoice leaves it to the payer',
      'add `amount: 5_000 sat`',
    );
  }
  const { value: schedule } = use.schedule;
  const early = fromUs !== null && schedule.kind === 'at' ? schedule.atUs.find((us) => us < fromUs) : undefined;
  if (early !== undefined) {
    const when = `at ${formatDuration(early)} the invoice is not made yet; it is at ${formatDuration(fromUs ?? 0)}`;
    args.report('E612', ['invoice'], when);
  }
  return found;
}

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
    required: ['source'],
    properties: {
      source: { $ref: '#/$defs/nodeName', description: 'Who pays.' },
      destination: { $ref: '#/$defs/nodeName', description: 'Who is paid.' },
      amount: {
        $ref: '#/$defs/positiveAmount',
        description: 'Amount of the payment. Of an invoice that asks for an amount it is left out.',
      },
      invoice: {
        $ref: '#/$defs/invoiceName',
        description: 'The invoice to pay, made by `create_invoice`; instead of `destination`.',
      },
      ...ROUTE_PROPERTY,
      ...PAYMENT_PROPERTIES,
    },
  },
  example: `at: 10s
pay: { source: alice, destination: bob, amount: 5_000 sat }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const source = args.node('source');
    const named = args.has('invoice') ? payee(args, use, context) : null;
    if (!args.has('invoice')) {
      for (const key of ['destination', 'amount']) {
        if (!args.has(key))
          args.report('E202', [], `the key \`${key}\` is missing`, `add \`${key}\`, or name an \`invoice\``);
      }
    }
    if (args.failed) return null;
    const destination = named?.plan.node ?? args.node('destination');
    if (!args.failed && source === destination) {
      const name = context.network.nodes[source]?.name ?? '';
      args.report('E602', [named === null ? 'destination' : 'invoice'], `${name} would pay itself`);
    }
    if (args.failed) return null;
    const route = readRoute(args, context, { sources: [source], destinations: [destination] });
    const options = readSenderOptions(args, context, [source]);
    if (args.failed) return null;
    const asked = named?.plan.amountMsat ?? -1;
    const amountMsat = asked < 0 ? args.amountMsat('amount', 0) : asked;
    return {
      source,
      destination,
      amountMsat,
      ...(named === null ? {} : { invoice: named.index }),
      ...options,
      ...(route === undefined ? {} : { route }),
    };
  },

  payment(args, use) {
    const route = args.route as readonly number[] | undefined;
    const outgoingChannels = args.outgoingChannels as readonly number[] | undefined;
    const lastHop = args.lastHop as number | undefined;
    const invoice = args.invoice as number | undefined;
    return {
      source: args.source as number,
      destination: args.destination as number,
      amountMsat: args.amountMsat as number,
      options: {
        ...parsePaymentOptions(use.args.value),
        ...(invoice === undefined ? {} : { invoice, method: 'invoice' as const }),
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
