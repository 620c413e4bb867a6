/** Warns of activities whose payments are all larger than any channel of their sender or receiver. */
import { MSAT_PER_SAT } from '../base/numbers.ts';
import type { PlannedPayments } from '../kinds/kind.ts';
import type { ActivitySpec } from '../spec/scenario.ts';
import { formatAmount } from '../spec/units.ts';
import type { NetworkPlan } from '../timeline/network.ts';
import type { TimedAction } from '../timeline/seal.ts';
import type { Planner } from './planner.ts';

/** Largest capacity of a channel of each node, at the start or opened by an event, sat. */
export function largestCapacities(network: NetworkPlan, actions: readonly TimedAction[]): Float64Array {
  const largest = new Float64Array(network.nodes.length);
  const grow = (node: number, capacitySat: number): void => {
    largest[node] = Math.max(largest[node] as number, capacitySat);
  };
  for (const { node0, node1, capacitySat } of network.channels) {
    grow(node0, capacitySat);
    grow(node1, capacitySat);
  }
  for (const { action } of actions) {
    const { from, to, capacitySat } = action.args;
    if (typeof from !== 'number' || typeof to !== 'number' || typeof capacitySat !== 'number') continue;
    grow(from, capacitySat);
    grow(to, capacitySat);
  }
  return largest;
}

/** Reports an activity of which no payment can fit into one channel. */
export function checkAmounts(
  use: ActivitySpec,
  planned: PlannedPayments,
  largestSat: Float64Array,
  planner: Planner,
): void {
  const count = planned.source.length;
  let most = 0;
  for (let i = 0; i < count; i++) {
    const source = largestSat[planned.source[i] as number] as number;
    const destination = largestSat[planned.destination[i] as number] as number;
    const limit = Math.min(source, destination) * MSAT_PER_SAT;
    // A node without any channel has other troubles than the amount.
    if (limit === 0 || (planned.amountMsat[i] as number) <= limit) return;
    most = Math.max(most, limit);
  }
  if (count === 0) return;
  planner.report(
    'W605',
    planner.place(use.args, 'amount'),
    `every payment is more than the largest channel of its sender or receiver (${formatAmount(most)})`,
  );
}
