/** How commands print diagnostics: as text, as JSON, as annotations of GitHub Actions, or as SARIF. */
import { ENGINE_VERSION } from '../base/version.ts';
import type { Diagnostic } from '../spec/diagnostic.ts';
import { type Limited, limited, SHOWN_TO_PEOPLE, SHOWN_TO_TOOLS } from '../spec/diagnostic-limits.ts';
import { diagnosticJson, formatDiagnostics } from '../spec/format-diagnostic.ts';
import { githubAnnotation, githubCommand } from '../spec/format-github.ts';
import { sarifLog } from '../spec/format-sarif.ts';
import { groupDigits } from '../spec/units.ts';
import type { CliIo } from './io.ts';
import type { OptionEntry } from './options.ts';
import { styleFor } from './style.ts';

/** Options of commands whose result is diagnostics. */
export const DIAGNOSTICS_OPTION: Readonly<Record<'format' | 'all', OptionEntry>> = {
  format: {
    flags: '--format <format>',
    summary: 'text, json, github (annotations) or sarif',
    defaultValue: 'text',
    choices: ['text', 'json', 'github', 'sarif'],
  },
  all: { flags: '--all', summary: `show every problem, not only the first ${SHOWN_TO_PEOPLE}` },
};

/** What is known about one file. */
export interface CheckedFile {
  readonly file: string;
  readonly valid: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** Why the file could not be checked. */
  readonly problem?: string;
}

/** Prints diagnostics to standard error as text, and how many there are when there are several. */
export function printDiagnostics(io: CliIo, diagnostics: readonly Diagnostic[], all = false): void {
  if (diagnostics.length === 0) return;
  const { shown, more } = limited(diagnostics, all ? diagnostics.length : SHOWN_TO_PEOPLE);
  const style = styleFor(io, io.stderr);
  io.stderr.write(`${formatDiagnostics(shown, style)}\n`);
  if (more > 0) io.stderr.write(`\nand ${groupDigits(more)} more\n`);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const counts = [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ];
  if (diagnostics.length > 1) io.stderr.write(`\n${counts.join(', ')}\n`);
}

/** The result of a check for a program: on standard output, whole even when nothing was found. */
export function writeChecked(io: CliIo, format: string, files: readonly CheckedFile[], all: boolean): void {
  if (format === 'json') io.stdout.write(`${JSON.stringify(files.map(fileJson), null, 2)}\n`);
  else if (format === 'sarif') io.stdout.write(`${JSON.stringify(sarif(files), null, 2)}\n`);
  else io.stdout.write(github(files, all));
}

function fileJson({ file, valid, diagnostics, problem }: CheckedFile): unknown {
  const { shown, more } = limited(diagnostics, SHOWN_TO_TOOLS);
  return {
    file,
    valid,
    ...(problem === undefined ? {} : { problem }),
    diagnostics: shown.map(diagnosticJson),
    ...(more === 0 ? {} : { more }),
  };
}

function sarif(files: readonly CheckedFile[]): unknown {
  const found: Limited<Diagnostic>[] = files.map(({ diagnostics }) => limited(diagnostics, SHOWN_TO_TOOLS));
  return sarifLog({
    engineVersion: ENGINE_VERSION,
    diagnostics: found.flatMap(({ shown }) => shown),
    failures: files.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
  });
}

function github(files: readonly CheckedFile[], all: boolean): string {
  const lines: string[] = [];
  for (const { file, problem } of files) {
    if (problem !== undefined) lines.push(githubCommand('error', [['file', file]], problem));
  }
  const everything = files.flatMap(({ diagnostics }) => diagnostics);
  const { shown, more } = limited(everything, all ? everything.length : SHOWN_TO_PEOPLE);
  lines.push(...shown.map(githubAnnotation));
  if (more > 0) lines.push(githubCommand('notice', [], `and ${groupDigits(more)} more problems`));
  return lines.map((line) => `${line}\n`).join('');
}

/** `1 error`, `2 errors`. */
export function counted(n: number, noun: string): string {
  return `${groupDigits(n)} ${noun}${n === 1 ? '' : 's'}`;
}
