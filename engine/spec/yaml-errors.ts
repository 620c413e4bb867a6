/** What the YAML parser reports, as diagnostics in plain words. */
import type { Document, YAMLError } from 'yaml';
import { openQuote } from './open-quote.ts';
import type { Problems } from './problems.ts';
import { quoteText } from './units.ts';

/** Mark of an expression, which is a common cause of errors where it is not quoted. */
const MARK = `$\{{`;

const MAX_REPORTED_TABS = 20;
/** This many lines that start with a tab are no accident within a text. */
const MANY_TABS = 1000;

function firstLine(text: string): string {
  return text.split('\n', 1)[0] as string;
}

/** The parser is written not to throw; should it, the text is at fault and the file is not usable. */
export function syntaxFault(error: unknown, problems: Problems): void {
  const message = firstLine(String((error as Error).message));
  problems.report('E102', { start: 0, end: 0 }, [], `the text cannot be parsed: ${message}`);
}

const SYNTAX_TEXT: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_ALIAS: 'an alias needs a name after `*`',
  BAD_INDENT: 'the indentation does not fit the lines before',
  BAD_SCALAR_START: 'a plain text cannot start with this character',
  BLOCK_AS_IMPLICIT_KEY: 'a second `: ` stands in one line, which YAML reads as a mapping within the value',
  BLOCK_IN_FLOW: 'a list or mapping in block form stands within brackets',
  KEY_OVER_1024_CHARS: 'the key is longer than 1024 characters',
  MULTILINE_IMPLICIT_KEY: 'the text goes on in the next line, and a `:` follows; a key must stand on one line',
  MULTIPLE_ANCHORS: 'a value can have only one anchor',
  MULTIPLE_TAGS: 'a value can have only one tag',
  RESOURCE_EXHAUSTION: 'the text is too deeply nested to be parsed',
};

/**
 * Where very many lines start with a tab, the file is indented with tabs; the parser, which describes each of them at
 * length, need not be asked. False when there are fewer.
 */
export function reportManyTabs(problems: Problems): boolean {
  const { source } = problems;
  const found: number[] = [];
  let count = 0;
  for (let at = source.text.indexOf('\n\t'); at >= 0; at = source.text.indexOf('\n\t', at + 1)) {
    if (found.length < MAX_REPORTED_TABS) found.push(at + 1);
    count++;
  }
  if (count < MANY_TABS) return false;
  for (const at of found) reportTab(at, problems);
  return true;
}

function reportTab(at: number, problems: Problems): void {
  problems.report('E106', { start: at, end: at + 1 }, [], 'a tab is used for indentation', 'replace it by spaces');
}

/**
 * Reports the parser’s errors. What follows a syntax error is mostly its consequence, so only the first one is
 * reported; tabs are reported line by line, because each needs its own mending.
 */
export function reportSyntax(document: Document, problems: Problems): void {
  const { errors } = document;
  const { source } = problems;
  const sorted = [...errors].sort((a, b) => a.pos[0] - b.pos[0]);
  const tabs = sorted.filter((e) => e.code === 'TAB_AS_INDENT');
  if (tabs.length > 0) {
    let lastLine = 0;
    for (const error of tabs.slice(0, MAX_REPORTED_TABS)) {
      const span = { start: error.pos[0], end: error.pos[0] + 1 };
      if (source.lineAt(span.start) === lastLine) continue;
      lastLine = source.lineAt(span.start);
      reportTab(span.start, problems);
    }
    if ((sorted[0] as YAMLError).code === 'TAB_AS_INDENT') return;
  }
  const first = sorted[0] as YAMLError;
  // A key that is indented like the rest of the value before it gives two errors, of which the second one explains more.
  const error = sorted.find((e) => e.code === 'MULTILINE_IMPLICIT_KEY' && e.pos[0] === first.pos[0]) ?? first;
  const span = { start: error.pos[0], end: Math.max(error.pos[0] + 1, Math.min(error.pos[1], error.pos[0] + 80)) };
  if (error.code === 'MULTIPLE_DOCS') {
    problems.report(
      'E105',
      { start: span.start, end: span.start + 3 },
      [],
      'a second document starts here, a scenario is one document',
      'remove `---` and what follows it',
    );
    return;
  }
  const quote = openQuote(document, span, source);
  if (quote !== undefined) {
    problems.report(
      'E102',
      quote,
      [],
      'the quote that opens here is not closed in its line, and the text goes wrong where it ends',
      'close the quote, or look for a quote within the text that needs to be doubled or escaped',
    );
    return;
  }
  const line = source.line(source.lineAt(span.start));
  const message =
    line.includes(MARK) && (error.code === 'UNEXPECTED_TOKEN' || error.code === 'BLOCK_AS_IMPLICIT_KEY')
      ? 'the expression is not quoted, and YAML gives its characters another meaning here'
      : syntaxText(error);
  problems.report('E102', span, [], message, syntaxHint(error, line, source.text.slice(span.start, span.end)));
}

/** The parser’s names of characters. */
const TOKENS: readonly (readonly [RegExp, string])[] = [
  [/flow-map-start( token)?/, '`{`'],
  [/flow-map-end( token)?/, '`}`'],
  [/flow-seq-start( token)?/, '`[`'],
  [/flow-seq-end( token)?/, '`]`'],
  [/map-value-ind( token)?/, '`:`'],
  [/explicit-key-ind( token)?/, '`?`'],
  [/seq-item-ind( token)?/, '`-`'],
  [/(block-)?scalar( token)?/, 'text'],
  [/ at node end/, ' after the end of a value'],
  [/ in YAML stream: .*/, ' after the end of a value'],
];

function syntaxText(error: YAMLError): string {
  const open = /^Flow (sequence|map) in block/.exec(error.message)?.[1];
  if (open !== undefined)
    return `the ${open === 'map' ? '`{` of a mapping' : '`[` of a list'} is not closed before this line`;
  return SYNTAX_TEXT[error.code] ?? parserText(error);
}

function parserText(error: YAMLError): string {
  const text = TOKENS.reduce(
    (message, [pattern, replacement]) => message.replace(pattern, replacement),
    firstLine(error.message),
  );
  return lowerFirst(text.replace(/"([^"]*)"/g, '`$1`'));
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function syntaxHint(error: YAMLError, line: string, text: string): string | undefined {
  if (line.includes(MARK)) return `put quotes around the value that holds the expression: '${MARK} … }}'`;
  const isSecond = error.code === 'BLOCK_IN_FLOW' && /^[^-?].*:(\s|$)/.test(text);
  if (isSecond || error.code === 'BLOCK_AS_IMPLICIT_KEY') return 'put quotes around a value that holds `: `';
  if (error.code === 'BAD_SCALAR_START') return 'put quotes around the value';
  if (error.code === 'MISSING_CHAR') return 'look for a bracket or quote that is not closed';
  if (error.code === 'MULTILINE_IMPLICIT_KEY') return 'align keys that belong together, and end each with `:`';
  if (error.code === 'BAD_INDENT') return 'align the line with its neighbours; close brackets and quotes before it';
  return undefined;
}

/** Reports a warning of the parser; scenarios have no use for what it warns of. */
export function reportWarning(warning: YAMLError, problems: Problems): void {
  const span = { start: warning.pos[0], end: warning.pos[1] };
  if (warning.code === 'TAG_RESOLVE_FAILED') {
    const tag = problems.source.text.slice(span.start, span.end);
    problems.report('E111', span, [], `the tag ${quoteText(tag)} is not known here`, 'remove the tag');
  } else if (warning.code === 'BAD_DIRECTIVE') {
    problems.report('E111', span, [], 'directives are not used in scenarios', 'remove the line that starts with `%`');
  } else {
    problems.report('E102', span, [], lowerFirst(firstLine(warning.message)));
  }
}
