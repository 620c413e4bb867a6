/**
 * Keys of cells: `amount=2sat,gap=13s#seed=3`. Parameters by name, values in their canonical form without spaces, so
 * that a key depends on what a cell is and not on how or where the file says it.
 */
import { compareText } from '../base/order.ts';
import type { ParamValue } from '../spec/scenario.ts';
import { type Level, readLevel } from '../spec/sweep/levels.ts';
import type { SweptParam } from '../spec/sweep/resolve.ts';

/** A value within a key. Amounts lose space and grouping; of texts all but letters, digits and a few signs is escaped. */
function keyValue(type: ParamValue['type'], text: string): string {
  if (type === 'amount') return text.replace(/[ _]/g, '');
  if (type !== 'string') return text;
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))
    .replace(/[!'()*~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

/** The text of a value in a key; null when it is malformed. */
function valueOfKey(type: ParamValue['type'], text: string): string | null {
  if (type === 'amount') return text.replace(/^([0-9._]+)(msat|sat|BTC)$/, '$1 $2');
  if (type !== 'string') return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

/** The part of a key that names the combination; empty where nothing is swept but seeds. */
export function combinationKey(params: readonly SweptParam[], levels: readonly Level[]): string {
  return params.map(({ name, type }, i) => `${name}=${keyValue(type, (levels[i] as Level).text)}`).join(',');
}

export function cellKey(combination: string, seed: number): string {
  return `${combination}#seed=${seed}`;
}

export type KeyReading = { readonly ok: true; readonly key: string } | { readonly ok: false; readonly reason: string };

/** The canonical key of one that somebody wrote: parameters in any order, values in any form of their types. */
export function readKey(text: string, params: readonly SweptParam[]): KeyReading {
  const fail = (reason: string): KeyReading => ({ ok: false, reason });
  const [, combination = '', seed = ''] = /^(.*)#seed=([0-9]+)$/.exec(text) ?? [];
  if (seed === '') return fail('a cell is written as in `amount=2sat,gap=13s#seed=3`');
  const given = new Map<string, string>();
  for (const part of combination === '' ? [] : combination.split(',')) {
    const at = part.indexOf('=');
    if (at < 1) return fail(`\`${part}\` is not of the form NAME=VALUE`);
    given.set(part.slice(0, at), part.slice(at + 1));
  }
  const parts: string[] = [];
  for (const { name, type } of [...params].sort((a, b) => compareText(a.name, b.name))) {
    const written = given.get(name);
    if (written === undefined) return fail(`the value of \`${name}\` is missing`);
    given.delete(name);
    const source = valueOfKey(type, written);
    if (source === null) return fail(`\`${written}\` is not a value of \`${name}\``);
    const reading = readLevel(type, { value: typed(type, source), source });
    if (!reading.ok) return fail(`${name}: ${reading.reason}`);
    parts.push(`${name}=${keyValue(type, reading.level.text)}`);
  }
  const [unknown] = given.keys();
  if (unknown !== undefined) return fail(`the sweep does not set \`${unknown}\``);
  return { ok: true, key: cellKey(parts.join(','), Number(seed)) };
}

/** A value as YAML would read it, for the types that are not text. */
function typed(type: ParamValue['type'], text: string): string | number | boolean {
  if (type === 'int' || type === 'number') return /^[-+0-9.eE]+$/.test(text) ? Number(text) : text;
  if (type === 'bool') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}
