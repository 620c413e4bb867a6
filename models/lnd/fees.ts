/**
 * Routing fees as lnd computes them, in msat. Integer arithmetic only; nothing here rounds to nearest.
 *
 * lnd:graph/db/models/cached_edge_policy.go:ComputeFee, lnd:graph/db/models/inbound_fee.go:CalcFee,
 * lnd:htlcswitch/link.go:ExpectedFee.
 */
import { MAX_SAFE, mulDivFloor } from '../../engine/base/numbers.ts';
import type { GraphView } from '../../engine/simulate/node-model.ts';

/** lnd:graph/db/models/inbound_fee.go:maxFeeRate: rates of inbound fees are clamped to ten times the amount, ppm. */
const MAX_INBOUND_RATE_PPM = 10_000_000;

/** floor(a · b / 10^6) for non-negative integers; the short way round is taken when the product is exact. */
function millionths(a: number, b: number): number {
  const product = a * b;
  // A quotient of two exact integers below 2^53 never rounds up to the next integer, so floor is exact.
  return product <= MAX_SAFE ? Math.floor(product / 1_000_000) : mulDivFloor(a, b, 1_000_000);
}

/** What a node asks for forwarding `amountMsat`: base + amount · rate / 10^6, rounded down. */
export function outboundFee(amountMsat: number, baseMsat: number, ratePpm: number): number {
  return baseMsat + millionths(amountMsat, ratePpm);
}

/**
 * What a node asks on the incoming channel, given the forwarded amount plus its outbound fee; negative is a discount.
 * The proportional part is rounded towards zero.
 */
export function inboundFee(amountMsat: number, baseMsat: number, ratePpm: number): number {
  if (ratePpm === 0) return baseMsat;
  if (ratePpm > 0) return baseMsat + millionths(amountMsat, Math.min(ratePpm, MAX_INBOUND_RATE_PPM));
  return baseMsat - millionths(amountMsat, Math.min(-ratePpm, MAX_INBOUND_RATE_PPM));
}

/**
 * Inbound fee of the node that a public edge leads to, as a sender counts it: together with the node's outbound fee it
 * is never negative (lnd:routing/unified_edges.go:calcCappedInboundFee).
 */
export function cappedInboundFee(graph: GraphView, edge: number, amountMsat: number, outboundFeeMsat: number): number {
  const base = graph.inboundFeeBaseMsat[edge] as number;
  const rate = graph.inboundFeeRatePpm[edge] as number;
  if (base === 0 && rate === 0) return 0;
  const fee = inboundFee(amountMsat, base, rate);
  return Math.max(fee, -outboundFeeMsat);
}
