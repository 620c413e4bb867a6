/** Event `cheat`: a node broadcasts a commitment that it has revoked. */
import type { Json } from '../../base/json.ts';
import type { OldStateRequest } from '../../timeline/old-states.ts';
import { PHASE } from '../../timeline/timeline.ts';
import type { EventKind } from '../kind.ts';
import { OLD_STATE_PROPERTIES, planOldState } from './old-state.ts';

export const cheat: EventKind = {
  name: 'cheat',
  summary: 'Lets a node broadcast an old, revoked state of a channel',
  phase: PHASE.control,
  schema: {
    title: 'Cheat',
    description:
      'The node closes the channel by an old commitment. The other node takes everything, as its implementation does, if it runs before the cheater’s delays are over. Nothing happens where the node has no such old commitment.',
    type: 'object',
    additionalProperties: false,
    required: ['channel', 'by'],
    properties: OLD_STATE_PROPERTIES,
  },
  example: `at: 1h
cheat: { channel: alice-bob, by: bob, state: best }`,

  plan: (use, context) => planOldState(use, context) as { readonly [key: string]: Json } | null,
  needs: (args) => [args.by as number],
  apply: (args, backend) => backend.cheat(args as unknown as OldStateRequest),
};
