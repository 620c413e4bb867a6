/** Topology `line`: each node opens a channel to the next one. */
import { ChannelList, nodesSchema, numberOf, type TopologyKind, topologySchema } from './topology.ts';

export const line: TopologyKind = {
  name: 'line',
  summary: 'Nodes in a row; each opens a channel to the next',
  schema: topologySchema(
    'Line',
    'Nodes in a row, NODES − 1 channels.',
    { nodes: nodesSchema(2, [5], 'Number of nodes.') },
    ['nodes'],
    { nodes: 5 },
  ),
  example: `line: { nodes: 5 }
capacity: 1_000_000 sat`,

  plan(context) {
    const nodes = numberOf(context, 'nodes', 2);
    const channels = new ChannelList();
    for (let i = 0; i + 1 < nodes; i++) channels.push(i, i + 1);
    return { nodes, ...channels };
  },
};
