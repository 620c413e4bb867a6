/**
 * What each hop of the public graph adds at least to the cost of a way, for walks that are to find one value by one share of
 * capacities. Remembered until value, share, rates of penalties or the graph change, whoever pays; hops with channels of which a
 * payer knows something are worked out each time. Why the costs are bounds: docs/path-finding.md.
 */
import { BASE, CAPACITY, EDGE, MAXIMUM, RECORD, type SearchGraph } from '../shared/search-graph.ts';
import { LeastPenalty } from './least-penalty.ts';
import type { ScorerSettings } from './options.ts';
import type { Scorer } from './scorer.ts';

export class HopCosts {
  /** Cost that no hop is without. */
  leastCost = 0;

  readonly #graph: SearchGraph;
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
  /** The payer's marks of hops with channels of which it knows something. */
  #known = new Int32Array(0);
  #payer = 0;
  #channels: ReadonlyMap<number, unknown> = new Map();

  constructor(graph: SearchGraph) {
    this.#graph = graph;
  }

  /** Marks what a payer knows something of. */
  of(scorer: Scorer): void {
    const { pairOf, outOf, outPair } = this.#graph;
    if (this.#known.length < outPair.length) this.#known = new Int32Array(outPair.length);
    this.#payer++;
    this.#channels = scorer.known;
    for (const channel of scorer.known.keys()) {
      for (let edge = 2 * channel; edge <= 2 * channel + 1; edge++) {
        const place = outOf[pairOf[edge] ?? -1] ?? -1;
        if (place >= 0) this.#known[place] = this.#payer;
      }
    }
  }

  /**
   * Begins a walk.
   * @param share of capacities that may be used
   */
  begin(rates: ScorerSettings, valueMsat: number, leastMsat: number, share: number): void {
    const graph = this.#graph;
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
      this.#least.begin(rates, valueMsat, leastMsat);
      if (this.#mark.length < graph.outPair.length) {
        this.#mark = new Int32Array(graph.outPair.length);
        this.#cost = new Float64Array(graph.outPair.length);
      }
    }
    this.leastCost = this.#least.known(0);
  }

  /**
   * Least cost of the hop of a pair, Infinity when it cannot carry the least.
   * @param place of the pair in `outPair`
   */
  at(pair: number, place: number): number {
    if (this.#known[place] === this.#payer) return this.#evaluate(pair, true);
    if (this.#mark[place] === this.#present) return this.#cost[place]!;
    const cost = this.#evaluate(pair, false);
    this.#mark[place] = this.#present;
    this.#cost[place] = cost;
    return cost;
  }

  #evaluate(pair: number, known: boolean): number {
    const { edgeStart, records } = this.#graph;
    const { antiProbingMsat } = this.#rates!;
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
        known && this.#channels.has(records[at + EDGE]! >> 1)
          ? this.#least.known(fixed)
          : this.#least.unknown(capacity, room, fixed);
      if (cost < least) least = cost;
    }
    return least;
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
