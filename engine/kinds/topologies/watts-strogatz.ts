/**
 * Topology `watts_strogatz`: a ring whose nodes know their nearest neighbours, with some channels moved at random (Watts
 * and Strogatz, 1998). A channel that is to be moved keeps its opener and gets another node, drawn among all that the
 * opener has no channel with. Where moving broke the network into pieces, one channel more joins each of them to the
 * largest.
 */
import { connectPieces } from './connect.ts';
import { ChannelList, nodesSchema, numberOf, type TopologyKind, tooManyChannels, topologySchema } from './topology.ts';

export const wattsStrogatz: TopologyKind = {
  name: 'watts_strogatz',
  summary: 'Small world: a ring of neighbours with some channels moved at random',
  schema: topologySchema(
    'Watts–Strogatz',
    'A ring in which each node has channels with its nearest neighbours; some of them are moved to random nodes. Connected.',
    {
      nodes: nodesSchema(3, [100], 'Number of nodes.'),
      neighbours: {
        title: 'Neighbours',
        description: 'Nearest nodes that each node has channels with: an even number, less than `nodes`.',
        type: 'integer',
        minimum: 2,
        maximum: 1000,
        multipleOf: 2,
        default: 4,
        examples: [4],
      },
      rewire: {
        title: 'Rewire',
        description: 'Probability that a channel is moved: 0 a plain ring, 1 a random graph.',
        type: 'number',
        minimum: 0,
        maximum: 1,
        default: 0.1,
        examples: [0.1],
      },
    },
    ['nodes'],
    { nodes: 100, neighbours: 4, rewire: 0.1 },
  ),
  example: `watts_strogatz: { nodes: 100, neighbours: 4, rewire: 0.1 }
capacity: 1_000_000 sat`,

  plan(context) {
    const nodes = numberOf(context, 'nodes', 3);
    const neighbours = numberOf(context, 'neighbours', nodes > 4 ? 4 : 2);
    const rewire = numberOf(context, 'rewire', 0.1);
    if (neighbours >= nodes) {
      context.report('E303', 'neighbours', `expected less than the number of nodes (${nodes}), got \`${neighbours}\``);
      return null;
    }
    if (tooManyChannels(context, (nodes * neighbours) / 2, 'nodes')) return null;
    const stream = context.stream('channels');
    const known = Array.from({ length: nodes }, () => new Set<number>());
    const join = (a: number, b: number): void => {
      (known[a] as Set<number>).add(b);
      (known[b] as Set<number>).add(a);
    };
    for (let node = 0; node < nodes; node++) {
      for (let step = 1; step <= neighbours / 2; step++) join(node, (node + step) % nodes);
    }
    const channels = new ChannelList();
    for (let step = 1; step <= neighbours / 2; step++) {
      for (let node = 0; node < nodes; node++) {
        const near = (node + step) % nodes;
        const own = known[node] as Set<number>;
        let other = near;
        if (stream.unit() < rewire && own.size < nodes - 1) {
          do other = stream.integer(0, nodes - 1);
          while (other === node || own.has(other));
          own.delete(near);
          (known[near] as Set<number>).delete(node);
          join(node, other);
        }
        channels.push(node, other);
      }
    }
    connectPieces(nodes, channels, context.stream('connect'));
    return { nodes, ...channels };
  },
};
