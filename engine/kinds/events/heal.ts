/** Event `heal`: a partition ends. */
import { PHASE } from '../../timeline/timeline.ts';
import type { EventKind } from '../kind.ts';

export const heal: EventKind = {
  name: 'heal',
  summary: 'Ends a partition: all groups can reach each other again',
  phase: PHASE.control,
  schema: {
    title: 'Heal a partition',
    description: 'Connections that the partition cut come back. It has no arguments: write `heal: {}`.',
    type: ['object', 'null'],
    additionalProperties: false,
    properties: {},
  },
  example: `at: 20s
heal: {}`,
  plan() {
    return {};
  },
  apply(_args, backend) {
    return backend.heal();
  },
};
