/**
 * The htlc_maximum that Eclair announces: what may be in flight, and less in steps as the balance falls, so that others
 * learn roughly what a channel can carry. Keeps no state.
 *
 * eclair:channel/Helpers.scala:maxHtlcAmount, eclair:resources/reference.conf:channel.channel-update.balance-thresholds.
 */
import type { CommitmentView, Policy } from '../../engine/simulate/node-model.ts';
import { maxInFlightMsat } from './channel-opening.ts';
import { spendable } from './commitment.ts';
import type { EclairSettings } from './options.ts';

/**
 * Where no more than the first can be sent, no more than the second is announced; sat.
 *
 * eclair:resources/reference.conf:channel.channel-update.balance-thresholds.
 */
const BALANCE_THRESHOLDS: readonly (readonly [availableSat: number, maximumSat: number])[] = [
  [1_000, 0],
  [10_000, 1_000],
  [100_000, 10_000],
  [200_000, 100_000],
  [400_000, 200_000],
  [800_000, 400_000],
  [1_600_000, 800_000],
];

/**
 * The maximum of an announced channel, msat. A present one that is none of Eclair's own was set by hand and stays: in
 * Eclair nobody can set it.
 */
export function maximumFor(
  settings: EclairSettings,
  view: CommitmentView,
  policy: Policy,
  capacitySat: number,
): number {
  if (!settings.adaptHtlcMaximum) return policy.maxHtlcMsat;
  const most = Math.min(view.maxInFlightMsat, maxInFlightMsat(settings, capacitySat));
  const least = Math.max(settings.minHtlcInMsat, view.peerHtlcMinimumMsat);
  const announced = (maximumSat: number): number => Math.min(Math.max(maximumSat * 1000, least), most);
  const present = policy.maxHtlcMsat;
  if (present !== most && !BALANCE_THRESHOLDS.some(([, maximumSat]) => announced(maximumSat) === present))
    return present;
  const available = spendable(view);
  const step = BALANCE_THRESHOLDS.find(([availableSat]) => available <= availableSat * 1000);
  return step === undefined ? most : announced(step[1]);
}
