/** Event `crash_node`: nodes vanish without a word to their peers. */
import { PHASE } from '../../timeline/timeline.ts';
import type { EventKind } from '../kind.ts';
import { applyToNodes, nodeSchema, nodesOf, planNodes } from './node-list.ts';

export const crashNode: EventKind = {
  name: 'crash_node',
  summary: 'Crashes a node: its peers notice only when it does not answer',
  phase: PHASE.control,
  schema: nodeSchema(
    'Crash a node',
    'A name, a pattern, or a mapping with a selector. Unlike stop_node it ends no connection in an orderly way; start_node brings it back.',
  ),
  example: `at: 10s
crash_node: bob`,
  plan: planNodes,
  needs: nodesOf,
  apply(args, backend) {
    return applyToNodes(args, (node) => backend.crashNode(node));
  },
};
