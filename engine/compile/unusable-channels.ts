/**
 * Warns of channels over which nothing can ever be sent, in no direction. Only what is certain: each side keeps a reserve
 * of at least the dust limit of 354 sat (BOLT 2 and 3), so that a channel of twice that has nothing left; and an HTLC
 * above the capacity fits into no channel.
 */
import { MSAT_PER_SAT } from '../base/numbers.ts';
import type { Scenario } from '../spec/scenario.ts';
import { formatAmount } from '../spec/units.ts';
import type { ChannelPlan } from '../timeline/network.ts';
import type { Planner } from './planner.ts';

/** Least reserve of a side, sat. */
const LEAST_RESERVE_SAT = 354;

/** Reports the entries of `channels` whose channels nobody can use. */
export function warnOfUnusableChannels(scenario: Scenario, planner: Planner): void {
  const { channels } = planner.network;
  if (!channels.some((channel) => reasonOf(channel) !== null)) return;
  const written = new Map(scenario.channels.map(({ name }) => [name.value, name]));
  for (const channel of channels) {
    const reason = reasonOf(channel);
    // Channels of a set are called after their entry, with a number.
    const at = written.get(channel.name) ?? written.get(channel.name.replace(/-[0-9]+$/, ''));
    if (reason !== null && at !== undefined) planner.report('W622', at, reason);
  }
}

function reasonOf({ capacitySat, policy0, policy1 }: ChannelPlan): string | null {
  const capacity = (): string => formatAmount(capacitySat * MSAT_PER_SAT);
  if (capacitySat <= 2 * LEAST_RESERVE_SAT) {
    return `the capacity of ${capacity()} is no more than the reserves of both sides`;
  }
  const capacityMsat = capacitySat * MSAT_PER_SAT;
  if ((policy0.minHtlcMsat ?? 0) > capacityMsat && (policy1.minHtlcMsat ?? 0) > capacityMsat) {
    return `both policies ask for HTLCs above the capacity of ${capacity()}`;
  }
  return null;
}
