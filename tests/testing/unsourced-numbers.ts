/**
 * Finds numbers in the text of a model that stand under no comment which names a source. It looks at lines and their
 * indentation, not at the grammar: a comment counts for the lines below it until an empty one, and for everything that is
 * indented below them.
 */

/** Factors of units (msat, ppm, billionths, per cent, µs), neutral elements, halves and doubles. */
const PLAIN: ReadonlySet<number> = new Set([0, 1, 2, 3, 10, 100, 1000, 1e6, 1e9, 0.5]);

/** A citation, or a word that says that the number is none of the implementation's. */
const SOURCE = /\b(?:lnd|eclair|ldk|ldk-node|cln|bolts?):|\bBOLT \d|\bIEEE\b|\bhere\b|\bthe engine's own\b/;

/** Indexes, shifts and first sizes of buffers: how something is stored. */
const STORAGE = /\[\d+\]|(?:<<|>>>?) ?\d+|new \w+Array\(\d+\)|\w*SIZE = \d+|\bsize = Math\.max\(\d+/g;

const NUMBER = /(?<![\w$.])(?:0x[\da-f_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:e-?\d+)?)(?![\w$])/gi;

interface Line {
  /** Without comments, and with texts emptied. */
  readonly code: string;
  readonly comment: string;
}

/** Numbers without a source, as `line: number`. */
export function unsourcedNumbers(text: string): readonly string[] {
  const lines = linesOf(text);
  return lines.flatMap(({ code }, i) =>
    [...code.replaceAll(STORAGE, '').matchAll(NUMBER)]
      .map(([number]) => number)
      .filter((number) => !PLAIN.has(Number(number.replaceAll('_', ''))) && !hasSource(lines, i))
      .map((number) => `${i + 1}: ${number}`),
  );
}

function hasSource(lines: readonly Line[], from: number): boolean {
  let indent = indentOf(lines[from]!.code);
  // Whether a comment that comes next belongs to what was come from.
  let attached = true;
  for (let i = from; i >= 0; i--) {
    const { code, comment } = lines[i]!;
    if (code.trim() === '') {
      if (comment === '') attached = false;
      else if (attached && SOURCE.test(comment)) return true;
      continue;
    }
    if (i !== from && indentOf(code) < indent) {
      indent = indentOf(code);
      attached = true;
    }
    if (attached && indentOf(code) === indent && SOURCE.test(comment)) return true;
  }
  return false;
}

function indentOf(code: string): number {
  return code.length - code.trimStart().length;
}

/** Splits a text into lines of code and comment. */
function linesOf(text: string): readonly Line[] {
  let code = '';
  let comment = '';
  const lines: Line[] = [];
  let state: 'code' | 'line' | 'block' | "'" | '"' | '`' = 'code';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '\n') {
      lines.push({ code, comment });
      [code, comment] = ['', ''];
      if (state === 'line') state = 'code';
    } else if (state === 'line') {
      comment += c;
    } else if (state === 'block') {
      comment += c;
      if (c === '*' && text[i + 1] === '/') [state, i] = ['code', i + 1];
    } else if (state !== 'code') {
      if (c === '\\') i++;
      else if (c === state) state = 'code';
    } else if (c === '/' && (text[i + 1] === '/' || text[i + 1] === '*')) {
      state = text[++i] === '/' ? 'line' : 'block';
      comment += ' ';
    } else {
      if (c === "'" || c === '"' || c === '`') state = c;
      code += c;
    }
  }
  lines.push({ code, comment });
  return lines;
}
