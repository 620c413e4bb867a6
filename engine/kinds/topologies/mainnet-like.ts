/**
 * Topology `mainnet_like`: a network with the shape of the public Lightning Network of December 2020 (6,006 nodes, 30,457
 * channels), at any size. What is fitted, and to what:
 *
 * - 40 % of the nodes are leaves: one channel, opened by them. The others draw their number of channels from a Pareto
 *   distribution with minimum 2 and exponent 0.9, cut at a fifth of all nodes: the median over all nodes is 2, the mean
 *   about 10 at 6,000 nodes (less in smaller networks, whose hubs are smaller), the largest some hundreds to 1,200.
 * - Nodes are numbered by that number, node 0 being the largest hub, leaves last (labels `place: hub` for the first
 *   percent, `place: leaf`, and `place: router` for the rest).
 * - The network is connected: each node's first channel goes to one that came before it, drawn by free channels; what is
 *   left is paired at random, without second channels between two nodes.
 * - Capacities are log-normal with median 800,000 sat and mean 3.4 million sat, within 20,000 sat … 5 BTC.
 * - Policies are drawn for each direction from tables of what is common: base fee 1000 msat (60 %), 1 msat (17 %) or 0
 *   (10 %); proportional fee 1 ppm (67 %), up to 500 ppm for nine in ten and 5000 ppm at most; CLTV delta 40 (58 %) or
 *   144 (30 %); smallest HTLC 1000 msat (83 %).
 * - Balances are random; the public graph does not tell them.
 */
import { exp, log } from '../../base/math.ts';
import type { RandomStream } from '../../base/random.ts';
import type { PolicyPlan } from '../../timeline/network.ts';
import { ChannelList, nodesSchema, numberOf, type TopologyKind, tooManyChannels, topologySchema } from './topology.ts';

const LEAVES = 0.4;
const EXPONENT = 0.9;
const LARGEST_SHARE = 0.2;
/** Channels for each node that a very large network has, roughly. */
const CHANNELS_EACH = 7;
/** Draws of one channel before a crowded choice is taken as it is. */
const TRIES = 8;
/** Rounds in which channels that could not be made are paired anew. */
const ROUNDS = 4;

const MEDIAN_SAT = 800_000;
/** sqrt(2 · ln(mean / median)) for a mean of 3.42 million sat. */
const SIGMA = 1.7046;
const LEAST_SAT = 20_000;
const MOST_SAT = 500_000_000;

/** Values with their shares in percent. */
type Table = readonly (readonly [value: number, percent: number])[];

const FEE_BASE_MSAT: Table = [
  [1000, 60],
  [1, 17],
  [0, 10],
  [100, 3],
  [500, 3],
  [2000, 2],
  [5000, 2],
  [10_000, 3],
];
const FEE_RATE_PPM: Table = [
  [1, 67],
  [10, 7],
  [0, 4],
  [50, 2],
  [100, 6],
  [200, 2],
  [500, 3],
  [1000, 4],
  [2000, 3],
  [5000, 2],
];
const CLTV_DELTA: Table = [
  [40, 58],
  [144, 30],
  [18, 5],
  [34, 4],
  [14, 3],
];
const MIN_HTLC_MSAT: Table = [
  [1000, 83],
  [1, 14],
  [0, 3],
];

export const mainnetLike: TopologyKind = {
  name: 'mainnet_like',
  summary: 'The shape of the public network of 2020 at any size: degrees, capacities, fees',
  schema: topologySchema(
    'Like mainnet',
    'Degrees, capacities, policies and balances as in the public network of December 2020: 40 % leaves, a few large hubs, capacities log-normal with median 800_000 sat, base fee mostly 1000 msat, proportional fee mostly 1 ppm. Connected. `capacity`, `balance` and `policy` of the entry replace what would be drawn.',
    { nodes: nodesSchema(10, [1000], 'Number of nodes, at least 10.') },
    ['nodes'],
    { nodes: 1000 },
  ),
  example: 'mainnet_like: { nodes: 1000 }',

  plan(context) {
    const nodes = numberOf(context, 'nodes', 10);
    if (tooManyChannels(context, nodes * CHANNELS_EACH, 'nodes')) return null;
    const leaves = Math.floor(nodes * LEAVES);
    const routers = nodes - leaves;
    const channels = join(
      nodes,
      routers,
      drawDegrees(nodes, routers, context.stream('degree')),
      context.stream('channels'),
    );
    const capacity = context.stream('capacity');
    const mu = log(MEDIAN_SAT);
    const capacitySat = Float64Array.from(channels.from, () =>
      Math.max(LEAST_SAT, Math.min(MOST_SAT, Math.floor(capacity.logNormal(mu, SIGMA)))),
    );
    const hubs = Math.max(1, Math.floor(nodes / 100));
    return {
      nodes,
      ...channels,
      capacitySat,
      policies: policies(channels.length, context.stream('policy')),
      balance: 'random',
      labels: (node) => ({ place: node < hubs ? 'hub' : node < routers ? 'router' : 'leaf' }),
    };
  },
};

/** Wanted numbers of channels of the nodes that are no leaves, the largest first. */
function drawDegrees(nodes: number, routers: number, stream: RandomStream): Float64Array {
  const most = Math.max(3, Math.floor(nodes * LARGEST_SHARE));
  const degrees = Float64Array.from({ length: routers }, () =>
    Math.min(most, routers - 1, Math.floor(2 * exp(-log(1 - stream.unit()) / EXPONENT))),
  );
  return degrees.sort((a, b) => b - a);
}

function join(nodes: number, routers: number, degrees: Float64Array, stream: RandomStream): ChannelList {
  const channels = new ChannelList();
  const joined = new Set<number>();
  const key = (a: number, b: number): number => (a < b ? a * nodes + b : b * nodes + a);
  const add = (from: number, to: number): void => {
    channels.push(from, to);
    joined.add(key(from, to));
  };
  // Every router once for each channel it wants; those of the first k routers are the first startOf[k] entries.
  const total = degrees.reduce((sum, degree) => sum + degree, 0);
  const slots = new Int32Array(total);
  const startOf = new Int32Array(routers + 1);
  for (let node = 0, at = 0; node < routers; node++) {
    startOf[node] = at;
    slots.fill(node, at, at + (degrees[node] as number));
    at += degrees[node] as number;
    startOf[node + 1] = at;
  }
  const used = new Float64Array(routers);
  const attach = (node: number, among: number): void => {
    let other = 0;
    for (let tries = 0; tries < TRIES; tries++) {
      other = slots[stream.integer(0, (startOf[among] as number) - 1)] as number;
      if ((used[other] as number) < (degrees[other] as number)) break;
    }
    used[other] = (used[other] as number) + 1;
    if (node < routers) used[node] = (used[node] as number) + 1;
    add(node, other);
  };
  for (let node = 1; node < routers; node++) attach(node, node);
  for (let node = routers; node < nodes; node++) attach(node, routers);

  let free: number[] = [];
  for (let node = 0; node < routers; node++) {
    for (let left = (degrees[node] as number) - (used[node] as number); left > 0; left--) free.push(node);
  }
  for (let round = 0; round < ROUNDS && free.length > 1; round++) {
    for (let i = free.length - 1; i > 0; i--) {
      const j = stream.integer(0, i);
      const swap = free[i] as number;
      free[i] = free[j] as number;
      free[j] = swap;
    }
    const failed: number[] = [];
    for (let i = 0; i + 1 < free.length; i += 2) {
      const a = free[i] as number;
      const b = free[i + 1] as number;
      if (a === b || joined.has(key(a, b))) failed.push(a, b);
      else add(a, b);
    }
    free = failed;
  }
  return channels;
}

/** Policies of both directions of each channel. */
function policies(channels: number, stream: RandomStream): (channel: number) => readonly [PolicyPlan, PolicyPlan] {
  const drawn = Array.from(
    { length: 2 * channels },
    (): PolicyPlan => ({
      feeBaseMsat: pick(FEE_BASE_MSAT, stream),
      feeRatePpm: pick(FEE_RATE_PPM, stream),
      cltvDelta: pick(CLTV_DELTA, stream),
      minHtlcMsat: pick(MIN_HTLC_MSAT, stream),
    }),
  );
  return (channel) => [drawn[2 * channel] as PolicyPlan, drawn[2 * channel + 1] as PolicyPlan];
}

function pick(table: Table, stream: RandomStream): number {
  let point = stream.unit() * 100;
  for (const [value, percent] of table) {
    point -= percent;
    if (point < 0) return value;
  }
  return (table[0] as Table[number])[0];
}
