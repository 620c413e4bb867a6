/**
 * Unknown names in a document that has other mistakes, too. A valid document is resolved by the compiler, which knows
 * every node; one that is not valid never gets there, so what is certain about its names is said here: a plain name that
 * nothing declares. Where a network is imported or generated nothing is certain.
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

/** Members of a set that are looked at: a wrong index of a large set is left to the compiler. */
const MOST_MEMBERS = 10_000;

/** Reports names of nodes (E401) and channels (E404) that the document does not declare. */
export function reportUnknownNames(uses: readonly NameUse[], tree: SpecTree, data: Json, problems: Problems): void {
  if (present(data, 'network') || present(data, 'include') || present(data, 'extends')) return;
  const nodes = nodeNames(property(data, 'nodes'));
  const channels = channelNames(data);
  for (const { to, name, path } of uses) {
    if (/[*?]/.test(name)) continue;
    const names = to === 'node' ? nodes : channels.names;
    if (names.has(name) || (to === 'channel' && channels.sets.has(name.replace(/-\d+$/, '')))) continue;
    const near = nearest(name, [...names]);
    const hint = near === undefined ? undefined : `did you mean \`${near}\`?`;
    const span = pointAt(problems.source.text, follow(tree, path as Path));
    problems.report(to === 'node' ? 'E401' : 'E404', span, path, `there is no ${to} \`${name}\``, hint);
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
function nodeNames(nodes: Json | undefined): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [name, node] of entries(nodes)) {
    names.add(name);
    const count = property(node, 'count');
    if (typeof count !== 'number') continue;
    const written = property(node, 'name');
    const template = typeof written === 'string' && templateProblem(written) === null ? written : `${name}-{index}`;
    for (let i = 0; i < Math.min(count, MOST_MEMBERS); i++) names.add(memberName(template, i));
  }
  return names;
}

/** Names of channels, wherever a channel may come from; an entry between several nodes is a set of them. */
function channelNames(data: Json): { readonly names: ReadonlySet<string>; readonly sets: ReadonlySet<string> } {
  const sets = new Set(entries(property(data, 'channels')).map(([name]) => name));
  const names = new Set(sets);
  const events = property(data, 'events');
  for (const event of Array.isArray(events) ? (events as readonly Json[]) : []) {
    const opened = property(property(event, 'open_channel'), 'channel');
    if (typeof opened === 'string') names.add(opened);
  }
  return { names, sets };
}
