/**
 * Topology `barabasi_albert`: nodes arrive one after the other and open channels to those that have many already
 * (Barabási and Albert, 1999). The first channels_per_node + 1 nodes have a channel between every two of them; each later
 * one opens channels_per_node channels to different nodes, drawn with the number of their channels as weight. Connected by
 * construction.
 */
import { ChannelList, nodesSchema, numberOf, type TopologyKind, tooManyChannels, topologySchema } from './topology.ts';

export const barabasiAlbert: TopologyKind = {
  name: 'barabasi_albert',
  summary: 'Preferential attachment: few nodes with many channels, many with few',
  schema: topologySchema(
    'Barabási–Albert',
    'Each new node opens channels to nodes drawn by the number of channels they have. Connected.',
    {
      nodes: nodesSchema(2, [200], 'Number of nodes.'),
      channels_per_node: {
        title: 'Channels per node',
        description: 'Channels that each new node opens, to different nodes; less than `nodes`.',
        type: 'integer',
        minimum: 1,
        maximum: 1000,
        default: 2,
        examples: [2],
      },
    },
    ['nodes'],
    { nodes: 200, channels_per_node: 2 },
  ),
  example: `barabasi_albert: { nodes: 200, channels_per_node: 2 }
capacity: 1_000_000 sat`,

  plan(context) {
    const nodes = numberOf(context, 'nodes', 2);
    const each = numberOf(context, 'channels_per_node', Math.min(2, nodes - 1));
    if (each >= nodes) {
      context.report('E303', 'channels_per_node', `expected less than the number of nodes (${nodes}), got \`${each}\``);
      return null;
    }
    if (tooManyChannels(context, nodes * each, 'nodes')) return null;
    const stream = context.stream('channels');
    const channels = new ChannelList();
    // Every node once for each of its channels: a uniform draw from it is a draw by degree.
    const ends: number[] = [];
    for (let i = 0; i <= each; i++) {
      for (let j = 0; j < i; j++) {
        channels.push(i, j);
        ends.push(i, j);
      }
    }
    for (let node = each + 1; node < nodes; node++) {
      const chosen: number[] = [];
      while (chosen.length < each) {
        const other = ends[stream.integer(0, ends.length - 1)] as number;
        if (!chosen.includes(other)) chosen.push(other);
      }
      for (const other of chosen) {
        channels.push(node, other);
        ends.push(node, other);
      }
    }
    return { nodes, ...channels };
  },
};
