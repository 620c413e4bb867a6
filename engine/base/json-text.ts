/**
 * JSON texts: parsed without losing digits, and with positions when something is wrong.
 *
 * JSON.parse rounds integers beyond 2^53, which short channel ids are, and its error messages differ between versions of
 * the runtime. So long integers become texts before it sees them, and when it refuses, a scanner of our own says where
 * and why. The scanner is slow and only runs after an error.
 */
import type { Json } from './json.ts';

export type JsonReading =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly offset: number; readonly message: string };

/** No integer of fewer digits exceeds 2^53. */
const LONG = 16;
const ANY_LONG = /[^0-9".]\d{16}/;
const TOKEN = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_INTEGER = /^-?\d{16,}$/;

/** Parses a JSON text; integers that a double cannot hold exactly become texts of their digits. */
export function parseJsonText(text: string): JsonReading {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const safe = ANY_LONG.test(body) ? body.replace(TOKEN, (token) => (isLost(token) ? `"${token}"` : token)) : body;
  try {
    return { ok: true, value: JSON.parse(safe) as Json };
  } catch {
    const problem = syntaxError(body);
    return { ok: false, offset: problem.offset + (text.length - body.length), message: problem.message };
  }
}

/** True for an integer that would be rounded. */
function isLost(token: string): boolean {
  return token.length >= LONG && LONG_INTEGER.test(token) && !Number.isSafeInteger(Number(token));
}

/** Offsets of the value at `path` in a JSON text, or of the deepest part of the path that exists; `end` is exclusive. */
export function locateJson(
  text: string,
  path: readonly (string | number)[],
): { readonly start: number; readonly end: number } {
  const scanner = new Scanner(text.charCodeAt(0) === 0xfeff ? ` ${text.slice(1)}` : text);
  try {
    return scanner.locate(path);
  } catch {
    return { start: 0, end: 1 };
  }
}

function syntaxError(text: string): { offset: number; message: string } {
  const scanner = new Scanner(text);
  try {
    scanner.document();
  } catch (error) {
    if (error instanceof ScanError) return { offset: error.offset, message: error.message };
    throw error;
  }
  return { offset: 0, message: 'this is not valid JSON' };
}

/** Raised and caught in this file only. */
class ScanError extends Error {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

const DEPTH_LIMIT = 500;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Between the escapes: everything from the space on but the quote and the backslash. */
const STRING = /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\uffff]*)*"/y;
const SPACE = /[ \t\r\n]*/y;

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#space();
    if (this.#at >= this.#text.length) throw new ScanError(0, 'the file is empty; a JSON value was expected');
    this.#value(0);
    this.#space();
    if (this.#at < this.#text.length)
      throw new ScanError(this.#at, 'more text follows after the end of the JSON value');
  }

  locate(path: readonly (string | number)[]): { start: number; end: number } {
    this.#space();
    let start = this.#at;
    for (const step of path) {
      if (!this.#enter(step)) break;
      start = this.#at;
    }
    this.#at = start;
    this.#value(0);
    return { start, end: this.#at };
  }

  /** Moves to the member or element; false when there is none. */
  #enter(step: string | number): boolean {
    const open = this.#text[this.#at];
    if (open !== (typeof step === 'number' ? '[' : '{')) return false;
    this.#at++;
    for (let i = 0; ; i++) {
      this.#space();
      if (this.#text[this.#at] === ']' || this.#text[this.#at] === '}') return false;
      let here = i === step;
      if (open === '{') {
        here = JSON.parse(this.#string()) === step;
        this.#space();
        this.#expect(':', 'a colon');
        this.#space();
      }
      if (here) return true;
      this.#value(0);
      this.#space();
      if (this.#text[this.#at] !== ',') return false;
      this.#at++;
    }
  }

  #space(): void {
    SPACE.lastIndex = this.#at;
    SPACE.test(this.#text);
    this.#at = SPACE.lastIndex;
  }

  #expect(char: string, what: string): void {
    if (this.#text[this.#at] !== char) throw new ScanError(this.#at, `${what} was expected ${this.#found()}`);
    this.#at++;
  }

  #found(): string {
    if (this.#at >= this.#text.length) return 'before the end of the file';
    return `and not ${JSON.stringify(this.#text[this.#at])}`;
  }

  #string(): string {
    STRING.lastIndex = this.#at;
    const match = STRING.exec(this.#text);
    if (match === null) {
      if (this.#text[this.#at] !== '"')
        throw new ScanError(this.#at, `a text in double quotes was expected ${this.#found()}`);
      throw new ScanError(this.#at, 'this text does not end, or holds a character or escape that JSON does not allow');
    }
    this.#at = STRING.lastIndex;
    return match[0];
  }

  #value(depth: number): void {
    if (depth > DEPTH_LIMIT) throw new ScanError(this.#at, 'the values are nested too deeply');
    const char = this.#text[this.#at];
    if (char === '{' || char === '[') {
      this.#container(char, depth);
      return;
    }
    if (char === '"') {
      this.#string();
      return;
    }
    for (const word of ['true', 'false', 'null']) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return;
      }
    }
    NUMBER.lastIndex = this.#at;
    if (!NUMBER.test(this.#text)) throw new ScanError(this.#at, `a value was expected ${this.#found()}`);
    this.#at = NUMBER.lastIndex;
  }

  #container(open: '{' | '[', depth: number): void {
    const close = open === '{' ? '}' : ']';
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === close) {
      this.#at++;
      return;
    }
    for (;;) {
      if (open === '{') {
        this.#string();
        this.#space();
        this.#expect(':', 'a colon');
        this.#space();
      }
      this.#value(depth + 1);
      this.#space();
      if (this.#text[this.#at] === close) {
        this.#at++;
        return;
      }
      this.#expect(',', `a comma or "${close}"`);
      this.#space();
    }
  }
}
