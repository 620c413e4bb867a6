/**
 * Names that a document uses and does not declare, where it cannot be resolved as a whole. A valid document is resolved
 * by the compiler, which knows every node; of another one is said here what is certain: a plain name that nothing
 * declares. Where a network is imported or generated and its names are not handed in, nothing is certain.
 */
import type { Json } from '../base/json.ts';
import { memberName, templateProblem } from './name-template.ts';
import type { Path } from './path.ts';
import { pointAt } from './position.ts';
import type { Problems } from './problems.ts';
import { nearest } from './suggest.ts';
import { follow, type SpecTree } from './tree.ts';
import type { NameUse } from './validate.ts';
import { property } from './values.ts';

/** Members of a set that are listed; those beyond count as declared. */
const MOST_MEMBERS = 10_000;

/** Names of one sort. */
export interface KnownNames {
  /** For suggestions. */
  readonly list: readonly string[];
  has(name: string): boolean;
}

/** Names of nodes and channels. */
export interface NetworkNames<Names> {
  readonly nodes: Names;
  readonly channels: Names;
  /** Absent where nobody knows them. */
  readonly invoices?: Names;
}

export function knownNames(list: readonly string[]): KnownNames {
  const names = new Set(list);
  return { list, has: (name) => names.has(name) };
}

/**
 * Names of the nodes and channels that a document declares, or null where they cannot be known. `others`: names in the
 * networks that it imports and generates; null when nobody knows them.
 */
export function declaredNames(
  data: Json,
  others: NetworkNames<readonly string[]> | null,
): NetworkNames<KnownNames> | null {
  if (present(data, 'include') || present(data, 'extends')) return null;
  if (present(data, 'network') && others === null) return null;
  const nodes = nodeNames(property(data, 'nodes'));
  const channels = channelNames(data);
  return {
    nodes: { list: [...nodes.list, ...(others?.nodes ?? [])], has: either(nodes, others?.nodes) },
    channels: { list: [...channels.list, ...(others?.channels ?? [])], has: either(channels, others?.channels) },
  };
}

function either(names: KnownNames, others: readonly string[] = []): (name: string) => boolean {
  const more = new Set(others);
  return (name) => names.has(name) || more.has(name);
}

/** A use of a name that nothing declares. */
export interface UnknownName extends NameUse {
  readonly code: 'E401' | 'E404';
  readonly message: string;
  readonly hint: string | undefined;
}

/** The uses of plain names that nothing declares. */
export function unknownUses(uses: readonly NameUse[], declared: NetworkNames<KnownNames>): readonly UnknownName[] {
  return uses.flatMap((use) => {
    const { to, name } = use;
    const names = to === 'node' ? declared.nodes : declared.channels;
    if (/[*?]/.test(name) || names.has(name)) return [];
    const near = nearest(name, names.list);
    return [
      {
        ...use,
        code: to === 'node' ? ('E401' as const) : ('E404' as const),
        message: `there is no ${to} \`${name}\``,
        hint: near === undefined ? undefined : `did you mean \`${near}\`?`,
      },
    ];
  });
}

/** Reports names of nodes (E401) and channels (E404) that the document does not declare. */
export function reportUnknownNames(uses: readonly NameUse[], tree: SpecTree, data: Json, problems: Problems): void {
  const declared = declaredNames(data, null);
  if (declared === null) return;
  for (const { code, path, message, hint } of unknownUses(uses, declared)) {
    problems.report(code, pointAt(problems.source.text, follow(tree, path as Path)), path, message, hint);
  }
}

function present(data: Json, key: string): boolean {
  return property(data, key) !== undefined && property(data, key) !== null;
}

function entries(json: Json | undefined): readonly (readonly [string, Json])[] {
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
  return isObject ? Object.entries(json as { readonly [key: string]: Json }) : [];
}

/** Names of nodes and of sets, and of the sets' members. */
function nodeNames(nodes: Json | undefined): KnownNames {
  const names = new Set<string>();
  /** What the names of members begin with that are not listed. */
  const open: string[] = [];
  for (const [name, node] of entries(nodes)) {
    names.add(name);
    const count = property(node, 'count');
    if (count === undefined) continue;
    const written = property(node, 'name');
    const isTemplate = typeof written === 'string' && templateProblem(written) === null;
    const template = isTemplate ? written : `${name}-{index}`;
    const members = typeof count === 'number' ? Math.min(count, MOST_MEMBERS) : 0;
    for (let i = 0; i < members; i++) names.add(memberName(template, i));
    if (members !== count || (written !== undefined && !isTemplate))
      open.push(template.slice(0, template.indexOf('{')));
  }
  return { list: [...names], has: (name) => names.has(name) || open.some((prefix) => name.startsWith(prefix)) };
}

/** Names of channels, wherever a channel may come from; an entry between several nodes is a set of them. */
function channelNames(data: Json): KnownNames {
  const sets = new Set(entries(property(data, 'channels')).map(([name]) => name));
  const names = new Set(sets);
  const events = property(data, 'events');
  for (const event of Array.isArray(events) ? (events as readonly Json[]) : []) {
    const opened = property(property(event, 'open_channel'), 'channel');
    if (typeof opened === 'string' || typeof opened === 'number') names.add(String(opened));
  }
  return { list: [...names], has: (name) => names.has(name) || sets.has(name.replace(/-\d+$/, '')) };
}
