/** Exports a network as sim-ln’s simulation file, with the regular activities between its nodes (see sim-ln-writer.ts). */
import { pubkeysOf } from '../timeline/pubkey.ts';
import type { ExportFormat, ExportInput, ExportOutcome } from './exported.ts';
import { scidName } from './scid.ts';
import { writeSimLn } from './sim-ln-writer.ts';

export const simLnExport: ExportFormat = {
  name: 'sim-ln',
  summary: 'Simulation file of sim-ln, with sim_network and activity',
  write,
};

function write({ name, network, activities }: ExportInput): ExportOutcome {
  const keys = pubkeysOf(network.nodes);
  const nodes = network.nodes.map((node, i) => ({ name: node.name, pubkey: keys[i] as string }));
  const joined = new Set(network.channels.flatMap(({ node0, node1 }) => [node0, node1]));
  // A node without channels is not in the file, so that nobody can be told to pay it.
  const names = new Set(nodes.filter((_, n) => joined.has(n)).map((node) => node.name));
  const said = activities.filter(({ source, destination }) => names.has(source) && names.has(destination));
  const { text, notes } = writeSimLn({ nodes, channels: network.channels, activities: said });
  const target = `${name}.sim.json`;
  return {
    target,
    kind: 'file',
    files: new Map([[target, text]]),
    nodeNames: nodes.map((node) => node.name),
    channelNames: network.channels.map(({ scid }) => scidName(scid)),
    activities: said.length,
    notes,
  };
}
