/** `blast diff`: two runs side by side. */
import type { ChalkInstance } from 'chalk';
import { type ComparedPayment, compareRuns, type PaymentSums, type RunComparison } from '../run/compare-runs.ts';
import { ResultsProblem, RunResults } from '../run/run-results.ts';
import { formatAmount, groupDigits } from '../spec/units.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type CommandEntry, OPTION } from './options.ts';
import { counted, printDiagnostics } from './scenario-file.ts';
import { styleFor } from './style.ts';

/** Payments that are shown unless --most says otherwise. */
const SHOWN = 10;

export const diffCommand: CommandEntry = {
  name: 'diff',
  summary: 'compare two runs, payment by payment',
  details:
    'Reads run.json and payments.csv of both folders and says what the runs are of, how their sums differ, which outcomes ' +
    'became which, and the first payments that went otherwise. Exits with 5 when the runs differ.',
  arguments: [
    { syntax: '<before>', summary: 'what `blast run` wrote' },
    { syntax: '<after>', summary: 'what another `blast run` wrote' },
  ],
  options: [
    { flags: '--most <number>', summary: 'payments to show, or `all`', defaultValue: String(SHOWN) },
    OPTION.format,
  ],
  examples: [
    ['blast diff out/before out/after', 'what one change came to'],
    ['blast diff out/before out/after --most all --format json', 'all of it, for programs'],
  ],
  async run({ io }, [before = '', after = ''], options) {
    const most = options.most === 'all' ? Infinity : Number(options.most);
    if (!(most >= 0) || (most !== Infinity && !Number.isInteger(most))) {
      throw new CliError(EXIT.usage, `--most '${String(options.most)}' is no number`, 'write a number, or all');
    }
    try {
      const found = compareRuns(new RunResults(io.files, before), new RunResults(io.files, after));
      const { sums, settings, identical } = found;
      const payments = found.payments.slice(0, most);
      const differing = found.payments.length;
      const outcomes = Object.fromEntries(found.outcomes);
      if (options.format === 'json') {
        io.stdout.write(`${JSON.stringify({ identical, settings, sums, differing, outcomes, payments }, null, 2)}\n`);
      } else io.stdout.write(differenceOfRuns(before, after, found, most, styleFor(io, io.stdout)));
      return identical ? EXIT.ok : EXIT.replayDiffers;
    } catch (error) {
      if (!(error instanceof ResultsProblem)) throw error;
      printDiagnostics(io, [error.diagnostic]);
      return EXIT.invalid;
    }
  },
};

function differenceOfRuns(a: string, b: string, found: RunComparison, most: number, style: ChalkInstance): string {
  const title = `${style.bold(a)} and ${style.bold(b)}`;
  if (found.identical) return `${title}: ${style.green('identical')}\n`;
  const { settings, sums, payments } = found;
  const all = Math.max(sums.before.payments, sums.after.payments);
  const lines = [`${title}: ${groupDigits(payments.length)} of ${counted(all, 'payment')} differ`];
  if (payments.length === 0) lines.push('  other things than payments went otherwise; events.ndjson of both has them');
  const table = (rows: readonly (readonly string[])[]): void => {
    const widths = [0, 1, 2, 3].map((i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
    for (const [first = '', ...rest] of rows) {
      const cells = rest.map((cell, i) => cell.padStart(widths[i + 1] ?? 0));
      lines.push(`  ${style.dim(first.padEnd(widths[0] ?? 0))}  ${cells.join('  ')}`);
    }
  };
  table([
    ['', 'before', 'after', 'change'],
    ...settings.map(({ name, before, after }) => [name, before, after, '']),
    ...(Object.keys(sums.before) as (keyof PaymentSums)[]).map((name) => {
      const text = (n: number): string => (name.endsWith('_msat') ? formatAmount(n) : groupDigits(n));
      const change = sums.after[name] - sums.before[name];
      const sign = change > 0 ? '+' : change < 0 ? '-' : '';
      const label = name.replace('_msat', '');
      return [label, text(sums.before[name]), text(sums.after[name]), `${sign}${text(Math.abs(change))}`];
    }),
  ]);
  if (found.outcomes.size > 0) lines.push('', '  other outcomes');
  for (const [change, n] of found.outcomes) lines.push(`  ${groupDigits(n).padStart(6)}  ${change}`);
  const shown = payments.slice(0, most);
  if (shown.length > 0) lines.push('', '  first payments that differ');
  for (const { payment, before, after } of shown) {
    lines.push(
      `  ${payment}`,
      `    ${style.red('-')} ${paymentText(before)}`,
      `    ${style.green('+')} ${paymentText(after)}`,
    );
  }
  if (shown.length < payments.length) lines.push(`  … ${groupDigits(payments.length - shown.length)} more`);
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function paymentText(payment: ComparedPayment | null): string {
  if (payment === null) return 'not made';
  const { outcome, amountMsat, feeMsat, attempts, route } = payment;
  const way = route === '' ? '' : ` by ${route}`;
  const fee = outcome === 'Success' ? `, fee ${formatAmount(feeMsat)}` : '';
  return `${outcome}: ${formatAmount(amountMsat)}${way}${fee}, ${counted(attempts, 'attempt')}`;
}
