/**
 * Topology `erdos_renyi`: every two nodes have a channel with the same probability (Gilbert's G(n, p)). Pairs that are
 * not joined are skipped over by geometric draws, so that the time grows with the channels and not with the pairs. Unless
 * `connected: false`, one channel more joins each piece to the largest.
 */
import { log } from '../../base/math.ts';
import { property } from '../../spec/values.ts';
import { connectPieces } from './connect.ts';
import { ChannelList, nodesSchema, numberOf, type TopologyKind, tooManyChannels, topologySchema } from './topology.ts';

export const erdosRenyi: TopologyKind = {
  name: 'erdos_renyi',
  summary: 'Random graph: every two nodes have a channel with the same probability',
  schema: {
    ...topologySchema(
      'Erdős–Rényi',
      'Every two nodes have a channel with the same probability. Connected unless told otherwise.',
      {
        nodes: nodesSchema(2, [100], 'Number of nodes.'),
        probability: {
          title: 'Probability',
          description: 'Probability of a channel between two nodes.',
          type: 'number',
          minimum: 0,
          maximum: 1,
          examples: [0.05],
        },
        mean_degree: {
          title: 'Mean degree',
          description: 'Mean number of channels of a node, instead of the probability.',
          type: 'number',
          minimum: 0,
          examples: [5],
        },
        connected: {
          title: 'Connected',
          description: 'Joins pieces that chance left apart, with one channel each.',
          type: 'boolean',
          default: true,
        },
      },
      ['nodes'],
      { nodes: 100, mean_degree: 5 },
    ),
    'x-exactly-one': { keys: ['probability', 'mean_degree'], what: 'density' },
    oneOf: [{ required: ['probability'] }, { required: ['mean_degree'] }],
  },
  example: `erdos_renyi: { nodes: 100, mean_degree: 5 }
capacity: 1_000_000 sat`,

  plan(context) {
    const nodes = numberOf(context, 'nodes', 2);
    const mean = numberOf(context, 'mean_degree', -1);
    if (mean > nodes - 1) {
      context.report('E303', 'mean_degree', `expected at most ${nodes - 1}, one for each other node, got \`${mean}\``);
      return null;
    }
    const probability = mean >= 0 ? mean / (nodes - 1) : numberOf(context, 'probability', 0);
    const key = mean >= 0 ? 'mean_degree' : 'probability';
    if (tooManyChannels(context, (probability * nodes * (nodes - 1)) / 2 + nodes, key)) return null;
    const channels = new ChannelList();
    const stream = context.stream('channels');
    // Pairs (node, other) with other < node, in rows of the lower triangle.
    const step = probability < 1 ? log(1 - probability) : Number.NEGATIVE_INFINITY;
    let node = 1;
    let other = -1;
    // Where 1 − probability rounds to 1, no channel can be expected in any network that fits.
    while (1 - probability < 1 && node < nodes) {
      other += 1 + (probability < 1 ? Math.floor(log(1 - stream.unit()) / step) : 0);
      while (other >= node && node < nodes) {
        other -= node;
        node++;
      }
      if (node < nodes) channels.push(node, other);
    }
    if (property(context.args, 'connected') !== false) connectPieces(nodes, channels, context.stream('connect'));
    return { nodes, ...channels };
  },
};
