/** Generator `balanced`, which random activities have unless they name another one. random-draw.ts describes it. */
import { stableOrder } from '../../timeline/radix-sort.ts';
import { drawRandom, expectedPayments } from './random-draw.ts';
import type { RandomGenerator } from './random-generator.ts';

export const balanced: RandomGenerator = {
  name: 'balanced',
  summary: 'amounts whose spread does not grow with the capacities; each node draws for itself',
  least: { times: 2, words: 'twice' },
  countsAllChannels: true,
  takesSeed: false,

  expectedCount: expectedPayments,

  draw(args, limit) {
    const payments = drawRandom(Number(args.seed), args, limit);
    return payments.length > limit ? null : payments.columns(stableOrder(payments.times()));
  },
};
