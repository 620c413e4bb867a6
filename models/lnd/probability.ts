/**
 * What path finding asks of a probability estimator. lnd has two, chosen by routerrpc.estimator; estimators are pure
 * functions of mission control's state, the amount, the capacity and the time.
 *
 * lnd:routing/probability_estimator.go:Estimator.
 */
import type { MissionControl } from './mission-control.ts';

export interface ProbabilityEstimator {
  readonly name: string;
  /**
   * Upper bounds, for leaving out candidates that cannot win: of `untried` for any amount and capacity, and of `pair`
   * too as long as no pair of the group carried the amount; and of all three estimates. Path finding's exactness rests
   * on them.
   */
  readonly untriedMost: number;
  readonly most: number;
  /** The same of `local`. */
  readonly localMost: number;

  /** Probability of a hop from a node without any history. `capacityMsat` 0 is unknown. */
  untried(amountMsat: number, capacityMsat: number): number;

  /** Probability of the hop to `to`; `group` is that of the node that the hop leaves. */
  pair(
    results: MissionControl,
    group: number,
    to: number,
    amountMsat: number,
    capacityMsat: number,
    nowUs: number,
  ): number;

  /**
   * Upper bound of `pair` for this amount and all larger ones; `entry` is that of the pair, −1 when there is none.
   */
  pairMost(results: MissionControl, group: number, entry: number, amountMsat: number, nowUs: number): number;

  /** Probability of one of the sender's own hops; `entry` is that of the pair, -1 when there is none. */
  local(results: MissionControl | null, entry: number, nowUs: number): number;
}
