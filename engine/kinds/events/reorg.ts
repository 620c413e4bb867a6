/** Event `reorg`: the last blocks are undone, and others found in their place. */
import { REORG_KIND, type ReorgRequest } from '../../timeline/reorgs.ts';
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { EventKind } from '../kind.ts';

/** Deeper ones would undo coins that were mined, which a wallet here may have (bitcoin:consensus/consensus.h:COINBASE_MATURITY). */
const DEEPEST = 100;

export const reorg: EventKind = {
  name: REORG_KIND,
  summary: 'Undoes the last blocks of the chain and finds others in their place',
  phase: PHASE.chain,
  schema: {
    title: 'Reorganise the chain',
    description:
      'What the blocks confirmed waits in the mempool again, unless what it spends is gone or its delay or expiry is in the future again. Depths and delays count anew; what a node has told others stays told.',
    type: 'object',
    additionalProperties: false,
    required: ['depth'],
    properties: {
      depth: {
        title: 'Depth',
        description: 'Blocks that are undone; blocks from before the run stay.',
        type: 'integer',
        minimum: 1,
        maximum: DEEPEST,
        examples: [3],
      },
      blocks: {
        title: 'New blocks',
        description:
          'Blocks that are found at once on what is left. Default: one more than are undone, since nodes follow the longer chain. 0: they come as they would have.',
        type: 'integer',
        minimum: 0,
        maximum: 1_000_000,
        examples: [4],
      },
      empty: {
        title: 'Empty blocks',
        description: 'The new blocks confirm nothing: whoever found them did not know the transactions.',
        type: 'boolean',
        default: false,
      },
    },
  },
  example: `at: 2h
reorg: { depth: 3 }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const depth = args.number('depth', 1);
    return { depth, blocks: args.number('blocks', depth + 1), empty: args.flag('empty', false) };
  },

  apply(args, backend) {
    return backend.reorg(args as unknown as ReorgRequest);
  },
};
