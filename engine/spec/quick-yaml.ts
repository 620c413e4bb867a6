/**
 * Reads the plain part of YAML that scenarios are mostly written in, several times as fast as the parser: block
 * mappings and lists, `{ }` and `[ ]` within a line, plain texts, simple quotes, comments. Of any other text, and of any
 * mistake, it knows nothing and answers null; yaml.ts then asks the parser. What it does answer is what the parser
 * gives, to the offset (quick-yaml.test.ts compares them); it must never be the one to judge a text.
 */
import { MAX_DEPTH } from './nesting.ts';
import type { MapEntry, ScalarNode, SpecTree } from './tree.ts';

/** Characters at which YAML breaks lines or indents in ways that are not followed here. */
const ODD = /[\t\r\x85\u2028\u2029\ufeff]/;
const NUMBER = /^[-+]?(?:[0-9]|\.[0-9])[0-9a-fA-FoxX.eE+-]*$|^[-+]?\.(?:inf|nan)$/i;
const SIMPLE_NUMBER = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?$/;
/** Longer keys are none for a parser that looks ahead so far. */
const LONGEST_KEY = 200;
/** A mapping of more keys is searched for a key by a set. */
const FEW = 8;

const [LF, SPACE, QUOTE2, HASH, QUOTE1, COMMA, DASH, COLON] = [10, 32, 34, 35, 39, 44, 45, 58];
const [LIST, LIST_END, MAP, MAP_END] = [91, 93, 123, 125];

/** Per character: 1 may start a plain text, 2 may be in a key, 4 may start a key. */
const KIND: Uint8Array = new Uint8Array(128);
for (let c = 48; c < 123; c++) {
  const letter = (c >= 65 && c <= 90) || c >= 97 || c <= 57 || c === 95;
  if (letter) KIND[c] = 7;
}
for (const c of '$./~+(=<') KIND[c.charCodeAt(0)] = 1;
for (const c of '.-') KIND[c.charCodeAt(0)] = (KIND[c.charCodeAt(0)] as number) | 2;

/** The tree of a text; null where only the parser can say. */
export function readQuickly(text: string): SpecTree | null {
  if (ODD.test(text)) return null;
  try {
    return new QuickReader(text).document();
  } catch (error) {
    if (error === NOT_PLAIN) return null;
    throw error;
  }
}

/** Thrown to leave a text to the parser: the reader is deep in it when it finds out. */
const NOT_PLAIN: Error = new Error('not plain');

class QuickReader {
  readonly #text: string;
  /** Offset of the first character of the present line that is no space, and its column. */
  #at = 0;
  #indent = -1;
  /** Offset behind what was read last. */
  #end = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): SpecTree {
    this.#nextLine();
    if (this.#indent !== 0 || !this.#isKey(this.#at)) throw NOT_PLAIN;
    const tree = this.#map(0, 1);
    if (this.#indent >= 0) throw NOT_PLAIN;
    return tree;
  }

  #code(at: number): number {
    return this.#text.charCodeAt(at);
  }

  /** Goes to the next line with content from the end of what was read last; the column is -1 at the end of the text. */
  #nextLine(): void {
    const text = this.#text;
    let at = this.#end;
    for (;;) {
      const start = at;
      while (text.charCodeAt(at) === SPACE) at++;
      const c = text.charCodeAt(at);
      if (c === HASH) {
        at = text.indexOf('\n', at);
        if (at < 0) at = text.length;
      } else if (c !== LF && at < text.length) {
        this.#at = at;
        this.#indent = at - start;
        return;
      }
      if (at >= text.length) {
        this.#at = text.length;
        this.#indent = -1;
        return;
      }
      at++;
    }
  }

  /** Ends a line behind a value: spaces and a comment may follow. */
  #lineEnd(at: number): void {
    const text = this.#text;
    let end = at;
    while (text.charCodeAt(end) === SPACE) end++;
    if (text.charCodeAt(end) === HASH && end > at) {
      end = text.indexOf('\n', end);
      if (end < 0) end = text.length;
    }
    if (end < text.length && text.charCodeAt(end) !== LF) throw NOT_PLAIN;
    this.#end = end + 1;
    this.#nextLine();
  }

  /** Offset behind a key, where its colon is; -1 where there is no key. */
  #keyEnd(at: number): number {
    if (((KIND[this.#code(at)] ?? 0) & 4) === 0) return -1;
    let end = at + 1;
    while (((KIND[this.#code(end)] ?? 0) & 2) !== 0) end++;
    return end - at > LONGEST_KEY ? -1 : end;
  }

  #isKey(at: number): boolean {
    const end = this.#keyEnd(at);
    if (end < 0 || this.#code(end) !== COLON) return false;
    const next = this.#code(end + 1);
    return next === SPACE || next === LF || end + 1 === this.#text.length;
  }

  #isItem(at: number): boolean {
    if (this.#code(at) !== DASH) return false;
    const next = this.#code(at + 1);
    return next === SPACE || next === LF || at + 1 === this.#text.length;
  }

  /** What stands in the lines from the present one on, deeper than what it belongs to. */
  #block(depth: number): SpecTree {
    if (this.#isItem(this.#at)) return this.#list(this.#indent, depth);
    if (this.#isKey(this.#at)) return this.#map(this.#indent, depth);
    throw NOT_PLAIN;
  }

  /** What follows the colon or dash before `at`, of a mapping or list at a column. */
  #value(at: number, column: number, depth: number, inMap: boolean): SpecTree {
    const text = this.#text;
    let start = at;
    while (text.charCodeAt(start) === SPACE) start++;
    const c = text.charCodeAt(start);
    if (c === LF || c === HASH || start >= text.length) {
      this.#lineEnd(at);
      if (this.#indent > column) return this.#block(depth + 1);
      if (inMap && this.#indent === column && this.#isItem(this.#at)) return this.#list(column, depth + 1);
      // Nothing: its place is not plain where anything follows in the line.
      if (start !== at || c === HASH) throw NOT_PLAIN;
      return { kind: 'scalar', value: null, source: '', style: 'plain', start: at, end: at };
    }
    if (start === at) throw NOT_PLAIN;
    let value: SpecTree;
    if (c === MAP || c === LIST) {
      value = this.#flow(start, depth + 1);
    } else if (!inMap && (this.#isItem(start) || this.#isKey(start))) {
      this.#at = start;
      this.#indent = column + 1 + (start - at);
      return this.#block(depth + 1);
    } else {
      value = this.#scalar(start, false);
    }
    this.#lineEnd(value.end);
    // The text would go on in the next line.
    if (this.#indent > column) throw NOT_PLAIN;
    return value;
  }

  #map(column: number, depth: number): SpecTree {
    if (depth >= MAX_DEPTH) throw NOT_PLAIN;
    const start = this.#at;
    const entries: MapEntry[] = [];
    const keys: Keys = { seen: null };
    while (this.#indent === column) {
      const at = this.#at;
      if (!this.#isKey(at)) throw NOT_PLAIN;
      const end = this.#keyEnd(at);
      const key = this.#key(at, end, entries, keys);
      const value = this.#value(end + 1, column, depth, true);
      entries.push({ key, keySpan: { start: at, end }, value });
    }
    if (this.#indent > column) throw NOT_PLAIN;
    return { kind: 'map', entries, start, end: (entries[entries.length - 1] as MapEntry).value.end };
  }

  #key(at: number, end: number, entries: readonly MapEntry[], keys: Keys): string {
    const key = this.#text.slice(at, end);
    if (keys.seen === null && entries.length > FEW) keys.seen = new Set(entries.map((entry) => entry.key));
    const known = keys.seen === null ? entries.some((entry) => entry.key === key) : keys.seen.has(key);
    if (known) throw NOT_PLAIN;
    keys.seen?.add(key);
    return key;
  }

  #list(column: number, depth: number): SpecTree {
    if (depth >= MAX_DEPTH) throw NOT_PLAIN;
    const start = this.#at;
    const items: SpecTree[] = [];
    while (this.#indent === column && this.#isItem(this.#at))
      items.push(this.#value(this.#at + 1, column, depth, false));
    if (this.#indent > column) throw NOT_PLAIN;
    return { kind: 'seq', items, start, end: (items[items.length - 1] as SpecTree).end };
  }

  #spaces(at: number): number {
    let end = at;
    while (this.#code(end) === SPACE) end++;
    return end;
  }

  /** `{ … }` or `[ … ]` within a line. */
  #flow(start: number, depth: number): SpecTree {
    if (depth >= MAX_DEPTH) throw NOT_PLAIN;
    const isMap = this.#code(start) === MAP;
    const close = isMap ? MAP_END : LIST_END;
    const entries: MapEntry[] = [];
    const items: SpecTree[] = [];
    const keys: Keys = { seen: null };
    let at = this.#spaces(start + 1);
    while (this.#code(at) !== close) {
      let value: SpecTree;
      if (isMap) {
        const end = this.#keyEnd(at);
        if (end < 0 || this.#code(end) !== COLON || this.#code(end + 1) !== SPACE) throw NOT_PLAIN;
        const key = this.#key(at, end, entries, keys);
        value = this.#flowValue(this.#spaces(end + 1), depth);
        entries.push({ key, keySpan: { start: at, end }, value });
      } else {
        value = this.#flowValue(at, depth);
        items.push(value);
      }
      at = this.#spaces(value.end);
      if (this.#code(at) === COMMA) at = this.#spaces(at + 1);
      else if (this.#code(at) !== close) throw NOT_PLAIN;
    }
    const end = at + 1;
    return isMap ? { kind: 'map', entries, start, end } : { kind: 'seq', items, start, end };
  }

  #flowValue(at: number, depth: number): SpecTree {
    const c = this.#code(at);
    return c === MAP || c === LIST ? this.#flow(at, depth + 1) : this.#scalar(at, true);
  }

  #scalar(start: number, inFlow: boolean): ScalarNode {
    const c = this.#code(start);
    if (c === QUOTE1 || c === QUOTE2) return this.#quoted(start, c);
    const plain = ((KIND[c] ?? 0) & 1) !== 0;
    // A dash starts a number here, or is left to the parser.
    if (!plain && !(c === DASH && this.#code(start + 1) >= 48 && this.#code(start + 1) <= 57)) throw NOT_PLAIN;
    const text = this.#text;
    let end = start;
    let last = start;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code === LF) break;
      if (code === SPACE) continue;
      if (code === HASH && text.charCodeAt(end - 1) === SPACE) break;
      if (code === COLON) {
        const next = text.charCodeAt(end + 1);
        if (inFlow || next === SPACE || next === LF || end + 1 === text.length) throw NOT_PLAIN;
      } else if (inFlow) {
        if (code === COMMA || code === LIST_END || code === MAP_END) break;
        if (code === LIST || code === MAP) throw NOT_PLAIN;
      }
      last = end;
    }
    const source = text.slice(start, last + 1);
    return { kind: 'scalar', value: plainValue(source), source, style: 'plain', start, end: last + 1 };
  }

  #quoted(start: number, quote: number): ScalarNode {
    const text = this.#text;
    const close = text.indexOf(quote === QUOTE1 ? "'" : '"', start + 1);
    if (close < 0 || text.charCodeAt(close + 1) === quote) throw NOT_PLAIN;
    const value = text.slice(start + 1, close);
    if (value.includes('\n') || (quote === QUOTE2 && value.includes('\\'))) throw NOT_PLAIN;
    const next = text.charCodeAt(close + 1);
    if (next === COLON) throw NOT_PLAIN;
    return { kind: 'scalar', value, source: value, style: 'quoted', start, end: close + 1 };
  }
}

/** The keys of a mapping once they are many. */
interface Keys {
  seen: Set<string> | null;
}

/** The value of a plain text by the core schema of YAML 1.2. */
function plainValue(source: string): ScalarNode['value'] {
  const c = source.charCodeAt(0);
  if ((c >= 48 && c <= 57) || c === 43 || c === 45 || c === 46) {
    if (SIMPLE_NUMBER.test(source)) return Number(source);
    // Other numbers have forms and limits that the parser knows.
    if (NUMBER.test(source)) throw NOT_PLAIN;
    return source;
  }
  switch (source) {
    case 'true':
    case 'True':
    case 'TRUE':
      return true;
    case 'false':
    case 'False':
    case 'FALSE':
      return false;
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    default:
      return source;
  }
}
