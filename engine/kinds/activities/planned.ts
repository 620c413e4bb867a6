/** The result of an activity's plan, with the keys that say how its payments are made. */
import type { Arguments } from '../arguments.ts';
import type { PlannedPayments } from '../kind.ts';
import type { PaymentListColumns } from '../payment-list.ts';
import { readSenderOptions } from '../payment-options.ts';
import { readReaction } from './reaction.ts';
import type { Window } from './window.ts';

/** Columns together with the payment options of the arguments. `endUs` as in PlannedPayments. */
export function paymentsOf(columns: PaymentListColumns, args: Arguments, endUs: number | null): PlannedPayments {
  args.takeOptions(readSenderOptions(args, args.context, distinct(columns.source, args.context.network.nodes.length)));
  return { ...columns, options: args.paymentOptions(), ...readReaction(args), endUs };
}

/** The nodes of a column, of so many, each once in the order in which they come. */
function distinct(column: Int32Array, nodes: number): number[] {
  const seen = new Uint8Array(nodes);
  const found: number[] = [];
  for (let row = 0; row < column.length && found.length < nodes; row++) {
    const node = column[row] as number;
    if (seen[node] === 1) continue;
    seen[node] = 1;
    found.push(node);
  }
  return found;
}

/** When an activity ends: with its last payment when `count` was reached, else with a window of its own. */
export function endOf(columns: PaymentListColumns, count: number, window: Window): number | null {
  const { timeUs } = columns;
  if (timeUs.length > 0 && timeUs.length === count) return timeUs[timeUs.length - 1] as number;
  return window.ends ? window.endUs : null;
}
