/** JSON values and their canonical text (RFC 8785): keys sorted by UTF-16 code units, numbers as ECMAScript prints them. */
import { compareText } from './order.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Canonical text of a JSON value.
 * @throws RangeError for a number that JSON cannot hold (NaN, infinity).
 */
export function canonicalJson(value: Json): string {
  // What has its members in order already is written by the runtime, which is several times quicker.
  return isInOrder(value) ? JSON.stringify(value) : written(value);
}

/** True when the members of all objects are enumerated in canonical order. @throws RangeError as canonicalJson */
function isInOrder(value: Json | undefined): boolean {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`not a JSON number: ${value}`);
    return true;
  }
  if (typeof value !== 'object' || value === null) return true;
  let sorted = true;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isInOrder(value[i] as Json)) sorted = false;
    return sorted;
  }
  const record = value as { readonly [key: string]: Json };
  let last = '';
  for (const key of Object.keys(record)) {
    if (compareText(key, last) < 0) sorted = false;
    last = key;
    if (!isInOrder(record[key])) sorted = false;
  }
  return sorted;
}

function written(value: Json): string {
  if (typeof value === 'number') return String(value); // of −0, too, this is 0
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    let text = '[';
    for (let i = 0; i < value.length; i++) text += (i === 0 ? '' : ',') + written(value[i] as Json);
    return `${text}]`;
  }
  const record = value as { readonly [key: string]: Json };
  let text = '';
  for (const { key, quoted } of membersOf(record)) {
    const entry = record[key];
    if (entry !== undefined) text += `${text === '' ? '' : ','}${quoted}${written(entry)}`;
  }
  return `{${text}}`;
}

interface Member {
  readonly key: string;
  /** With its colon. */
  readonly quoted: string;
}

/** Members in order by their keys as enumerated: many objects have the same ones. Emptied when there are too many. */
const shapes = new Map<string, readonly Member[]>();
const MOST_SHAPES = 1000;

function membersOf(record: object): readonly Member[] {
  const keys = Object.keys(record);
  const shape = keys.length < 32 ? keys.join('\n') : null;
  const known = shape === null ? undefined : shapes.get(shape);
  // A key may hold a line break, so that two lists of keys can look alike.
  if (known !== undefined && known.length === keys.length) return known;
  const members = keys.sort(compareText).map((key) => ({ key, quoted: `${JSON.stringify(key)}:` }));
  if (shape !== null && !keys.some((key) => key.includes('\n'))) {
    if (shapes.size >= MOST_SHAPES) shapes.clear();
    shapes.set(shape, members);
  }
  return members;
}
