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
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(written).join(',')}]`;
  const record = value as { readonly [key: string]: Json };
  const parts: string[] = [];
  for (const key of Object.keys(record).sort(compareText)) {
    const entry = record[key];
    if (entry !== undefined) parts.push(`${JSON.stringify(key)}:${written(entry)}`);
  }
  return `{${parts.join(',')}}`;
}
