/** Event `stop_node`: stops a node, or several: it leaves the network until it is started again. */
import { PHASE } from '../../timeline/timeline.ts';
import type { EventKind } from '../kind.ts';
import { applyToNodes, nodeSchema, nodesOf, planNodes } from './node-list.ts';

export const stopNode: EventKind = {
  name: 'stop_node',
  summary: 'Stops a node, or several: it leaves the network until it is started again',
  phase: PHASE.control,
  schema: nodeSchema('Stop nodes', 'Stops every selected node that is running.'),
  example: `at: 30s
stop_node: alice`,
  plan: planNodes,
  needs: nodesOf,
  apply: (args, backend) => applyToNodes(args, (node) => backend.stopNode(node)),
};
