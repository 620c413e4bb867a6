/** Diagnostics as text for people and as JSON for tools. Prints nothing; colours are functions handed in. */
import type { Json } from '../base/json.ts';
import type { Diagnostic } from './diagnostic.ts';

type Paint = (text: string) => string;

/** Functions that colour a text; identity where no colour is wanted. */
export interface DiagnosticStyle {
  readonly red: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
  readonly dim: Paint;
  readonly bold: Paint;
}

const same: Paint = (text) => text;

/** No colours at all. */
export const PLAIN_STYLE: DiagnosticStyle = { red: same, yellow: same, blue: same, dim: same, bold: same };

/** Widest excerpt; of longer lines the part around the mistake is shown. */
const WIDTH = 160;

/** Characters that a terminal would obey instead of showing them (C0 but for the line break, DEL and C1). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

const harmless = (text: string): string => text.replace(CONTROL, '\ufffd');

/** Makes tabs and wide lines line up with the caret, and control characters harmless. */
function windowed(line: string, column: number): { readonly text: string; readonly shift: number } {
  const text = harmless(line.replace(/\t/g, ' '));
  if (text.length <= WIDTH) return { text, shift: 0 };
  const start = Math.max(0, Math.min(column - 1 - WIDTH / 2, text.length - WIDTH));
  const cut = text.slice(start, start + WIDTH);
  return start === 0 ? { text: `${cut}…`, shift: 0 } : { text: `…${cut}`, shift: start - 1 };
}

/**
 * One diagnostic: `file:line:col error E203 message`, the excerpt with a caret, and the hint as `= hint`.
 * Lines are separated by `\n`; there is none at the end.
 */
export function formatDiagnostic(diagnostic: Diagnostic, style: DiagnosticStyle = PLAIN_STYLE): string {
  const { range, severity, code, hint, excerpt } = diagnostic;
  const { file, message, path } = {
    file: harmless(diagnostic.file),
    message: harmless(diagnostic.message),
    path: harmless(diagnostic.path),
  };
  const paint = severity === 'error' ? style.red : style.yellow;
  const lines = [
    `${style.bold(`${file}:${range.line}:${range.column}`)} ${paint(`${severity} ${code}`)} ${message}${path === '' ? '' : style.dim(` (${path})`)}`,
  ];
  const gutter = String(range.line + excerpt.length - 1).length;
  excerpt.forEach((text, i) => {
    const line = range.line + i;
    const first = i === 0 ? range.column : text.length - text.trimStart().length + 1;
    const last = line === range.endLine ? range.endColumn : text.length + 1;
    const { text: shown, shift } = windowed(text, first);
    lines.push(`${style.dim(`${String(line).padStart(gutter)} |`)} ${shown.trimEnd()}`);
    if (first - 1 - shift <= shown.length) {
      const width = Math.max(1, Math.min(last - first, shown.length - (first - 1 - shift)));
      lines.push(`${style.dim(`${' '.repeat(gutter)} |`)} ${' '.repeat(first - 1 - shift)}${paint('^'.repeat(width))}`);
    }
  });
  if (hint !== undefined) lines.push(`${style.dim(`${' '.repeat(gutter)} =`)} ${style.blue(harmless(hint))}`);
  return lines.join('\n');
}

/** Several diagnostics, separated by empty lines. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], style: DiagnosticStyle = PLAIN_STYLE): string {
  return diagnostics.map((d) => formatDiagnostic(d, style)).join('\n\n');
}

/** A diagnostic as plain JSON, for `--format json`. */
export function diagnosticJson(diagnostic: Diagnostic): Json {
  const { code, severity, message, hint, file, range, path, excerpt } = diagnostic;
  return {
    code,
    severity,
    message,
    ...(hint === undefined ? {} : { hint }),
    file,
    line: range.line,
    column: range.column,
    endLine: range.endLine,
    endColumn: range.endColumn,
    path,
    excerpt: [...excerpt],
  };
}
