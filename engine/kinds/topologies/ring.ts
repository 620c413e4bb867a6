/** Topology `ring`: each node opens a channel to the next one, and the last to the first. */
import { ChannelList, nodesSchema, numberOf, type TopologyKind, topologySchema } from './topology.ts';

export const ring: TopologyKind = {
  name: 'ring',
  summary: 'Nodes in a circle; each opens a channel to the next',
  schema: topologySchema(
    'Ring',
    'Nodes in a circle, as many channels as nodes.',
    { nodes: nodesSchema(3, [6], 'Number of nodes, at least 3.') },
    ['nodes'],
    { nodes: 6 },
  ),
  example: `ring: { nodes: 6 }
capacity: 1_000_000 sat`,

  plan(context) {
    const nodes = numberOf(context, 'nodes', 3);
    const channels = new ChannelList();
    for (let i = 0; i < nodes; i++) channels.push(i, (i + 1) % nodes);
    return { nodes, ...channels };
  },
};
