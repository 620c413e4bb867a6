/** Diagnostics as workflow commands of GitHub Actions, which shows them beside the lines of a pull request. */
import type { Diagnostic } from './diagnostic.ts';
import { diagnosticInfo } from './diagnostic-codes.ts';

/** One annotation: `::error file=…,line=…,col=…,title=…::message`. */
export function githubAnnotation(diagnostic: Diagnostic): string {
  const { code, severity, message, hint, file, range, path } = diagnostic;
  const properties: [string, string][] = [
    ['file', file],
    ['line', String(range.line)],
    ['endLine', String(range.endLine)],
    // Columns are only allowed within one line; the last one counts.
    ...(range.line === range.endLine
      ? ([
          ['col', String(range.column)],
          ['endColumn', String(Math.max(range.column, range.endColumn - 1))],
        ] as [string, string][])
      : []),
    ['title', `${code} ${diagnosticInfo(code).title}`],
  ];
  const text = `${message}${path === '' ? '' : ` (${path})`}${hint === undefined ? '' : `\n${hint}`}`;
  return githubCommand(severity, properties, text);
}

/** A workflow command with its properties and text escaped. */
export function githubCommand(
  name: 'error' | 'warning' | 'notice',
  properties: readonly (readonly [string, string])[],
  text: string,
): string {
  const list = properties.map(([key, value]) => `${key}=${escapeProperty(value)}`).join(',');
  return `::${name}${list === '' ? '' : ` ${list}`}::${escapeData(text)}`;
}

function escapeData(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
