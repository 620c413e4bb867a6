/**
 * Topology `core_periphery`: a dense core of routing nodes and a periphery whose nodes have channels to the core only.
 * The core is numbered first; its channels are drawn pair by pair with the probability `core_density`, and pieces are
 * joined. Each node of the periphery opens its channels to different nodes of the core, all equally likely.
 */
import { connectPieces } from './connect.ts';
import { ChannelList, nodesSchema, numberOf, type TopologyKind, tooManyChannels, topologySchema } from './topology.ts';

export const corePeriphery: TopologyKind = {
  name: 'core_periphery',
  summary: 'A dense core of routing nodes, and nodes with channels to the core only',
  schema: topologySchema(
    'Core and periphery',
    'Nodes of the core carry the label `place: core` and are numbered first; the others carry `place: periphery`. Connected.',
    {
      core: nodesSchema(1, [10], 'Number of nodes in the core.'),
      periphery: nodesSchema(0, [90], 'Number of nodes around it.'),
      core_density: {
        title: 'Core density',
        description: 'Probability of a channel between two nodes of the core.',
        type: 'number',
        minimum: 0,
        maximum: 1,
        default: 1,
        examples: [0.5],
      },
      channels_per_node: {
        title: 'Channels per node',
        description: 'Channels that each node of the periphery opens, to different nodes of the core.',
        type: 'integer',
        minimum: 1,
        maximum: 1000,
        default: 1,
        examples: [2],
      },
    },
    ['core', 'periphery'],
    { core: 10, periphery: 90, channels_per_node: 2 },
  ),
  example: `core_periphery: { core: 10, periphery: 90, channels_per_node: 2 }
capacity: 1_000_000 sat`,

  plan(context) {
    const core = numberOf(context, 'core', 1);
    const periphery = numberOf(context, 'periphery', 0);
    const density = numberOf(context, 'core_density', 1);
    const each = numberOf(context, 'channels_per_node', 1);
    if (each > core) {
      context.report(
        'E303',
        'channels_per_node',
        `expected at most the number of nodes in the core (${core}), got \`${each}\``,
      );
      return null;
    }
    if (tooManyChannels(context, (core * (core - 1)) / 2 + periphery * each, 'core')) return null;
    const channels = new ChannelList();
    const inside = context.stream('core');
    for (let i = 0; i < core; i++) {
      for (let j = i + 1; j < core; j++) if (density === 1 || inside.unit() < density) channels.push(i, j);
    }
    connectPieces(core, channels, context.stream('connect'));
    const outside = context.stream('periphery');
    for (let node = core; node < core + periphery; node++) {
      const chosen = new Set<number>();
      // Floyd's way to draw `each` different numbers with `each` draws.
      for (let most = core - each; most < core; most++) {
        const pick = outside.integer(0, most);
        chosen.add(chosen.has(pick) ? most : pick);
      }
      for (const other of chosen) channels.push(node, other);
    }
    return {
      nodes: core + periphery,
      ...channels,
      labels: (node) => ({ place: node < core ? 'core' : 'periphery' }),
    };
  },
};
