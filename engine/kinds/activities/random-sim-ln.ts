/**
 * Generator `sim-ln`: the payments that sim-ln draws for the same seed, public keys and capacities. sim-ln/draw.ts
 * describes it.
 *
 * sim-ln ends with an error when the channels of a node hold two to four times the expected amount, because it compares
 * twice with different halves; such nodes take no part here, like smaller ones.
 */
import { exp } from '../../base/math.ts';
import { US_PER_SECOND } from '../../base/numbers.ts';
import type { RandomGenerator } from './random-generator.ts';
import { drawSimLn, simLnRate } from './sim-ln/draw.ts';

export const simLn: RandomGenerator = {
  name: 'sim-ln',
  summary: 'the payments that sim-ln draws, one by one; most are tiny, a few huge',
  least: { times: 4, words: 'four times' },
  countsAllChannels: false,
  takesSeed: true,

  expectedCount({ nodes, expectedMsat, multiplier, startUs, endUs }) {
    const seconds = Math.max(0, endUs - startUs) / US_PER_SECOND;
    // Waiting times are floored, which makes this many payments a second of a rate.
    const rate = (capacityMsat: number): number => exp(simLnRate(capacityMsat, expectedMsat, multiplier)) - 1;
    return seconds === 0 ? 0 : seconds * nodes.reduce((sum, { capacityMsat }) => sum + rate(capacityMsat), 0);
  },

  draw(args, limit) {
    const pubkeys = args.pubkeys();
    const nodes = args.nodes.map(({ index, capacityMsat }, i) => ({
      ...{ index, capacityMsat },
      pubkey: pubkeys[i] as string,
    }));
    const payments = drawSimLn({ ...args, nodes }, limit);
    return payments === null || payments.length > limit ? null : payments.columns();
  },
};
