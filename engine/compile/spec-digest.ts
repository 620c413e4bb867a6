/**
 * The digest of a scenario: SHA-256 of the canonical JSON of what it says, with parameters and defaults filled in, and of
 * the files that it imports.
 *
 * Positions, comments, the order of maps (nodes, channels, activities, behaviours, params) and the way values are written do not
 * matter; the order of lists (events, imports, expectations) does.
 */
import { sha256Json, sha256Text } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import { compareText } from '../base/order.ts';
import type { Scenario } from '../spec/scenario.ts';

/** SHA-256, 64 hex digits. `files`: path and text of each file that the scenario names. */
export function specDigest(scenario: Scenario, files: readonly (readonly [string, string])[]): string {
  // A sweep is about which runs there are; each of them is the same run with or without it.
  const { nodes, channels, activity, behaviours, params, sweep: _, ...rest } = scenario;
  return sha256Json({
    ...(plain(rest) as { readonly [key: string]: Json }),
    params: params.map(({ name, type, value }) => ({ name, type, value })).sort((a, b) => compareText(a.name, b.name)),
    nodes: byName(nodes),
    channels: byName(channels),
    activity: byName(activity),
    ...(behaviours === undefined ? {} : { behaviours: byName(behaviours) }),
    files: [...files].sort((a, b) => compareText(a[0], b[0])).map(([path, text]) => [path, sha256Text(text)] as const),
  });
}

function byName(items: readonly { readonly name: { readonly value: string } }[]): Json {
  return [...items].sort((a, b) => compareText(a.name.value, b.name.value)).map(plain);
}

/** The value without the positions of its parts. */
function plain(value: unknown): Json {
  if (typeof value !== 'object' || value === null) return value as Json;
  if (Array.isArray(value)) return value.map(plain);
  const record = value as { readonly [key: string]: unknown };
  if ('value' in record && 'path' in record && 'range' in record) return plain(record.value);
  // fromEntries defines properties whatever their name; an assignment would lose a label called __proto__.
  return Object.fromEntries(
    Object.keys(record).flatMap((key) => (record[key] === undefined ? [] : [[key, plain(record[key])] as const])),
  );
}
