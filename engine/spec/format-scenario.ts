/**
 * The canonical form of a scenario file: what `blast fmt` writes. Two spaces of indentation, plain texts where YAML
 * allows them, `{ a: 1 }` and `[a, b]`, one space before a unit, digits in groups, an empty line around each section.
 * Comments, anchors, the order of keys and the choice between block and flow stay, and so does the meaning. Formatting
 * what is formatted changes nothing.
 */
import {
  Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  type Pair,
  parseDocument,
  Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
  YAMLMap as YamlMap,
  YAMLSeq as YamlSeq,
} from 'yaml';
import type { Diagnostic } from './diagnostic.ts';
import { parseYaml } from './yaml.ts';

/** Columns that a line may have before a text is broken. */
const LINE_WIDTH = 120;
/** Columns that a flow collection may take before it becomes a block; more than a text, because tables are read by column. */
const FLOW_WIDTH = 160;

const MOST_PASSES = 8;

export interface FormattedScenario {
  /** Null when the text is not well-formed YAML; the diagnostics say why. */
  readonly text: string | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Formats the text of a scenario. `file` is only a name for diagnostics. */
export function formatScenario(text: string, file: string): FormattedScenario {
  const { source, problems, tree } = parseYaml(text, file);
  if (tree === undefined || problems.hasErrors) return { text: null, diagnostics: problems.sorted() };
  let current = source.text.replace(/\r\n?/g, '\n');
  // A comment at the end of a block may belong to another block once the indentation is right.
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const next = formatOnce(current, file);
    if (next === current) break;
    current = next;
  }
  return { text: current, diagnostics: [] };
}

function formatOnce(text: string, file: string): string {
  const document = read(text);
  tidyScalars(document);
  tidyCollections(document);
  spaceSections(document);
  const formatted = document.toString({ lineWidth: LINE_WIDTH, singleQuote: true });
  if (contentOf(read(formatted)) !== contentOf(document)) throw new Error(`formatting would change ${file}`);
  return formatted;
}

/** All values but null are read as the text that was written, so that `007` and `1.50` stay what they are. */
function read(text: string): Document.Parsed {
  return parseDocument(text, {
    schema: 'failsafe',
    customTags: ['null'],
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
}

function contentOf(document: Document): string {
  return JSON.stringify(document.toJS({ maxAliasCount: -1, mapAsMap: false }));
}

/** Keys whose values are texts for people or names, however they look. */
const TEXT_KEYS: ReadonlySet<string> = new Set(['labels', 'description', 'message', 'name', 'that']);

function tidyScalars(document: Document): void {
  visit(document, {
    Scalar: (key, scalar, path) => {
      if (typeof scalar.value !== 'string') return;
      const text = key === 'key' || isText(path) ? scalar.value : unitText(scalar.value);
      scalar.value = text;
      const quoted = scalar.type === Scalar.QUOTE_DOUBLE || scalar.type === Scalar.QUOTE_SINGLE;
      if (!quoted || !PRINTABLE.test(text)) return;
      // A text that would be read as something else without its quotes keeps them.
      scalar.type = mistakable(text) ? Scalar.QUOTE_SINGLE : Scalar.PLAIN;
    },
  });
}

function keyText({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}

function isText(path: readonly unknown[]): boolean {
  const keys = path.filter(isPair).map(keyText);
  if (keys.some((key) => TEXT_KEYS.has(key))) return true;
  const parent = path[path.length - 2];
  return isMap(parent) && parent.get('type') === 'string';
}

const PRINTABLE = /^[\x20-\x7e\u00a1-\u2027\u202a-\ud7ff]*$/;
const NUMBER_LIKE = /^[-+.]?\d|^[-+]?\./;
const WORD_LIKE = /^(|~|<<|null|true|false|yes|no|on|off|y|n)$/i;
const UNIT_VALUE = /^(-?)([0-9][0-9_]*)(\.[0-9_]+)? +(msat|sat|BTC|ppm|sat\/vB)$/;
const DURATION = /^-?([0-9][0-9_]*(\.[0-9_]+)?(us|ms|s|m|h|d|w))+$/;
/** Shorter numbers are read at a glance. */
const GROUPED_DIGITS = 5;

function mistakable(text: string): boolean {
  if (WORD_LIKE.test(text)) return true;
  return NUMBER_LIKE.test(text) && !UNIT_VALUE.test(text) && !DURATION.test(text);
}

/** `1000000  sat` is written `1_000_000 sat`; everything else stays. */
function unitText(text: string): string {
  const parts = UNIT_VALUE.exec(text);
  if (parts === null) return text;
  const [, sign = '', digits = '', fraction = '', unit = ''] = parts;
  const plain = !digits.includes('_') && digits.length >= GROUPED_DIGITS;
  return `${sign}${plain ? digits.replace(/\B(?=(\d{3})+$)/g, '_') : digits}${fraction} ${unit}`;
}

/**
 * Padding within braces, none within brackets; no empty lines in either, nor at the start of a block. What does not fit
 * in its line, or holds comments, becomes a block.
 */
function tidyCollections(document: Document): void {
  visit(document, {
    Collection: (key, collection, path) => {
      const { items } = collection;
      if (key === 'value') collection.spaceBefore = false;
      const inFlow = collection.flow === true;
      for (const [i, item] of items.entries()) {
        const first = isPair(item) ? item.key : item;
        if ((isScalar(first) || isCollection(first)) && (inFlow || i === 0)) first.spaceBefore = false;
      }
      if (!inFlow) return;
      padded(collection as YAMLMap | YAMLSeq);
      if (key !== 'key' && items.length > 0 && !fitsLine(collection as YAMLMap | YAMLSeq, path))
        collection.flow = false;
    },
  });
}

function fitsLine(collection: YAMLMap | YAMLSeq, path: readonly unknown[]): boolean {
  if (path.some((above) => isCollection(above) && above.flow === true)) return true;
  const line = lineOf(collection);
  const pair = path[path.length - 1];
  const before = 2 * path.filter(isCollection).length + (isPair(pair) ? keyText(pair).length + 2 : 0);
  return !line.includes('\n') && before + line.length <= FLOW_WIDTH;
}

/** The collection alone, in one line if there is no comment in it. */
function lineOf(collection: YAMLMap | YAMLSeq): string {
  const alone = new Document();
  const { comment, commentBefore, spaceBefore } = collection;
  collection.comment = null;
  collection.commentBefore = null;
  alone.contents = collection as never;
  const line = alone.toString({ lineWidth: 0, singleQuote: true, verifyAliasOrder: false }).trimEnd();
  Object.assign(collection, { comment, commentBefore, spaceBefore });
  return line;
}

function padded(collection: YAMLMap | YAMLSeq): void {
  const isMapping = isMap(collection);
  const write = isMapping ? YamlMap.prototype.toString : YamlSeq.prototype.toString;
  const padding = isMapping ? ' ' : '';
  collection.toString = (context, ...rest) =>
    write.call(collection as never, context && { ...context, flowCollectionPadding: padding }, ...rest);
}

/** An empty line before and after each section that is a list or a mapping in several lines. */
function spaceSections({ contents }: Document): void {
  if (!isMap(contents) || contents.flow === true) return;
  contents.spaceBefore = false;
  const isSection = (pair: Pair | undefined): boolean =>
    isCollection(pair?.value) && pair.value.flow !== true && pair.value.items.length > 0;
  for (const [i, pair] of contents.items.entries()) {
    if (i === 0 || !(isScalar(pair.key) || isCollection(pair.key))) continue;
    if (!isSection(pair) && !isSection(contents.items[i - 1])) continue;
    pair.key.spaceBefore = true;
    trimEnd(contents.items[i - 1]?.value);
  }
}

/** An empty line after a comment at the end of a section is part of the comment, and would be there twice. */
function trimEnd(value: unknown): void {
  for (let node = value; ; ) {
    if (isPair(node)) node = node.value ?? node.key;
    if (!isScalar(node) && !isCollection(node)) return;
    if (typeof node.comment === 'string') node.comment = node.comment.replace(/\n+$/, '');
    if (!isCollection(node)) return;
    node = node.items[node.items.length - 1];
  }
}
