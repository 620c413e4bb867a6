/** Finds a payment by the name of its activity and its number, whatever its row. */
import type { Timeline } from './timeline.ts';

/** Row of a payment, looked for at `likely` first; −1 when there is none. */
export function paymentRow(timeline: Timeline, activity: string, nth: number, likely: number): number {
  const { activities, payments } = timeline;
  if (
    likely < payments.length &&
    payments.nth[likely] === nth &&
    activities[payments.activity[likely] as number]?.name === activity
  ) {
    return likely;
  }
  const index = activities.findIndex(({ name }) => name === activity);
  return index < 0 ? -1 : payments.activity.findIndex((of, row) => of === index && payments.nth[row] === nth);
}
