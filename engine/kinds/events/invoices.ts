/** What the events have in common that name an invoice and nothing else. */
import type { EventSpec } from '../../spec/scenario.ts';
import type { Action } from '../../timeline/timeline.ts';
import type { PlanContext } from '../kind.ts';

/** The invoice as an index, and its recipient; null after a report. */
export function planInvoice(use: EventSpec, context: PlanContext): Action['args'] | null {
  const invoice = context.invoice(use.args);
  return invoice === null ? null : { invoice: invoice.index, node: invoice.plan.node };
}

export function recipientOf(args: Action['args']): readonly number[] {
  return [args.node as number];
}
