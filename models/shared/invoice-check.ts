/** What payers see in an invoice before they pay it. Which of it stops them is a matter of the implementation. */
import { US_PER_SECOND } from '../../engine/base/numbers.ts';
import type { InvoiceFacts } from '../../engine/simulate/node-model.ts';

/** Whether an invoice cannot be paid any more by its own word (BOLT 11: x; strictly after). False without an invoice. */
export function isExpired(invoice: InvoiceFacts | null, nowUs: number): boolean {
  return invoice !== null && nowUs > invoice.expiresUs;
}

/** The same where it is good until, and not at, the second in which it expires (eclair:payment/Invoice.scala:isExpired). */
export function isExpiredBySecond(invoice: InvoiceFacts | null, nowUs: number): boolean {
  return invoice !== null && Math.floor(nowUs / US_PER_SECOND) >= Math.floor(invoice.expiresUs / US_PER_SECOND);
}

/** Whether this node has paid the same invoice. */
export function isPaid(invoice: InvoiceFacts | null): boolean {
  return invoice !== null && invoice.before === 'paid';
}

/** Whether it has, or is about to. */
export function isPaidOrUnderWay(invoice: InvoiceFacts | null): boolean {
  return invoice !== null && invoice.before !== 'none';
}
