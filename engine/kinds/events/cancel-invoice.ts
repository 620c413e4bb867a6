/** Event `cancel_invoice`: the recipient of an invoice with a name cancels it. */
import { PHASE } from '../../timeline/timeline.ts';
import type { EventKind } from '../kind.ts';
import { planInvoice, recipientOf } from './invoices.ts';

export const cancelInvoice: EventKind = {
  name: 'cancel_invoice',
  summary: 'The recipient of an invoice with a name cancels it',
  phase: PHASE.control,
  schema: {
    title: 'Cancel an invoice',
    description:
      'The recipient fails the payment that it holds (incorrect_or_unknown_payment_details), or takes back an invoice that nobody has paid. Nothing happens to one that is settled.',
    allOf: [{ $ref: '#/$defs/invoiceName' }],
    examples: ['bill'],
  },
  example: `at: 30s
cancel_invoice: order`,
  plan: planInvoice,
  needs: recipientOf,
  apply(args, backend) {
    return backend.cancelInvoice(args.invoice as number);
  },
};
