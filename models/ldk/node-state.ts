/** What one LDK node is and remembers, besides its payments. */
import type { LdkSettings } from './options.ts';
import type { RemovedFromGraph } from './removed-from-graph.ts';
import type { Scorer } from './scorer.ts';

export interface LdkNode {
  readonly settings: LdkSettings;
  scorer: Scorer;
  removed: RemovedFromGraph;
  /** What its own payments have in flight, by edge, msat; no edge with 0. Follows from the payments. */
  readonly inFlight: Map<number, number>;
  /** When the node works off what came in next, or did last, µs. */
  batchAtUs: number;
}
