/** Which nodes pay or are paid in a timeline. */
import type { NodePlan } from './network.ts';
import type { Timeline } from './timeline.ts';

/** 1 for the nodes that a payment of the timeline comes from or goes to, by index, else 0. */
export function paymentEnds({ network, payments }: Timeline): Uint8Array {
  const found = new Uint8Array(network.nodes.length);
  for (let row = 0; row < payments.length; row++) {
    found[payments.source[row] as number] = 1;
    found[payments.destination[row] as number] = 1;
  }
  return found;
}

/** Those nodes. */
export function payingNodes(timeline: Timeline): NodePlan[] {
  const ends = paymentEnds(timeline);
  return timeline.network.nodes.filter((_, node) => ends[node] === 1);
}
