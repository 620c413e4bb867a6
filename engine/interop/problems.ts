/**
 * Collects what is wrong with an imported file as diagnostics with file, line and column. At most twenty of one file are
 * kept: a file of the wrong kind would otherwise report each of its hundred thousand lines.
 */

import { locateJson } from '../base/json-text.ts';
import type { Diagnostic } from '../spec/diagnostic.ts';
import { type DiagnosticCode, diagnosticInfo } from '../spec/diagnostic-codes.ts';
import { formatPath, type Path } from '../spec/path.ts';
import { makeDiagnostic } from '../spec/problems.ts';
import { SourceText } from '../spec/source-text.ts';

const LIMIT = 20;

export class ImportProblems {
  readonly #file: string;
  readonly #text: string;
  readonly #locate: (path: Path) => { readonly start: number; readonly end: number };
  readonly #found: Diagnostic[] = [];
  #errors = 0;
  #left = 0;
  /** Made when first needed: it walks the whole text. */
  #source: SourceText | undefined;

  /** `text` is the file's content, for positions and excerpts; `locate` finds a path in it, for JSON unless given. */
  constructor(
    file: string,
    text: string,
    locate: (path: Path) => { readonly start: number; readonly end: number } = (path) => locateJson(text, path),
  ) {
    this.#file = file;
    this.#text = text;
    this.#locate = locate;
  }

  get failed(): boolean {
    return this.#errors > 0;
  }

  /** No use in looking further. */
  get full(): boolean {
    return this.#left > 0;
  }

  /** Everything found, in the order it was found. */
  list(): readonly Diagnostic[] {
    return this.#found;
  }

  /** Takes over a problem that was found elsewhere. */
  take(diagnostic: Diagnostic): void {
    if (this.#room(diagnostic.code)) this.#found.push(diagnostic);
  }

  /** A problem at a place of the document. */
  atPath(code: DiagnosticCode, path: Path, message: string, hint?: string): void {
    if (!this.#room(code)) return;
    const { start, end } = this.#locate(path);
    this.#add(code, start, end, formatPath(path), message, hint);
  }

  /** A problem at an offset of the text. */
  atOffset(code: DiagnosticCode, offset: number, message: string, hint?: string): void {
    if (this.#room(code)) this.#add(code, offset, Number.POSITIVE_INFINITY, '', message, hint);
  }

  /** A problem at a line, which counts from 1. */
  atLine(code: DiagnosticCode, line: number, message: string, hint?: string): void {
    if (this.#room(code))
      this.#add(code, this.#sourceText().lineStart(line), Number.POSITIVE_INFINITY, '', message, hint);
  }

  #room(code: DiagnosticCode): boolean {
    if (diagnosticInfo(code).severity === 'error') this.#errors++;
    if (this.#found.length < LIMIT) return true;
    this.#left++;
    return false;
  }

  #sourceText(): SourceText {
    this.#source ??= new SourceText(this.#file, this.#text);
    return this.#source;
  }

  /** Points at a span, or at the part of it on its first line. */
  #add(
    code: DiagnosticCode,
    start: number,
    end: number,
    path: string,
    message: string,
    hint: string | undefined,
  ): void {
    const source = this.#sourceText();
    const line = source.lineAt(start);
    const lineEnd = source.lineStart(line) + source.line(line).length;
    const range = source.range(start, Math.max(start + 1, Math.min(end, lineEnd)));
    const diagnostic = makeDiagnostic(source, code, range, path, message, hint);
    // A file that is missing has no line to show.
    this.#found.push(this.#text === '' ? { ...diagnostic, excerpt: [] } : diagnostic);
  }
}
