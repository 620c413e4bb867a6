/**
 * The weight of a path, added up from the recipient backwards: what it costs, virtual costs of hops and of locked funds,
 * and the cost of a failure over the probability of success. Pure arithmetic: it looks at no graph.
 *
 * eclair:router/Graph.scala:HeuristicsConstants.addEdgeWeight. Sums and products are made in the order in which Eclair
 * makes them; amounts are integers, the rest doubles in both. The logarithm is the engine's own.
 */
import { log } from '../../engine/base/math.ts';
import { nodeFee } from './fees.ts';
import type { SearchSettings } from './options.ts';

/** eclair:router/Graph.scala:PaymentPathWeight: a path from a node to the recipient. Amounts and costs in msat. */
export interface PathWeight {
  /** What the node must send over the path's first edge, plus what it asks for forwarding it. */
  amountMsat: number;
  length: number;
  /** Sum of the edges' CLTV deltas. */
  cltv: number;
  probability: number;
  hopCostMsat: number;
  weight: number;
}

/** An edge as the weight sees it. */
export interface EdgeTerms {
  feeBaseMsat: number;
  feeRatePpm: number;
  cltvDelta: number;
  /** Probability that the edge carries what it must; 1 when its balance is known. */
  probability: number;
  /** The edge leaves the sender: its fee is not paid, and it adds no weight. */
  own: boolean;
}

/** The empty path at the recipient. */
export function emptyPath(amountMsat: number): PathWeight {
  return { amountMsat, length: 0, cltv: 0, probability: 1, hopCostMsat: 0, weight: 0 };
}

/**
 * Writes into `out` the path `prev` with an edge before it; `out` may be `prev`.
 * @param recipientMsat what the whole path delivers
 */
export function addEdge(
  settings: SearchSettings,
  recipientMsat: number,
  edge: EdgeTerms,
  prev: PathWeight,
  out: PathWeight,
): void {
  const forwarded = prev.amountMsat;
  const fee = edge.own ? 0 : nodeFee(edge.feeBaseMsat, edge.feeRatePpm, forwarded);
  const total = forwarded + fee;
  const cltv = prev.cltv + edge.cltvDelta;
  const hopCost = nodeFee(settings.hopCost.baseMsat, settings.hopCost.ppm, forwarded);
  const hopCosts = prev.hopCostMsat + hopCost;
  const probability = prev.probability * edge.probability;
  if (!edge.own) {
    const failureCost = nodeFee(settings.failureCost.baseMsat, settings.failureCost.ppm, total);
    out.weight = settings.useLogProbability
      ? prev.weight +
        fee +
        hopCost +
        total * edge.cltvDelta * settings.lockedFundsRisk -
        (failureCost === 0 ? 0 : failureCost * log(edge.probability))
      : total -
        recipientMsat +
        hopCosts +
        total * cltv * settings.lockedFundsRisk +
        (failureCost === 0 ? 0 : failureCost / probability);
  } else {
    out.weight = prev.weight;
  }
  out.amountMsat = total;
  out.length = prev.length + 1;
  out.cltv = cltv;
  out.probability = probability;
  out.hopCostMsat = hopCosts;
}
