/**
 * Finds `${{ … }}` in a text, and looks at the words of an expression before the CEL library does. Knows just enough
 * of CEL’s lexical form to skip its strings; it does not parse expressions.
 */

export interface ExpressionPart {
  /** The expression between the marks. */
  readonly text: string;
  /** Offset of the mark `${{` and offset after the mark `}}`. */
  readonly start: number;
  readonly end: number;
  /** Offset of the expression’s first character. */
  readonly inner: number;
}

export interface ExpressionScan {
  readonly parts: readonly ExpressionPart[];
  /** Offset of a mark `${{` that is not closed, or -1. */
  readonly unclosed: number;
}

/** True when a text holds an expression. */
export function hasExpression(text: string): boolean {
  return text.includes('${{');
}

/** Offset after the string literal that starts at `at` (a quote); the end of the text when it is not closed. */
function skipString(text: string, at: number, raw: boolean): number {
  const quote = text[at] as string;
  const triple = text.startsWith(quote + quote + quote, at);
  const close = triple ? quote + quote + quote : quote;
  let i = at + close.length;
  while (i < text.length) {
    if (text[i] === '\\' && !raw) i += 2;
    else if (text.startsWith(close, i)) return i + close.length;
    else i++;
  }
  return text.length;
}

function isRawPrefix(text: string, quoteAt: number): boolean {
  const before = text[quoteAt - 1];
  return before === 'r' || before === 'R';
}

/** Offset of the `}}` that closes an expression starting at `from`, or -1. Braces and strings within it are skipped. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; ) {
    const c = text[i];
    if (c === '"' || c === "'") {
      i = skipString(text, i, isRawPrefix(text, i));
      continue;
    }
    if (c === '{') depth++;
    else if (c === '}') {
      if (depth > 0) depth--;
      else return text[i + 1] === '}' ? i : -1;
    }
    i++;
  }
  return -1;
}

/** All expressions of a text, in order. */
export function scanExpressions(text: string): ExpressionScan {
  const parts: ExpressionPart[] = [];
  for (let at = text.indexOf('${{'); at >= 0; ) {
    const close = closing(text, at + 3);
    if (close < 0) return { parts, unclosed: at };
    parts.push({ text: text.slice(at + 3, close), start: at, end: close + 2, inner: at + 3 });
    at = text.indexOf('${{', close + 2);
  }
  return { parts, unclosed: -1 };
}

export interface Word {
  readonly text: string;
  readonly start: number;
  /** True when a `(` follows. */
  readonly called: boolean;
  /** True when a `.` stands before it. */
  readonly member: boolean;
}

const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;

/** The identifiers and keywords of an expression that stand outside of its strings and comments. */
export function wordsOf(expression: string): readonly Word[] {
  const words: Word[] = [];
  for (let i = 0; i < expression.length; ) {
    const c = expression[i] as string;
    if (c === '"' || c === "'") {
      i = skipString(expression, i, isRawPrefix(expression, i));
    } else if (c === '/' && expression[i + 1] === '/') {
      const end = expression.indexOf('\n', i);
      i = end < 0 ? expression.length : end;
    } else if (c >= '0' && c <= '9') {
      // A number may hold letters (0xff, 1e3, 5u); they are no words.
      while (i < expression.length && /[A-Za-z0-9_]/.test(expression[i] as string)) i++;
    } else {
      WORD.lastIndex = i;
      const text = WORD.exec(expression)?.[0];
      if (text === undefined) {
        i++;
        continue;
      }
      let after = i + text.length;
      while (after < expression.length && /\s/.test(expression[after] as string)) after++;
      let before = i - 1;
      while (before >= 0 && /\s/.test(expression[before] as string)) before--;
      words.push({ text, start: i, called: expression[after] === '(', member: expression[before] === '.' });
      i += text.length;
    }
  }
  return words;
}

/** A number with a sign of percent, `90%`, where nothing follows that `%` could divide by: its place, and the share that is meant. */
export function percentIn(
  source: string,
): { readonly start: number; readonly end: number; readonly share: number } | null {
  const outside = source.replace(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/g, (text) => ' '.repeat(text.length));
  const found = /(?<![\w.])(\d+(?:\.\d+)?)\s*%\s*(?=$|[),:?]|&&|\|\|)/.exec(outside);
  if (found === null) return null;
  const share = Number((Number(found[1]) / 100).toPrecision(12));
  return { start: found.index, end: found.index + found[0].trimEnd().length, share };
}
