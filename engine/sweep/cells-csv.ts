/** cells.csv: a row for each cell in key order. Columns are described in docs/sweeps.md. */
import { csvField } from '../run/payments-csv.ts';
import type { CellResult } from './job.ts';
import type { SweepPlan } from './plan.ts';

/** Counts of run.json that a row has. */
const COUNTS = ['records', 'payments', 'succeeded', 'failed', 'pending'] as const;
const DIGESTS = ['spec', 'timeline', 'records', 'state', 'run'] as const;

/** Base units of parameters that are quantities, for a column of plain numbers beside the text. */
const BASE_UNITS: { readonly [type: string]: string } = { duration: 'us', amount: 'msat' };

export function csvLine(fields: readonly (string | number | null)[]): string {
  return `${fields.map((field) => csvField(field ?? '')).join(',')}\n`;
}

/** Names of the columns of the parameters. */
export function paramColumns({ params }: SweepPlan): readonly string[] {
  return params.flatMap(({ name, type }) => {
    const unit = BASE_UNITS[type];
    return unit === undefined ? [`param.${name}`] : [`param.${name}`, `param.${name}.${unit}`];
  });
}

/** Values of those columns for a combination. */
export function paramFields(plan: SweepPlan, combination: number): readonly (string | number | null)[] {
  return plan.params.flatMap(({ type }, i) => {
    const level = plan.combinations[combination]?.[i];
    const text = level?.text ?? '';
    return BASE_UNITS[type] === undefined ? [text] : [text, level?.size ?? null];
  });
}

export function cellsHeader(plan: SweepPlan): string {
  return csvLine([
    'cell',
    ...paramColumns(plan),
    'seed',
    'run_seed',
    'state',
    ...plan.metrics.map((name) => `metric.${name}`),
    ...COUNTS,
    'expectations_passed',
    'expectations_failed',
    'expectations_skipped',
    ...DIGESTS.map((name) => `digest.${name}`),
    'failure_kind',
    'failure',
  ]);
}

export function cellRow(plan: SweepPlan, combination: number, result: CellResult): string {
  const { expectations, failure, digests } = result;
  return csvLine([
    result.key,
    ...paramFields(plan, combination),
    result.seed,
    result.run_seed,
    result.state,
    ...plan.metrics.map((name) => result.metrics[name] ?? null),
    ...COUNTS.map((name) => result.counts[name] ?? null),
    expectations.passed,
    expectations.failed,
    expectations.skipped,
    ...DIGESTS.map((name) => digests?.[name] ?? null),
    failure?.kind ?? null,
    failure?.message ?? null,
  ]);
}
