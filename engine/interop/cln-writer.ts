/** Writes a graph as Core Lightning’s `listchannels` and `listnodes` print it: an entry for each direction of a channel. */

import { MSAT_PER_SAT } from '../base/numbers.ts';
import { pubkeysOf } from '../timeline/pubkey.ts';
import { CLN_FILES } from './cln.ts';
import type { ExportFormat, ExportInput, ExportOutcome } from './exported.ts';
import { MADE_UP_TIME } from './lnd-describegraph-writer.ts';
import { scidName } from './scid.ts';

export const clnWriter: ExportFormat = {
  name: 'cln',
  summary: 'Folder with the outputs of Core Lightning’s listchannels and listnodes',
  write,
};

function write({ name, network }: ExportInput): ExportOutcome {
  const keys = pubkeysOf(network.nodes);
  const channels = network.channels.flatMap((channel) => {
    const [key0, key1] = [keys[channel.node0] as string, keys[channel.node1] as string];
    const sides = [
      { source: key0, destination: key1, policy: channel.policy0 },
      { source: key1, destination: key0, policy: channel.policy1 },
    ];
    if (key1 < key0) sides.reverse();
    return sides.map(({ source, destination, policy }, direction) => ({
      source,
      destination,
      short_channel_id: scidName(channel.scid),
      direction,
      public: channel.announced,
      amount_msat: channel.capacitySat * MSAT_PER_SAT,
      message_flags: 1,
      channel_flags: direction + (policy.disabled ? 2 : 0),
      active: !policy.disabled,
      last_update: MADE_UP_TIME,
      base_fee_millisatoshi: policy.feeBaseMsat,
      fee_per_millionth: policy.feeRatePpm,
      delay: policy.cltvDelta,
      htlc_minimum_msat: policy.minHtlcMsat,
      htlc_maximum_msat: policy.maxHtlcMsat,
      features: '',
    }));
  });
  const nodes = network.nodes.map((node, i) => ({
    nodeid: keys[i],
    alias: node.name === keys[i] ? (node.labels.alias ?? '') : node.name,
    color: (keys[i] as string).slice(2, 8),
    last_timestamp: MADE_UP_TIME,
    features: '',
    addresses: [],
  }));
  const [channelsFile, nodesFile] = CLN_FILES;
  const files = new Map([
    [channelsFile, `${JSON.stringify({ channels }, null, 3)}\n`],
    [nodesFile, `${JSON.stringify({ nodes }, null, 3)}\n`],
  ]);
  const channelNames = network.channels.map(({ scid }) => scidName(scid));
  return { target: `${name}.cln`, kind: 'folder', files, nodeNames: keys, channelNames, activities: 0, notes: [] };
}
