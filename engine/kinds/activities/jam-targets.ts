/**
 * Which channels an attack is about: those named, or the first ones by a measure of the network as it is compiled. Ties go
 * to the channel that comes first in the network, so that a choice is the same everywhere.
 */
import type { NetworkPlan } from '../../timeline/network.ts';
import type { JsonSchema } from '../kind.ts';

export const MEASURES = ['capacity', 'degree', 'betweenness'] as const;
export type Measure = (typeof MEASURES)[number];

export const TARGETS_SCHEMA: JsonSchema = {
  title: 'Targets',
  description: 'Channels that are attacked: a list of names, or a rule.',
  oneOf: [
    {
      title: 'list of channels',
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: { $ref: '#/$defs/channelName' },
    },
    {
      title: 'rule',
      description: 'Public channels by a measure of the network as it is at the start; never channels of the attacker.',
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      properties: {
        top: { title: 'Top', description: 'How many, the greatest first. Default: all.', type: 'integer', minimum: 1 },
        by: {
          title: 'By',
          description:
            'capacity; degree: channels of both its nodes; betweenness: shortest paths between all nodes that lead over it, counted in hops.',
          type: 'string',
          enum: MEASURES,
          default: 'capacity',
        },
        among: { $ref: '#/$defs/selector', description: 'Channels with an end among these nodes. Default: any.' },
      },
    },
  ],
  examples: [['left-right'], { top: 5, by: 'betweenness' }, { among: 'hub' }],
};

/** The channels that a rule chooses, as indexes, the greatest first. */
export function chooseTargets(
  network: NetworkPlan,
  measure: Measure,
  top: number,
  isCandidate: (channel: number) => boolean,
): readonly number[] {
  const values = MEASURE[measure](network);
  const found = network.channels.map((_, c) => c).filter(isCandidate);
  found.sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
  return found.slice(0, top);
}

const MEASURE: Readonly<Record<Measure, (network: NetworkPlan) => ArrayLike<number>>> = {
  capacity: ({ channels }) => channels.map(({ capacitySat }) => capacitySat),
  degree: ({ nodes, channels }) => {
    const degree = new Int32Array(nodes.length);
    for (const { node0, node1 } of channels) {
      degree[node0] = (degree[node0] as number) + 1;
      degree[node1] = (degree[node1] as number) + 1;
    }
    return channels.map(({ node0, node1 }) => (degree[node0] as number) + (degree[node1] as number));
  },
  betweenness,
};

/**
 * Shortest paths over each channel, each pair of nodes counting once for all its paths (Brandes 2001, "A faster algorithm
 * for betweenness centrality", for edges). Parallel channels are paths of their own.
 */
function betweenness({ nodes, channels }: NetworkPlan): Float64Array {
  const n = nodes.length;
  const around: number[][] = Array.from({ length: n }, () => []);
  channels.forEach(({ node0, node1, announced }, c) => {
    if (!announced) return;
    (around[node0] as number[]).push(c);
    (around[node1] as number[]).push(c);
  });
  const score = new Float64Array(channels.length);
  const order = new Int32Array(n);
  const distance = new Int32Array(n);
  const paths = new Float64Array(n);
  const share = new Float64Array(n);
  const other = (c: number, v: number): number => {
    const channel = channels[c] as (typeof channels)[number];
    return channel.node0 === v ? channel.node1 : channel.node0;
  };
  for (let source = 0; source < n; source++) {
    distance.fill(-1);
    paths.fill(0);
    share.fill(0);
    distance[source] = 0;
    paths[source] = 1;
    order[0] = source;
    let reached = 1;
    for (let i = 0; i < reached; i++) {
      const v = order[i] as number;
      for (const c of around[v] as number[]) {
        const u = other(c, v);
        if (distance[u] === -1) {
          distance[u] = (distance[v] as number) + 1;
          order[reached++] = u;
        }
        if (distance[u] === (distance[v] as number) + 1) paths[u] = (paths[u] as number) + (paths[v] as number);
      }
    }
    for (let i = reached - 1; i > 0; i--) {
      const u = order[i] as number;
      const each = (1 + (share[u] as number)) / (paths[u] as number);
      for (const c of around[u] as number[]) {
        const v = other(c, u);
        if (distance[v] !== (distance[u] as number) - 1) continue;
        const part = (paths[v] as number) * each;
        share[v] = (share[v] as number) + part;
        score[c] = (score[c] as number) + part;
      }
    }
  }
  return score;
}
