/**
 * Single edits of a scenario's text, for the mutation check: which ones there are and what kind each is. Not listed are
 * edits that leave a file which means something else and is as good as before, so that nobody can tell: another value of
 * the same type, another name that exists, free texts (`name`, `description`, `message`, labels), and the names that the
 * author gives to nodes, channels (also in `open_channel`), activities and parameters: renaming one shows where it is
 * used, not where it is defined.
 */
import type { Path } from '../../engine/spec/path.ts';
import type { SpecTree } from '../../engine/spec/tree.ts';
import { parseYaml } from '../../engine/spec/yaml.ts';

export type EditKind = 'rename a key' | 'change a type' | 'drop a unit' | 'swap a reference';

export interface Edit {
  readonly kind: EditKind;
  readonly path: Path;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A number below a bound. */
export type Draw = (bound: number) => number;

const FREE_TEXT = new Set(['name', 'description', 'message', 'labels']);
const NAMED_SECTIONS = new Set(['nodes', 'channels', 'activity', 'behaviours', 'params']);
const REFERENCES = new Set([
  'from',
  'to',
  'source',
  'destination',
  'channel',
  'node',
  'by',
  'start_node',
  'stop_node',
  'among',
]);
const WITH_UNIT = /^(-?[0-9][0-9_.]*) ?(us|ms|s|m|h|d|w|msat|sat|BTC|ppm|sat\/vB)$/;

function isFree(path: Path): boolean {
  // The parameters' own values and texts may be anything.
  return path.some((part) => FREE_TEXT.has(String(part))) || (path[0] === 'params' && path.length > 1);
}

/** True for a key that the author made up. */
function isName(path: Path): boolean {
  return path.length === 2 && NAMED_SECTIONS.has(String(path[0]));
}

function misspelt(word: string, draw: Draw): string {
  const at = draw(word.length);
  const c = word[at] as string;
  const ways = [
    word.slice(0, at) + word.slice(at + 1),
    word.slice(0, at) + c + word.slice(at),
    `${word.slice(0, at)}${c === 'x' ? 'y' : 'x'}${word.slice(at + 1)}`,
    `${word}s`,
  ].filter((way) => /^[A-Za-z][A-Za-z0-9_-]*$/.test(way) && way !== word);
  return ways[draw(ways.length)] ?? `${word}x`;
}

/** Values of another type than a node of the document has. */
function otherTypes(node: SpecTree): readonly string[] {
  if (node.kind !== 'scalar') return ['12345', 'true', 'nonsense'];
  const structures = ['{ nonsense: 1 }', '[[]]'];
  if (typeof node.value === 'number') return [...structures, 'true', 'nonsense'];
  if (typeof node.value === 'boolean') return [...structures, '12345', 'nonsense'];
  return [...structures, '12345', 'true'];
}

/** All edits of a text that change its meaning badly; random parts are drawn. */
export function editsOf(text: string, draw: Draw): readonly Edit[] {
  const { tree } = parseYaml(text, 'scenario.yml');
  const edits: Edit[] = [];
  const add = (kind: EditKind, path: Path, at: { start: number; end: number }, replacement: string): void => {
    edits.push({ kind, path, start: at.start, end: at.end, text: replacement });
  };
  const scalar = (node: Extract<SpecTree, { kind: 'scalar' }>, path: Path): void => {
    const key = String(path.findLast((part) => typeof part === 'string'));
    const unit = node.style === 'plain' ? WITH_UNIT.exec(String(node.value)) : null;
    if (unit !== null) add('drop a unit', path, node, unit[1] as string);
    const isDefinition = key === 'channel' && path.includes('open_channel');
    if (REFERENCES.has(key) && !isDefinition && node.style === 'plain')
      add('swap a reference', path, node, misspelt(node.source, draw));
    if (path[0] !== 'expect') return;
    for (const match of String(node.value).matchAll(/\b(?:payments|node|channel)\('([^']+)'\)/g)) {
      const at = text.indexOf(match[0], node.start);
      if (at < 0 || at > node.end) continue;
      const start = at + match[0].indexOf("'") + 1;
      add(
        'swap a reference',
        path,
        { start, end: start + (match[1] as string).length },
        misspelt(match[1] as string, draw),
      );
    }
  };
  const walk = (node: SpecTree, path: Path): void => {
    if (path.length > 0 && !isFree(path)) {
      const values = otherTypes(node);
      if (node.end > node.start) add('change a type', path, node, values[draw(values.length)] as string);
    }
    if (node.kind === 'seq') for (const [i, item] of node.items.entries()) walk(item, [...path, i]);
    else if (node.kind === 'scalar') {
      if (!isFree(path)) scalar(node, path);
    } else {
      for (const entry of node.entries) {
        const own = [...path, entry.key];
        if (!isName(own) && !isFree(path)) add('rename a key', own, entry.keySpan, misspelt(entry.key, draw));
        walk(entry.value, own);
      }
    }
  };
  if (tree !== undefined) walk(tree, []);
  return edits;
}
