/**
 * Rule `track_competitors` of `fee_policy`: a channel charges what the other channels into the same peer charge, as far as
 * the public knows, or somewhat less.
 *
 * CLBOSS takes the medians of base fee and rate over those channels, weighted by their capacities, and leaves out its own
 * (clboss:Boss/Mod/PeerCompetitorFeeMonitor/Surveyor.cpp:core_run, loop, extract). It counts channels that are disabled;
 * here they are left out, since nobody can take them instead. Where there is no competitor nothing is changed.
 */
import type { ChannelGossip } from '../../backends/backend.ts';
import type { Agent } from '../behaviour.ts';
import { type FeeRule, PATIENCE_PROPERTIES, patienceOf } from './fee-rule.ts';

const COMPARISONS = ['median', 'lowest'] as const;

export const trackCompetitors: FeeRule = {
  name: 'track_competitors',
  schema: {
    title: 'Track competitors',
    description:
      'The fees of other channels into the same peer, from the public graph. A channel whose peer has no other is left as it is.',
    type: 'object',
    additionalProperties: false,
    properties: {
      compare: {
        title: 'Compare with',
        description: 'The median, weighted by capacity (CLBOSS), or the lowest of the competitors.',
        type: 'string',
        enum: COMPARISONS,
        default: 'median',
      },
      undercut: { $ref: '#/$defs/rate', description: 'How far below that the rate is. Default: 0 ppm.' },
      floor: { $ref: '#/$defs/rate', description: 'Lowest rate. Default: 1 ppm.', examples: ['1 ppm'] },
      ceiling: { $ref: '#/$defs/rate', description: 'Highest rate. Default: 5_000 ppm.', examples: ['5_000 ppm'] },
      fee_base: {
        $ref: '#/$defs/amount',
        description: 'Base fee of every channel. Default: that of the competitors, found in the same way.',
      },
      ...PATIENCE_PROPERTIES,
    },
    examples: [{ compare: 'lowest', undercut: '5 ppm' }],
  },

  plan(args) {
    const floorPpm = args.ratePpm('floor', 1);
    const ceilingPpm = args.ratePpm('ceiling', 5_000);
    if (floorPpm > ceilingPpm) args.report('E607', ['floor'], '`floor` is above `ceiling`');
    if (args.failed) return null;
    return {
      lowest: args.has('compare') && args.text('compare') === 'lowest',
      undercutPpm: args.ratePpm('undercut', 0),
      floorPpm,
      ceilingPpm,
      ...(args.has('fee_base') ? { feeBaseMsat: args.amountMsat('fee_base', 0) } : {}),
      ...patienceOf(args),
    };
  },

  async policy(args, channel, agent) {
    const competitors = await competitorsFor(channel.peer, agent);
    if (competitors.length === 0) return null;
    const pick = args.lowest === true ? lowest : weightedMedian;
    const weights = competitors.map(({ capacitySat }) => capacitySat);
    const rates = competitors.map(({ reverse }) => reverse?.feeRatePpm ?? 0);
    const bases = competitors.map(({ reverse }) => reverse?.feeBaseMsat ?? 0);
    const wanted = pick(rates, weights) - Number(args.undercutPpm);
    return {
      feeRatePpm: Math.max(Number(args.floorPpm), Math.min(Number(args.ceilingPpm), wanted)),
      feeBaseMsat: args.feeBaseMsat === undefined ? pick(bases, weights) : Number(args.feeBaseMsat),
    };
  },
};

/** Channels of others into a peer. */
async function competitorsFor(peer: number, agent: Agent): Promise<readonly ChannelGossip[]> {
  const all = await agent.gossip(peer);
  return all.filter((one) => one.peer !== agent.node && one.reverse !== null && !one.reverse.disabled);
}

function lowest(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
}

/** The least value that, with all below it, has half of the weight. */
export function weightedMedian(values: readonly number[], weights: readonly number[]): number {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
  const half = weights.reduce((sum, weight) => sum + weight, 0) / 2;
  let below = 0;
  for (const i of order) {
    below += weights[i] as number;
    if (below >= half) return values[i] as number;
  }
  return values[order[order.length - 1] as number] as number;
}
