/**
 * Ways that a payment's parts may take, before they become routes: what they deliver, what they cost, how much fits.
 *
 * cln:plugins/askrene/child/flow.c, cln:plugins/askrene/child/refine.c:flow_max_deliverable, flow_min_deliverable,
 * create_flow_reservations.
 */
import { amountAfterFee } from './fees.ts';
import type { SenderNetwork } from './sender-network.ts';

export interface Flow {
  readonly edges: readonly number[];
  deliversMsat: number;
}

export function totalDelivered(flows: readonly Flow[]): number {
  return flows.reduce((sum, flow) => sum + flow.deliversMsat, 0);
}

/** What each edge carries, msat. */
export function amountsOf(network: SenderNetwork, flow: Flow): number[] {
  const amounts: number[] = [];
  let amount = flow.deliversMsat;
  for (let i = flow.edges.length - 1; i >= 0; i--) {
    amounts[i] = amount;
    amount += network.fee(flow.edges[i] as number, amount);
  }
  return amounts;
}

/** What nodes on the way take, msat; the sender's own channel is free. */
export function flowFee(network: SenderNetwork, flow: Flow): number {
  let amount = flow.deliversMsat;
  for (let i = flow.edges.length - 1; i >= 0; i--) amount += network.fee(flow.edges[i] as number, amount);
  return amount - flow.deliversMsat;
}

export function totalFee(network: SenderNetwork, flows: readonly Flow[]): number {
  return flows.reduce((sum, flow) => sum + flowFee(network, flow), 0);
}

/** Sum of a flow's time locks, blocks. */
export function flowDelay(network: SenderNetwork, flow: Flow): number {
  return flow.edges.reduce((sum, edge) => sum + network.cltvDelta(edge), 0);
}

/** The most that can arrive, given limits, bounds and reservations, msat. */
export function mostDeliverable(network: SenderNetwork, flow: Flow): number {
  let deliver = Infinity;
  for (const edge of flow.edges) {
    deliver = amountAfterFee(deliver, network.feeBase(edge), network.feeRate(edge));
    deliver = Math.min(deliver, network.maxHtlc(edge), network.most(edge));
  }
  return deliver;
}

/** The least that can be delivered so that every HTLC on the way is large enough, msat. */
export function leastDeliverable(network: SenderNetwork, flow: Flow): number {
  let least = 1;
  for (let i = flow.edges.length - 1; i >= 0; i--) {
    const edge = flow.edges[i] as number;
    least = Math.max(least, network.minHtlc(edge));
    least += network.fee(edge, least);
  }
  for (const edge of flow.edges) {
    const into = least;
    least = amountAfterFee(into, network.feeBase(edge), network.feeRate(edge));
    if (least + network.fee(edge, least) < into) least++;
  }
  return least;
}

/** Reserves what a flow takes for the rest of the request, or gives it back with sign −1. */
export function reserve(network: SenderNetwork, flow: Flow, sign: 1 | -1): void {
  const amounts = amountsOf(network, flow);
  flow.edges.forEach((edge, i) => {
    const slot = network.exact(edge);
    network.exact(edge ^ 1);
    slot.reservedMsat += sign * ((amounts[i] as number) + slot.perHtlcMsat);
  });
}

/** True when every edge still carries its amount. */
export function fits(network: SenderNetwork, flow: Flow): boolean {
  const amounts = amountsOf(network, flow);
  return flow.edges.every((edge, i) => (amounts[i] as number) <= network.most(edge));
}
