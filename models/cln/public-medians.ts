/**
 * Medians over all arcs of a network, whose ratio makes costs of probabilities comparable with fees. What is public of the
 * network is the same for all senders, and mostly from one request to the next: its numbers are kept for an amount, and what
 * a request knows besides is taken out and put in when it asks.
 *
 * cln:plugins/askrene/child/mcf.c:get_median_ratio.
 */
import type { PairIndex } from '../../engine/simulate/node-model.ts';
import { BucketIndex, Values } from './bucket-index.ts';
import type { PublicEdges } from './public-edges.ts';
import { select } from './selection.ts';
import type { SenderNetwork, Slot } from './sender-network.ts';

/** Where the numbers of arcs come from: costs of probability (or probabilities) and fees; none of edges that cannot be used. */
export interface ArcNumbers {
  /** Adds those of the public edge at a place. */
  ofPublic(place: number, costs: Values, fees: Values): void;
  /** Adds those of an edge of which the request knows something of its own. */
  ofSlot(slot: Readonly<Slot>, costs: Values, fees: Values): void;
}

/** Sets of public numbers that are kept here: a payment's amount, and those of its parts that are placed again. */
const KEPT = 4;
/** With fewer public edges than this everything here is read with each request: keeping numbers would cost more. */
const WORTH_KEEPING = 8192;

class PublicNumbers {
  amountMsat = -1;
  delayFactor = -1;
  minCapacityMsat = -1;
  pairs: PairIndex | null = null;
  changes = -1;
  usedAt = 0;
  readonly costs: BucketIndex;
  readonly fees: BucketIndex = new BucketIndex(false);
  /** Of the probabilities those for which `counts` is true. */
  counted = 0;

  constructor(probabilities: boolean) {
    this.costs = new BucketIndex(probabilities);
  }
}

export class PublicMedians {
  readonly #network: SenderNetwork;
  readonly #out: PublicEdges;
  readonly #probabilities: boolean;
  readonly #numbers: ArcNumbers;
  readonly #counts: ((value: number) => boolean) | null;
  readonly #kept: PublicNumbers[] = [];
  #now!: PublicNumbers;
  #direct = false;
  #uses = 0;
  readonly #allCosts = new Values();
  readonly #allFees = new Values();
  readonly #costsOut = new Values();
  readonly #feesOut = new Values();
  readonly #costsIn = new Values();
  readonly #feesIn = new Values();

  /**
   * @param probabilities the numbers are probabilities, in the order of their costs: large ones first
   * @param counts numbers of which `counted` tells how many there are
   */
  constructor(
    network: SenderNetwork,
    out: PublicEdges,
    probabilities: boolean,
    numbers: ArcNumbers,
    counts: ((value: number) => boolean) | null = null,
  ) {
    this.#network = network;
    this.#out = out;
    this.#probabilities = probabilities;
    this.#numbers = numbers;
    this.#counts = counts;
  }

  /** Reads the network for an amount; answers how many numbers there are. */
  load(amountMsat: number, delayFactor: number): number {
    const network = this.#network;
    const { graph } = network;
    this.#direct = this.#out.edge.length < WORTH_KEEPING;
    if (this.#direct) return this.#readAll();
    this.#now = this.#publicNumbers(amountMsat, delayFactor);
    for (const list of [this.#costsOut, this.#feesOut, this.#costsIn, this.#feesIn]) list.count = 0;
    for (let i = 0; i < network.slotCount; i++) {
      const slot = network.slotAt(i);
      if (graph.known[slot.edge] !== 1) continue;
      this.#numbers.ofPublic(this.#out.place[slot.edge]!, this.#costsOut, this.#feesOut);
      this.#numbers.ofSlot(slot, this.#costsIn, this.#feesIn);
    }
    const own = network.ownEdges();
    for (let i = 0; i < network.ownEdgeCount(); i++) {
      const edge = own[i]!;
      if (graph.known[edge] !== 1) this.#numbers.ofSlot(network.slot(edge), this.#costsIn, this.#feesIn);
    }
    return this.#now.costs.count - this.#costsOut.count + this.#costsIn.count;
  }

  /** Cost (or probability) of that rank, counted from the lowest cost. */
  cost(rank: number): number {
    if (this.#direct) {
      const { values, count } = this.#allCosts;
      return select(values, count, this.#probabilities ? count - 1 - rank : rank);
    }
    return this.#now.costs.select(rank, this.#costsOut, this.#costsIn);
  }

  /** Fee of that rank. */
  fee(rank: number): number {
    if (this.#direct) return select(this.#allFees.values, this.#allFees.count, rank);
    return this.#now.fees.select(rank, this.#feesOut, this.#feesIn);
  }

  /** How many of the numbers count. */
  get counted(): number {
    if (this.#direct) return this.#count(this.#allCosts);
    return this.#now.counted - this.#count(this.#costsOut) + this.#count(this.#costsIn);
  }

  #count({ values, count }: Values): number {
    const counts = this.#counts;
    let sum = 0;
    if (counts !== null) for (let i = 0; i < count; i++) if (counts(values[i]!)) sum++;
    return sum;
  }

  #readAll(): number {
    const network = this.#network;
    const costs = this.#allCosts;
    const fees = this.#allFees;
    costs.count = 0;
    fees.count = 0;
    const { edge } = this.#out;
    for (let i = 0; i < edge.length; i++) {
      const slot = network.has(edge[i]!);
      if (slot === null) this.#numbers.ofPublic(i, costs, fees);
      else this.#numbers.ofSlot(slot, costs, fees);
    }
    const own = network.ownEdges();
    for (let i = 0; i < network.ownEdgeCount(); i++) {
      if (network.graph.known[own[i]!] !== 1) this.#numbers.ofSlot(network.slot(own[i]!), costs, fees);
    }
    return costs.count;
  }

  #publicNumbers(amountMsat: number, delayFactor: number): PublicNumbers {
    const { graph, minCapacityMsat } = this.#network;
    const pairs = graph.pairsInto();
    const { changes } = graph;
    this.#uses++;
    let oldest: PublicNumbers | null = null;
    for (const kept of this.#kept) {
      if (
        kept.amountMsat === amountMsat &&
        kept.delayFactor === delayFactor &&
        kept.minCapacityMsat === minCapacityMsat &&
        kept.pairs === pairs &&
        kept.changes === changes
      ) {
        kept.usedAt = this.#uses;
        return kept;
      }
      if (oldest === null || kept.usedAt < oldest.usedAt) oldest = kept;
    }
    if (oldest === null || this.#kept.length < KEPT) {
      oldest = new PublicNumbers(this.#probabilities);
      this.#kept.push(oldest);
    }
    Object.assign(oldest, { amountMsat, delayFactor, minCapacityMsat, pairs, changes, usedAt: this.#uses });
    this.#read(oldest);
    return oldest;
  }

  #read(numbers: PublicNumbers): void {
    const costs = this.#allCosts;
    const fees = this.#allFees;
    costs.count = 0;
    fees.count = 0;
    const count = this.#out.edge.length;
    for (let i = 0; i < count; i++) this.#numbers.ofPublic(i, costs, fees);
    numbers.counted = this.#count(costs);
    numbers.costs.build(costs.values, costs.count);
    numbers.fees.build(fees.values, fees.count);
  }
}
