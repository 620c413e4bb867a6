/**
 * The cheapest single path for an amount: Dijkstra's algorithm from the sender forwards, every channel priced for the whole
 * amount without the fees of those behind it. Taken for small amounts, and where one part is all that is allowed.
 *
 * cln:plugins/askrene/child/mcf.c:single_path_flow, init_linear_network_single_path;
 * cln:plugins/askrene/child/algorithm.c:dijkstra_path. Among equally far nodes the lower one goes first.
 */
import { exp, log } from '../../engine/base/math.ts';
import type { PairIndex } from '../../engine/simulate/node-model.ts';
import { type CostParts, combinedCost, costParts, TINY_PROBABILITY_COST } from './arc-costs.ts';
import type { Values } from './bucket-index.ts';
import { type ArcCosts, PriceTables } from './edge-prices.ts';
import { channelFee } from './fees.ts';
import { roundedDown, roundedUp } from './fp16.ts';
import { PublicEdges } from './public-edges.ts';
import { PublicMedians } from './public-medians.ts';
import type { SenderNetwork, Slot } from './sender-network.ts';
import { TwoSidedSearch } from './two-sided-search.ts';

/** A probability at which the cost is TINY_PROBABILITY_COST; near to it the logarithm is asked (the nearness is chosen here). */
const NEARLY_CERTAIN = exp(-TINY_PROBABILITY_COST);
const NEAR = 1e-9;

export class SinglePath implements ArcCosts {
  readonly #network: SenderNetwork;
  readonly #out: PublicEdges;
  readonly #search: TwoSidedSearch;
  readonly #prices: PriceTables;
  readonly #medians: PublicMedians;
  #amountMsat = 0;
  #mu = 0;
  #delayFactor = 0;
  #k = 1;
  #fee = 0;
  /** By place: a public edge's probability (0 where it cannot be used), −ln of it (−1 there), NaN until somebody asks; its fee cost. */
  #chance: Float64Array = new Float64Array(0);
  #improbability: Float64Array = new Float64Array(0);
  #publicFee: Float64Array = new Float64Array(0);
  #pairs: PairIndex | null = null;
  #asked: readonly number[] = [];

  constructor(network: SenderNetwork) {
    this.#network = network;
    this.#out = new PublicEdges(network);
    this.#search = new TwoSidedSearch(network, this.#out, this);
    this.#prices = new PriceTables(network, this.#out, (out) => this.#fill(out));
    const add = (chances: Values, fees: Values, chance: number): void => {
      if (chance <= 0) return;
      chances.add(chance);
      fees.add(this.#fee);
    };
    this.#medians = new PublicMedians(
      network,
      this.#out,
      true,
      {
        ofPublic: (place, chances, fees) => add(chances, fees, this.#readChance(place)),
        ofSlot: (slot, chances, fees) => add(chances, fees, this.#slotChance(slot)),
      },
      isTiny,
    );
  }

  /** Searches, and edges that they looked at, since the beginning. */
  get work(): { readonly searches: number; readonly looked: number } {
    return this.#search;
  }

  /** What the path that was found last costs. */
  distance = 0;

  /**
   * Edges from one node to another; null when there is no such path.
   * @param avoid a node that the path must not touch, −1 for none
   * @param plainly by Dijkstra's algorithm from the sender alone, for comparisons
   */
  find(
    source: number,
    destination: number,
    amountMsat: number,
    mu: number,
    delayFactor: number,
    avoid: number,
    plainly = false,
  ): number[] | null {
    const { graph } = this.#network;
    this.#out.follow();
    this.#amountMsat = amountMsat;
    this.#mu = mu;
    this.#delayFactor = delayFactor;
    this.#keepPublic();
    this.#k = this.#medianRatio();
    this.#search.begin(this.#prices.for({ amountMsat, delayFactor, mu, k: this.#k }));
    if (!this.#search.find(source, destination, avoid, !plainly, false, false)) return null;
    this.distance = this.#search.distance;
    const path: number[] = [];
    for (let node = destination; node !== source; ) {
      const edge = this.#search.by[node] as number;
      path.push(edge);
      node = graph.from(edge);
    }
    return path.reverse();
  }

  /** Parts of what an edge cost in the search that was made last. */
  costParts(edge: number): CostParts {
    const slot = this.#network.has(edge);
    const chance = slot === null ? this.#publicChance(this.#out.place[edge] as number) : this.#slotChance(slot);
    const delay = this.#network.cltvDelta(edge) * this.#delayFactor;
    const bias = slot === null ? 0 : slot.bias;
    return costParts(this.#fee, delay, -log(chance), this.#mu, this.#k, bias);
  }

  /** What made probability costs comparable with fees in that search. */
  get medianRatio(): number {
    return this.#k;
  }

  forwards(edge: number): number {
    const slot = this.#network.has(edge);
    if (slot === null) return this.#publicCost(this.#out.place[edge] as number);
    const chance = this.#slotChance(slot);
    return chance <= 0 ? -1 : combinedCost(this.#fee, -log(chance), this.#mu, this.#k, slot.bias);
  }

  readonly publicly = (place: number): number => this.#publicCost(place);

  /** Prices of edges of which the improbability is known. */
  #fill(out: Float64Array): void {
    const [mu, k] = [this.#mu, this.#k];
    for (let place = 0; place < out.length; place++) {
      const improbability = this.#improbability[place]!;
      if (improbability >= 0) out[place] = combinedCost(this.#publicFee[place]!, improbability, mu, k, 0);
      else if (improbability < 0) out[place] = -1;
    }
  }

  #publicCost(place: number): number {
    if (place < 0) return -1;
    let improbability = this.#improbability[place] as number;
    // Not yet asked for with this amount.
    if (Number.isNaN(improbability)) {
      const chance = this.#chanceAt(place);
      improbability = chance <= 0 ? -1 : -log(chance);
      this.#improbability[place] = improbability;
    }
    if (improbability < 0) return -1;
    return combinedCost(this.#publicFee[place] as number, improbability, this.#mu, this.#k, 0);
  }

  least(place: number): number {
    if (this.#chanceAt(place) <= 0) return -1;
    return combinedCost(this.#publicFee[place]!, 0, this.#mu, this.#k, 0);
  }

  #chanceAt(place: number): number {
    const chance = this.#chance[place]!;
    return Number.isNaN(chance) ? this.#readChance(place) : chance;
  }

  #readChance(place: number): number {
    const chance = this.#publicChance(place);
    if (place < 0) return chance;
    this.#chance[place] = chance;
    this.#publicFee[place] = this.#fee;
    return chance;
  }

  /** Forgets what public edges cost unless it is still the same question about the same graph. */
  #keepPublic(): void {
    const { graph, minCapacityMsat } = this.#network;
    const pairs = graph.pairsInto();
    const now = [this.#amountMsat, this.#delayFactor, minCapacityMsat, graph.changes] as const;
    if (pairs === this.#pairs && now.every((value, i) => value === this.#asked[i])) return;
    this.#pairs = pairs;
    this.#asked = now;
    const count = this.#out.edge.length;
    if (this.#improbability.length < count) {
      this.#improbability = new Float64Array(count);
      this.#chance = new Float64Array(count);
      this.#publicFee = new Float64Array(count);
    }
    this.#improbability.fill(Number.NaN);
    this.#chance.fill(Number.NaN);
  }

  /** A single path takes nothing back. */
  backwards(): number {
    return 0;
  }

  /**
   * pickhardt_richter_probability of the whole amount over the public edge at a place (−1: none), and its fee; 0 for edges
   * that path finding may not use.
   */
  #publicChance(place: number): number {
    const out = this.#out;
    const amount = this.#amountMsat;
    if (place < 0 || (out.capacityMsat[place] as number) < this.#network.minCapacityMsat) return 0;
    if (amount < (out.minHtlcMsat[place] as number) || amount > (out.maxHtlcMsat[place] as number)) return 0;
    const most = out.mostMsat[place] as number;
    if (amount > most) return 0;
    this.#setFee(out.feeBaseMsat[place] as number, out.feeRatePpm[place] as number, out.cltvDelta[place] as number);
    return (most + 1 - amount) / (most + 1);
  }

  /** The same of an edge about which the request knows something. */
  #slotChance(slot: Readonly<Slot>): number {
    const amount = this.#amountMsat;
    if (!slot.enabled || !this.#network.largeEnough(slot.edge)) return 0;
    if (amount < roundedDown(slot.minHtlcMsat)) return 0;
    if (amount > slot.maxHtlcMsat && amount > roundedUp(slot.maxHtlcMsat)) return 0;
    const most = Math.max(0, slot.maxMsat - slot.reservedMsat);
    if (amount > most) return 0;
    const least = Math.min(Math.max(0, slot.minMsat - slot.reservedMsat), most);
    this.#setFee(slot.feeBaseMsat, slot.feeRatePpm, slot.cltvDelta);
    // It is preferable to work on 1 msat past the known bound.
    const states = most + 1 - least;
    return amount < least ? 1 : (states - (amount - least)) / states;
  }

  #setFee(base: number, ppm: number, delta: number): void {
    this.#fee = Math.trunc(channelFee(this.#amountMsat, base, ppm) + this.#delayFactor * delta);
  }

  /** get_median_ratio; the costs of probabilities are in the reverse order of these. */
  #medianRatio(): number {
    const n = this.#medians.load(this.#amountMsat, this.#delayFactor);
    const middle = n >> 1;
    if (n === 0 || this.#medians.counted > middle) return 1;
    return this.#medians.fee(middle) / -log(this.#medians.cost(middle));
  }
}

/** True for a probability whose cost is below TINY_PROBABILITY_COST. */
function isTiny(chance: number): boolean {
  const difference = chance - NEARLY_CERTAIN;
  const near = difference < NEAR && difference > -NEAR;
  return near ? -log(chance) < TINY_PROBABILITY_COST : difference > 0;
}
