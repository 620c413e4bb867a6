/**
 * Writes a network for warnet: `network.yaml`, and `node-defaults.yaml`, which must exist. The nodes of the Bitcoin network
 * are joined in a ring, as warnet does when it imports a graph.
 *
 * warnet opens channels at the block and the transaction that their ids name, from block 500, at most 200 in a block and
 * numbered from 1 without a gap. Ids that do not suit it are replaced, all of them. It cannot set the policies of nodes of
 * Core Lightning and fails when it is told to, so that those are left out.
 */
import { MSAT_PER_SAT } from '../base/numbers.ts';
import type { NodePlan } from '../timeline/network.ts';
import type { ExportChannel, ExportFormat, ExportInput, ExportNetwork, ExportOutcome } from './exported.ts';
import { scidName } from './scid.ts';
import { FIRST_BLOCK, freeScids, PER_BLOCK } from './scid-plan.ts';
import { WARNET_DEFAULTS, WARNET_NETWORK, WARNET_SUFFIX } from './warnet.ts';

export const warnetWriter: ExportFormat = {
  name: 'warnet',
  summary: 'Folder of warnet: network.yaml, node-defaults.yaml',
  write,
};

/** Capacity that warnet's way of making ids allows at most, sat. */
const MOST_SAT = 400_000_000;
/** Names of Kubernetes: lower-case letters, digits and hyphens, with a letter or digit at both ends. */
const POD = /^[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?$/;

function write({ name, network }: ExportInput): ExportOutcome {
  const names = podNames(network);
  const scids = suits(network.channels) ? network.channels.map(({ scid }) => scid) : newScids(network.channels.length);
  const opened = network.nodes.map((): number[] => []);
  network.channels.forEach(({ node0 }, c) => {
    opened[node0]?.push(c);
  });
  const lines = ['nodes:'];
  network.nodes.forEach((node, n) => {
    const implementation = isCln(node) ? 'cln' : 'lnd';
    lines.push(`  - name: "${names[n]}"`);
    if (network.nodes.length > 1) lines.push(`    addnode: ["${names[(n + 1) % names.length]}"]`);
    lines.push(`    ln: { ${implementation}: true }`);
    const own = opened[n] as readonly number[];
    if (own.length > 0) lines.push(`    ${implementation}:`, '      channels:');
    for (const c of own) {
      lines.push(...channelLines(network, network.channels[c] as ExportChannel, scids[c] as string, names));
    }
  });
  const large = network.channels.filter(({ capacitySat }) => capacitySat >= MOST_SAT).length;
  const notes = large === 0 ? [] : [`channels of 4 BTC and more, which warnet does not open at their place: ${large}`];
  const files = new Map([
    [WARNET_NETWORK, `${network.nodes.length === 0 ? 'nodes: []' : lines.join('\n')}\n`],
    [WARNET_DEFAULTS, 'chain: regtest\n'],
  ]);
  return {
    target: `${name}.warnet`,
    kind: 'folder',
    files,
    nodeNames: names,
    channelNames: scids.map(scidName),
    activities: 0,
    notes,
  };
}

function isCln(node: NodePlan | undefined): boolean {
  return node?.model === 'cln';
}

function channelLines(
  { nodes }: ExportNetwork,
  channel: ExportChannel,
  scid: string,
  names: readonly string[],
): string[] {
  const value = BigInt(scid);
  const push = Math.floor((channel.capacitySat * MSAT_PER_SAT - channel.balance0Msat) / MSAT_PER_SAT);
  return [
    `        - id: { block: ${value >> 40n}, index: ${(value >> 16n) & 0xffffffn} }`,
    `          target: "${names[channel.node1]}${WARNET_SUFFIX}"`,
    `          capacity: ${channel.capacitySat}`,
    `          push_amt: ${push}`,
    ...(isCln(nodes[channel.node0]) ? [] : [`          source_policy: ${policyText(channel.policy0)}`]),
    ...(isCln(nodes[channel.node1]) ? [] : [`          target_policy: ${policyText(channel.policy1)}`]),
  ];
}

function policyText(policy: ExportChannel['policy0']): string {
  const fields = {
    cltv_expiry_delta: policy.cltvDelta,
    htlc_minimum_msat: policy.minHtlcMsat,
    fee_base_msat: policy.feeBaseMsat,
    fee_proportional_millionths: policy.feeRatePpm,
    htlc_maximum_msat: policy.maxHtlcMsat,
  };
  return `{ ${Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')} }`;
}

/** Names that pods can have; those that cannot are mended, and numbered where that makes two alike. */
function podNames({ nodes }: ExportNetwork): readonly string[] {
  const taken = new Set(nodes.map(({ name }) => name).filter((name) => POD.test(name)));
  return nodes.map(({ name }) => {
    if (POD.test(name)) return name;
    const mended =
      name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .slice(0, 40)
        .replace(/^-+|-+$/g, '') || 'node';
    let unique = mended;
    for (let n = 2; taken.has(unique); n++) unique = `${mended}-${n}`;
    taken.add(unique);
    return unique;
  });
}

/** Whether warnet can make all the ids. */
function suits(channels: readonly ExportChannel[]): boolean {
  const blocks = new Map<bigint, Set<bigint>>();
  for (const { scid } of channels) {
    const value = BigInt(scid);
    const [block, index] = [value >> 40n, (value >> 16n) & 0xffffffn];
    if (block < BigInt(FIRST_BLOCK) || index < 1n || index > BigInt(PER_BLOCK) || (value & 0xffffn) !== 0n)
      return false;
    const indexes = blocks.get(block) ?? new Set();
    blocks.set(block, indexes.add(index));
  }
  return [...blocks.values()].every((indexes) => [...indexes].every((index) => index <= BigInt(indexes.size)));
}

function newScids(count: number): readonly string[] {
  const free = freeScids(new Set());
  return Array.from({ length: count }, () => free.next().value);
}
