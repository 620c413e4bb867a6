/**
 * The text of a snapshot file: JSON with a line for each member of the whole and for each node, channel, HTLC, … so that
 * differences between two files read well, and its digest: SHA-256 of the canonical form (RFC 8785) of everything but
 * the digest itself.
 *
 * Every line is canonical already, so that the digest of a file as it was written needs no JSON to be written again.
 */
import { sha256Text } from '../base/digest.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { compareText } from '../base/order.ts';
import { SNAPSHOT_FORMAT, type SnapshotDocument } from './document.ts';

/** All members in the order of the file. Those of the second list have a line for each of their elements. */
export const SNAPSHOT_MEMBERS = [
  'format',
  'engine',
  'digest',
  'scenario',
  'backend',
  'replay',
  'time_us',
  'chain',
  'nodes',
  'channels',
  'payments',
  'journal',
  'attempts',
  'attempt_pool',
  'htlcs',
  'htlc_pool',
  'defences',
  'endings',
  'endings_told',
  'ended_channels',
  'former_policies',
  'cheats',
  'lost_data',
  'old_states',
  'invoices',
  'events',
  'gossip',
  'gossip_made',
  'openings',
  'closings',
  'outputs_open',
  'apart',
  'texts',
  'physics_events',
  'run',
] as const;
const BY_LINE: ReadonlySet<string> = new Set([
  'nodes',
  'channels',
  'payments',
  'journal',
  'attempts',
  'htlcs',
  'events',
  'gossip',
]);

/** Characters that a digest's member takes: the value is put in when all others are known. */
export interface SnapshotText {
  readonly text: string;
  readonly digest: string;
}

/** The document as a flat object, as the file holds it. */
export function snapshotJson(document: SnapshotDocument): { readonly [key: string]: Json } {
  const { engine, run, scenario, state } = document;
  return {
    ...(state as unknown as { readonly [key: string]: Json }),
    engine,
    format: SNAPSHOT_FORMAT,
    ...(run === undefined ? {} : { run: run as unknown as Json }),
    scenario: scenario as unknown as Json,
  };
}

/** The file of a document. */
export function snapshotText(document: SnapshotDocument): SnapshotText {
  const json = snapshotJson(document);
  const members = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(json)) {
    members.set(key, BY_LINE.has(key) ? (value as readonly Json[]).map(canonicalJson) : [canonicalJson(value)]);
  }
  const digest = digestOf(members);
  members.set('digest', [JSON.stringify(digest)]);
  const lines = SNAPSHOT_MEMBERS.flatMap((key) => {
    const parts = members.get(key);
    if (parts === undefined) return [];
    if (!BY_LINE.has(key)) return [`"${key}":${parts[0] ?? ''}`];
    return [parts.length === 0 ? `"${key}":[]` : `"${key}":[\n${parts.join(',\n')}\n]`];
  });
  return { text: `{\n${lines.join(',\n')}\n}\n`, digest };
}

function digestOf(members: ReadonlyMap<string, readonly string[]>): string {
  const keys = [...members.keys()].filter((key) => key !== 'digest').sort(compareText);
  const texts = keys.map((key) => {
    const parts = members.get(key) as readonly string[];
    return `"${key}":${BY_LINE.has(key) ? `[${parts.join(',')}]` : (parts[0] ?? '')}`;
  });
  return sha256Text(`{${texts.join(',')}}`);
}

/** The digest that the text of a file has, laid out as snapshotText does; null when it is laid out in another way. */
export function digestOfLayout(text: string): string | null {
  if (!text.startsWith('{\n') || !text.endsWith('\n}\n')) return null;
  // A member begins with a quote at the start of a line; its elements never do.
  const parts = text.slice(2, -3).split(/\n(?=")/);
  const members = new Map<string, string>();
  for (const [i, part] of parts.entries()) {
    const end = i === parts.length - 1 ? part.length : part.length - 1;
    const key = /^"([a-z_]+)":/.exec(part)?.[1];
    if (key === undefined || (end < part.length && part[end] !== ',') || members.has(key)) return null;
    members.set(key, part.slice(0, end).replaceAll('\n', ''));
  }
  members.delete('digest');
  return sha256Text(
    `{${[...members.keys()]
      .sort(compareText)
      .map((key) => members.get(key))
      .join(',')}}`,
  );
}

/** The digest of a parsed file, however it was laid out. */
export function digestOfJson(json: { readonly [key: string]: Json }): string {
  const { digest: _, ...rest } = json;
  return sha256Text(canonicalJson(rest));
}
