/**
 * What each hop of the public graph adds at least to the cost of a way, for walks that are to find about one value by one share of
 * capacities. Remembered until the value's class, share, rates of penalties or the graph change, whoever pays; hops with channels of
 * which a payer knows something are worked out each time. Why the costs are bounds: docs/path-finding.md.
 */
import { BASE, CAPACITY, EDGE, MAXIMUM, RECORD, type SearchGraph } from '../shared/search-graph.ts';
import { amountClass, HopLists, notAbove } from './hop-lists.ts';
import type { KnownHops } from './known-hops.ts';
import { LeastPenalty } from './least-penalty.ts';
import type { ScorerSettings } from './options.ts';

export class HopCosts {
  /** Cost that no hop is without. */
  leastCost = 0;
  /** All costs are in `lists`, but for hops that the payer knows. */
  listed = false;
  readonly lists: HopLists = new HopLists();

  readonly #graph: SearchGraph;
  readonly #known: KnownHops;
  readonly #least: LeastPenalty = new LeastPenalty();
  #rates: ScorerSettings | null = null;
  #valueMsat = -1;
  #leastMsat = -1;
  #share = -1;
  #version = -1;
  /** By place of a pair in `outPair`: its cost where its mark is the present one. */
  #cost = new Float64Array(0);
  #mark = new Int32Array(0);
  #present = 0;
  /** How often costs were asked for since they are these. */
  #asked = 0;

  constructor(graph: SearchGraph, known: KnownHops) {
    this.#graph = graph;
    this.#known = known;
  }

  /**
   * Begins a walk, with amounts in msat.
   * @param share of capacities that may be used
   */
  begin(rates: ScorerSettings, value: number, least: number, share: number): void {
    const graph = this.#graph;
    const valueMsat = amountClass(value);
    const leastMsat = amountClass(least);
    if (
      valueMsat !== this.#valueMsat ||
      leastMsat !== this.#leastMsat ||
      share !== this.#share ||
      graph.version !== this.#version ||
      !alike(rates, this.#rates)
    ) {
      this.#valueMsat = valueMsat;
      this.#leastMsat = leastMsat;
      this.#share = share;
      this.#version = graph.version;
      this.#rates = rates;
      this.#present++;
      this.#asked = 0;
      this.listed = false;
      this.#least.begin(rates, valueMsat, leastMsat);
      if (this.#mark.length < graph.outPair.length) {
        this.#mark = new Int32Array(graph.outPair.length);
        this.#cost = new Float64Array(graph.outPair.length);
      }
    }
    this.leastCost = notAbove(this.#least.known(0));
    if (this.listed || this.#asked < graph.outPair.length) return;
    this.lists.make(graph, (pair) => this.#evaluate(pair, false), this.leastCost);
    this.listed = true;
  }

  /**
   * Least cost of the hop of a pair, Infinity when it cannot carry the least.
   * @param place of the pair in `outPair`
   */
  at(pair: number, place: number): number {
    this.#asked++;
    if (this.#known.has(pair)) return this.#evaluate(pair, true);
    if (this.#mark[place] === this.#present) return this.#cost[place]!;
    const cost = this.#evaluate(pair, false);
    this.#mark[place] = this.#present;
    this.#cost[place] = cost;
    return cost;
  }

  /** The same as far as costs are listed: less where they are not. */
  of(pair: number): number {
    if (!this.listed) return this.leastCost;
    return this.#known.has(pair) ? this.#evaluate(pair, true) : this.lists.cost[pair]!;
  }

  /** What a hop to a node costs at least, whichever, as far as costs are listed. */
  into(node: number): number {
    if (!this.listed) return this.leastCost;
    return this.#known.into(node) ? this.leastCost : this.lists.into[node]!;
  }

  /** The largest minimum of a pair's edges, msat, as far as costs are listed: Infinity where they are not. */
  mostMinimum(pair: number): number {
    return this.listed ? this.lists.minimum[pair]! : Infinity;
  }

  #evaluate(pair: number, known: boolean): number {
    const { edgeStart, records } = this.#graph;
    const { antiProbingMsat } = this.#rates!;
    const { channels } = this.#known;
    const last = RECORD * edgeStart[pair + 1]!;
    let least = Infinity;
    for (let at = RECORD * edgeStart[pair]!; at < last; at += RECORD) {
      const capacity = records[at + CAPACITY]!;
      const maximum = records[at + MAXIMUM]!;
      // A disabled edge has no maximum.
      if (maximum < 0 || capacity === 0) continue;
      const room = Math.min(Math.floor(capacity * this.#share), maximum);
      if (room < this.#leastMsat) continue;
      const fixed = records[at + BASE]! + (maximum >= Math.floor(capacity / 2) ? antiProbingMsat : 0);
      const cost =
        known && channels.has(records[at + EDGE]! >> 1)
          ? this.#least.known(fixed)
          : this.#least.unknown(capacity, room, fixed);
      if (cost < least) least = cost;
    }
    return Math.max(least, this.leastCost);
  }
}

/** Whether the rates that costs follow from are the same. */
function alike(a: ScorerSettings, b: ScorerSettings | null): boolean {
  return (
    a === b ||
    (b !== null &&
      a.linear === b.linear &&
      a.antiProbingMsat === b.antiProbingMsat &&
      a.basePenaltyMsat === b.basePenaltyMsat &&
      a.basePenaltyAmountMultiplierMsat === b.basePenaltyAmountMultiplierMsat &&
      a.historicalMultiplierMsat === b.historicalMultiplierMsat &&
      a.historicalAmountMultiplierMsat === b.historicalAmountMultiplierMsat)
  );
}
