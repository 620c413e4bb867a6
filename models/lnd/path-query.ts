/** What path finding is asked and what it answers. */
import type { MissionControl } from './mission-control.ts';
import type { ProbabilityEstimator } from './probability.ts';

export const PATH = { found: 0, none: 1, insufficientBalance: 2 } as const;
export type PathResult = (typeof PATH)[keyof typeof PATH];

/** What is searched for. One object is filled anew for each search. */
export class PathQuery {
  source = 0;
  destination = 0;
  /** Own channels (edges) of which the route begins with one, null for any; node it comes in from, −1 for any. */
  outgoingEdges: readonly number[] | null = null;
  lastHop = -1;
  amountMsat = 0;
  feeLimitMsat = 0;
  /** Absolute heights: expiry at the recipient, and the largest expiry of the first hop. */
  finalExpiry = 0;
  expiryLimit = 0;
  finalPayloadBytes = 0;
  /** Virtual cost of an attempt, msat; with a time preference not in whole. */
  attemptCostMsat = 0;
  minProbability = 0;
  nowUs = 0;
  results: MissionControl | null = null;
  estimator!: ProbabilityEstimator;
}
