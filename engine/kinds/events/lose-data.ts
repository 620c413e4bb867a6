/** Event `lose_data`: a node comes back with an old state of a channel. */
import { property } from '../../spec/values.ts';
import type { LoseDataRequest } from '../../timeline/control.ts';
import { PHASE } from '../../timeline/timeline.ts';
import type { EventKind } from '../kind.ts';
import { OLD_STATE_PROPERTIES, planOldState } from './old-state.ts';

export const loseData: EventKind = {
  name: 'lose_data',
  summary: 'Lets a node come back with an old state of a channel',
  phase: PHASE.control,
  schema: {
    title: 'Lose data',
    description:
      'The node stops, if it runs, and starts with an old state, as from a backup. By channel_reestablish both nodes notice (option_data_loss_protect): the other one closes with its commitment, and the node gets its balance from that. With `broadcast` it does not wait to hear of it but broadcasts what it has, and is punished like a cheater.',
    type: 'object',
    additionalProperties: false,
    required: ['channel', 'by'],
    properties: {
      ...OLD_STATE_PROPERTIES,
      broadcast: {
        title: 'Broadcast',
        description: 'True: the node does not notice, and broadcasts its old commitment.',
        type: 'boolean',
        default: false,
      },
    },
  },
  example: `at: 1h
lose_data: { channel: alice-bob, by: bob, state: { at: 30m } }`,

  plan(use, context) {
    const request = planOldState(use, context);
    return request === null ? null : { ...request, broadcast: property(use.args.value, 'broadcast') === true };
  },

  apply: (args, backend) => backend.loseData(args as unknown as LoseDataRequest),
};
