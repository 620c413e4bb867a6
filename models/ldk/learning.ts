/**
 * What the outcome of a path does to a node's scorer and to its copy of the graph.
 *
 * ldk:lightning-background-processor/src/lib.rs:update_scorer, handle_network_graph_update;
 * ldk:routing/scoring.rs:payment_path_failed, payment_path_successful, probe_successful. The amount that counts at every
 * channel is the one that the recipient was to get. Only channels in the graph are scored.
 */
import type { GraphView } from '../../engine/simulate/node-model.ts';
import type { Reaction } from './failure-reaction.ts';
import type { LdkNode } from './node-state.ts';
import type { Part } from './payment-state.ts';

function inGraph(graph: GraphView, node: LdkNode, edge: number, nowUs: number): boolean {
  if (graph.known[edge] === 0 && graph.known[edge ^ 1] === 0) return false;
  const { removed } = node;
  return !(
    removed.channel(edge >> 1, nowUs) ||
    removed.node(graph.from(edge), nowUs) ||
    removed.node(graph.to(edge), nowUs)
  );
}

export function learnSuccess(graph: GraphView, node: LdkNode, part: Part, nowUs: number): void {
  for (const edge of part.edges) {
    if (!inGraph(graph, node, edge, nowUs)) continue;
    node.scorer.succeeded(edge, part.valueMsat, graph.capacityMsat[edge >> 1] as number, nowUs);
  }
}

export function learnFailure(graph: GraphView, node: LdkNode, part: Part, reaction: Reaction, nowUs: number): void {
  const { avoid, removeChannel, removeNode, final } = reaction;
  if (removeChannel >= 0) node.removed.removeChannel((part.edges[removeChannel] as number) >> 1, nowUs);
  if (removeNode >= 0) node.removed.removeNode(graph.to(part.edges[removeNode - 1] as number), nowUs);
  // The recipient turned it down: the amount had come through, as a probe does.
  if (avoid < 0 && !final) return;
  for (let i = 0; i < part.edges.length; i++) {
    const edge = part.edges[i] as number;
    if (inGraph(graph, node, edge, nowUs)) {
      const capacity = graph.capacityMsat[edge >> 1] as number;
      if (i === avoid) node.scorer.failedAt(edge, part.valueMsat, capacity, nowUs);
      else node.scorer.failedDownstream(edge, part.valueMsat, capacity, nowUs);
    }
    if (i === avoid) return;
  }
}
