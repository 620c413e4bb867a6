/** A folder of a sweep that cannot be used: thrown with the code of a diagnostic, and turned into one by the command. */
import type { Diagnostic } from '../spec/diagnostic.ts';
import type { DiagnosticCode } from '../spec/diagnostic-codes.ts';
import { makeDiagnostic } from '../spec/problems.ts';
import { SourceText } from '../spec/source-text.ts';

export class SweepProblem extends Error {
  readonly code: DiagnosticCode;
  readonly file: string;
  readonly line: number;
  readonly hint: string | undefined;

  constructor(code: DiagnosticCode, file: string, message: string, line = 1, hint?: string) {
    super(message);
    this.name = 'SweepProblem';
    this.code = code;
    this.file = file;
    this.line = line;
    this.hint = hint;
  }

  diagnostic(): Diagnostic {
    const range = { line: this.line, column: 1, endLine: this.line, endColumn: 1 };
    return makeDiagnostic(new SourceText(this.file, ''), this.code, range, '', this.message, this.hint);
  }
}
