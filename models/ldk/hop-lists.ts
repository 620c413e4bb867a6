/**
 * What all hops cost at least, laid out for who reads it often: by pair for walks, and by node in ascending order for bounds, which
 * come upon the cheap ones first and need not look at the others. Made of one question's costs; knows no payer.
 */
import { MINIMUM, RECORD, type SearchGraph } from '../shared/search-graph.ts';

/** Numbers of places that fit beside a cost in one key, here. */
const PLACES = 0x20_0000;

/** A double here, and where its lower half begins. */
const scratch = new DataView(new ArrayBuffer(8));
const LOWER_HALF = 4;

/** The upper half of a double alone: not larger, in the same order, and short enough for a key. */
function upperHalf(x: number): number {
  scratch.setFloat64(0, x);
  return scratch.getUint32(0);
}

function ofUpperHalf(high: number): number {
  scratch.setUint32(0, high);
  scratch.setUint32(LOWER_HALF, 0);
  return scratch.getFloat64(0);
}

/** None of LDK's numbers here. Bits of an upper half that do not tell classes of amounts apart: five of the mantissa are left. */
const WITHIN_CLASS = 15;

/** The smallest amount of those that hop costs do not tell apart; they differ by a thirty-second at most. */
export function amountClass(amountMsat: number): number {
  return ofUpperHalf((upperHalf(amountMsat) >>> WITHIN_CLASS) << WITHIN_CLASS);
}

/** A cost as precise as the lists have it, and not larger. */
export function notAbove(cost: number): number {
  return ofUpperHalf(upperHalf(cost));
}

function mostMinimum({ edgeStart, records }: SearchGraph, pair: number): number {
  let most = 0;
  const end = RECORD * edgeStart[pair + 1]!;
  for (let at = RECORD * edgeStart[pair]!; at < end; at += RECORD) most = Math.max(most, records[at + MINIMUM]!);
  return most;
}

export class HopLists {
  /** By pair, Infinity for one that cannot carry the least. */
  cost: Float64Array = new Float64Array(0);
  /** By pair: the largest minimum of its edges, msat. */
  minimum: Float64Array = new Float64Array(0);
  /** By node: the least of all hops that lead to it, and for a leaf the cost that no hop is without. */
  into: Float64Array = new Float64Array(0);
  /**
   * Hops from node v that can carry the least, without those to leaves, from outStart[v] of the graph to end[v] − 1 in ascending order:
   * their costs, not rounded up, their ends, and their pairs.
   */
  end: Int32Array = new Int32Array(0);
  outCost: Float64Array = new Float64Array(0);
  outTo: Int32Array = new Int32Array(0);
  outPair: Int32Array = new Int32Array(0);

  /** @param leastCost that no hop is without */
  make(graph: SearchGraph, costOf: (pair: number) => number, leastCost: number): void {
    const { from, start, leaf, outStart, to, outPair } = graph;
    const nodes = leaf.length;
    if (this.cost.length !== from.length || this.end.length !== nodes || this.outTo.length !== to.length) {
      this.cost = new Float64Array(from.length);
      this.minimum = new Float64Array(from.length);
      this.into = new Float64Array(nodes);
      this.end = new Int32Array(nodes);
      this.outCost = new Float64Array(to.length);
      this.outTo = new Int32Array(to.length);
      this.outPair = new Int32Array(to.length);
    }
    for (let node = 0; node < nodes; node++) {
      let least = Infinity;
      for (let pair = start[node]!; pair < start[node + 1]!; pair++) {
        const cost = notAbove(costOf(pair));
        this.cost[pair] = cost;
        if (cost < least) least = cost;
        this.minimum[pair] = mostMinimum(graph, pair);
      }
      this.into[node] = leaf[node] === 1 ? leastCost : least;
    }
    for (let node = 0; node < nodes; node++) this.#sort(outStart[node]!, outStart[node + 1]!, node, to, outPair);
  }

  #sort(begin: number, end: number, node: number, to: Int32Array, outPair: Int32Array): void {
    const keys = new Float64Array(end - begin);
    let count = 0;
    for (let i = begin; i < end; i++) {
      const cost = this.cost[outPair[i]!]!;
      if (cost === Infinity) continue;
      keys[count++] = upperHalf(cost) * PLACES + (i - begin);
    }
    const sorted = keys.subarray(0, count).sort();
    for (let k = 0; k < count; k++) {
      const high = Math.floor(sorted[k]! / PLACES);
      const i = begin + (sorted[k]! - high * PLACES);
      this.outCost[begin + k] = ofUpperHalf(high);
      this.outTo[begin + k] = to[i]!;
      this.outPair[begin + k] = outPair[i]!;
    }
    this.end[node] = begin + count;
  }
}
