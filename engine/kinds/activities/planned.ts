/** The result of an activity's plan, with the keys that say how its payments are made. */
import type { Arguments } from '../arguments.ts';
import type { PlannedPayments } from '../kind.ts';
import type { PaymentListColumns } from '../payment-list.ts';

/** Columns together with the payment options of the arguments. */
export function paymentsOf(columns: PaymentListColumns, args: Arguments): PlannedPayments {
  return { ...columns, options: args.paymentOptions() };
}
