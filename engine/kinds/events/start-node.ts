/** Event `start_node`: starts a node, or several, that were stopped. */
import { PHASE } from '../../timeline/timeline.ts';
import type { EventKind } from '../kind.ts';
import { applyToNodes, nodeSchema, planNodes } from './node-list.ts';

export const startNode: EventKind = {
  name: 'start_node',
  summary: 'Starts a node, or several, that were stopped',
  phase: PHASE.control,
  schema: nodeSchema('Start nodes', 'Starts every selected node that is stopped.'),
  example: `at: 30s
start_node: alice`,
  plan: planNodes,
  apply: (args, backend) => applyToNodes(args, (node) => backend.startNode(node)),
};
