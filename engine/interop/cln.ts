/**
 * The graph of a Core Lightning node: the outputs of `lightning-cli listchannels` and `listnodes`, as two files in a
 * folder, as one file with both lists, or the channels alone.
 *
 * Nodes are called by their public key; the alias becomes the label `alias`. Channels are called by their short channel
 * id. listchannels has an entry for each direction; a direction that it lacks was never announced and is imported as
 * disabled. Who opened a channel is not known; the node with the smaller key comes first. Balances are not known either:
 * see lnd-describegraph.ts.
 */
import { MSAT_PER_SAT } from '../base/numbers.ts';
import type { Diagnostic } from '../spec/diagnostic.ts';
import type { PolicyPlan } from '../timeline/network.ts';
import { isPubkey } from '../timeline/pubkey.ts';
import type { ImportedChannel, ImportedNode, ImportFormat, ImportInput, ImportOutcome } from './imported.ts';
import { type JsonFields, type JsonObject, objectsOf, readDocument } from './json-fields.ts';
import { splitBalance } from './lnd-describegraph.ts';
import { ImportProblems } from './problems.ts';
import { readScid, scidName } from './scid.ts';

/** The files of a folder. */
export const CLN_FILES = ['listchannels.json', 'listnodes.json'] as const;

const U32 = 0xffffffff;
/** Keys that are looked at closely. */
const CHECKED_KEYS = 1000;

export const cln: ImportFormat = {
  name: 'cln',
  summary: 'Graph of a Core Lightning node: listchannels.json and listnodes.json, or one file with both lists',
  members: CLN_FILES,
  recognise: (files) => [...files.values()].some(isOurs),
  parse,
};

function isOurs(text: string): boolean {
  const head = text.slice(0, 1 << 20);
  if (!/^\s*\{/.test(head)) return false;
  return (/"short_channel_id"\s*:/.test(head) && /"fee_per_millionth"\s*:/.test(head)) || /"nodeid"\s*:/.test(head);
}

/** A document with its list of channels or nodes, or both. */
interface Part {
  readonly document: JsonObject;
  readonly problems: ImportProblems;
}

/** One channel, gathered from its two entries. */
interface Pair {
  readonly name: string;
  readonly scid: string;
  readonly amountMsat: number;
  readonly keys: readonly [string, string];
  readonly announced: boolean;
  readonly policies: [PolicyPlan | undefined, PolicyPlan | undefined];
}

function parse(input: ImportInput): ImportOutcome {
  const all: ImportProblems[] = [];
  const parts: Part[] = [];
  const candidates = [...input.files];
  const ours = candidates.filter(([, text]) => isOurs(text));
  for (const [file, text] of ours.length > 0 ? ours : candidates) {
    const problems = new ImportProblems(file, text);
    all.push(problems);
    const document = readDocument(text, problems);
    if (document === null) continue;
    if (Array.isArray(document.channels) || Array.isArray(document.nodes)) parts.push({ document, problems });
    else problems.atOffset('E703', 0, 'the file has neither a list `channels` nor a list `nodes`');
  }
  if (candidates.length === 0) {
    const problems = new ImportProblems(CLN_FILES[0], '');
    problems.atOffset('E701', 0, `${CLN_FILES[0]} is missing`);
    all.push(problems);
  }
  const diagnostics = (): readonly Diagnostic[] => all.flatMap((problems) => problems.list());

  const nodes: ImportedNode[] = [];
  const indexOf = new Map<string, number>();
  const nodeAt = (pubkey: string): number => {
    const known = indexOf.get(pubkey);
    if (known !== undefined) return known;
    indexOf.set(pubkey, nodes.length);
    nodes.push({ name: pubkey, pubkey, labels: {} });
    return nodes.length - 1;
  };
  const keys = new PublicKeys();
  for (const part of parts) readNodes(part, nodes, indexOf, keys);
  const channels: ImportedChannel[] = [];
  const pairs = new Map<string, Pair>();
  for (const part of parts) readEntries(part, pairs, keys);
  for (const { name, scid, amountMsat, keys: ends, announced, policies } of pairs.values()) {
    const capacitySat = Math.floor(amountMsat / MSAT_PER_SAT);
    channels.push({
      name,
      scid,
      node0: nodeAt(ends[0]),
      node1: nodeAt(ends[1]),
      capacitySat,
      balance0Msat: splitBalance(capacitySat, scid, input.balances ?? 'random', input.seed),
      announced,
      policy0: policies[0] ?? { disabled: true },
      policy1: policies[1] ?? { disabled: true },
    });
  }
  if (nodes.length === 0 && !all.some((problems) => problems.failed)) {
    all[0]?.atOffset('E703', 0, 'the graph has no nodes and no channels');
  }
  if (all.some((problems) => problems.failed)) return { ok: false, diagnostics: diagnostics() };
  return { ok: true, network: { nodes, channels }, traffic: { kind: 'none' }, warnings: diagnostics() };
}

function readNodes(
  { document, problems }: Part,
  nodes: ImportedNode[],
  indexOf: Map<string, number>,
  publicKeys: PublicKeys,
): void {
  if (!Array.isArray(document.nodes)) return;
  for (const { fields } of objectsOf(document.nodes, ['nodes'], problems)) {
    const pubkey = publicKeys.read(fields, 'nodeid');
    if (pubkey === null) continue;
    if (indexOf.has(pubkey)) {
      fields.contradict('nodeid', `node ${pubkey} is listed twice`);
      continue;
    }
    const alias = fields.text('alias', '');
    indexOf.set(pubkey, nodes.length);
    nodes.push({ name: pubkey, pubkey, labels: alias === '' ? {} : { alias } });
  }
}

function readEntries({ document, problems }: Part, pairs: Map<string, Pair>, publicKeys: PublicKeys): void {
  if (!Array.isArray(document.channels)) return;
  const list = document.channels;
  let odd = 0;
  for (const { fields } of objectsOf(list, ['channels'], problems)) {
    const scid = readScid(fields.text('short_channel_id'));
    if (scid === null) {
      fields.fail('short_channel_id', 'short_channel_id must be block x transaction x output');
      continue;
    }
    const source = publicKeys.read(fields, 'source');
    const destination = publicKeys.read(fields, 'destination');
    const amountMsat = msatOf(fields, 'amount_msat');
    if (source === null || destination === null) continue;
    if (source === destination) fields.contradict('destination', 'a channel must join two different nodes');
    if (amountMsat < MSAT_PER_SAT) fields.fail('amount_msat', 'amount_msat must be at least 1 sat');
    const keys: readonly [string, string] = source < destination ? [source, destination] : [destination, source];
    const side = source === keys[0] ? 0 : 1;
    const known = pairs.get(scid);
    if (known === undefined) {
      if (amountMsat % MSAT_PER_SAT !== 0) odd++;
      const announced = fields.flag('public', true);
      pairs.set(scid, { name: scidName(scid), scid, amountMsat, keys, announced, policies: [undefined, undefined] });
    } else if (known.keys[0] !== keys[0] || known.keys[1] !== keys[1]) {
      fields.contradict('short_channel_id', `channel ${known.name} is listed between other nodes, too`);
      continue;
    } else if (known.amountMsat !== amountMsat) {
      fields.contradict('amount_msat', `channel ${known.name} is listed with another amount, too`);
    }
    const { policies } = pairs.get(scid) as Pair;
    if (policies[side] !== undefined) {
      fields.contradict('short_channel_id', `this direction of channel ${scidName(scid)} is listed twice`);
    }
    policies[side] = {
      feeBaseMsat: fields.integer('base_fee_millisatoshi', undefined, U32),
      feeRatePpm: fields.integer('fee_per_millionth', undefined, U32),
      cltvDelta: fields.integer('delay', undefined, 65535),
      minHtlcMsat: fields.has('htlc_minimum_msat') ? msatOf(fields, 'htlc_minimum_msat') : 0,
      ...(fields.has('htlc_maximum_msat') ? { maxHtlcMsat: msatOf(fields, 'htlc_maximum_msat') } : {}),
      disabled: !fields.flag('active', true),
    };
  }
  if (odd > 0) problems.atPath('W701', ['channels'], `${odd} capacities were rounded down to whole sat`);
}

/** An amount in msat; versions before 23.08 write `1000msat`. */
function msatOf(fields: JsonFields, key: string): number {
  return fields.amount(key, undefined, /msat$/);
}

/** Reads public keys. Those of large graphs are taken on trust, as the check that they lie on the curve is slow. */
class PublicKeys {
  readonly #known = new Set<string>();

  /** A key in lower case; null after a report. */
  read(fields: JsonFields, key: string): string | null {
    const pubkey = fields.text(key).toLowerCase();
    if (this.#known.has(pubkey)) return pubkey;
    if (!/^0[23][0-9a-f]{64}$/.test(pubkey) || (this.#known.size < CHECKED_KEYS && !isPubkey(pubkey))) {
      fields.fail(key, `${key} must be a public key of 66 hex digits`);
      return null;
    }
    this.#known.add(pubkey);
    return pubkey;
  }
}
