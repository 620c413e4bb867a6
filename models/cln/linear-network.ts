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
  type CostParts,
  combinedCost,
  costParts,
  linearFeeCost,
  PARTS,
  TINY_PROBABILITY_COST,
} from './arc-costs.ts';
import type { Values } from './bucket-index.ts';
import type { PriceQuestion } from './edge-prices.ts';
import { LARGEST, roundedDown, roundedUp } from './fp16.ts';
import { PublicEdges } from './public-edges.ts';
import { PublicMedians } from './public-medians.ts';
import type { SenderNetwork, Slot } from './sender-network.ts';

/** cln:plugins/askrene/child/mcf.c:minflow: a payment is about this many units. */
const UNITS = 1000;

export class LinearNetwork {
  readonly network: SenderNetwork;
  readonly out: PublicEdges;
  /** One unit of flow, msat, and how many are to be sent. */
  accuracyMsat = 1;
  units = 0;
  /** Capacity of arc i of an edge at [4 · edge + i], units, once the edge was prepared; all 0 for edges that are not usable. */
  capacity: Int32Array = new Int32Array(0);
  /** By edge: units that are uncertain (more than 0 where usable), fee cost, bias. */
  #width: Float64Array = new Float64Array(0);
  #feeCost: Float64Array = new Float64Array(0);
  #bias: Int8Array = new Int8Array(0);
  /** Number of the build for which an edge was prepared. */
  #prepared: Int32Array = new Int32Array(0);
  #builds = 0;
  readonly #slope = new Float64Array(PARTS);
  readonly #medians: PublicMedians;
  #amountMsat = 0;
  #penalty = 0;
  #delayFactor = 0;
  #mu = 0;
  #k = 1;
  /** What #arcs filled in last. */
  readonly #taken = new Int32Array(PARTS);
  #units = 0;
  #fee = 0;

  constructor(network: SenderNetwork) {
    this.network = network;
    this.out = new PublicEdges(network);
    this.#medians = new PublicMedians(network, this.out, false, {
      ofPublic: (place, costs, fees) => {
        if (this.#publicArcs(place)) this.#numbers(costs, fees);
      },
      ofSlot: (slot, costs, fees) => {
        if (this.#slotArcs(slot)) this.#numbers(costs, fees);
      },
    });
  }

  #numbers(costs: Values, fees: Values): void {
    for (let i = 0; i < PARTS; i++) {
      if (this.#taken[i] === 0) continue;
      costs.add((this.#slope[i] as number) / this.#units);
      fees.add(this.#fee);
    }
  }

  /**
   * States the problem for an amount; `mu` of 1 … 100 says how much fees count, `delayFactor` how much a block of time lock.
   * The arcs of an edge are made when somebody asks for them.
   */
  build(amountMsat: number, mu: number, delayFactor: number): void {
    this.out.follow();
    this.#room();
    this.#builds++;
    this.accuracyMsat = Math.max(1, Math.ceil(amountMsat / UNITS));
    this.units = Math.ceil(amountMsat / this.accuracyMsat);
    const ratio = amountMsat / this.accuracyMsat;
    for (let i = 0; i < PARTS; i++) this.#slope[i] = (COST_FRACTION[i] as number) * 1000 * ratio;
    this.#amountMsat = amountMsat;
    this.#penalty = baseFeePenalty(amountMsat);
    this.#delayFactor = delayFactor;
    this.#mu = mu;
    this.#k = this.#medianRatio(amountMsat, delayFactor);
  }

  /** Makes the arcs of an edge unless they are there. */
  prepare(edge: number): void {
    if (this.#prepared[edge] === this.#builds) return;
    this.#prepared[edge] = this.#builds;
    const { capacity } = this;
    const at = PARTS * edge;
    const slot = this.network.has(edge);
    const any = slot === null ? this.#publicArcs(this.out.place[edge] as number) : this.#slotArcs(slot);
    for (let i = 0; i < PARTS; i++) capacity[at + i] = any ? (this.#taken[i] as number) : 0;
    this.#width[edge] = this.#units;
    this.#feeCost[edge] = this.#fee;
    this.#bias[edge] = slot === null ? 0 : slot.bias;
  }

  /** Arcs of the public edge at a place (−1: none); false when it has none. */
  #publicArcs(place: number): boolean {
    const { out } = this;
    if (place < 0 || (out.capacityMsat[place] as number) < this.network.minCapacityMsat) return false;
    if (this.#amountMsat < (out.minHtlcMsat[place] as number)) return false;
    const maxHtlc = out.maxHtlcMsat[place] as number;
    const width = 1 + Math.floor((out.mostMsat[place] as number) / this.accuracyMsat);
    if (maxHtlc < 0 || !this.#divide(0, width, maxHtlc)) return false;
    const base = out.feeBaseMsat[place] as number;
    const ppm = out.feeRatePpm[place] as number;
    this.#fee = linearFeeCost(base, ppm, out.cltvDelta[place] as number, this.#penalty, this.#delayFactor);
    return true;
  }

  /** The same of an edge about which the request knows something. */
  #slotArcs(slot: Readonly<Slot>): boolean {
    const { network, accuracyMsat } = this;
    if (!slot.enabled || !network.largeEnough(slot.edge)) return false;
    if (this.#amountMsat < roundedDown(slot.minHtlcMsat)) return false;
    const most = Math.max(0, slot.maxMsat - slot.reservedMsat);
    const least = Math.min(Math.max(0, slot.minMsat - slot.reservedMsat), most);
    const a = Math.floor(least / accuracyMsat);
    const width = 1 + Math.floor(most / accuracyMsat) - a;
    if (!this.#divide(a, width, Math.max(slot.maxHtlcMsat, roundedUp(slot.maxHtlcMsat)))) return false;
    this.#fee = linearFeeCost(slot.feeBaseMsat, slot.feeRatePpm, slot.cltvDelta, this.#penalty, this.#delayFactor);
    return true;
  }

  /**
   * Divides what an edge carries, `certain` units and `width` uncertain ones, among its arcs; false when nothing is left.
   * @param maxHtlcMsat limit of an HTLC, rounded up unless it is beyond what rounding can tell
   */
  #divide(certain: number, width: number, maxHtlcMsat: number): boolean {
    let room = this.units;
    if (maxHtlcMsat < this.#amountMsat + this.accuracyMsat) {
      room = Math.min(room, Math.floor(Math.min(maxHtlcMsat, LARGEST) / this.accuracyMsat));
    }
    const all = this.#taken;
    let taken = Math.min(certain, room);
    let any = taken;
    all[0] = taken;
    room -= taken;
    for (let i = 1; i < PARTS; i++) {
      taken = room === 0 ? 0 : Math.min(Math.trunc((CAP_FRACTION[i] as number) * width), room);
      all[i] = taken;
      room -= taken;
      any += taken;
    }
    this.#units = width;
    return any > 0;
  }

  /** What a unit costs over arc `part` of an edge that was prepared. */
  cost(edge: number, part: number): number {
    const probability = (this.#slope[part] as number) / (this.#width[edge] as number);
    return combinedCost(this.#feeCost[edge] as number, probability, this.#mu, this.#k, this.#bias[edge] as number);
  }

  /** The parts of that cost. */
  costParts(edge: number, part: number): CostParts {
    const probability = (this.#slope[part] as number) / (this.#width[edge] as number);
    const delay = this.network.cltvDelta(edge) * this.#delayFactor;
    const fee = this.#feeCost[edge] as number;
    return costParts(fee, delay, probability, this.#mu, this.#k, this.#bias[edge] as number);
  }

  /** What costs of this problem depend on. */
  get question(): PriceQuestion {
    return { amountMsat: this.#amountMsat, delayFactor: this.#delayFactor, mu: this.#mu, k: this.#k };
  }

  /** What makes probability costs comparable with fees in this problem. */
  get medianRatio(): number {
    return this.#k;
  }

  /** get_median_ratio: median fee cost by median probability cost, over all arcs. */
  #medianRatio(amountMsat: number, delayFactor: number): number {
    const n = this.#medians.load(amountMsat, delayFactor);
    if (n === 0) return 1;
    const middle = n >> 1;
    const probability = this.#medians.cost(middle);
    return probability < TINY_PROBABILITY_COST ? 1 : this.#medians.fee(middle) / probability;
  }

  #room(): void {
    const edges = Math.max(2 * this.network.graph.capacityMsat.length, this.network.graph.known.length);
    if (this.#width.length >= edges) return;
    this.capacity = new Int32Array(PARTS * edges);
    this.#width = new Float64Array(edges);
    this.#feeCost = new Float64Array(edges);
    this.#bias = new Int8Array(edges);
    this.#prepared = new Int32Array(edges);
  }
}
