/**
 * Writes a graph as `lncli describegraph` prints it. Node 1 of a channel is the one with the smaller key, as lnd has it.
 * Times, colors and funding transactions are made up, the same in every file; programs that read graphs insist on them.
 */
import { sha256Text } from '../base/digest.ts';
import { pubkeysOf } from '../timeline/pubkey.ts';
import type { ExportChannel, ExportFormat, ExportInput, ExportOutcome } from './exported.ts';
import { scidName } from './scid.ts';

/** 1 January 2025, seconds since 1970. */
export const MADE_UP_TIME = 1_735_689_600;

export const lndDescribegraphWriter: ExportFormat = {
  name: 'lnd-describegraph',
  summary: 'Graph as `lncli describegraph` prints it',
  write,
};

function write({ name, network }: ExportInput): ExportOutcome {
  const keys = pubkeysOf(network.nodes);
  const nodes = network.nodes.map((node, i) => ({
    last_update: MADE_UP_TIME,
    pub_key: keys[i],
    alias: node.name === keys[i] ? (node.labels.alias ?? '') : node.name,
    addresses: [],
    color: `#${(keys[i] as string).slice(2, 8)}`,
    features: {},
    custom_records: {},
  }));
  const edges = network.channels.map((channel) => {
    const [key0, key1] = [keys[channel.node0] as string, keys[channel.node1] as string];
    const inOrder = key0 < key1;
    return {
      channel_id: channel.scid,
      chan_point: `${sha256Text(`blast/funding/v1:${channel.scid}`)}:${BigInt(channel.scid) & 0xffffn}`,
      last_update: MADE_UP_TIME,
      node1_pub: inOrder ? key0 : key1,
      node2_pub: inOrder ? key1 : key0,
      capacity: String(channel.capacitySat),
      node1_policy: policyOf(inOrder ? channel.policy0 : channel.policy1),
      node2_policy: policyOf(inOrder ? channel.policy1 : channel.policy0),
      custom_records: {},
    };
  });
  const text = `${JSON.stringify({ nodes, edges }, null, 4)}\n`;
  const target = `${name}.describegraph.json`;
  const channelNames = network.channels.map(({ scid }) => scidName(scid));
  return {
    target,
    kind: 'file',
    files: new Map([[target, text]]),
    nodeNames: keys,
    channelNames,
    activities: 0,
    notes: [],
  };
}

/** 64-bit numbers are texts, 32-bit ones are not. */
function policyOf(policy: ExportChannel['policy0']): object {
  return {
    time_lock_delta: policy.cltvDelta,
    min_htlc: String(policy.minHtlcMsat),
    fee_base_msat: String(policy.feeBaseMsat),
    fee_rate_milli_msat: String(policy.feeRatePpm),
    disabled: policy.disabled,
    max_htlc_msat: String(policy.maxHtlcMsat),
    last_update: MADE_UP_TIME,
    custom_records: {},
    inbound_fee_base_msat: policy.inboundFeeBaseMsat,
    inbound_fee_rate_milli_msat: policy.inboundFeeRatePpm,
  };
}
