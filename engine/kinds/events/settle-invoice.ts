/** Event `settle_invoice`: the recipient of an invoice with a name settles it. */
import { PHASE } from '../../timeline/timeline.ts';
import type { EventKind } from '../kind.ts';
import { planInvoice, recipientOf } from './invoices.ts';

export const settleInvoice: EventKind = {
  name: 'settle_invoice',
  summary: 'The recipient of an invoice with a name settles it',
  phase: PHASE.control,
  schema: {
    title: 'Settle an invoice',
    description:
      'The recipient releases the preimage of the payment that it holds. Nothing happens where it holds none: before one has arrived, and after it was settled, cancelled or given back.',
    allOf: [{ $ref: '#/$defs/invoiceName' }],
    examples: ['bill'],
  },
  example: `at: 30s
settle_invoice: order`,
  plan: planInvoice,
  needs: recipientOf,
  apply(args, backend) {
    return backend.settleInvoice(args.invoice as number);
  },
};
