/**
 * Flows made exact: the solver knows neither base fees nor the limits of single HTLCs, and works in units. What does not
 * fit is lowered, spread over the others, or dropped, and the channel that is to blame left out of the next try.
 *
 * cln:plugins/askrene/child/refine.c. Lists are changed in place, as there.
 */
import { type Flow, leastDeliverable, mostDeliverable, reserve, totalDelivered } from './flows.ts';
import type { SenderNetwork } from './sender-network.ts';

/** cln:plugins/askrene/child/refine.c:refine_flows: a path that carries less, or less than this share of what it should, is not worth the effort. */
const WORTH_MSAT = 1000;
const WORTH_SHARE = 0.2;
/** cln:plugins/askrene/child/refine.c:refine_flows: flows may grow by this share to make up for others. */
const TOLERANCE = 0.02;
/** cln:plugins/askrene/child/refine.c:increase_flows: a shortage below this is given to one flow. */
const SMALL_SHORTAGE_MSAT = 10_000;

/** Told what refine does to flows and why, for a trace. */
export interface RefineWatch {
  /** The channels of its way let only so much through. */
  limited(flow: Flow, mostMsat: number): void;
  /** It is dropped, and an edge left out: one that lets through too little, or that wants more. */
  leftOut(flow: Flow, edge: number, why: 'bottleneck' | 'below_minimum', mostMsat: number): void;
}

const largestFirst = (a: Flow, b: Flow): number => b.deliversMsat - a.deliversMsat;

/** Makes flows deliver no more than `deliverMsat` in amounts that every channel takes. */
export function refine(network: SenderNetwork, deliverMsat: number, flows: Flow[], watch?: RefineWatch): void {
  for (let i = 0; i < flows.length; ) {
    const flow = flows[i] as Flow;
    const most = mostDeliverable(network, flow);
    if (most < WORTH_MSAT || most / flow.deliversMsat < WORTH_SHARE) {
      const edge = bottleneck(network, flow);
      watch?.leftOut(flow, edge, 'bottleneck', most);
      network.disable(edge);
      flows.splice(i, 1);
      continue;
    }
    if (most < flow.deliversMsat) watch?.limited(flow, most);
    flow.deliversMsat = Math.min(flow.deliversMsat, most);
    i++;
  }
  if (flows.length === 0) return;
  removeExcess(flows, deliverMsat);
  increase(network, flows, deliverMsat, TOLERANCE);
  for (let i = 0; i < flows.length; ) {
    const flow = flows[i] as Flow;
    if (flow.deliversMsat >= leastDeliverable(network, flow)) {
      i++;
      continue;
    }
    const edge = tooLarge(network, flow);
    if (edge >= 0) {
      watch?.leftOut(flow, edge, 'below_minimum', flow.deliversMsat);
      network.disable(edge);
    }
    flows.splice(i, 1);
  }
  flows.sort(largestFirst);
  while (flows.length > 0 && flows[flows.length - 1]?.deliversMsat === 0) flows.pop();
}

/** remove_bottleneck: the edge that carries least, the first among equals. */
function bottleneck(network: SenderNetwork, flow: Flow): number {
  let least = Infinity;
  let worst = flow.edges[0] as number;
  for (const edge of flow.edges) {
    const most = Math.min(network.maxHtlc(edge), network.most(edge));
    if (most >= least) continue;
    least = most;
    worst = edge;
  }
  return worst;
}

/** remove_htlc_min_violations: the last edge of the way that wants more, −1 for none. */
function tooLarge(network: SenderNetwork, flow: Flow): number {
  let amount = flow.deliversMsat;
  for (let i = flow.edges.length - 1; i >= 0; i--) {
    const edge = flow.edges[i] as number;
    if (amount < network.minHtlc(edge)) return edge;
    amount += network.fee(edge, amount);
  }
  return -1;
}

/** Drops the smallest flows as far as the excess reaches, and takes the rest of it from all in proportion. */
export function removeExcess(flows: Flow[], deliverMsat: number): void {
  let excess = totalDelivered(flows) - deliverMsat;
  if (excess <= 0) return;
  flows.sort(largestFirst);
  while (flows.length > 0 && (flows[flows.length - 1] as Flow).deliversMsat <= excess) {
    excess -= (flows.pop() as Flow).deliversMsat;
  }
  const toRemove = excess;
  const delivered = totalDelivered(flows);
  for (const flow of flows) {
    const share = Math.min(Math.trunc(toRemove * (flow.deliversMsat / delivered)), excess);
    excess -= share;
    flow.deliversMsat -= share;
  }
  // Rounding leaves a little.
  const first = flows[0];
  if (first !== undefined) first.deliversMsat -= excess;
}

/**
 * Gives what is missing to the flows with most room, none beyond its tolerance (a negative one is none). False when that
 * does not suffice.
 */
export function increase(
  network: SenderNetwork,
  flows: readonly Flow[],
  deliverMsat: number,
  tolerance: number,
): boolean {
  const ceilings = flows.map((flow) => (tolerance < 0 ? deliverMsat : Math.trunc(flow.deliversMsat * (1 + tolerance))));
  for (;;) {
    const shortage = deliverMsat - totalDelivered(flows);
    if (shortage <= 0) return true;
    // Flows may share channels, so the room of each is what the others leave.
    for (const flow of flows) reserve(network, flow, 1);
    let best = 0;
    let room = 0;
    flows.forEach((flow, i) => {
      reserve(network, flow, -1);
      const most = Math.min(mostDeliverable(network, flow), ceilings[i] as number);
      reserve(network, flow, 1);
      if (most - flow.deliversMsat <= room) return;
      best = i;
      room = most - flow.deliversMsat;
    });
    for (const flow of flows) reserve(network, flow, -1);
    const addition = shortage < SMALL_SHORTAGE_MSAT ? shortage : Math.ceil(shortage / flows.length);
    if (room < addition) return false;
    (flows[best] as Flow).deliversMsat += addition;
  }
}

/** squash_flows: puts together flows over the same channels as far as these carry the sum. */
export function squash(network: SenderNetwork, flows: Flow[]): void {
  flows.sort(byChannels);
  for (let i = 0; i + 1 < flows.length; ) {
    const flow = flows[i] as Flow;
    const next = flows[i + 1] as Flow;
    const sum = flow.deliversMsat + next.deliversMsat;
    if (byChannels(flow, next) !== 0 || sum > mostDeliverable(network, flow)) {
      i++;
      continue;
    }
    flow.deliversMsat = sum;
    flows.splice(i + 1, 1);
  }
}

function byChannels(a: Flow, b: Flow): number {
  for (let i = 0; i < a.edges.length; i++) {
    if (i >= b.edges.length) return 1;
    const difference = ((a.edges[i] as number) >> 1) - ((b.edges[i] as number) >> 1);
    if (difference !== 0) return difference;
  }
  return b.edges.length > a.edges.length ? -1 : 0;
}

/** reduce_num_flows: keeps the largest and has them carry the rest; false when they cannot. */
export function reduceTo(network: SenderNetwork, flows: Flow[], deliverMsat: number, parts: number): boolean {
  flows.sort(largestFirst);
  flows.length = parts;
  return increase(network, flows, deliverMsat, -1);
}
