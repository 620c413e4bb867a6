/** Event `open_channel`: a node opens a channel to another one. */

import type { Json } from '../../base/json.ts';
import { MSAT_PER_SAT } from '../../base/numbers.ts';
import type { OpenChannelRequest } from '../../timeline/control.ts';
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { EventKind } from '../kind.ts';

export const openChannel: EventKind = {
  name: 'open_channel',
  summary: 'Opens a channel; a name may be used again after its channel was closed',
  phase: PHASE.control,
  schema: {
    title: 'Open a channel',
    description: 'The channel is usable after its funding transaction is confirmed.',
    type: 'object',
    additionalProperties: false,
    required: ['channel', 'from', 'to', 'capacity'],
    properties: {
      channel: { $ref: '#/$defs/channelName', description: 'Name of the channel, new or of one that was closed.' },
      from: { $ref: '#/$defs/nodeName', description: 'The node that opens and funds it.' },
      to: { $ref: '#/$defs/nodeName', description: 'The other node.' },
      capacity: { $ref: '#/$defs/positiveSatAmount', description: 'Capacity, a whole number of sat.' },
      push: { $ref: '#/$defs/amount', description: 'Given to the other node at the start.', default: '0 sat' },
      announced: { type: 'boolean', description: 'False for a private channel.', default: true },
      policy: { $ref: '#/$defs/policy', description: 'Policy of the opener. What is absent is decided by its model.' },
      reverse_policy: { $ref: '#/$defs/policy', description: 'Policy of the other node.' },
    },
  },
  example: `at: 23s
open_channel: { channel: alice-bob, from: alice, to: bob, capacity: 30_000 sat }`,

  declare(use, context) {
    context.channel(context.place(use.args, 'channel'), true);
  },

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const channel = args.channel('channel');
    const from = args.node('from');
    const to = args.node('to');
    const capacitySat = args.amountSat('capacity');
    const pushMsat = args.amountMsat('push', 0);
    if (!args.failed && from === to) args.report('E406', ['to'], 'a channel needs two different nodes');
    if (!args.failed && pushMsat > capacitySat * MSAT_PER_SAT) {
      args.report('E308', ['push'], 'push is more than the capacity of the channel');
    }
    if (args.failed) return null;
    return {
      channel,
      from,
      to,
      capacitySat,
      pushMsat,
      announced: args.flag('announced', true),
      policy: args.policy('policy') as unknown as Json,
      reversePolicy: args.policy('reverse_policy') as unknown as Json,
      latencyUs: context.latencyUs(args.text('channel')),
    };
  },

  needs(args) {
    return [args.from as number, args.to as number];
  },

  apply(args, backend) {
    return backend.openChannel(args as unknown as OpenChannelRequest);
  },
};
