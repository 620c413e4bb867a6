/** Event `connect_peer`: the connection between two nodes comes back. */
import { PHASE } from '../../timeline/timeline.ts';
import type { EventKind } from '../kind.ts';
import { PEER_PROPERTIES, peersOf, planPeers } from './peers.ts';

export const connectPeer: EventKind = {
  name: 'connect_peer',
  summary: 'Connects two nodes again',
  phase: PHASE.control,
  schema: {
    title: 'Connect two peers',
    description:
      'Ends what disconnect_peer began. Nodes with a channel are connected unless they were disconnected or are stopped.',
    type: 'object',
    additionalProperties: false,
    required: ['a', 'b'],
    properties: PEER_PROPERTIES,
  },
  example: `at: 20s
connect_peer: { a: alice, b: bob }`,
  plan: planPeers,
  needs: peersOf,
  apply(args, backend) {
    return backend.connectPeer(args.a as number, args.b as number);
  },
};
