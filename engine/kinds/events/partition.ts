/** Event `partition`: the network falls apart into groups that cannot reach each other. */
import { parseSelector } from '../../spec/values.ts';
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { EventKind } from '../kind.ts';

export const partition: EventKind = {
  name: 'partition',
  summary: 'Splits the network into groups that cannot reach each other, until heal',
  phase: PHASE.control,
  schema: {
    title: 'Partition the network',
    description: 'Connections between nodes of different groups end. Nodes in no group form one more.',
    type: 'object',
    additionalProperties: false,
    required: ['groups'],
    properties: {
      groups: {
        title: 'Groups',
        description: 'Two or more groups of nodes; no node may be in two of them.',
        type: 'array',
        minItems: 2,
        items: { $ref: '#/$defs/selector', description: 'The nodes of one group.' },
        examples: [[['alice', 'user-*'], 'bob']],
      },
    },
  },
  example: `at: 10s
partition: { groups: [[alice, 'user-*'], bob] }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const written = args.place('groups').value as readonly unknown[];
    const groups: (readonly number[])[] = [];
    const groupOf = new Map<number, number>();
    let failed = false;
    written.forEach((_, i) => {
      const place = args.place('groups', i);
      const nodes = context.nodes(parseSelector(place.value), place);
      if (nodes === null) {
        failed = true;
        return;
      }
      const twice = nodes.find((node) => groupOf.has(node));
      if (twice !== undefined) {
        const name = context.network.nodes[twice]?.name ?? '';
        const other = (groupOf.get(twice) as number) + 1;
        args.report('E607', ['groups', i], `${name} is in group ${other} already, and no node can be in two groups`);
      }
      for (const node of nodes) groupOf.set(node, i);
      groups.push(nodes);
    });
    return failed || args.failed ? null : { groups };
  },

  apply(args, backend) {
    return backend.partition(args.groups as readonly (readonly number[])[]);
  },
};
