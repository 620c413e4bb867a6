/**
 * Reads the fields of foreign JSON one by one and reports each that is not what its format says. Other tools write
 * 64-bit integers as texts or as numbers; both are read.
 */
import type { Json } from '../base/json.ts';
import { parseJsonText } from '../base/json-text.ts';
import type { Path } from '../spec/path.ts';
import type { ImportProblems } from './problems.ts';

export type JsonObject = { readonly [key: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The document as an object; null after reporting why not. */
export function readDocument(text: string, problems: ImportProblems): JsonObject | null {
  const reading = parseJsonText(text);
  if (!reading.ok) {
    problems.atOffset('E703', reading.offset, `this is not valid JSON: ${reading.message}`);
    return null;
  }
  if (isObject(reading.value)) return reading.value;
  problems.atOffset('E703', 0, 'the document must be a JSON object');
  return null;
}

/** Reads fields of one object, reporting at its path. */
export class JsonFields {
  readonly #object: JsonObject;
  readonly #path: Path;
  readonly #problems: ImportProblems;

  constructor(object: JsonObject, path: Path, problems: ImportProblems) {
    this.#object = object;
    this.#path = path;
    this.#problems = problems;
  }

  has(key: string): boolean {
    const value = this.#object[key];
    return value !== undefined && value !== null;
  }

  /** Names of the fields, in the order of the text unless they look like small numbers. */
  keys(): readonly string[] {
    return Object.keys(this.#object);
  }

  /** Reports a malformed field. */
  fail(key: string, message: string): void {
    this.#problems.atPath('E703', [...this.#path, key], message);
  }

  /** Reports a field that contradicts another part of the file. */
  contradict(key: string, message: string): void {
    this.#problems.atPath('E704', [...this.#path, key], message);
  }

  /** A text; `fallback` where it is absent, an error when there is none. */
  text(key: string, fallback?: string): string {
    const value = this.#object[key];
    if (typeof value === 'string') return value;
    if ((value === undefined || value === null) && fallback !== undefined) return fallback;
    this.fail(key, value === undefined ? `${key} is missing; a text was expected` : `${key} must be a text`);
    return '';
  }

  /** A non-negative integer up to `high`, as number or text of digits. */
  integer(key: string, fallback?: number, high: number = Number.MAX_SAFE_INTEGER): number {
    return this.signed(key, fallback, 0, high);
  }

  /** An integer from `low` to `high`, as number or text of digits. */
  signed(key: string, fallback: number | undefined, low: number, high: number): number {
    const value = this.#object[key];
    if ((value === undefined || value === null) && fallback !== undefined) return fallback;
    const number = integerOf(value);
    if (number !== null && number >= low && number <= high) return number;
    if (value === undefined) this.fail(key, `${key} is missing; an integer was expected`);
    else this.fail(key, `${key} must be an integer from ${low} to ${high}, not ${JSON.stringify(value)}`);
    return Math.max(low, 0);
  }

  /**
   * A non-negative amount; one that is larger than can be counted exactly, as no limit at all, becomes the largest. A text
   * may end in `unit`.
   */
  amount(key: string, fallback?: number, unit?: RegExp): number {
    const written = this.#object[key];
    const value = typeof written === 'string' && unit !== undefined ? written.replace(unit, '') : written;
    if (value !== written && /^\d{1,15}$/.test(String(value))) return Number(value);
    if (typeof value === 'string' && /^\d{16,20}$/.test(value)) return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
    return this.integer(key, fallback);
  }

  /** A decimal integer of any size, as text. */
  digits(key: string): string {
    const value = this.#object[key];
    if (typeof value === 'string' && /^\d+$/.test(value)) return value;
    if (Number.isSafeInteger(value) && (value as number) >= 0) return String(value);
    this.fail(key, value === undefined ? `${key} is missing; an integer was expected` : `${key} must be an integer`);
    return '0';
  }

  /** true or false; `fallback` where it is absent. */
  flag(key: string, fallback: boolean): boolean {
    const value = this.#object[key];
    if (value === undefined || value === null) return fallback;
    if (typeof value === 'boolean') return value;
    this.fail(key, `${key} must be true or false`);
    return fallback;
  }

  /** A nested object; null after reporting that there is none. */
  object(key: string): JsonFields | null {
    const value = this.#object[key];
    if (isObject(value)) return new JsonFields(value, [...this.#path, key], this.#problems);
    this.fail(key, value === undefined ? `${key} is missing; an object was expected` : `${key} must be an object`);
    return null;
  }

  /** A list, empty where it is absent. */
  list(key: string): readonly Json[] {
    const value = this.#object[key];
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value as readonly Json[];
    this.fail(key, `${key} must be a list`);
    return [];
  }
}

/** The objects of a list, each with its fields; entries that are none are reported. */
export function objectsOf(
  list: readonly Json[],
  path: Path,
  problems: ImportProblems,
): { readonly index: number; readonly object: JsonObject; readonly fields: JsonFields }[] {
  const out: { index: number; object: JsonObject; fields: JsonFields }[] = [];
  for (let index = 0; index < list.length && !problems.full; index++) {
    const object = list[index];
    const at = [...path, index];
    if (isObject(object)) out.push({ index, object, fields: new JsonFields(object, at, problems) });
    else problems.atPath('E703', at, 'an object was expected');
  }
  return out;
}

function integerOf(value: Json | undefined): number | null {
  if (Number.isSafeInteger(value)) return value as number;
  if (typeof value !== 'string' || !/^-?\d{1,17}$/.test(value)) return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : null;
}
