/** Topology `complete`: a channel between every two nodes, opened by the one of the lower number. */
import { ChannelList, nodesSchema, numberOf, type TopologyKind, tooManyChannels, topologySchema } from './topology.ts';

export const complete: TopologyKind = {
  name: 'complete',
  summary: 'A channel between every two nodes',
  schema: topologySchema(
    'Complete',
    'A channel between every two nodes, opened by the one of the lower number.',
    { nodes: nodesSchema(2, [5], 'Number of nodes.') },
    ['nodes'],
    { nodes: 5 },
  ),
  example: `complete: { nodes: 5 }
capacity: 1_000_000 sat`,

  plan(context) {
    const nodes = numberOf(context, 'nodes', 2);
    if (tooManyChannels(context, (nodes * (nodes - 1)) / 2, 'nodes')) return null;
    const channels = new ChannelList();
    for (let i = 0; i < nodes; i++) for (let j = i + 1; j < nodes; j++) channels.push(i, j);
    return { nodes, ...channels };
  },
};
