/** Event `disconnect_peer`: the connection between two nodes ends, though both run on. */
import { PHASE } from '../../timeline/timeline.ts';
import type { EventKind } from '../kind.ts';
import { PEER_PROPERTIES, peersOf, planPeers } from './peers.ts';

export const disconnectPeer: EventKind = {
  name: 'disconnect_peer',
  summary: 'Cuts the connection between two nodes until connect_peer',
  phase: PHASE.control,
  schema: {
    title: 'Disconnect two peers',
    description: 'Channels between the two are inactive until connect_peer.',
    type: 'object',
    additionalProperties: false,
    required: ['a', 'b'],
    properties: PEER_PROPERTIES,
  },
  example: `at: 10s
disconnect_peer: { a: alice, b: bob }`,
  plan: planPeers,
  needs: peersOf,
  apply(args, backend) {
    return backend.disconnectPeer(args.a as number, args.b as number);
  },
};
