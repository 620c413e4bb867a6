/**
 * The document as an ordered tree with positions. Maps keep the order of the file even for keys that look like
 * numbers, and keys are always text. Parts that an alias repeats are shared, never copied.
 */
import type { Json } from '../base/json.ts';
import type { Path, PathPart } from './path.ts';
import type { Span } from './problems.ts';

export interface ScalarNode extends Span {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** The value as written, without quotes: a name that looks like a number is still this text. */
  readonly source: string;
  readonly style: 'plain' | 'quoted' | 'block';
}

export interface MapEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: SpecTree;
}

export interface MapNode extends Span {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export interface SeqNode extends Span {
  readonly kind: 'seq';
  readonly items: readonly SpecTree[];
}

/** A node of the document; its span covers the value, not the key. */
export type SpecTree = ScalarNode | MapNode | SeqNode;

const indexes = new WeakMap<MapNode, ReadonlyMap<string, MapEntry>>();

/** Entry of a map by its key. */
export function entryOf(node: SpecTree | undefined, key: string): MapEntry | undefined {
  if (node?.kind !== 'map') return undefined;
  if (node.entries.length < 12) return node.entries.find((entry) => entry.key === key);
  let index = indexes.get(node);
  if (index === undefined) {
    index = new Map(node.entries.map((entry) => [entry.key, entry]));
    indexes.set(node, index);
  }
  return index.get(key);
}

/** Child of a map or list, or undefined. */
export function childOf(node: SpecTree | undefined, part: string | number): SpecTree | undefined {
  if (node?.kind === 'map') return entryOf(node, String(part))?.value;
  if (node?.kind === 'seq') return node.items[Number(part)];
  return undefined;
}

/** What a path leads to: the deepest part that exists, with the key that names it. */
export interface Found {
  readonly node: SpecTree;
  /** Span of the key, when the node is the value of a key. */
  readonly key?: Span;
  /** True when the whole path exists. */
  readonly complete: boolean;
}

/** Follows a path as far as it exists. */
export function follow(root: SpecTree, path: Path): Found {
  let node = root;
  let key: Span | undefined;
  for (const part of path) {
    const entry = entryOf(node, String(part));
    const child = entry?.value ?? childOf(node, part);
    if (child === undefined) return { node, ...(key === undefined ? {} : { key }), complete: false };
    node = child;
    key = entry?.keySpan;
  }
  return { node, ...(key === undefined ? {} : { key }), complete: true };
}

/** Adds a property that is data, whatever its name (`__proto__` included). */
export function setProperty(target: { [key: string]: Json }, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

/** Plain data of a tree. The order of integer-like keys is lost: what needs the order reads the tree. */
export function toPlain(node: SpecTree): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'seq') return node.items.map(toPlain);
  const plain: { [key: string]: Json } = {};
  for (const entry of node.entries) setProperty(plain, entry.key, toPlain(entry.value));
  return plain;
}

/** Path of a JSON pointer in a document: indexes of lists are numbers. */
export function pointerPath(root: SpecTree, pointer: string): Path {
  const path: PathPart[] = [];
  let node: SpecTree | undefined = root;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replace(/~1/g, '/').replace(/~0/g, '~');
    const part = node?.kind === 'seq' ? Number(key) : key;
    path.push(part);
    node = childOf(node, part);
  }
  return path;
}
