/** Event `set_latency`: links become slower or faster. */
import type { SetLatencyRequest } from '../../timeline/control.ts';
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { EventKind } from '../kind.ts';

export const setLatency: EventKind = {
  name: 'set_latency',
  summary: 'Changes the delay of a link',
  phase: PHASE.control,
  schema: {
    title: 'Change a latency',
    description: 'The one-way delay of one channel’s link, or of all channels between two nodes or groups of nodes.',
    type: 'object',
    additionalProperties: false,
    required: ['latency'],
    properties: {
      channel: { $ref: '#/$defs/channelName', description: 'Name of the channel.' },
      between: {
        title: 'Between',
        description: 'Two selectors: every channel of the start between a node of the one and a node of the other.',
        type: 'array',
        minItems: 2,
        maxItems: 2,
        items: { $ref: '#/$defs/selector', description: 'Nodes on one side.' },
        examples: [['alice', 'user-*']],
      },
      latency: { $ref: '#/$defs/duration', description: 'The new one-way delay.', examples: ['500ms'] },
    },
    'x-exactly-one': { keys: ['channel', 'between'], what: 'link' },
    oneOf: [{ required: ['channel'] }, { required: ['between'] }],
  },
  example: `at: 10s
set_latency: { between: [alice, user], latency: 500ms }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const latencyUs = args.durationUs('latency', 0);
    if (args.has('channel')) {
      const channel = args.channel('channel');
      return args.failed ? null : { channels: [channel], latencyUs };
    }
    const [left, right] = [args.nodesAt('between', 0), args.nodesAt('between', 1)];
    if (left === null || right === null) return null;
    const [a, b] = [new Set(left), new Set(right)];
    const channels = context.network.channels.flatMap(({ node0, node1 }, index) =>
      (a.has(node0) && b.has(node1)) || (a.has(node1) && b.has(node0)) ? [index] : [],
    );
    if (channels.length === 0) {
      args.report('E607', ['between'], 'there is no channel between these nodes when time starts');
      return null;
    }
    return { channels, latencyUs };
  },

  apply(args, backend) {
    return backend.setLatency(args as unknown as SetLatencyRequest);
  },
};
