/** Topology `star`: node 0 is the hub, every other node opens one channel to it. */
import { ChannelList, nodesSchema, numberOf, type TopologyKind, topologySchema } from './topology.ts';

export const star: TopologyKind = {
  name: 'star',
  summary: 'One hub; every other node opens a channel to it',
  schema: topologySchema(
    'Star',
    'Node 0 is the hub (label `place: hub`), every other node (label `place: leaf`) opens one channel to it.',
    { nodes: nodesSchema(2, [10], 'Number of nodes, the hub included.') },
    ['nodes'],
    { nodes: 10 },
  ),
  example: `star: { nodes: 10 }
capacity: 1_000_000 sat`,

  plan(context) {
    const nodes = numberOf(context, 'nodes', 2);
    const channels = new ChannelList();
    for (let i = 1; i < nodes; i++) channels.push(i, 0);
    return { nodes, ...channels, labels: (node) => ({ place: node === 0 ? 'hub' : 'leaf' }) };
  },
};
