/** What `blast verify` and the matcher of a test suite say of a run that differs from its lock. */

import { ENGINE_VERSION } from '../base/version.ts';
import { type DiagnosticStyle, PLAIN_STYLE } from '../spec/format-diagnostic.ts';
import { formatDuration } from '../spec/units.ts';
import type { RunResult } from './run-contract.ts';
import { clockText } from './time-text.ts';
import type { Verification } from './verify.ts';

type DifferenceStyle = Pick<DiagnosticStyle, 'bold' | 'red'> & { readonly green: (text: string) => string };

const PLAIN: DifferenceStyle = { ...PLAIN_STYLE, green: (text) => text };

/** Records of a group that are shown; a group of a long run has thousands. */
const SHOWN = 12;

const WHAT: Readonly<Record<string, string>> = {
  spec: 'the scenario changed since it was locked (E804)',
  timeline: 'the timeline differs: other events or payments are planned',
  records: 'the run differs: other things happened',
  state: 'the final state differs',
};

/** What differs, for people. */
export function differenceText(
  file: string,
  found: Verification,
  result: Pick<RunResult, 'records'>,
  style: DifferenceStyle = PLAIN,
): string {
  const lines = [`${style.bold(file)}: ${style.red('differs')} (E805)`];
  if (found.lockedBy !== null) {
    lines.push(`  locked by version ${found.lockedBy} of the engine, this is ${ENGINE_VERSION}`);
  }
  for (const name of found.differing) if (WHAT[name] !== undefined) lines.push(`  ${WHAT[name]}`);
  const { interval, divergence } = found;
  if (interval !== null) {
    const to = interval.toUs === Infinity ? 'the end' : formatDuration(interval.toUs);
    lines.push(`  first difference between ${formatDuration(interval.fromUs)} and ${to}`);
  }
  if (divergence !== null) {
    const { kind, from, to, records } = divergence;
    const where = to - from === 1 ? `event ${from}` : `events ${from} to ${to - 1}`;
    const what = {
      changed: `${where} ${to - from === 1 ? 'is not the locked one' : 'are not all the locked ones'}`,
      longer: `the locked run ended before event ${from}`,
      shorter: `this run ended after ${result.records} events, before the locked one; ${where} may be affected`,
    }[kind];
    lines.push(`  ${what}; in this run:`);
    for (const record of records.slice(0, SHOWN)) {
      const mark = record.n >= from ? '>' : ' ';
      lines.push(`  ${mark} ${record.n} ${clockText(record.timeUs)} ${record.text}`);
    }
    if (records.length > SHOWN) lines.push(`    … ${records.length - SHOWN} more`);
  } else if (found.differing.includes('records')) {
    lines.push('  the events are the same; a text that they refer to differs');
  }
  if (found.lines !== null) {
    lines.push(
      `  first line that differs from the former run: ${found.lines.n + 1}`,
      `  ${style.red('-')} ${found.lines.theirs ?? '(the former run ended)'}`,
      `  ${style.green('+')} ${found.lines.ours ?? '(this run ended)'}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
