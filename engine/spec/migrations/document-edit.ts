/**
 * Small changes of a parsed YAML document that keep comments and places: a part that takes the place of another also
 * takes its range, so that later diagnostics point at what the author wrote.
 */
import { type Document, isAlias, isCollection, isScalar, type Pair, Scalar, visit, YAMLMap } from 'yaml';

type Ranged = { range?: readonly [number, number, number] | null | undefined };

/** Entry of a mapping. */
export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return (map.items as Pair[]).find((pair) => isScalar(pair.key) && keyText(pair.key) === key);
}

/** Value of a key, or undefined. */
export function entryValue(map: YAMLMap, key: string): unknown {
  return pairOf(map, key)?.value ?? undefined;
}

function keyText(key: Scalar): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

/** A scalar that stands where another node stands. */
export function scalarAt(value: unknown, place: unknown): Scalar {
  const scalar = new Scalar(value);
  scalar.source = String(value);
  const { range } = (place ?? {}) as Ranged;
  if (range !== undefined && range !== null) scalar.range = [...range];
  return scalar;
}

/** Replaces the value of a scalar; its comments stay. */
export function setScalar(node: unknown, value: unknown): void {
  if (!isScalar(node)) return;
  node.value = value;
  node.source = String(value);
  delete node.format;
  delete (node as Scalar & { minFractionDigits?: number }).minFractionDigits;
  node.type = 'PLAIN';
}

/** Renames a key, if it is there. */
export function renameKey(map: YAMLMap, from: string, to: string): void {
  const pair = pairOf(map, from);
  if (pair !== undefined) setScalar(pair.key, to);
}

/** Changes the scalars of a value: the one, or each of a list. */
export function changeScalars(value: unknown, change: (value: unknown) => unknown): void {
  if (isCollection(value)) for (const item of value.items) changeScalars(item, change);
  else if (isScalar(value)) setScalar(value, change(value.value));
}

/** Takes an entry out of a mapping and answers it; comments that stood with it go to its neighbour or key. */
export function takePair(map: YAMLMap, key: string): Pair | undefined {
  const pair = pairOf(map, key);
  if (pair === undefined) return undefined;
  const at = map.items.indexOf(pair as never);
  map.items.splice(at, 1);
  return pair;
}

/** Text of a name as it was written: `007` stays `007`. */
export function nameText(node: unknown): string {
  if (!isScalar(node)) return '';
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
}

/** Comments before and beside a node, as lines of one comment. */
export function commentsOf(...nodes: readonly unknown[]): string | null {
  const lines: string[] = [];
  for (const node of nodes) {
    const { commentBefore, comment } = (node ?? {}) as { commentBefore?: string | null; comment?: string | null };
    if (commentBefore) lines.push(commentBefore);
    if (comment) lines.push(comment);
  }
  return lines.length === 0 ? null : lines.join('\n');
}

/** An empty mapping that stands where another node stands. */
export function mapAt(place: unknown, flow = false): YAMLMap {
  const map = new YAMLMap();
  if (flow) map.flow = true;
  const { range } = (place ?? {}) as Ranged;
  if (range !== undefined && range !== null) map.range = [...range];
  return map;
}

/** Puts a copy in the place of each alias, so that each part can be changed by itself, and drops the anchors. */
export function writeOutAliases(document: Document): void {
  visit(document, {
    Alias: (_, alias) => {
      const target = alias.resolve(document);
      if (target === undefined) return undefined;
      const copy = target.clone() as Scalar & Ranged;
      copy.commentBefore = alias.commentBefore ?? null;
      copy.comment = alias.comment ?? null;
      return copy as never;
    },
  });
  visit(document, {
    Node: (_, node) => {
      if (!isAlias(node) && 'anchor' in node) delete node.anchor;
    },
  });
}
