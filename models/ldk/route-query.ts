/** What a search for a route is asked, and how it answers. */
import type { PaymentPath } from './payment-path.ts';
import type { RemovedFromGraph } from './removed-from-graph.ts';
import type { Scorer } from './scorer.ts';

export interface RouteQuery {
  readonly source: number;
  readonly destination: number;
  /** What the recipient must get, msat. */
  readonly amountMsat: number;
  readonly finalCltvDelta: number;
  readonly maxFeeMsat: number;
  readonly multiPath: boolean;
  readonly maxPaths: number;
  readonly maxPathLength: number;
  readonly maxCltv: number;
  readonly saturationPower: number;
  /** Own channels to begin with, as edges; null for any. */
  readonly outgoingEdges: readonly number[] | null;
  /** Channels that failed in this payment, and those that are shut out. */
  readonly failedChannels: ReadonlySet<number>;
  /** Channels to the recipient of others than the demanded last hop (last-hop.ts); absent where none is demanded. */
  readonly shutOut?: ReadonlySet<number>;
  readonly scorer: Scorer;
  /** What the node has in flight by edge, msat. */
  readonly inFlight: ReadonlyMap<number, number>;
  readonly removed: RemovedFromGraph;
  readonly nowUs: number;
  /** Is shown every path that a walk finds, before it is changed, and what other paths use of an edge; for a trace. */
  readonly walked?: (path: PaymentPath, usedMsat: (edge: number) => number) => void;
}

/** The paths of a route, or none. */
export type FoundRoute = readonly PaymentPath[] | null;
