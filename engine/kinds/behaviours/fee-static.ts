/** Rule `static` of `fee_policy`: the same policy on every channel, also on those that are opened later. */
import type { Json } from '../../base/json.ts';
import { parsePolicy } from '../../spec/values.ts';
import type { FeeRule } from './fee-rule.ts';

export const staticFee: FeeRule = {
  name: 'static',
  schema: {
    $ref: '#/$defs/policy',
    title: 'Static',
    description:
      'The same policy on every channel, as charge-lnd’s strategy static. Fields that are absent stay as they are.',
  },

  plan(args) {
    return { policy: parsePolicy(args.place().value) as unknown as Json };
  },

  policy(args) {
    return args.policy as object;
  },
};
