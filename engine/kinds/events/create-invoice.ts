/** Event `create_invoice`: a node makes an invoice with a name, which payments can be told to pay. */
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { EventKind } from '../kind.ts';

export const createInvoice: EventKind = {
  name: 'create_invoice',
  summary: 'A node makes an invoice with a name, for payments to pay',
  phase: PHASE.control,
  schema: {
    title: 'Create an invoice',
    description:
      'The invoice can be paid once (`pay: { source: …, invoice: NAME }`), until it expires. With `hold` the recipient keeps what arrives until `settle_invoice` or `cancel_invoice`, or until the HTLCs come near their expiry.',
    type: 'object',
    additionalProperties: false,
    required: ['invoice', 'node'],
    properties: {
      invoice: { $ref: '#/$defs/invoiceName', description: 'Name of the invoice.' },
      node: { $ref: '#/$defs/nodeName', description: 'The recipient.' },
      amount: {
        $ref: '#/$defs/positiveAmount',
        description: 'What the invoice asks for. Default: the payer says how much.',
      },
      expiry: {
        $ref: '#/$defs/positiveDuration',
        description: 'Lifetime of the invoice. Default: the recipient’s model decides.',
      },
      hold: { type: 'boolean', description: 'The recipient waits with settling it.', default: false },
    },
  },
  example: `at: 10s
create_invoice: { invoice: bill, node: bob, amount: 5_000 sat }`,

  declare(use, context) {
    const args = new Arguments(use.args, context);
    const { value: schedule } = use.schedule;
    const node = args.node('node');
    if (args.failed) return;
    const times = schedule.kind === 'at' ? schedule.atUs : null;
    if (schedule.kind === 'when' ? !schedule.once : times === null || times.length !== 1) {
      context.report(
        'E613',
        use.schedule,
        'an invoice is made once',
        'give one time with `at`, or a condition with `once: true`',
      );
    }
    const plan = {
      name: args.text('invoice'),
      node,
      amountMsat: args.has('amount') ? args.amountMsat('amount', -1) : -1,
      ...(args.has('expiry') ? { expiryUs: args.durationUs('expiry', 0) } : {}),
      ...(args.flag('hold', false) ? { hold: true as const } : {}),
    };
    context.declareInvoice(args.place('invoice'), plan, times?.[0] ?? null);
  },

  plan(use, context) {
    const invoice = context.invoice(context.place(use.args, 'invoice'));
    if (invoice === null) return null;
    return { ...invoice.plan, invoice: invoice.index };
  },

  needs(args) {
    return [args.node as number];
  },

  apply(args, backend) {
    return backend.createInvoice(args.invoice as number);
  },
};
