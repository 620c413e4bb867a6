/** What the stages of the compiler have in common: each answers a value or null, and collects diagnostics. */
import type { Diagnostic, SourceRange } from '../spec/diagnostic.ts';
import { type DiagnosticCode, diagnosticInfo } from '../spec/diagnostic-codes.ts';
import { parsePath } from '../spec/path.ts';
import { spanInside } from '../spec/position.ts';
import { compareDiagnostics, makeDiagnostic } from '../spec/problems.ts';
import type { Placed } from '../spec/scenario.ts';
import type { SourceIndex } from '../spec/source-index.ts';
import type { SourceText } from '../spec/source-text.ts';
import { follow } from '../spec/tree.ts';

/** The result of a stage; without a value when it cannot go on. Diagnostics may be warnings. */
export interface Stage<T> {
  readonly value: T | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Where a value stands, without the value. */
export interface Place {
  readonly path: string;
  readonly range: SourceRange;
}

/** Collects diagnostics about one scenario file, by place. The same one at the same place is kept once. */
export class Reporter {
  readonly #source: SourceText;
  readonly #found: Diagnostic[] = [];
  readonly #seen: Set<string> = new Set();
  #errors = 0;

  constructor(source: SourceText) {
    this.#source = source;
  }

  report(code: DiagnosticCode, at: Place, message: string, hint?: string): void {
    const key = `${code} ${at.range.file ?? ''} ${at.range.line}:${at.range.column} ${message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (diagnosticInfo(code).severity === 'error') this.#errors++;
    this.#found.push(makeDiagnostic(this.#source, code, at.range, at.path, message, hint));
  }

  /** Takes over diagnostics of another file. */
  add(diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of diagnostics) {
      if (diagnostic.severity === 'error') this.#errors++;
      this.#found.push(diagnostic);
    }
  }

  get failed(): boolean {
    return this.#errors > 0;
  }

  /** Everything reported, in the order of the reports. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#found;
  }
}

/** A part of a placed text, from an offset in it to its end: for errors inside expressions. */
export function inside(at: Placed<string>, index: SourceIndex, offset: number): Place {
  const { node } = follow(index.tree, parsePath(at.path));
  if (node.kind !== 'scalar') return at;
  const span = spanInside(index.source.text, node, offset, Math.max(offset, at.value.length));
  return { path: at.path, range: index.source.range(span.start, Math.max(span.end, span.start + 1)) };
}

/** All diagnostics: those of the command line, those of the scenario file, those of other files; by place within a file. */
export function sortDiagnostics(file: string, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const rank = (name: string): number => {
    if (name === file) return 1;
    return name.startsWith('--') ? 0 : 2;
  };
  const files = [...new Set(diagnostics.map((diagnostic) => diagnostic.file))].sort((a, b) => rank(a) - rank(b));
  return files.flatMap((one) => diagnostics.filter((diagnostic) => diagnostic.file === one).sort(compareDiagnostics));
}
