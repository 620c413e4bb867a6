/**
 * The network as a problem of minimum-cost flow: each usable direction of a channel becomes up to four arcs, which are
 * filled one after the other, each dearer than the one before. Amounts are in units of about a thousandth of what is to be
 * sent. Only says what arcs there are and what they cost; min-cost-flow.ts finds the flow.
 *
 * cln:plugins/askrene/child/mcf.c:init_linear_network, linearize_channel, get_median_ratio.
 */
import {
  baseFeePenalty,
  CAP_FRACTION,
  COST_FRACTION,
  combinedCost,
  linearFeeCost,
  PARTS,
  TINY_PROBABILITY_COST,
} from './arc-costs.ts';
import { roundedDown, roundedUp } from './fp16.ts';
import { OutEdges } from './out-edges.ts';
import { select } from './selection.ts';
import type { SenderNetwork } from './sender-network.ts';

/** cln:plugins/askrene/child/mcf.c:minflow: a payment is about this many units. */
const UNITS = 1000;

export class LinearNetwork {
  readonly network: SenderNetwork;
  readonly out: OutEdges = new OutEdges();
  /** One unit of flow, msat, and how many are to be sent. */
  accuracyMsat = 1;
  units = 0;
  /** Capacity of arc i of an edge at [4 · edge + i], units; all 0 for edges that are not usable. */
  capacity: Int32Array = new Int32Array(0);
  /** By edge: units that are uncertain (more than 0 where usable), fee cost, bias. */
  #width: Float64Array = new Float64Array(0);
  #feeCost: Float64Array = new Float64Array(0);
  #bias: Int8Array = new Int8Array(0);
  /** Edges with arcs, in the order in which they were made. */
  #edges: Int32Array = new Int32Array(0);
  #edgeCount = 0;
  readonly #slope = new Float64Array(PARTS);
  /** For the medians. */
  #fees: Float64Array = new Float64Array(0);
  #probabilities: Float64Array = new Float64Array(0);
  #mu = 0;
  #k = 1;

  constructor(network: SenderNetwork) {
    this.network = network;
  }

  /**
   * Makes the arcs for an amount; `mu` of 1 … 100 says how much fees count, `delayFactor` how much a block of time lock.
   * What was made before is taken back first.
   */
  build(amountMsat: number, mu: number, delayFactor: number): void {
    const { network } = this;
    const { graph } = network;
    this.#clear();
    this.out.refresh(graph);
    this.accuracyMsat = Math.max(1, Math.ceil(amountMsat / UNITS));
    this.units = Math.ceil(amountMsat / this.accuracyMsat);
    const ratio = amountMsat / this.accuracyMsat;
    for (let i = 0; i < PARTS; i++) this.#slope[i] = (COST_FRACTION[i] as number) * 1000 * ratio;
    const penalty = baseFeePenalty(amountMsat);
    const all = this.out.edge;
    for (let i = 0; i < all.length; i++) this.#add(all[i] as number, amountMsat, penalty, delayFactor);
    const own = network.ownEdges();
    for (let i = 0; i < network.ownEdgeCount(); i++) {
      const edge = own[i] as number;
      if (graph.known[edge] !== 1) this.#add(edge, amountMsat, penalty, delayFactor);
    }
    this.#mu = mu;
    this.#k = this.#medianRatio();
  }

  #add(edge: number, amountMsat: number, penalty: number, delayFactor: number): void {
    const { network, accuracyMsat } = this;
    if (!network.usable(edge)) return;
    const minHtlc = network.minHtlc(edge);
    if (amountMsat < minHtlc && amountMsat < roundedDown(minHtlc)) return;
    const most = network.most(edge);
    const least = Math.min(network.least(edge), most);
    const a = Math.floor(least / accuracyMsat);
    const width = 1 + Math.floor(most / accuracyMsat) - a;
    const maxHtlc = network.maxHtlc(edge);
    // Rounding up makes no difference where it is more than the payment anyway.
    let room = this.units;
    if (maxHtlc < amountMsat + accuracyMsat) room = Math.min(room, Math.floor(roundedUp(maxHtlc) / accuracyMsat));
    const at = PARTS * edge;
    const { capacity } = this;
    let taken = Math.min(a, room);
    let any = taken;
    capacity[at] = taken;
    room -= taken;
    for (let i = 1; i < PARTS; i++) {
      taken = Math.min(Math.trunc((CAP_FRACTION[i] as number) * width), room);
      capacity[at + i] = taken;
      room -= taken;
      any += taken;
    }
    if (any === 0) return;
    this.#width[edge] = width;
    this.#feeCost[edge] = linearFeeCost(
      network.feeBase(edge),
      network.feeRate(edge),
      network.cltvDelta(edge),
      penalty,
      delayFactor,
    );
    this.#bias[edge] = network.bias(edge);
    this.#edges[this.#edgeCount++] = edge;
  }

  /** What a unit costs over arc `part` of an edge. */
  cost(edge: number, part: number): number {
    const probability = (this.#slope[part] as number) / (this.#width[edge] as number);
    return combinedCost(this.#feeCost[edge] as number, probability, this.#mu, this.#k, this.#bias[edge] as number);
  }

  /** get_median_ratio: median fee cost by median probability cost, over all arcs. */
  #medianRatio(): number {
    const { capacity } = this;
    const fees = this.#fees;
    const probabilities = this.#probabilities;
    let n = 0;
    for (let j = 0; j < this.#edgeCount; j++) {
      const edge = this.#edges[j] as number;
      for (let i = 0; i < PARTS; i++) {
        if (capacity[PARTS * edge + i] === 0) continue;
        fees[n] = this.#feeCost[edge] as number;
        probabilities[n++] = (this.#slope[i] as number) / (this.#width[edge] as number);
      }
    }
    if (n === 0) return 1;
    const middle = n >> 1;
    const probability = select(probabilities, n, middle);
    return probability < TINY_PROBABILITY_COST ? 1 : select(fees, n, middle) / probability;
  }

  #clear(): void {
    for (let j = 0; j < this.#edgeCount; j++) {
      const at = PARTS * (this.#edges[j] as number);
      for (let i = 0; i < PARTS; i++) this.capacity[at + i] = 0;
    }
    this.#edgeCount = 0;
    const edges = 2 * this.network.graph.capacityMsat.length;
    if (this.#width.length >= edges) return;
    this.capacity = new Int32Array(PARTS * edges);
    this.#width = new Float64Array(edges);
    this.#feeCost = new Float64Array(edges);
    this.#bias = new Int8Array(edges);
    this.#edges = new Int32Array(edges);
    this.#fees = new Float64Array(PARTS * edges);
    this.#probabilities = new Float64Array(PARTS * edges);
  }
}
