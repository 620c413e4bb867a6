/** What a jamming attack costs the attacker and locks for others: figures of its activity in metrics.json. */
import type { Json } from '../base/json.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { PaymentBook } from './payment-book.ts';

/** Name of the activity kind. */
export const JAM_KIND = 'jam';

/**
 * Nodes and channels of the attacker at the start; HTLC-seconds of its own, liquidity that it locked of its own, and along
 * the whole routes, msat·s. HTLCs that are still in flight count until `endUs`. The fees of the attack are those of its
 * payments that succeeded: none.
 */
export function attackCost(timeline: Timeline, book: PaymentBook, activity: number, endUs: number): Json {
  const { payments, activities, network } = timeline;
  const routes = activities[activity]?.profile.routes ?? [];
  const attackers = new Set<number>();
  let seconds = 0;
  let ownMsatSeconds = 0;
  let lockedMsatSeconds = 0;
  for (let row = 0; row < payments.length; row++) {
    if (payments.activity[row] !== activity) continue;
    attackers.add(payments.source[row] as number);
    attackers.add(payments.destination[row] as number);
    const startedUs = book.startedUs[row] as number;
    if (startedUs < 0) continue;
    const resolvedUs = book.resolvedUs[row] as number;
    const us = Math.max(0, (resolvedUs < 0 ? endUs : resolvedUs) - startedUs);
    const amount = payments.amountMsat[row] as number;
    const hops = routes[payments.lane?.[row] ?? 0]?.length ?? 0;
    seconds += us / 1_000_000;
    ownMsatSeconds += (amount * us) / 1_000_000;
    lockedMsatSeconds += (amount * hops * us) / 1_000_000;
  }
  const channels = network.channels.filter(({ node0, node1 }) => attackers.has(node0) || attackers.has(node1));
  return {
    nodes: attackers.size,
    channels: channels.length,
    capacity_sat: channels.reduce((sum, { capacitySat }) => sum + capacitySat, 0),
    htlc_s: Math.round(seconds),
    own_msat_s: Math.round(ownMsatSeconds),
    locked_msat_s: Math.round(lockedMsatSeconds),
  };
}
