/** A source text with its lines: offsets to ranges, ranges to excerpts. Offsets count UTF-16 code units from 0. */
import type { SourceRange } from './diagnostic.ts';

/** An excerpt shows at most this many lines, and this much of each. */
const MAX_EXCERPT_LINES = 3;
const MAX_EXCERPT_WIDTH = 1000;

export class SourceText {
  readonly file: string;
  readonly text: string;
  readonly #lineStarts: number[] = [0];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  /** Number of the line (from 1) on which an offset lies. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  /** Offset at which a line (from 1) starts. */
  lineStart(line: number): number {
    return this.#lineStarts[line - 1] ?? this.text.length;
  }

  /** A line (from 1) without its line break. */
  line(line: number): string {
    const start = this.lineStart(line);
    const next = this.#lineStarts[line];
    let end = next === undefined ? this.text.length : next - 1;
    if (end > start && this.text.charCodeAt(end - 1) === 13) end--;
    return this.text.slice(start, end);
  }

  range(start: number, end: number): SourceRange {
    const from = Math.max(0, Math.min(start, this.text.length));
    const to = Math.max(from, Math.min(end, this.text.length));
    const line = this.lineAt(from);
    const endLine = this.lineAt(to);
    return {
      line,
      column: from - this.lineStart(line) + 1,
      endLine,
      endColumn: to - this.lineStart(endLine) + 1,
    };
  }

  /** The lines of a range, at most three, each cut where it is longer than anybody reads. */
  excerpt(range: SourceRange): readonly string[] {
    const lines: string[] = [];
    const last = Math.min(range.endLine, range.line + MAX_EXCERPT_LINES - 1);
    for (let line = range.line; line <= last; line++) {
      const text = this.line(line);
      lines.push(text.length > MAX_EXCERPT_WIDTH ? `${text.slice(0, MAX_EXCERPT_WIDTH)}…` : text);
    }
    return lines;
  }
}
