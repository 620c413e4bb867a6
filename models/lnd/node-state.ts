/** What the model keeps of one node: its settings and what it learnt. */
import type { LearntPolicies } from './learnt-policies.ts';
import type { MissionControl } from './mission-control.ts';
import type { LndSettings } from './options.ts';
import type { ProbabilityEstimator } from './probability.ts';

export interface LndNode {
  readonly settings: LndSettings;
  readonly estimator: ProbabilityEstimator;
  /** Mission control; null until the node's first payment has a result. */
  results: MissionControl | null;
  /** Policies learnt from failures; null until the first. */
  learnt: LearntPolicies | null;
}
