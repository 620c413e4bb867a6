/**
 * Merges documents: a base and what changes it. Mappings are merged key by key, base first; single values and lists of
 * the nearer document win; the lists `events` and `expect` are appended, base first; `null` removes what the base has
 * under that key (where the base has nothing, it stays what it is). Positions stay those of the file that holds a value.
 */
import type { Path } from './path.ts';
import type { MapEntry, SpecTree } from './tree.ts';
import { entryOf } from './tree.ts';

/** Lists that are appended. */
const APPENDED: readonly string[] = ['events', 'expect', 'snapshots'];

/** Keys that name other files: they are followed while reading and left out of the merged document. */
export const REFERENCE_KEYS: readonly string[] = ['extends', 'include'];

/** The nearer document over the base. */
export function mergeTrees(base: SpecTree, near: SpecTree, path: Path = []): SpecTree {
  if (base.kind === 'seq' && near.kind === 'seq' && path.length === 1 && APPENDED.includes(String(path[0]))) {
    return { ...near, items: [...base.items, ...near.items] };
  }
  if (base.kind !== 'map' || near.kind !== 'map') return near;
  const entries: MapEntry[] = [];
  for (const entry of base.entries) {
    const over = entryOf(near, entry.key);
    if (over === undefined) entries.push(entry);
    else if (over.value.kind !== 'scalar' || over.value.value !== null) {
      entries.push({ ...over, value: mergeTrees(entry.value, over.value, [...path, entry.key]) });
    }
  }
  for (const entry of near.entries) if (entryOf(base, entry.key) === undefined) entries.push(entry);
  return { ...near, entries };
}

/** The document without the keys that name other files. */
export function withoutReferences(tree: SpecTree): SpecTree {
  if (tree.kind !== 'map') return tree;
  return { ...tree, entries: tree.entries.filter(({ key }) => !REFERENCE_KEYS.includes(key)) };
}

/** Mappings whose keys are data, so that `file` in them is no path. */
const DATA: readonly string[] = ['labels', 'match', 'params', 'options'];

/**
 * The tree moved to an offset of a longer text. Values of keys called `file` are paths relative to the file that holds
 * them and are put behind `folder`, so that they are relative to the scenario's folder.
 */
export function moveTree(tree: SpecTree, offset: number, folder: string): SpecTree {
  const moved = new Map<SpecTree, SpecTree>();
  const move = (node: SpecTree): SpecTree => {
    const known = moved.get(node);
    if (known !== undefined) return known;
    const span = { start: node.start + offset, end: node.end + offset };
    let made: SpecTree;
    if (node.kind === 'map') made = { ...node, ...span, entries: node.entries.map((entry) => moveEntry(entry)) };
    else if (node.kind === 'seq') made = { ...node, ...span, items: node.items.map(move) };
    else made = { ...node, ...span };
    moved.set(node, made);
    return made;
  };
  let inData = 0;
  const moveEntry = (entry: MapEntry): MapEntry => {
    const isData = DATA.includes(entry.key);
    if (isData) inData++;
    const value = move(entry.value);
    if (isData) inData--;
    const keySpan = { start: entry.keySpan.start + offset, end: entry.keySpan.end + offset };
    const isPath = entry.key === 'file' && inData === 0 && value.kind === 'scalar' && typeof value.value === 'string';
    return { ...entry, keySpan, value: isPath ? { ...value, value: joinPath(folder, String(value.value)) } : value };
  };
  return move(tree);
}

/** A path seen from the folder that `folder` is relative to; absolute paths stay as they are. */
export function joinPath(folder: string, path: string): string {
  if (folder === '' || /^([/\\]|[A-Za-z]:)/.test(path)) return path;
  return `${folder}/${path}`;
}
