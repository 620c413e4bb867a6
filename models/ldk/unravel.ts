/** The path that a walk found, from the labels that it left behind. */
import type { GraphView } from '../../engine/simulate/node-model.ts';
import type { OwnChannel } from './own-channels.ts';
import { type PathHop, PaymentPath } from './payment-path.ts';
import type { RouteQuery } from './route-query.ts';
import { LABEL, NEXT_FEES, PENALTY, USE_FEE, VALUE, VIA } from './walk-labels.ts';

/** @param first the payer's own channel that the path begins with */
export function unravel(
  graph: GraphView,
  labels: Float64Array,
  { source, destination }: RouteQuery,
  first: OwnChannel,
): PaymentPath {
  const valueMsat = labels[LABEL * source + VALUE] as number;
  const hops: PathHop[] = [];
  for (let node = source; node !== destination; ) {
    const label = LABEL * node;
    const edge = labels[label + VIA] as number;
    const own = node === source ? first : null;
    const capacity = graph.capacityMsat[edge >> 1] as number;
    const before = hops[hops.length - 1];
    if (before !== undefined) before.feeMsat = labels[label + USE_FEE] as number;
    hops.push({
      edge,
      baseMsat: own === null ? (graph.feeBaseMsat[edge] as number) : 0,
      ppm: own === null ? (graph.feeRatePpm[edge] as number) : 0,
      cltvDelta: own === null ? (graph.cltvDelta[edge] as number) : 0,
      minHtlcMsat: own === null ? (graph.minHtlcMsat[edge] as number) : own.minimumMsat,
      own: own !== null,
      capacityMsat: own === null ? capacity : own.limitMsat,
      maxHtlcMsat: own === null ? Math.min(graph.maxHtlcMsat[edge] as number, capacity) : own.limitMsat,
      scoredMsat: (labels[label + VALUE] as number) + (labels[label + NEXT_FEES] as number),
      penaltyMsat: labels[label + PENALTY] as number,
      useFeeMsat: labels[label + USE_FEE] as number,
      nextFeesMsat: labels[label + NEXT_FEES] as number,
      feeMsat: valueMsat,
    });
    node = graph.to(edge);
  }
  return new PaymentPath(hops);
}
