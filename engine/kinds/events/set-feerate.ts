/** Event `set_feerate`: the market for block space changes. */
import { feeratePerKw } from '../../spec/values.ts';
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { EventKind } from '../kind.ts';

export const setFeerate: EventKind = {
  name: 'set_feerate',
  summary: 'Changes the feerate that nodes estimate for transactions',
  phase: PHASE.control,
  schema: {
    title: 'Change the feerate',
    description:
      'What a transaction must pay from now on; nodes update the commitment fees of the channels they opened.',
    type: 'object',
    additionalProperties: false,
    required: ['feerate'],
    properties: {
      feerate: { $ref: '#/$defs/feerate', description: 'The new feerate.', examples: ['50 sat/vB'] },
    },
  },
  example: `at: 10s
set_feerate: { feerate: 50 sat/vB }`,

  plan(use, context) {
    return { feeratePerKw: feeratePerKw(new Arguments(use.args, context).place('feerate').value) };
  },

  apply(args, backend) {
    return backend.setFeerate(args.feeratePerKw as number);
  },
};
