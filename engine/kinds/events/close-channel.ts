/** Event `close_channel`: a channel is closed, by agreement or by force. */
import type { CloseChannelRequest } from '../../timeline/control.ts';
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { EventKind } from '../kind.ts';

export const closeChannel: EventKind = {
  name: 'close_channel',
  summary: 'Closes a channel, by agreement or by force',
  phase: PHASE.control,
  schema: {
    title: 'Close a channel',
    description: 'By agreement when both ends are connected, or by publishing the commitment transaction.',
    type: 'object',
    additionalProperties: false,
    required: ['channel'],
    properties: {
      channel: { $ref: '#/$defs/channelName', description: 'Name of the channel.' },
      force: { type: 'boolean', description: 'True closes without the other node.', default: false },
      by: { $ref: '#/$defs/nodeName', description: 'The node that closes. Default: the one that opened the channel.' },
    },
  },
  example: `at: 10s
close_channel: { channel: alice-bob, force: true, by: bob }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const channel = args.channel('channel');
    const by = args.has('by') ? args.node('by') : -1;
    if (args.failed) return null;
    return { channel, force: args.flag('force', false), by };
  },

  needs(args) {
    return args.by === -1 ? [] : [args.by as number];
  },

  apply(args, backend) {
    return backend.closeChannel(args as unknown as CloseChannelRequest);
  },
};
