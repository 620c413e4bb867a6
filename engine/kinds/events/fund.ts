/** Event `fund`: coins from outside come into a node's wallet. */
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { EventKind } from '../kind.ts';

export const fund: EventKind = {
  name: 'fund',
  summary: "Adds confirmed coins to a node's wallet",
  phase: PHASE.control,
  schema: {
    title: 'Fund a node',
    description: 'The coins come from outside the network and are confirmed at once.',
    type: 'object',
    additionalProperties: false,
    required: ['node', 'amount'],
    properties: {
      node: { $ref: '#/$defs/nodeName', description: 'The node.' },
      amount: { $ref: '#/$defs/positiveSatAmount', description: 'A whole number of sat.' },
    },
  },
  example: `at: 5s
fund: { node: alice, amount: 0.5 BTC }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const node = args.node('node');
    const sat = args.amountSat('amount');
    return args.failed ? null : { node, sat };
  },

  apply(args, backend) {
    return backend.fund(args.node as number, args.sat as number);
  },
};
