/** JSON values and their canonical text (RFC 8785): keys sorted by UTF-16 code units, numbers as ECMAScript prints them. */
import { compareText } from './order.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Canonical text of a JSON value.
 * @throws RangeError for a number that JSON cannot hold (NaN, infinity).
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`not a JSON number: ${value}`);
    return JSON.stringify(value);
  }
  // Plain concatenation: large states are written this way, and it is several times quicker than joining arrays.
  if (Array.isArray(value)) {
    let text = '[';
    for (let i = 0; i < value.length; i++) text += (i === 0 ? '' : ',') + canonicalJson(value[i] as Json);
    return `${text}]`;
  }
  const record = value as { readonly [key: string]: Json };
  let text = '{';
  for (const key of sortedKeys(record)) {
    const entry = record[key];
    if (entry !== undefined) text += `${text === '{' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(entry)}`;
  }
  return `${text}}`;
}

function sortedKeys(record: object): readonly string[] {
  const keys = Object.keys(record);
  for (let i = 1; i < keys.length; i++) {
    if (compareText(keys[i - 1] as string, keys[i] as string) > 0) return keys.sort(compareText);
  }
  return keys;
}
