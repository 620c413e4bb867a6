/** Expectations that failed, as text for people. */
import { type DiagnosticStyle, PLAIN_STYLE } from '../spec/format-diagnostic.ts';
import { formatDuration } from '../spec/units.ts';
import type { RunResult } from './run-contract.ts';

/** Failed expectations with the place in the file and what was measured; empty when none failed. */
export function failedExpectations(
  file: string,
  result: Pick<RunResult, 'expectations'>,
  style: Pick<DiagnosticStyle, 'bold' | 'red'> = PLAIN_STYLE,
): string {
  return result.expectations
    .filter(({ status }) => status === 'failed')
    .map(({ line, column, message, that, measured, atUs }) => {
      const when = atUs === undefined ? 'at the end' : `at ${formatDuration(atUs)}`;
      const what = message === '' || message === that ? that : `${message}: ${that}`;
      return `${style.bold(`${file}:${line}:${column}`)} ${style.red('expectation failed')} ${when}: ${what}\n  ${measured}\n`;
    })
    .join('');
}
