/**
 * BLAST's own network file: JSON with one line for each node and each channel, so that a change of a network reads well
 * as a diff. Its fields are described by network-schema.ts. This file reads it; blast-network-writer.ts writes it.
 */
import type { ErrorObject } from 'ajv/dist/2020.js';
import { parseJsonText } from '../base/json-text.ts';
import { MSAT_PER_SAT } from '../base/numbers.ts';
import type { PolicyPlan } from '../timeline/network.ts';
import type { ImportedChannel, ImportedNode, ImportFormat, ImportInput, ImportOutcome } from './imported.ts';
import { uniqueName } from './names.ts';
import { networkCheck } from './network-check.ts';
import { ImportProblems } from './problems.ts';
import { readScid, scidName } from './scid.ts';

export const blastNetwork: ImportFormat = {
  name: 'blast-network',
  summary: "BLAST's own network file (JSON, one line a node and a channel)",
  recognise(files) {
    if (files.size !== 1) return false;
    const [text = ''] = files.values();
    return /"format"\s*:\s*"blast-network\//.test(text.slice(0, 1 << 16));
  },
  parse,
};

/** Policy fields as the file writes them. */
interface PolicyFields {
  readonly fee_base_msat?: number;
  readonly fee_rate_ppm?: number;
  readonly cltv_expiry_delta?: number;
  readonly min_htlc_msat?: number;
  readonly max_htlc_msat?: number;
  readonly disabled?: boolean;
  readonly inbound_fee_base_msat?: number;
  readonly inbound_fee_rate_ppm?: number;
}

/** The document after validation. */
interface NetworkFile {
  readonly nodes: readonly {
    readonly name: string;
    readonly pubkey?: string;
    readonly labels?: Readonly<Record<string, string>>;
  }[];
  readonly channels: readonly {
    readonly name?: string;
    readonly scid?: string;
    readonly from: string;
    readonly to: string;
    readonly capacity_sat: number;
    readonly balance_msat?: number;
    readonly announced?: boolean;
    readonly policy?: PolicyFields;
    readonly reverse_policy?: PolicyFields;
  }[];
}

function parse(input: ImportInput): ImportOutcome {
  const [[file, text] = ['', '']] = input.files;
  const problems = new ImportProblems(file, text);
  const reading = parseJsonText(text);
  if (!reading.ok) {
    problems.atOffset('E703', reading.offset, `this is not valid JSON: ${reading.message}`);
    return { ok: false, diagnostics: problems.list() };
  }
  const validator = networkCheck();
  if (!validator(reading.value)) {
    for (const error of validator.errors ?? []) reportSchemaError(error, reading.value, problems);
    return { ok: false, diagnostics: problems.list() };
  }
  const network = readNetwork(reading.value as unknown as NetworkFile, problems);
  if (problems.failed) return { ok: false, diagnostics: problems.list() };
  return { ok: true, network, traffic: { kind: 'none' }, warnings: problems.list() };
}

function reportSchemaError(error: ErrorObject, document: unknown, problems: ImportProblems): void {
  const path: (string | number)[] = [];
  let value = document;
  for (const part of error.instancePath.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(key) : key);
    value = (value as Record<string, unknown> | undefined)?.[key];
  }
  const params = error.params as { readonly [key: string]: unknown };
  const what = path.length === 0 ? 'the document' : String(path[path.length - 1]);
  let message = `${what} ${error.message ?? 'is not valid'}`;
  if (error.keyword === 'additionalProperties') {
    path.push(String(params.additionalProperty));
    message = `unknown key ${String(params.additionalProperty)}`;
  } else if (error.keyword === 'required') {
    message = `${String(params.missingProperty)} is missing`;
  } else if (error.keyword === 'const') {
    message = `${what} must be ${JSON.stringify(params.allowedValue)}`;
  }
  problems.atPath('E703', path, message);
}

function readNetwork(
  document: NetworkFile,
  problems: ImportProblems,
): { nodes: ImportedNode[]; channels: ImportedChannel[] } {
  const indexOf = new Map<string, number>();
  const pubkeys = new Set<string>();
  const nodes = document.nodes.map((node, index): ImportedNode => {
    const pubkey = node.pubkey?.toLowerCase();
    if (indexOf.has(node.name)) {
      problems.atPath('E704', ['nodes', index, 'name'], `node ${node.name} stands twice in this file`);
    }
    if (pubkey !== undefined && pubkeys.has(pubkey)) {
      problems.atPath('E704', ['nodes', index, 'pubkey'], `public key ${pubkey} stands twice in this file`);
    }
    indexOf.set(node.name, index);
    if (pubkey !== undefined) pubkeys.add(pubkey);
    return { name: node.name, ...(pubkey === undefined ? {} : { pubkey }), labels: node.labels ?? {} };
  });

  const given = new Set(document.channels.flatMap((channel) => (channel.name === undefined ? [] : [channel.name])));
  const names = new Set<string>();
  const scids = new Set<string>();
  const channels: ImportedChannel[] = [];
  document.channels.forEach((channel, index) => {
    const at = (key: string): (string | number)[] => ['channels', index, key];
    const node0 = indexOf.get(channel.from);
    const node1 = indexOf.get(channel.to);
    if (node0 === undefined) problems.atPath('E704', at('from'), `there is no node ${channel.from} in this file`);
    if (node1 === undefined) problems.atPath('E704', at('to'), `there is no node ${channel.to} in this file`);
    if (node0 === undefined || node1 === undefined) return;
    if (node0 === node1) problems.atPath('E704', at('to'), 'a channel must join two different nodes');
    const scid = channel.scid === undefined ? undefined : readScid(channel.scid);
    if (scid === null) {
      problems.atPath('E703', at('scid'), `${channel.scid} is no short channel id`);
    } else if (scid !== undefined) {
      if (scids.has(scid))
        problems.atPath('E704', at('scid'), `short channel id ${channel.scid} stands twice in this file`);
      scids.add(scid);
    }
    let name = channel.name;
    if (name === undefined) {
      name = typeof scid === 'string' ? scidName(scid) : `${channel.from}-${channel.to}`;
      while (given.has(name)) name += '-2';
      name = uniqueName(name, names);
    } else if (names.has(name)) {
      problems.atPath('E704', at('name'), `channel ${name} stands twice in this file`);
    }
    names.add(name);
    const capacityMsat = channel.capacity_sat * MSAT_PER_SAT;
    const balance = channel.balance_msat ?? capacityMsat;
    if (balance > capacityMsat) {
      problems.atPath('E704', at('balance_msat'), `the balance exceeds the capacity of ${channel.capacity_sat} sat`);
    }
    channels.push({
      name,
      ...(typeof scid === 'string' ? { scid } : {}),
      node0,
      node1,
      capacitySat: channel.capacity_sat,
      balance0Msat: balance,
      announced: channel.announced ?? true,
      policy0: readPolicy(channel.policy),
      policy1: readPolicy(channel.reverse_policy),
    });
  });
  return { nodes, channels };
}

function readPolicy(fields: PolicyFields | undefined): PolicyPlan {
  const policy: { -readonly [Key in keyof PolicyPlan]: PolicyPlan[Key] } = {};
  if (fields === undefined) return policy;
  if (fields.fee_base_msat !== undefined) policy.feeBaseMsat = fields.fee_base_msat;
  if (fields.fee_rate_ppm !== undefined) policy.feeRatePpm = fields.fee_rate_ppm;
  if (fields.cltv_expiry_delta !== undefined) policy.cltvDelta = fields.cltv_expiry_delta;
  if (fields.min_htlc_msat !== undefined) policy.minHtlcMsat = fields.min_htlc_msat;
  if (fields.max_htlc_msat !== undefined) policy.maxHtlcMsat = fields.max_htlc_msat;
  if (fields.disabled !== undefined) policy.disabled = fields.disabled;
  if (fields.inbound_fee_base_msat !== undefined) policy.inboundFeeBaseMsat = fields.inbound_fee_base_msat;
  if (fields.inbound_fee_rate_ppm !== undefined) policy.inboundFeeRatePpm = fields.inbound_fee_rate_ppm;
  return policy;
}
