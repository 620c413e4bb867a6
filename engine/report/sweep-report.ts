/** The report of a sweep as one page: each metric by each parameter with its confidence intervals, tables, and cells that failed. */
import type { CellResult } from '../sweep/job.ts';
import type { SweepPlan } from '../sweep/plan.ts';
import { reproduceCommand } from '../sweep/reproduce.ts';
import type { Figures } from '../sweep/statistics.ts';
import type { CombinationSummary, MetricSummary } from '../sweep/summary.ts';
import { figure, intervals, type Point, type PointSeries } from './charts.ts';
import { html, type Markup, type Piece } from './html.ts';
import { pageText, type Section } from './page.ts';
import { grouped, numberText } from './scale.ts';
import type { SweepData } from './sweep-data.ts';
import { facts, table, tiles } from './tables.ts';

/** Lines in one picture, which the colours of the page tell apart. */
const MOST_SERIES = 8;

/** Combinations that a table shows of each metric. */
const MOST_COMBINATIONS = 500;

export function sweepReport(data: SweepData): string {
  const { info, plan } = data.manifest;
  return pageText({
    title: `${info.scenario}: sweep`,
    lead: html`<p>${grouped(plan.combinations.length)} combinations, ${grouped(plan.seeds.length)} seeds each${plan.seedsVary ? ' of their own' : ''}; bars are 95 % confidence intervals of the mean</p>`,
    sections: [
      { id: 'summary', title: 'Summary', body: summary(data) },
      ...problems(data),
      ...plan.metrics.map((name, i) => metric(data, name, i)),
      { id: 'origin', title: 'Where this comes from', body: origin(data) },
    ],
    foot: html`Made by <code>blast report</code> from the files of the sweep. The same sweep gives the same bytes.`,
  });
}

function summary({ manifest: { plan }, failed, unmet }: SweepData): Markup {
  return tiles([
    { value: grouped(plan.size), name: 'cells' },
    { value: grouped(plan.combinations.length), name: 'combinations' },
    { value: grouped(plan.seeds.length), name: 'seeds' },
    { value: grouped(failed), name: 'cells failed', isBad: failed > 0 },
    { value: grouped(unmet), name: 'cells with a failed expectation', isBad: unmet > 0 },
  ]);
}

function problems({ manifest: { info }, problems: all, failed, unmet }: SweepData): readonly Section[] {
  if (all.length === 0) return [];
  const why = (cell: CellResult): Piece =>
    cell.failure === null
      ? cell.expectations.failures.map(({ that, measured }) => html`<code>${String(measured ?? that)}</code><br>`)
      : `${cell.failure.kind}: ${cell.failure.message}`;
  const list = table(
    'Cells that failed',
    [
      { title: 'cell', cell: ({ key }) => html`<code>${key}</code>` },
      { title: 'why', cell: why },
      { title: 'run it by itself', cell: (cell) => html`<code>${reproduceCommand(info, cell)}</code>` },
    ],
    all,
  );
  const rest = failed + unmet - all.length;
  const more = rest > 0 ? html`<p class="soft">… and ${grouped(rest)} more in junit.xml</p>` : null;
  return [{ id: 'problems', title: 'Cells that failed, or with a failed expectation', body: html`${list}${more}` }];
}

function metric({ manifest: { plan }, summaries }: SweepData, name: string, index: number): Section {
  const axes = plan.params.map((_, i) => i).filter((i) => levelsOf(plan, i).length > 1);
  const pictures = axes.map((axis) => picture(plan, summaries, index, axis));
  const hasBaseline = summaries.some(({ metrics }) => (metrics[index] as MetricSummary).difference !== null);
  const own = (summary: CombinationSummary): Figures => (summary.metrics[index] as MetricSummary).own;
  const number = (value: number | null): string => (value === null ? '' : numberText(value));
  const range = ({ low, high }: Figures): string =>
    low === null || high === null ? '' : `${numberText(low)} … ${numberText(high)}`;
  const list = table(
    name,
    [
      ...plan.params.map((param, i) => ({
        title: param.name,
        cell: ({ combination }: CombinationSummary) => plan.combinations[combination]?.[i]?.text ?? '',
      })),
      { title: 'n', isNumber: true, cell: (one) => own(one).n },
      { title: 'mean', isNumber: true, cell: (one) => number(own(one).mean) },
      { title: '95 % interval', isNumber: true, cell: (one) => range(own(one)) },
      { title: 'sd', isNumber: true, cell: (one) => number(own(one).sd) },
      { title: 'min', isNumber: true, cell: (one) => number(own(one).min) },
      { title: 'max', isNumber: true, cell: (one) => number(own(one).max) },
      ...(hasBaseline
        ? [
            {
              title: 'difference to the baseline',
              isNumber: true,
              cell: (one: CombinationSummary) => difference(one, index),
            },
          ]
        : []),
    ],
    summaries,
    MOST_COMBINATIONS,
  );
  const body = html`<div class="charts">${pictures}</div>
<details ${axes.length === 0 ? html`open` : null}><summary>All combinations</summary>${list}</details>`;
  return { id: `metric-${index}`, title: name, body };
}

/** The paired difference with its interval; strong where the interval does not hold 0. */
function difference(summary: CombinationSummary, index: number): Piece {
  const { difference: paired } = summary.metrics[index] as MetricSummary;
  if (paired === null || paired.mean === null) return '';
  const { mean, low, high } = paired;
  const text = `${mean > 0 ? '+' : ''}${numberText(mean)}`;
  if (low === null || high === null) return text;
  const words = `${text} (${numberText(low)} … ${numberText(high)})`;
  return low > 0 || high < 0 ? html`<strong>${words}</strong>` : words;
}

/** Values of a parameter that occur, by size; texts in the order of the plan. */
function levelsOf(plan: SweepPlan, param: number): readonly string[] {
  const sizes = new Map<string, number | null>();
  for (const levels of plan.combinations) {
    const level = levels[param];
    if (level !== undefined) sizes.set(level.text, level.size);
  }
  return [...sizes].sort(([, a], [, b]) => (a === null || b === null ? 0 : a - b)).map(([text]) => text);
}

function picture(plan: SweepPlan, summaries: readonly CombinationSummary[], index: number, axis: number): Markup {
  const values = levelsOf(plan, axis);
  const lines = new Map<string, (Point | null)[]>();
  for (const summary of summaries) {
    const levels = plan.combinations[summary.combination] ?? [];
    const name = plan.params
      .flatMap((param, i) =>
        i === axis || levelsOf(plan, i).length < 2 ? [] : [`${param.name} ${levels[i]?.text ?? ''}`],
      )
      .join(', ');
    const points = lines.get(name) ?? values.map(() => null);
    lines.set(name, points);
    const { own } = summary.metrics[index] as MetricSummary;
    if (own.mean === null) continue;
    const range = own.low === null || own.high === null ? '' : `, ${numberText(own.low)} to ${numberText(own.high)}`;
    points[values.indexOf(levels[axis]?.text ?? '')] = {
      mean: own.mean,
      low: own.low,
      high: own.high,
      words: `${summary.key}: ${numberText(own.mean)}${range} (n ${own.n})`,
    };
  }
  const shown: PointSeries[] = [...lines]
    .filter(([, points]) => points.some((point) => point !== null))
    .slice(0, MOST_SERIES)
    .map(([name, points], i) => ({ name, colour: `--s${i}`, points }));
  const param = plan.params[axis]?.name ?? '';
  const title = `By ${param}`;
  if (shown.length === 0) return figure(title, 'The metric has no value.', null);
  const rest =
    lines.size > shown.length
      ? ` The first ${shown.length} of ${lines.size} combinations of the others; the table has all.`
      : '';
  return figure(
    title,
    `Mean of the seeds and its interval; values of ${param} at equal distances.${rest}`,
    intervals(`${plan.metrics[index]} by ${param}`, values, shown),
    axis > -1 && plan.params.length === 1,
  );
}

function origin({ manifest: { info, plan } }: SweepData): Markup {
  const fixed = Object.entries(info.fixed);
  return facts('Where this comes from', [
    ['scenario', info.scenario],
    ['digest of the plan', html`<code>${info.digest}</code>`],
    ['SHA-256 of the scenario’s text', html`<code>${info.textSha256}</code>`],
    ['engine', info.engine],
    ['backend', info.backend ?? 'simulator'],
    ['seeds', plan.seeds.length > 20 ? `${plan.seeds.length}, from ${plan.seeds[0]}` : plan.seeds.join(', ')],
    ...fixed.map(([name, value]) => [`parameter ${name}`, value] as const),
  ]);
}
