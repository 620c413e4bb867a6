/**
 * Columns of payments that one run may write into. A timeline is the same for all who play it; where agents make payments
 * in the run, who pays whom and how much is known only then.
 */
import type { PaymentColumns, Timeline } from './timeline.ts';

/** What an agent pays: nodes are indexes. */
export interface MadePayment {
  readonly source: number;
  readonly destination: number;
  readonly amountMsat: number;
  /** Which route of its activity it takes; absent where it has none. */
  readonly lane?: number;
}

/** The timeline itself where no agent pays; otherwise the same with columns of its own. */
export function withOwnPayments(timeline: Timeline): Timeline {
  if (timeline.behaviours?.some(({ payments }) => payments !== null) !== true) return timeline;
  const { payments } = timeline;
  return {
    ...timeline,
    payments: {
      ...payments,
      source: payments.source.slice(),
      destination: payments.destination.slice(),
      amountMsat: payments.amountMsat.slice(),
      ...(payments.lane === undefined ? {} : { lane: payments.lane.slice() }),
    },
  };
}

/** Writes what an agent pays into its row. */
export function fillPayment(columns: PaymentColumns, row: number, made: MadePayment): void {
  columns.source[row] = made.source;
  columns.destination[row] = made.destination;
  columns.amountMsat[row] = made.amountMsat;
  if (made.lane !== undefined && columns.lane !== undefined) columns.lane[row] = made.lane;
}
