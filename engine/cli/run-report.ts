/** A run's result as text for people. Makes texts only; prints nothing. */
import type { ChalkInstance } from 'chalk';
import type { Compiled } from '../host/engine.ts';
import type { PaymentStats } from '../kinds/expectation.ts';
import { type BehaviourResult, behaviourTotals } from '../run/behaviour-results.ts';
import type { ExpectationResult, RunResult } from '../run/runner.ts';
import { wallText } from '../run/time-text.ts';
import { formatAmount, formatDuration, groupDigits } from '../spec/units.ts';
import { counted } from './diagnostics-output.ts';

/** Digits of a digest that are shown; enough to tell runs apart by eye. */
const SHORT = 12;

export function shortDigest(digest: string | null): string {
  return digest === null ? '-' : digest.slice(0, SHORT);
}

/** `87.5 %`; `-` when nothing was resolved. */
function percent(stats: PaymentStats): string {
  return stats.succeeded + stats.failed === 0 ? '-' : `${(stats.successRate * 100).toFixed(1)} %`;
}

/** The summary after a run. */
export function runSummary(
  compiled: Compiled,
  result: RunResult,
  written: { readonly folder: string; readonly kept: readonly string[]; readonly page?: string } | null,
  style: ChalkInstance,
): string {
  const stats = result.book.stats(null) as PaymentStats;
  const lines: string[] = [];
  const row = (name: string, text: string): void => {
    lines.push(`  ${style.dim(name.padEnd(13))}${text}`);
  };
  const title = `${style.bold(compiled.timeline.name)} ${stateText(result, style)}`;
  lines.push(`${title} at ${formatDuration(result.drainedUs)} of ${formatDuration(compiled.timeline.durationUs)}`);
  row('payments', `${groupDigits(stats.count)}: ${outcomesText(stats)}`);
  row(
    'success rate',
    `${percent(stats)}, ${roundAmount(stats.amountMsat)} delivered, ${roundAmount(stats.feeMsat)} in fees`,
  );
  result.behaviours.forEach((behaviour, i) => {
    row(i === 0 ? 'behaviours' : '', behaviourText(behaviour));
  });
  if (result.expectations.length > 0) row('expectations', expectationCounts(result.expectations));
  const speed = result.runMs > 0 ? result.drainedUs / 1000 / result.runMs : 0;
  row(
    'events',
    `${groupDigits(result.records)} in ${wallText(result.runMs)}${speed > 0 ? `, ${factor(speed)} real time` : ''}`,
  );
  row('timeline', shortDigest(compiled.timelineDigest));
  row('run', result.whole ? shortDigest(result.runDigest) : `${shortDigest(result.runDigest)} (of a part)`);
  if (written !== null) {
    row('results', written.folder);
    if (written.page !== undefined) row('page', written.page);
    written.kept.forEach((file, i) => {
      row(i === 0 ? 'snapshots' : '', file);
    });
  }
  return `${lines.join('\n')}\n`;
}

/** `cheap (fee_policy): 12 policy changes, 340 forwards earned 81 sat`. */
function behaviourText(behaviour: BehaviourResult): string {
  const { name, kind, payments, nodes } = behaviour;
  const { forwards, feesEarnedMsat, downs, downUs, figures } = behaviourTotals(behaviour);
  // Figures of single channels are for metrics.json.
  const parts = [...figures]
    .filter(([figure]) => !figure.includes('.'))
    .map(([figure, n]) => counted(n, figure.replaceAll('_', ' ').replace(/s$/, '')));
  if (payments?.count === 0) parts.push('no payments');
  else if (payments !== null) {
    const paid = `${groupDigits(payments.succeeded)} of ${counted(payments.count, 'payment')} succeeded`;
    parts.push(`${paid} for ${roundAmount(payments.feeMsat)} in fees`);
  }
  if (downs > 0) {
    const each = nodes.length === 1 ? '' : ' in all';
    parts.push(
      `down ${counted(downs, 'time')} for ${formatDuration(Math.floor(downUs / 1_000_000) * 1_000_000)}${each}`,
    );
  }
  parts.push(`${counted(forwards, 'forward')} earned ${roundAmount(feesEarnedMsat)}`);
  return `${name} (${kind}): ${parts.join(', ')}`;
}

/** Large amounts in whole sat; the files have them exactly. */
function roundAmount(msat: number): string {
  return formatAmount(msat >= 1_000_000 ? Math.floor(msat / 1000) * 1000 : msat);
}

function stateText(result: RunResult, style: ChalkInstance): string {
  if (result.state === 'completed') return style.green(result.whole ? 'completed' : 'stopped by --until');
  return style.red(result.state === 'aborted' ? 'interrupted' : 'failed');
}

function outcomesText(stats: PaymentStats): string {
  const parts = [...stats.outcomes].filter(([, n]) => n > 0).map(([name, n]) => `${groupDigits(n)} ${name}`);
  if (stats.pending > 0) parts.push(`${groupDigits(stats.pending)} pending`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function expectationCounts(expectations: readonly ExpectationResult[]): string {
  const count = (status: ExpectationResult['status']): number => expectations.filter((e) => e.status === status).length;
  const parts = [`${count('passed')} passed`];
  if (count('failed') > 0) parts.push(`${count('failed')} failed`);
  if (count('skipped') > 0) parts.push(`${count('skipped')} not reached`);
  return parts.join(', ');
}

function factor(speed: number): string {
  return speed >= 10 ? `${groupDigits(Math.round(speed))}x` : `${speed.toFixed(1)}x`;
}
