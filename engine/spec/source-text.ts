/** A source text with its lines: offsets to ranges, ranges to excerpts. Offsets count UTF-16 code units from 0. */
import type { SourceRange } from './diagnostic.ts';

/** An excerpt shows at most this many lines, and this much of each. */
const MAX_EXCERPT_LINES = 3;
const MAX_EXCERPT_WIDTH = 1000;

/** One of several files that stand behind each other in a text. */
interface Segment {
  readonly file: string;
  readonly start: number;
  /** Number of its first line in the whole text. */
  readonly line: number;
}

export class SourceText {
  /** The scenario's own file; it comes first. */
  readonly file: string;
  readonly text: string;
  readonly #lineStarts: number[] = [0];
  readonly #segments: readonly Segment[];

  /** `others`: further files in the text, with the offsets at which they start, in order. */
  constructor(file: string, text: string, others: readonly { readonly file: string; readonly start: number }[] = []) {
    this.file = file;
    this.text = text;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
    this.#segments = others.map((other) => ({ ...other, line: this.lineAt(other.start) }));
  }

  /** Names of all files in the text. */
  get files(): readonly string[] {
    return [...new Set([this.file, ...this.#segments.map(({ file }) => file)])];
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
    const segment = this.#segments.findLast((one) => one.start <= from);
    const above = segment === undefined ? 0 : segment.line - 1;
    return {
      line: line - above,
      column: from - this.lineStart(line) + 1,
      endLine: endLine - above,
      endColumn: to - this.lineStart(endLine) + 1,
      ...(segment === undefined ? {} : { file: segment.file }),
    };
  }

  /** The lines of a range, at most three, each cut where it is longer than anybody reads. */
  excerpt(range: SourceRange): readonly string[] {
    const lines: string[] = [];
    const segment = range.file === undefined ? undefined : this.#segments.find(({ file }) => file === range.file);
    const above = segment === undefined ? 0 : segment.line - 1;
    const last = Math.min(range.endLine, range.line + MAX_EXCERPT_LINES - 1);
    for (let line = range.line; line <= last; line++) {
      const text = this.line(above + line);
      lines.push(text.length > MAX_EXCERPT_WIDTH ? `${text.slice(0, MAX_EXCERPT_WIDTH)}…` : text);
    }
    return lines;
  }
}
