/** junit.xml: a test case for each cell, for the test reports of CI systems. Makes texts only. */

import type { CellResult } from './job.ts';
import type { SweepInfo } from './manifest.ts';
import { reproduceCommand } from './reproduce.ts';

/** What a sweep came to. */
export interface SweepTotals {
  readonly cells: number;
  /** Cells that failed, by the kind of the failure. */
  readonly invalid: number;
  readonly internal: number;
  readonly backend: number;
  /** Cells that ran and of which an expectation failed. */
  readonly unmet: number;
}

export function junitHead(info: SweepInfo, totals: SweepTotals): string {
  const errors = totals.invalid + totals.internal + totals.backend;
  const counts = `tests="${totals.cells}" failures="${totals.unmet}" errors="${errors}"`;
  const name = xml(`${info.scenario} sweep`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${name}" ${counts}>\n  <testsuite name="${name}" ${counts}>\n`;
}

export function junitCase(info: SweepInfo, result: CellResult): string {
  const open = `    <testcase classname="${xml(info.scenario)}" name="${xml(result.key)}"`;
  const { failure, expectations } = result;
  if (failure === null && expectations.failed === 0) return `${open}/>\n`;
  const command = reproduceCommand(info, result);
  const lines: string[] = [];
  let tag = 'failure';
  let type = 'expectation';
  let message = '';
  if (failure !== null) {
    tag = 'error';
    type = failure.kind;
    message = failure.message;
    lines.push(...(failure.diagnostics ?? [failure.message]));
  } else {
    const [first] = expectations.failures;
    message = `${expectations.failed} of the expectations failed: ${String(first?.message ?? first?.that ?? '')}`;
    for (const { that, message: said, measured } of expectations.failures) {
      lines.push(`${said === undefined ? '' : `${String(said)}: `}${String(that)}`, `  ${String(measured)}`);
    }
  }
  const body = xmlText([...lines, '', command].join('\n'));
  return `${open}>\n      <${tag} type="${type}" message="${xml(message)}">${body}</${tag}>\n    </testcase>\n`;
}

export const JUNIT_END = '  </testsuite>\n</testsuites>\n';

/** Escapes a text for an attribute. */
export function xml(text: string): string {
  return xmlText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}

/** Escapes a text for content; characters that XML cannot hold become U+FFFD. */
export function xmlText(text: string): string {
  return text
    .replace(/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}
