/** Writes a network as the three CSV files of the CLoTH simulator. Ids count from 0: node 17 is the 18th of the network. */
import { MSAT_PER_SAT } from '../base/numbers.ts';
import { CLOTH_FILES } from './cloth.ts';
import type { ExportFormat, ExportInput, ExportOutcome } from './exported.ts';

export const clothWriter: ExportFormat = {
  name: 'cloth',
  summary: 'Folder of the CLoTH simulator: nodes_ln.csv, channels_ln.csv, edges_ln.csv',
  write,
};

function write({ name, network }: ExportInput): ExportOutcome {
  const nodes = ['id', ...network.nodes.map((_, i) => i)];
  const channels = ['id,edge1_id,edge2_id,node1_id,node2_id,capacity'];
  const edges = [
    'id,channel_id,counter_edge_id,from_node_id,to_node_id,balance,fee_base,fee_proportional,min_htlc,timelock',
  ];
  network.channels.forEach(({ node0, node1, capacitySat, balance0Msat, policy0, policy1 }, i) => {
    const capacity = capacitySat * MSAT_PER_SAT;
    const [edge0, edge1] = [2 * i, 2 * i + 1];
    channels.push([i, edge0, edge1, node0, node1, capacity].join());
    const policy = ({ feeBaseMsat, feeRatePpm, minHtlcMsat, cltvDelta }: typeof policy0): number[] => [
      feeBaseMsat,
      feeRatePpm,
      minHtlcMsat,
      cltvDelta,
    ];
    edges.push(
      [edge0, i, edge1, node0, node1, balance0Msat, ...policy(policy0)].join(),
      [edge1, i, edge0, node1, node0, capacity - balance0Msat, ...policy(policy1)].join(),
    );
  });
  const texts = [nodes, channels, edges].map((lines) => `${lines.join('\n')}\n`);
  const files = new Map(CLOTH_FILES.map((file, i) => [file, texts[i] as string]));
  const nodeNames = network.nodes.map((_, i) => `n${i}`);
  const channelNames = network.channels.map((_, i) => `c${i}`);
  return { target: `${name}.cloth`, kind: 'folder', files, nodeNames, channelNames, activities: 0, notes: [] };
}
