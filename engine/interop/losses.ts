/**
 * What an exported network lost: its files are read again, and what comes back is compared with what went in. So nothing
 * is left out in silence, whatever a format can say.
 */
import { MSAT_PER_SAT } from '../base/numbers.ts';
import type { ExportChannel, ExportNetwork, ExportOutcome } from './exported.ts';
import type { ImportedChannel, ImportedNetwork, ImportedNode, ImportFormat } from './imported.ts';

/** Something that a network has, in the order in which it is reported. */
const NODE_ASPECTS = ['name', 'public key', 'labels', 'implementation', 'wallet', 'options of the model'] as const;
const CHANNEL_ASPECTS = [
  'name',
  'short channel id',
  'opener',
  'capacity',
  'balance',
  'privacy',
  'fees',
  'expiry delta',
  'smallest HTLC',
  'largest HTLC',
  'disabled direction',
  'inbound fees',
  'latency',
] as const;

export type NodeAspect = (typeof NODE_ASPECTS)[number];
export type ChannelAspect = (typeof CHANNEL_ASPECTS)[number];

export interface Losses {
  /** How many nodes, or channels, lost it; those of which nobody did are absent. */
  readonly nodes: ReadonlyMap<NodeAspect, number>;
  readonly channels: ReadonlyMap<ChannelAspect, number>;
  /** Nodes and channels that did not come back at all. */
  readonly missingNodes: number;
  readonly missingChannels: number;
}

/** Compares a network with what reading its files gave. `usual` is the model of nodes of which nothing is said. */
export function lossesOf(
  network: ExportNetwork,
  { nodeNames, channelNames }: ExportOutcome,
  back: ImportedNetwork,
  usual: string,
): Losses {
  const nodeOf = new Map(back.nodes.map((node, i) => [node.name, i]));
  const channelOf = new Map(back.channels.map((channel) => [channel.name, channel]));
  const nodes = new Map<NodeAspect, number>();
  const channels = new Map<ChannelAspect, number>();
  let missingNodes = 0;
  let missingChannels = 0;
  network.nodes.forEach((node, n) => {
    const imported = back.nodes[nodeOf.get(nodeNames[n] as string) ?? -1];
    if (imported === undefined) missingNodes++;
    else for (const aspect of nodeLosses(node, imported, usual)) nodes.set(aspect, (nodes.get(aspect) ?? 0) + 1);
  });
  network.channels.forEach((channel, c) => {
    const imported = channelOf.get(channelNames[c] as string);
    if (imported === undefined) {
      missingChannels++;
      return;
    }
    const flipped = imported.node0 !== nodeOf.get(nodeNames[channel.node0] as string);
    for (const aspect of channelLosses(channel, flipped ? turned(imported) : imported, flipped)) {
      channels.set(aspect, (channels.get(aspect) ?? 0) + 1);
    }
  });
  return { nodes, channels, missingNodes, missingChannels };
}

/** The losses in words, one sentence each. */
export function lossTexts(
  format: string,
  { nodes, channels, missingNodes, missingChannels }: Losses,
): readonly string[] {
  const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
  const lines: string[] = [];
  const add = (aspect: string, n: number | undefined, what: string): void => {
    if (n !== undefined) lines.push(`${format} leaves out or changes: ${aspect} of ${counted(n, what)}`);
  };
  if (missingNodes > 0) lines.push(`${format} leaves out ${counted(missingNodes, 'node')}`);
  if (missingChannels > 0) lines.push(`${format} leaves out ${counted(missingChannels, 'channel')}`);
  for (const aspect of NODE_ASPECTS) add(aspect, nodes.get(aspect), 'node');
  for (const aspect of CHANNEL_ASPECTS) add(aspect, channels.get(aspect), 'channel');
  return lines;
}

function nodeLosses(node: ExportNetwork['nodes'][number], back: ImportedNode, usual: string): readonly NodeAspect[] {
  const lost: NodeAspect[] = [];
  if (node.name !== back.name) lost.push('name');
  if (node.pubkey !== undefined && node.pubkey.toLowerCase() !== back.pubkey) lost.push('public key');
  if (Object.entries(node.labels).some(([key, value]) => key !== 'implementation' && back.labels[key] !== value)) {
    lost.push('labels');
  }
  if (node.model !== (back.labels.implementation ?? usual)) lost.push('implementation');
  if (node.walletSat > 0) lost.push('wallet');
  if (Object.keys(node.options).length > 0) lost.push('options of the model');
  return lost;
}

function channelLosses(channel: ExportChannel, back: ImportedChannel, flipped: boolean): readonly ChannelAspect[] {
  const lost: ChannelAspect[] = [];
  if (channel.name !== back.name) lost.push('name');
  if (channel.scidGiven && channel.scid !== back.scid) lost.push('short channel id');
  if (flipped) lost.push('opener');
  if (channel.capacitySat !== back.capacitySat) lost.push('capacity');
  if (channel.balance0Msat !== back.balance0Msat) lost.push('balance');
  if (channel.announced !== back.announced) lost.push('privacy');
  const sides = [
    [channel.policy0, back.policy0],
    [channel.policy1, back.policy1],
  ] as const;
  const differs = (get: (policy: ImportedChannel['policy0']) => unknown): boolean =>
    sides.some(([own, other]) => get(own) !== get(other));
  if (differs((one) => one.feeBaseMsat) || differs((one) => one.feeRatePpm)) lost.push('fees');
  if (differs((one) => one.cltvDelta)) lost.push('expiry delta');
  if (differs((one) => one.minHtlcMsat)) lost.push('smallest HTLC');
  if (differs((one) => one.maxHtlcMsat)) lost.push('largest HTLC');
  if (differs((one) => one.disabled ?? false)) lost.push('disabled direction');
  if (differs((one) => one.inboundFeeBaseMsat ?? 0) || differs((one) => one.inboundFeeRatePpm ?? 0)) {
    lost.push('inbound fees');
  }
  if (channel.latencyUs > 0) lost.push('latency');
  return lost;
}

/** The channel seen from its other side. */
function turned(channel: ImportedChannel): ImportedChannel {
  return {
    ...channel,
    node0: channel.node1,
    node1: channel.node0,
    balance0Msat: channel.capacitySat * MSAT_PER_SAT - channel.balance0Msat,
    policy0: channel.policy1,
    policy1: channel.policy0,
  };
}

/**
 * What the files of a format do not say of a network, one sentence each. `reader` is the import format of the same name.
 */
export function losses(
  format: string,
  reader: ImportFormat | undefined,
  network: ExportNetwork,
  outcome: ExportOutcome,
  usual: string,
): readonly string[] {
  if (reader === undefined) return [`${format} cannot be read again, so that nobody knows what it leaves out`];
  const back = reader.parse({ files: outcome.files, seed: 1, balances: 'even' });
  if (!back.ok) return [`${format} cannot say this network: ${back.diagnostics[0]?.message ?? ''}`];
  const found = lossesOf(network, outcome, back.network, usual);
  // Balances that a reader makes up may be right by chance.
  const again = reader.parse({ files: outcome.files, seed: 1, balances: 'random' });
  const madeUp =
    again.ok && again.network.channels.some((one, c) => one.balance0Msat !== back.network.channels[c]?.balance0Msat);
  const channels = madeUp
    ? new Map([...found.channels, ['balance', network.channels.length] as const])
    : found.channels;
  return lossTexts(format, { ...found, channels });
}
