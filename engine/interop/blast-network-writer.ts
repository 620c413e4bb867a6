/** Writes BLAST's own network file: one line for each node and each channel, fields in a fixed order. */
import type { Json } from '../base/json.ts';
import type { PolicyPlan } from '../timeline/network.ts';
import type { ImportedNetwork } from './imported.ts';

/** The file's text. Reading it again gives the same network. */
export function writeBlastNetwork(network: ImportedNetwork, description?: string): string {
  const head: string[] = ['  "format": "blast-network/1"'];
  if (description !== undefined) head.push(`  "description": ${JSON.stringify(description)}`);
  const nodes = network.nodes.map((node) =>
    line({
      name: node.name,
      pubkey: node.pubkey,
      labels: Object.keys(node.labels).length === 0 ? undefined : node.labels,
    }),
  );
  const channels = network.channels.map((channel) =>
    line({
      name: channel.name,
      scid: channel.scid,
      from: network.nodes[channel.node0]?.name ?? '',
      to: network.nodes[channel.node1]?.name ?? '',
      capacity_sat: channel.capacitySat,
      balance_msat: channel.balance0Msat,
      announced: channel.announced ? undefined : false,
      policy: policyFields(channel.policy0),
      reverse_policy: policyFields(channel.policy1),
    }),
  );
  return `{\n${head.join(',\n')},\n  "nodes": ${block(nodes)},\n  "channels": ${block(channels)}\n}\n`;
}

function block(lines: readonly string[]): string {
  return lines.length === 0 ? '[]' : `[\n${lines.map((text) => `    ${text}`).join(',\n')}\n  ]`;
}

function line(fields: { readonly [key: string]: Json | undefined }): string {
  const parts = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [`${JSON.stringify(key)}: ${spaced(value)}`],
  );
  return `{ ${parts.join(', ')} }`;
}

function spaced(value: Json): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  return line(value as { readonly [key: string]: Json });
}

function policyFields(policy: PolicyPlan): { readonly [key: string]: Json } | undefined {
  const fields: { [key: string]: Json } = {};
  const put = (key: string, value: number | boolean | undefined): void => {
    if (value !== undefined) fields[key] = value;
  };
  put('fee_base_msat', policy.feeBaseMsat);
  put('fee_rate_ppm', policy.feeRatePpm);
  put('cltv_expiry_delta', policy.cltvDelta);
  put('min_htlc_msat', policy.minHtlcMsat);
  put('max_htlc_msat', policy.maxHtlcMsat);
  put('disabled', policy.disabled);
  put('inbound_fee_base_msat', policy.inboundFeeBaseMsat);
  put('inbound_fee_rate_ppm', policy.inboundFeeRatePpm);
  return Object.keys(fields).length === 0 ? undefined : fields;
}
