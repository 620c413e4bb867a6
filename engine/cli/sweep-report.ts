/** A sweep as text for people: the table at its end, failed cells, one cell. Makes texts only; prints nothing. */
import type { ChalkInstance } from 'chalk';
import { formatDuration, groupDigits } from '../spec/units.ts';
import type { CellResult } from '../sweep/job.ts';
import type { SweepTotals } from '../sweep/junit.ts';
import type { SweepInfo } from '../sweep/manifest.ts';
import type { SweepPlan } from '../sweep/plan.ts';
import { reproduceCommand } from '../sweep/reproduce.ts';
import type { Figures } from '../sweep/statistics.ts';
import type { CombinationSummary } from '../sweep/summary.ts';
import { counted } from './diagnostics-output.ts';
import { shortDigest } from './run-report.ts';
import { stateText } from './sweep-progress.ts';

/** Rows of the table and failed cells that are shown; the files have all of them. */
const MOST_ROWS = 40;
const MOST_PROBLEMS = 10;

/** Gathers what the report shows while the results are written, and no more than that. */
export class SweepReport {
  readonly #plan: SweepPlan;
  readonly #info: SweepInfo;
  readonly #rows: CombinationSummary[] = [];
  readonly #problems: CellResult[] = [];
  #moreRows = 0;
  #moreProblems = 0;

  constructor(plan: SweepPlan, info: SweepInfo) {
    this.#plan = plan;
    this.#info = info;
  }

  summary(summary: CombinationSummary): void {
    if (this.#rows.length < MOST_ROWS) this.#rows.push(summary);
    else this.#moreRows++;
  }

  problem(result: CellResult): void {
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(result);
    else this.#moreProblems++;
  }

  /** The table with its heading and its foot. */
  table(
    totals: SweepTotals,
    { folder, page }: { readonly folder: string; readonly page: string | undefined },
    columns: number,
    style: ChalkInstance,
  ): string {
    const failed = totals.invalid + totals.internal + totals.backend;
    const counts = [
      counted(totals.cells, 'cell'),
      ...(failed > 0 ? [style.red(`${groupDigits(failed)} failed`)] : []),
      ...(totals.unmet > 0 ? [style.red(`${groupDigits(totals.unmet)} with failed expectations`)] : []),
    ];
    const lines = [`${style.bold(this.#info.scenario)}: ${counts.join(', ')}`];
    if (this.#rows.length > 0) lines.push('', ...this.#tableLines(columns, style));
    if (this.#moreRows > 0) lines.push(`and ${counted(this.#moreRows, 'combination')} more`);
    lines.push('', `plan     ${shortDigest(this.#info.digest)}`, `results  ${folder}`);
    if (page !== undefined) lines.push(`page     ${page}`);
    return `${lines.join('\n')}\n`;
  }

  /** Cells that failed or of which an expectation failed, each with the command that runs it again. */
  problems(style: ChalkInstance): string {
    const parts = this.#problems.map((result) => problemText(this.#info, result, style));
    if (this.#moreProblems > 0) parts.push(`and ${counted(this.#moreProblems, 'cell')} more, see junit.xml\n`);
    return parts.join('');
  }

  #tableLines(columns: number, style: ChalkInstance): readonly string[] {
    const { params, metrics, combinations } = this.#plan;
    const texts = (row: CombinationSummary): readonly string[] =>
      (combinations[row.combination] ?? []).map(({ text }) => text);
    const heads = [...params.map(({ name }) => name), 'n', ...metrics];
    const rows = this.#rows.map((row) => [
      ...texts(row),
      String(row.cells - row.failed),
      ...row.metrics.map(({ own }) => figureText(own)),
    ]);
    const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0)));
    // As many metrics as the terminal has room for, and at least one.
    let shown = params.length + 2;
    const width = (n: number): number => widths.slice(0, n).reduce((sum, one) => sum + one + 2, -2);
    while (shown < heads.length && width(shown + 1) <= columns) shown++;
    const line = (cells: readonly string[]): string =>
      cells
        .slice(0, shown)
        .map((cell, i) => (i < params.length ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number)))
        .join('  ')
        .trimEnd();
    const hidden = heads.slice(shown);
    return [
      style.dim(line(heads)),
      ...rows.map(line),
      ...(hidden.length > 0 ? [style.dim(`not shown: ${hidden.join(', ')}`)] : []),
    ];
  }
}

/** `0.8123 ±0.0042`: mean and half of its confidence interval. */
function figureText({ mean, low, high }: Figures): string {
  if (mean === null) return '-';
  if (low === null || high === null) return short(mean);
  return `${short(mean)} ±${short((high - low) / 2)}`;
}

/** Four significant digits; whole numbers are not cut. */
function short(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 10_000) return groupDigits(Math.round(value)).replace('_-', '-');
  return String(Number(value.toPrecision(4)));
}

function problemText(info: SweepInfo, result: CellResult, style: ChalkInstance): string {
  const lines = [`${style.bold(result.key)} ${style.red(stateText(result))}`];
  for (const line of result.failure?.diagnostics ?? []) lines.push(`  ${line}`);
  for (const { that, measured, at_us } of result.expectations.failures) {
    const when = typeof at_us === 'number' ? ` at ${formatDuration(at_us)}` : '';
    lines.push(`  expectation failed${when}: ${String(that)}`, `    ${String(measured)}`);
  }
  lines.push(`  ${reproduceCommand(info, result)}`);
  return `${lines.join('\n')}\n`;
}

/** One cell that was run by itself. */
export function cellText(info: SweepInfo, plan: SweepPlan, result: CellResult, style: ChalkInstance): string {
  const width = Math.max(12, ...plan.metrics.map((name) => name.length)) + 2;
  const row = (name: string, text: string): string => `  ${style.dim(name.padEnd(width))}${text}`;
  const { passed, failed, skipped } = result.expectations;
  const lines = [
    `${style.bold(result.key)} ${failed > 0 || result.failure ? style.red(stateText(result)) : result.state}`,
  ];
  for (const name of plan.metrics) lines.push(row(name, String(result.metrics[name] ?? '-')));
  if (passed + failed + skipped > 0) lines.push(row('expectations', `${passed} passed, ${failed} failed`));
  lines.push(row('timeline', shortDigest(result.digests?.timeline ?? null)));
  lines.push(row('run', shortDigest(result.digests?.run ?? null)));
  lines.push('', reproduceCommand(info, result));
  return `${lines.join('\n')}\n`;
}
