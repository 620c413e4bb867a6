/** Event `mine`: blocks are found. */
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { EventKind } from '../kind.ts';

export const mine: EventKind = {
  name: 'mine',
  summary: 'Mines blocks; they confirm what is in the mempool',
  phase: PHASE.chain,
  schema: {
    title: 'Mine blocks',
    description: 'The blocks are found at once, before anything else that happens at the same instant.',
    type: 'object',
    additionalProperties: false,
    required: ['blocks'],
    properties: {
      blocks: { type: 'integer', minimum: 1, maximum: 1_000_000, description: 'Number of blocks.' },
    },
  },
  example: `every: 10m
mine: { blocks: 1 }`,

  plan(use, context) {
    return { blocks: new Arguments(use.args, context).number('blocks', 1) };
  },

  apply(args, backend) {
    return backend.mine(args.blocks as number);
  },
};
