/**
 * Diagnostics as data. Nothing in this folder throws for a user's mistake or prints anything: problems are collected
 * as diagnostics, all of them, and the caller decides how to show them.
 */
import type { DiagnosticCode } from './diagnostic-codes.ts';

export type Severity = 'error' | 'warning';

/** A place in a source text; lines and columns count from 1, columns in UTF-16 code units. `end` is exclusive. */
export interface SourceRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The file, when it is not the scenario's own but one that it includes or extends. */
  readonly file?: string;
}

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** One sentence: what is wrong and what was expected. No trailing full stop. */
  readonly message: string;
  /** How to mend it, when there is more to say than the message. */
  readonly hint?: string;
  /** Name of the file as the caller gave it. */
  readonly file: string;
  readonly range: SourceRange;
  /** Path in the document, e.g. `channels.alice-bob.capacity` or `events[2].at`. Empty for the whole file. */
  readonly path: string;
  /** Source lines the range lies on (at most three), for the excerpt with a caret. */
  readonly excerpt: readonly string[];
}
