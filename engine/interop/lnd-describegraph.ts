/**
 * The graph of an lnd node: the output of `lncli describegraph`.
 *
 * Nodes are called by their public key, which is unique and stays; the alias becomes the label `alias`. Channels are
 * called by their short channel id, e.g. `700000x12x0`. A direction whose policy is null was never announced, so nobody
 * can route over it: it is imported as disabled.
 *
 * A public graph says nothing about balances. By default the first node's share is drawn for each channel, uniformly
 * between nothing and all, from the stream ('channel', short channel id, 'balance'): another channel in the file moves
 * no other one's draw. With the rule `even` each side has half.
 */

import { MAX_SAFE, MSAT_PER_SAT } from '../base/numbers.ts';
import { RandomStream } from '../base/random.ts';
import type { PolicyPlan } from '../timeline/network.ts';
import { isPubkey } from '../timeline/pubkey.ts';
import type {
  BalanceRule,
  ImportedChannel,
  ImportedNode,
  ImportFormat,
  ImportInput,
  ImportOutcome,
} from './imported.ts';
import { type JsonFields, objectsOf, readDocument } from './json-fields.ts';
import { ImportProblems } from './problems.ts';
import { readScid, scidName } from './scid.ts';

/** Largest capacity of which the msat are still exact in a double, sat. */
const MAX_CAPACITY_SAT = Math.floor(MAX_SAFE / MSAT_PER_SAT);
const U32 = 0xffffffff;

export const lndDescribegraph: ImportFormat = {
  name: 'lnd-describegraph',
  summary: 'Graph of an lnd node, as `lncli describegraph` prints it',
  recognise(files) {
    if (files.size !== 1) return false;
    const [text = ''] = files.values();
    const head = text.slice(0, 1 << 20);
    return /"(pub_key|chan_point|node1_pub)"\s*:/.test(head) && /"(nodes|edges)"\s*:/.test(head);
  },
  parse,
};

function parse(input: ImportInput): ImportOutcome {
  const [[file, text] = ['', '']] = input.files;
  const problems = new ImportProblems(file, text);
  const document = readDocument(text, problems);
  if (document === null) return { ok: false, diagnostics: problems.list() };

  const nodes: ImportedNode[] = [];
  const indexOf = new Map<string, number>();
  const addNode = (pubkey: string, alias: string): void => {
    indexOf.set(pubkey, nodes.length);
    nodes.push({ name: pubkey, pubkey, labels: alias === '' ? {} : { alias } });
  };

  for (const { fields } of objectsOf(listOf(document.nodes), ['nodes'], problems)) {
    const pubkey = fields.text('pub_key').toLowerCase();
    if (!looksLikePubkey(pubkey)) fields.fail('pub_key', 'pub_key must be a public key of 66 hex digits');
    else if (indexOf.has(pubkey)) fields.contradict('pub_key', `node ${pubkey} is listed twice`);
    else addNode(pubkey, fields.text('alias', ''));
  }

  const channels: ImportedChannel[] = [];
  const seen = new Set<string>();
  const rule = input.balances ?? 'random';
  for (const { fields } of objectsOf(listOf(document.edges), ['edges'], problems)) {
    const scid = readScid(fields.digits('channel_id')) ?? '0';
    if (seen.has(scid)) fields.contradict('channel_id', `channel ${scid} is listed twice`);
    seen.add(scid);
    const ends = ['node1_pub', 'node2_pub'].map((key) => {
      const pubkey = fields.text(key).toLowerCase();
      if (!indexOf.has(pubkey)) {
        // lnd lists every node that has a channel, but graphs that were cut down by hand may not.
        if (looksLikePubkey(pubkey)) addNode(pubkey, '');
        else fields.fail(key, `${key} must be a public key of 66 hex digits`);
      }
      return indexOf.get(pubkey) ?? 0;
    });
    const [node0, node1] = ends as [number, number];
    if (node0 === node1) fields.contradict('node2_pub', 'a channel must join two different nodes');
    const capacitySat = fields.signed('capacity', undefined, 1, MAX_CAPACITY_SAT);
    channels.push({
      name: scidName(scid),
      scid,
      node0,
      node1,
      capacitySat,
      balance0Msat: splitBalance(capacitySat, scid, rule, input.seed),
      announced: true,
      policy0: policyOf(fields, 'node1_policy'),
      policy1: policyOf(fields, 'node2_policy'),
    });
  }
  for (const node of nodes) {
    // The curve check is slow, so keys of large graphs are taken on trust; those of small ones are not.
    if (nodes.length <= 1000 && !isPubkey(node.name)) {
      problems.atPath('E703', ['nodes', indexOf.get(node.name) ?? 0], `${node.name} is not a point on the curve`);
    }
  }
  if (nodes.length === 0 && !problems.failed) {
    problems.atOffset('E703', 0, 'the graph has no nodes');
  }
  if (problems.failed) return { ok: false, diagnostics: problems.list() };
  return { ok: true, network: { nodes, channels }, traffic: { kind: 'none' }, warnings: problems.list() };
}

/** Balance of the first node, msat. */
export function splitBalance(capacitySat: number, channel: string, rule: BalanceRule, seed: number): number {
  const capacityMsat = capacitySat * MSAT_PER_SAT;
  if (rule === 'even') return Math.floor(capacityMsat / 2);
  return RandomStream.named(seed, 'channel', channel, 'balance').integer(0, capacityMsat);
}

function policyOf(edge: JsonFields, key: string): PolicyPlan {
  if (!edge.has(key)) return { disabled: true };
  const fields = edge.object(key);
  if (fields === null) return {};
  const minHtlcMsat = fields.amount('min_htlc', 0);
  const maxHtlcMsat = fields.amount('max_htlc_msat', 0);
  const inboundFeeBaseMsat = fields.signed('inbound_fee_base_msat', 0, -2147483648, 2147483647);
  const inboundFeeRatePpm = fields.signed('inbound_fee_rate_milli_msat', 0, -2147483648, 2147483647);
  return {
    feeBaseMsat: fields.integer('fee_base_msat', 0, U32),
    // The name says milli msat; the value is parts per million.
    feeRatePpm: fields.integer('fee_rate_milli_msat', 0, U32),
    cltvDelta: fields.integer('time_lock_delta', 0, 65535),
    minHtlcMsat,
    // 0 means that the update carried no htlc_maximum_msat.
    ...(maxHtlcMsat > 0 ? { maxHtlcMsat } : {}),
    disabled: fields.flag('disabled', false),
    ...(inboundFeeBaseMsat !== 0 ? { inboundFeeBaseMsat } : {}),
    ...(inboundFeeRatePpm !== 0 ? { inboundFeeRatePpm } : {}),
  };
}

function looksLikePubkey(text: string): boolean {
  return /^0[23][0-9a-f]{64}$/.test(text);
}

function listOf(value: unknown): readonly never[] {
  return (Array.isArray(value) ? value : []) as never[];
}
