/** Event `set_policy`: a node announces another policy for a channel. */

import type { Json } from '../../base/json.ts';
import type { SetPolicyRequest } from '../../timeline/control.ts';
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { EventKind } from '../kind.ts';

export const setPolicy: EventKind = {
  name: 'set_policy',
  summary: 'Changes the routing policy of a channel',
  phase: PHASE.control,
  schema: {
    title: 'Change a policy',
    description: 'Only the given fields change. Other nodes learn of it when gossip has reached them.',
    type: 'object',
    additionalProperties: false,
    required: ['channel', 'policy'],
    properties: {
      channel: { $ref: '#/$defs/channelName', description: 'Name of the channel.' },
      node: { $ref: '#/$defs/nodeName', description: 'The node whose direction changes. Default: both.' },
      policy: { $ref: '#/$defs/policy', description: 'The fields that change.' },
    },
  },
  example: `at: 1m
set_policy: { channel: alice-bob, node: alice, policy: { fee_rate: 500 ppm } }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const channel = args.channel('channel');
    const node = args.has('node') ? args.node('node') : -1;
    if (args.failed) return null;
    return { channel, node, policy: args.policy('policy') as unknown as Json };
  },

  needs(args) {
    return args.node === -1 ? [] : [args.node as number];
  },

  apply(args, backend) {
    return backend.setPolicy(args as unknown as SetPolicyRequest);
  },
};
