/** Collects the diagnostics of one file. */
import { compareText } from '../base/order.ts';
import type { Diagnostic, SourceRange } from './diagnostic.ts';
import { type DiagnosticCode, diagnosticInfo } from './diagnostic-codes.ts';
import { formatPath, type Path } from './path.ts';
import type { SourceText } from './source-text.ts';

/** A span of the source text: offsets, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A diagnostic at a range of a source text. */
export function makeDiagnostic(
  source: SourceText,
  code: DiagnosticCode,
  range: SourceRange,
  path: string,
  message: string,
  hint?: string,
): Diagnostic {
  const { file = source.file, ...place } = range;
  return {
    code,
    severity: diagnosticInfo(code).severity,
    message,
    ...(hint === undefined ? {} : { hint }),
    file,
    range: place,
    path,
    excerpt: source.excerpt(range),
  };
}

/** Order of diagnostics: by place, then code, then message. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return (
    a.range.line - b.range.line ||
    a.range.column - b.range.column ||
    compareText(a.code, b.code) ||
    compareText(a.message, b.message)
  );
}

export class Problems {
  readonly source: SourceText;
  readonly #found: Diagnostic[] = [];
  readonly #seen: Set<string> = new Set();
  #errors = 0;

  constructor(source: SourceText) {
    this.source = source;
  }

  /** Adds a diagnostic at a span; the same one at the same place is kept once. */
  report(code: DiagnosticCode, span: Span, path: Path, message: string, hint?: string): void {
    const key = `${code} ${span.start} ${span.end} ${message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.add(
      makeDiagnostic(this.source, code, this.source.range(span.start, span.end), formatPath(path), message, hint),
    );
  }

  add(diagnostic: Diagnostic): void {
    if (diagnostic.severity === 'error') this.#errors++;
    this.#found.push(diagnostic);
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /** All diagnostics in the order of the file; those of the command line first, those of other scenario files last. */
  sorted(): readonly Diagnostic[] {
    const files = this.source.files;
    const of = (file: string): readonly Diagnostic[] =>
      this.#found.filter((d) => d.file === file).sort(compareDiagnostics);
    return [...this.#found.filter((d) => !files.includes(d.file)), ...files.flatMap(of)];
  }
}
