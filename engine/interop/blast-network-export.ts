/** Exports a network as BLAST’s own network file. What a node runs is its label `implementation`, where it is not the usual model. */
import { writeBlastNetwork } from './blast-network-writer.ts';
import type { ExportFormat, ExportInput, ExportOutcome } from './exported.ts';

export const blastNetworkExport: ExportFormat = {
  name: 'blast-network',
  summary: "BLAST's own network file",
  write,
};

function write({ name, network, usualModel }: ExportInput): ExportOutcome {
  const nodes = network.nodes.map((node) => ({
    name: node.name,
    ...(node.pubkey === undefined ? {} : { pubkey: node.pubkey }),
    labels: { ...(node.model === usualModel ? {} : { implementation: node.model }), ...node.labels },
  }));
  const channels = network.channels.map(({ scid, scidGiven, ...channel }) =>
    scidGiven ? { ...channel, scid } : channel,
  );
  const target = `${name}.network.json`;
  return {
    target,
    kind: 'file',
    files: new Map([[target, writeBlastNetwork({ nodes, channels })]]),
    nodeNames: nodes.map((node) => node.name),
    channelNames: network.channels.map((channel) => channel.name),
    activities: 0,
    notes: [],
  };
}
