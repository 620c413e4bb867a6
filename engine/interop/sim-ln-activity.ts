/** The list `activity` of a sim-ln file. Semantics are described in sim-ln.ts. */
import type { Json } from '../base/json.ts';
import { MAX_SAFE, US_PER_SECOND } from '../base/numbers.ts';
import { compareText } from '../base/order.ts';
import type { IntRange } from '../spec/scenario.ts';
import type { ImportedActivity } from './imported.ts';
import { type JsonFields, type JsonObject, objectsOf } from './json-fields.ts';
import { uniqueName } from './names.ts';
import type { ImportProblems } from './problems.ts';

/** sim-ln reads seconds as unsigned 16-bit numbers. */
const U16 = 65535;

/** Those whom an activity may name. */
export interface ActivityNodes {
  /** The node that a text names; null after reporting that there is none. */
  findOrAdd(id: string, path: readonly (string | number)[]): number | null;
  name(node: number): string;
  /** Public key of a node, where it is known. */
  pubkey?(node: number): string | undefined;
}

/** All activities; problems are reported. Call it after all nodes were added. */
export function readActivities(
  value: Json | undefined,
  nodes: ActivityNodes,
  problems: ImportProblems,
): ImportedActivity[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    problems.atPath('E703', ['activity'], 'activity must be a list');
    return [];
  }
  const raw: {
    source: number;
    destination: number;
    rest: Omit<ImportedActivity, 'name' | 'source' | 'destination'>;
  }[] = [];
  for (const { index, object, fields } of objectsOf(value as readonly Json[], ['activity'], problems)) {
    const ends = (['source', 'destination'] as const).map((key) => {
      const id = fields.text(key);
      return id === '' ? null : nodes.findOrAdd(id, ['activity', index, key]);
    });
    const [source, destination] = ends as [number | null, number | null];
    const start = fields.has('start_secs') ? fields.integer('start_secs', undefined, U16) : undefined;
    const count = fields.has('count') ? fields.integer('count') : undefined;
    const interval = readRange(object, fields, 'interval_secs', U16);
    const amount = readRange(object, fields, 'amount_msat', MAX_SAFE);
    if (source === null || destination === null || interval === null || amount === null) continue;
    if (source === destination) {
      fields.contradict('destination', 'source and destination are the same node');
      continue;
    }
    if (interval.high === 0) {
      fields.fail('interval_secs', 'an interval must be longer than zero');
      continue;
    }
    if (amount.low === 0) {
      fields.fail('amount_msat', 'an amount must not be zero');
      continue;
    }
    if (count === 0) {
      problems.atPath('W701', ['activity', index, 'count'], 'the activity makes no payments and was left out');
      continue;
    }
    raw.push({
      source,
      destination,
      rest: {
        ...(start === undefined ? {} : { startUs: start * US_PER_SECOND }),
        ...(count === undefined ? {} : { count }),
        intervalUs: { low: interval.low * US_PER_SECOND, high: interval.high * US_PER_SECOND },
        amountMsat: amount,
      },
    });
  }
  const taken = new Set<string>();
  const named = raw.map(({ source, destination }) =>
    uniqueName(`${shortName(nodes.name(source))}-to-${shortName(nodes.name(destination))}`, taken),
  );
  const prefixes = orderPrefixes(
    named,
    raw.map(({ source }) => nodes.pubkey?.(source)),
  );
  return raw.map(({ source, destination, rest }, i) => ({
    name: `${prefixes[i]}${named[i]}`,
    source: nodes.name(source),
    destination: nodes.name(destination),
    ...rest,
  }));
}

/**
 * What to put before the names of activities, so that payments of the same instant are made in sim-ln's order: activities
 * go by name here, by the public key of their source there, and those of one source in the order of the file. Nothing
 * where names are in that order anyway, or where a key is not in the file.
 */
function orderPrefixes(names: readonly string[], keys: readonly (string | undefined)[]): readonly string[] {
  const known = keys.map((key) => key ?? '');
  const order = names.map((_, i) => i).sort((a, b) => compareText(known[a] as string, known[b] as string) || a - b);
  const inOrder = order.every(
    (at, i) => i === 0 || compareText(names[order[i - 1] as number] as string, names[at] as string) < 0,
  );
  if (inOrder || known.includes('')) return names.map(() => '');
  const width = String(names.length).length;
  const prefixes: string[] = [];
  order.forEach((at, rank) => {
    prefixes[at] = `${String(rank + 1).padStart(width, '0')}-`;
  });
  return prefixes;
}

/** A value, or [x, y) with x < y, which becomes x … y − 1. */
function readRange(object: JsonObject, fields: JsonFields, key: string, high: number): IntRange | null {
  const value = object[key];
  if (!Array.isArray(value)) {
    const single = fields.integer(key, undefined, high);
    return { low: single, high: single };
  }
  const [x, y] = value as readonly Json[];
  if (value.length !== 2 || !inRange(x, high) || !inRange(y, high) || (x as number) >= (y as number)) {
    fields.fail(key, `${key} must be an integer, or a list of two integers of which the second is larger`);
    return null;
  }
  return { low: x as number, high: (y as number) - 1 };
}

function inRange(value: unknown, high: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= high;
}

/** Public keys are too long for a name made of two. */
function shortName(name: string): string {
  return /^0[23][0-9a-f]{64}$/.test(name) ? name.slice(0, 12) : name;
}
