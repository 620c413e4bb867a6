/** Version 0 to 1: lists become mappings by name, numbers get their units, keys get their present names. */
import { type Document, isMap, isScalar, isSeq, Pair, type Scalar, visit, type YAMLMap, type YAMLSeq } from 'yaml';
import { groupDigits } from '../units.ts';
import {
  changeScalars,
  commentsOf,
  entryValue,
  mapAt,
  nameText,
  pairOf,
  renameKey,
  scalarAt,
  setScalar,
  takePair,
} from './document-edit.ts';
import type { Migration } from './migration.ts';
import { V0_SCHEMA } from './v0-schema.ts';

export const fromVersion0: Migration = {
  from: 0,
  schema: V0_SCHEMA,
  migrate(document) {
    const root = document.contents as unknown as YAMLMap;
    setScalar(entryValue(root, 'version'), 1);
    namesAsText(document);
    change(root, 'total_time_secs', 'duration', duration);
    blockInterval(root);
    named(root, 'nodes', 'alias', () => '', node);
    named(root, 'channels', 'id', () => '', channel);
    named(root, 'activity', 'name', (i) => `activity-${i}`, activity);
    const events = entryValue(root, 'events');
    if (isSeq(events)) for (const entry of events.items) event(entry as YAMLMap);
    schemaComment(document);
  },
};

const NAME_KEYS: ReadonlySet<string> = new Set(
  'name description alias id node_1 node_2 source destination node labels'.split(' '),
);

/** A name `007` is not the number 7; as a text it stays what it is, however the document is written. */
function namesAsText(document: Document): void {
  const asText = (value: unknown): void => {
    if (isMap(value)) for (const pair of value.items as Pair[]) asText(pair.value);
    else if (isScalar(value) && typeof value.value !== 'string') setScalar(value, nameText(value));
  };
  visit(document, {
    Pair: (_, pair) => {
      if (isScalar(pair.key) && NAME_KEYS.has(nameText(pair.key))) asText(pair.value);
    },
  });
}

/** Seconds as a duration; what is finer than a microsecond is rounded. */
function duration(value: unknown): string {
  const seconds = Number(value);
  if (Number.isInteger(seconds)) return `${seconds}s`;
  const us = Math.round(seconds * 1_000_000);
  return us % 1000 === 0 ? `${us / 1000}ms` : `${us}us`;
}

const sat = (value: unknown): string => `${groupDigits(Number(value))} sat`;
const msat = (value: unknown): string => `${groupDigits(Number(value))} msat`;
const ppm = (value: unknown): string => `${groupDigits(Number(value))} ppm`;

/** Renames a key and rewrites its value. */
function change(map: YAMLMap, from: string, to: string, rewrite: (value: unknown) => unknown = (v) => v): void {
  changeScalars(entryValue(map, from), rewrite);
  renameKey(map, from, to);
}

function blockInterval(root: YAMLMap): void {
  const pair = pairOf(root, 'block_interval_secs');
  if (pair === undefined) return;
  const every = pair.value;
  changeScalars(every, duration);
  const mining = mapAt(every, true);
  mining.items.push(
    new Pair(scalarAt('every', pair.key), every),
    new Pair(scalarAt('blocks', pair.key), scalarAt(1, pair.key)),
  );
  const chain = mapAt(every);
  chain.items.push(new Pair(scalarAt('mining', pair.key), mining));
  renameKey(root, 'block_interval_secs', 'chain');
  pair.value = chain;
}

/** A list whose entries carry their name becomes a mapping by name. */
function named(
  root: YAMLMap,
  section: string,
  nameKey: string,
  nameOf: (index: number) => string,
  rewrite: (entry: YAMLMap) => void,
): void {
  const pair = pairOf(root, section);
  const list = pair?.value;
  if (pair === undefined || !isSeq(list)) return;
  const map = mapAt(list, list.flow === true);
  map.comment = list.comment ?? null;
  map.commentBefore = list.commentBefore ?? null;
  const taken = new Set((list as YAMLSeq<YAMLMap>).items.map((entry) => nameText(entryValue(entry, nameKey))));
  for (const [i, entry] of (list as YAMLSeq<YAMLMap>).items.entries()) {
    map.items.push(namedEntry(entry, nameKey, freeName(nameOf(i), taken)));
    rewrite(entry);
    if (entry.items.length === 0) entry.flow = true;
  }
  pair.value = map;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  while (taken.has(free)) free += '-unnamed';
  return free;
}

/** The entry under its name; comments beside the name stand above it from now on. */
function namedEntry(entry: YAMLMap, nameKey: string, unnamed: string): Pair {
  const isFirst = (entry.items[0] as Pair | undefined)?.key === pairOf(entry, nameKey)?.key;
  const taken = takePair(entry, nameKey);
  const place = taken?.value ?? entry.items[0]?.key ?? entry;
  const key = scalarAt(taken === undefined ? unnamed : nameText(taken.value), place);
  if (taken !== undefined && isScalar(taken.value)) key.source = nameText(taken.value);
  key.commentBefore = commentsOf({ commentBefore: entry.commentBefore }, taken?.key, taken?.value);
  entry.commentBefore = null;
  const first = entry.items[0] as Pair<Scalar> | undefined;
  // An empty line between entries stays between them.
  key.spaceBefore = entry.spaceBefore === true;
  entry.spaceBefore = false;
  if (isFirst && first !== undefined) first.key.spaceBefore = false;
  return new Pair(key, entry);
}

function node(entry: YAMLMap): void {
  change(entry, 'implementation', 'model', (value) => String(value).toLowerCase());
  change(entry, 'balance_sat', 'wallet', sat);
}

function ends(entry: YAMLMap): void {
  renameKey(entry, 'node_1', 'from');
  renameKey(entry, 'node_2', 'to');
  change(entry, 'capacity_sat', 'capacity', sat);
  change(entry, 'push_sat', 'push', sat);
}

function channel(entry: YAMLMap): void {
  ends(entry);
  change(entry, 'private', 'announced', (value) => value !== true);
  for (const [from, to] of [
    ['node_1_policy', 'policy'],
    ['node_2_policy', 'reverse_policy'],
  ] as const) {
    const policy = entryValue(entry, from);
    if (isMap(policy)) {
      change(policy, 'base_fee_msat', 'fee_base', msat);
      change(policy, 'fee_rate_ppm', 'fee_rate', ppm);
      change(policy, 'min_htlc_msat', 'min_htlc', msat);
      change(policy, 'max_htlc_msat', 'max_htlc', msat);
    }
    renameKey(entry, from, to);
  }
}

function activity(entry: YAMLMap): void {
  change(entry, 'start_secs', 'start', duration);
  change(entry, 'interval_secs', 'interval', duration);
  change(entry, 'amount_msat', 'amount', msat);
}

const EVENT_NAMES: Readonly<Record<string, string>> = {
  StartNode: 'start_node',
  StopNode: 'stop_node',
  OpenChannel: 'open_channel',
  CloseChannel: 'close_channel',
  Fund: 'fund',
  Mine: 'mine',
};

/** `type` and its arguments become one key with the arguments below it; the time stays where it is. */
function event(entry: YAMLMap): void {
  change(entry, 'at_secs', 'at', duration);
  const type = pairOf(entry, 'type') as Pair;
  const args = (entry.items as Pair[]).filter((pair) => pair !== type && pair !== pairOf(entry, 'at'));
  const name = EVENT_NAMES[nameText(type.value)] as string;
  const key = scalarAt(name, type.value);
  key.commentBefore = commentsOf(type.key, type.value);
  if (name === 'start_node' || name === 'stop_node') {
    const place = args[0] as Pair<Scalar>;
    key.commentBefore = commentsOf({ commentBefore: key.commentBefore }, place.key);
    type.value = place.value;
  } else {
    const body = mapAt(type.value, true);
    body.items.push(...(args as never[]));
    if (args.some(hasComment)) body.flow = false;
    ends(body);
    renameKey(body, 'id', 'channel');
    change(body, 'amount_sat', 'amount', sat);
    type.value = body;
  }
  type.key = key;
  entry.items = entry.items.filter((pair) => !args.includes(pair as Pair)) as never;
}

function hasComment(pair: Pair): boolean {
  return commentsOf(pair.key, pair.value) !== null;
}

/** The comment that names the schema for editors names the new one. */
function schemaComment(document: Document): void {
  const rewrite = (text: string | null | undefined): string | null =>
    text?.replace('scenario.v0.schema.json', 'scenario.v1.schema.json') ?? null;
  document.commentBefore = rewrite(document.commentBefore);
  const root = document.contents;
  if (isMap(root)) {
    root.commentBefore = rewrite(root.commentBefore);
    const first = (root.items[0] as Pair | undefined)?.key;
    if (isScalar(first)) first.commentBefore = rewrite(first.commentBefore);
  }
}
