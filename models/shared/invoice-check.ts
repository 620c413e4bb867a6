/** What payers see in an invoice before they pay it. Which of it stops them is a matter of the implementation. */
import type { InvoiceFacts } from '../../engine/simulate/node-model.ts';

/** Whether an invoice cannot be paid any more by its own word (BOLT 11: x; strictly after). False without an invoice. */
export function isExpired(invoice: InvoiceFacts | null, nowUs: number): boolean {
  return invoice !== null && nowUs > invoice.expiresUs;
}

/** Whether this node has paid the same invoice. */
export function isPaid(invoice: InvoiceFacts | null): boolean {
  return invoice !== null && invoice.before === 'paid';
}

/** Whether it has, or is about to. */
export function isPaidOrUnderWay(invoice: InvoiceFacts | null): boolean {
  return invoice !== null && invoice.before !== 'none';
}
