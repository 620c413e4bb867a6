/** Event `send_onchain`: coins go from one wallet to another in a transaction. */
import type { SendOnchainRequest } from '../../timeline/control.ts';
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { EventKind } from '../kind.ts';

export const sendOnchain: EventKind = {
  name: 'send_onchain',
  summary: 'Sends coins on chain from one node to another',
  phase: PHASE.control,
  schema: {
    title: 'Send on chain',
    description: 'The sender pays the fee; the receiver has the coins when a block confirms the transaction.',
    type: 'object',
    additionalProperties: false,
    required: ['from', 'to', 'amount'],
    properties: {
      from: { $ref: '#/$defs/nodeName', description: 'The node that sends.' },
      to: { $ref: '#/$defs/nodeName', description: 'The node that receives.' },
      amount: { $ref: '#/$defs/positiveSatAmount', description: 'What the receiver gets, a whole number of sat.' },
    },
  },
  example: `at: 10s
send_onchain: { from: alice, to: bob, amount: 0.1 BTC }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const from = args.node('from');
    const to = args.node('to');
    const sat = args.amountSat('amount');
    if (!args.failed && from === to) args.report('E607', ['to'], 'the coins would go to their sender');
    return args.failed ? null : { from, to, sat };
  },

  needs(args) {
    return [args.from as number];
  },

  apply(args, backend) {
    return backend.sendOnchain(args as unknown as SendOnchainRequest);
  },
};
