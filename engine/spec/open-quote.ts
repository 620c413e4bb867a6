/** Finds the quote behind a syntax error: one that was never closed swallows lines until the next quote or the end. */
import { type Document, type Scalar, visit } from 'yaml';
import type { Span } from './problems.ts';
import type { SourceText } from './source-text.ts';

/**
 * The opening quote of a text that goes over several lines and ends where the error is, or just before it in its line;
 * undefined when no such text is to blame.
 */
export function openQuote(document: Document, error: Span, source: SourceText): Span | undefined {
  let found: Span | undefined;
  visit(document, {
    Scalar: (_, node) => {
      if (!isQuoted(node) || node.range === undefined || node.range === null) return undefined;
      const [start, end] = node.range;
      if (start > error.start) return visit.BREAK;
      const first = source.lineAt(start);
      const last = source.lineAt(Math.max(start, end - 1));
      const errorLine = source.lineAt(Math.max(0, error.start - 1));
      if (last > first && (end >= error.start || last === errorLine || last === source.lineAt(error.start))) {
        found = { start, end: start + 1 };
      }
      return undefined;
    },
  });
  return found;
}

function isQuoted(node: Scalar): boolean {
  return node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
}
