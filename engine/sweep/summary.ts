/** Figures of a combination over its seeds, and their forms in summary.csv and summary.json. */
import type { Json } from '../base/json.ts';
import { csvLine, paramColumns, paramFields } from './cells-csv.ts';
import type { CellResult } from './job.ts';
import type { SweepPlan } from './plan.ts';
import { CONFIDENCE, type Figures, figures, pairedFigures } from './statistics.ts';

export const SUMMARY_FORMAT = 'blast-sweep-summary/1';

export interface MetricSummary {
  readonly name: string;
  readonly own: Figures;
  /** Differences from the baseline, seed by seed; null without a baseline and for the baseline itself. */
  readonly difference: Figures | null;
}

export interface CombinationSummary {
  readonly combination: number;
  readonly key: string;
  /** Key of the combination that this one is compared with. */
  readonly baseline: string | null;
  readonly cells: number;
  /** Cells that failed, and cells of which an expectation failed. */
  readonly failed: number;
  readonly unmet: number;
  readonly metrics: readonly MetricSummary[];
}

/** Values of the metrics of one combination: by metric, then by seed. */
export type MetricValues = readonly (readonly (number | null)[])[];

export function metricValues(plan: SweepPlan, results: readonly CellResult[]): MetricValues {
  return plan.metrics.map((name) => results.map(({ metrics }) => metrics[name] ?? null));
}

/** Summary of a combination; `baseline` are the values of the one that it is compared with. */
export function summarise(
  plan: SweepPlan,
  combination: number,
  results: readonly CellResult[],
  baseline: MetricValues | null,
): CombinationSummary {
  const values = metricValues(plan, results);
  const other = plan.baselines[combination] ?? null;
  return {
    combination,
    key: plan.combinationKey(combination),
    baseline: other === null ? null : plan.combinationKey(other),
    cells: results.length,
    failed: results.filter(({ state }) => state === 'failed').length,
    unmet: results.filter(({ expectations }) => expectations.failed > 0).length,
    metrics: plan.metrics.map((name, i) => ({
      name,
      own: figures(values[i] ?? []),
      difference: baseline === null || other === combination ? null : pairedFigures(values[i] ?? [], baseline[i] ?? []),
    })),
  };
}

export function summaryHeader(plan: SweepPlan): string {
  return csvLine([
    'combination',
    ...paramColumns(plan),
    'cells',
    'failed',
    'unmet',
    'metric',
    'n',
    'mean',
    'sd',
    'ci95_low',
    'ci95_high',
    'min',
    'max',
    'baseline',
    'difference_n',
    'difference_mean',
    'difference_sd',
    'difference_ci95_low',
    'difference_ci95_high',
  ]);
}

/** A row for each metric. */
export function summaryRows(plan: SweepPlan, summary: CombinationSummary): string {
  return summary.metrics
    .map(({ name, own, difference }) =>
      csvLine([
        summary.key,
        ...paramFields(plan, summary.combination),
        summary.cells,
        summary.failed,
        summary.unmet,
        name,
        own.n,
        own.mean,
        own.sd,
        own.low,
        own.high,
        own.min,
        own.max,
        difference === null ? null : summary.baseline,
        difference?.n ?? null,
        difference?.mean ?? null,
        difference?.sd ?? null,
        difference?.low ?? null,
        difference?.high ?? null,
      ]),
    )
    .join('');
}

/** The head of summary.json up to its list of combinations. */
export function summaryHead(scenario: string, digest: string, plan: SweepPlan): string {
  const fields: readonly [string, Json][] = [
    ['format', SUMMARY_FORMAT],
    ['scenario', scenario],
    ['plan', digest],
    ['cells', plan.size],
    ['seeds', [...plan.seeds]],
    ['confidence', CONFIDENCE],
  ];
  return fields.map(([name, value]) => `  "${name}": ${JSON.stringify(value)},\n`).join('');
}

/** One entry of that list. */
export function summaryJson(plan: SweepPlan, summary: CombinationSummary): Json {
  const levels = plan.combinations[summary.combination] ?? [];
  return {
    combination: summary.key,
    params: Object.fromEntries(plan.params.map(({ name }, i) => [name, levels[i]?.text ?? ''])),
    cells: summary.cells,
    failed: summary.failed,
    unmet: summary.unmet,
    baseline: summary.baseline,
    metrics: Object.fromEntries(
      summary.metrics.map(({ name, own, difference }) => [
        name,
        { ...figuresJson(own), ...(difference === null ? {} : { difference: figuresJson(difference) }) },
      ]),
    ),
  };
}

function figuresJson({ n, mean, sd, low, high, min, max }: Figures): { readonly [key: string]: Json } {
  return { n, mean, sd, ci95: low === null || high === null ? null : [low, high], min, max };
}
