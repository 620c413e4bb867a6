/** What is measured where a sweep names no metrics. A rate or mean of nothing has no value. */
import type { Measure } from '../run/run-contract.ts';
import type { SweepSpec } from '../spec/scenario.ts';

const NOTHING = '0.0 / 0.0';

export const DEFAULT_METRICS: readonly Measure[] = [
  { name: 'success_rate', expression: 'payments().succeeded / (payments().succeeded + payments().failed)' },
  { name: 'payments', expression: 'payments().count' },
  { name: 'delivered_msat', expression: 'payments().amount_msat' },
  { name: 'fees_msat', expression: 'payments().fee_msat' },
  { name: 'mean_attempts', expression: 'payments().attempts / (payments().succeeded + payments().failed)' },
  { name: 'mean_time', expression: `payments().succeeded > 0 ? payments().mean_time : ${NOTHING}` },
  { name: 'p95_time', expression: `payments().succeeded > 0 ? payments().p95_time : ${NOTHING}` },
];

/** The metrics of a sweep. */
export function metricsOf(sweep: SweepSpec | undefined): readonly Measure[] {
  if (sweep === undefined || sweep.metrics.length === 0) return DEFAULT_METRICS;
  return sweep.metrics.map(({ name, expression }) => ({ name, expression: expression.value }));
}
