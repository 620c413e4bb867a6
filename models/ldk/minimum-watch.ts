/**
 * Whether a walk could come upon an htlc_minimum that is missed and that overpaying would meet (hit_minimum_limit): then it
 * must look at all that LDK's walk looks at. Says no only when there can be none; why: docs/path-finding.md.
 */
import type { GraphView, PairIndex } from '../../engine/simulate/node-model.ts';
import type { OwnChannels } from './own-channels.ts';

/** What a walk carries: at least, as long as no channel has room for less, and with an amount that is overpaid; msat. */
export interface Carried {
  readonly leastMsat: number;
  readonly valueMsat: number;
  readonly recommendedMsat: number;
  /** What fees may add. */
  readonly maxFeeMsat: number;
}

export class MinimumWatch {
  /** Different minimums of known edges in ascending order, and how many edges have each. */
  #minimums: readonly number[] = [];
  readonly #counts = new Map<number, number>();
  /** Minimum by edge as it was counted, −1 for none. */
  #counted = new Float64Array(0);
  #stale = true;
  /** By share of capacities. */
  readonly #rooms = new Map<number, Rooms>();
  #graph: GraphView | null = null;
  #pairs: PairIndex | null = null;
  #seen = 0;

  /** Catches up with the graph. */
  follow(graph: GraphView): void {
    const pairs = graph.pairsInto();
    const { changes, changed } = graph;
    if (pairs !== this.#pairs || changes - this.#seen > changed.length) {
      this.#graph = graph;
      this.#pairs = pairs;
      this.#rooms.clear();
      this.#counts.clear();
      this.#counted = new Float64Array(graph.known.length).fill(-1);
      for (const edge of pairs.edge) this.#count(edge, graph.minHtlcMsat[edge]!);
    } else {
      for (let i = this.#seen; i < changes; i++) {
        const edge = changed[i % changed.length]!;
        // Edges that are not public are not in the index.
        if ((this.#counted[edge] ?? -1) < 0) continue;
        this.#count(edge, graph.minHtlcMsat[edge]!);
        for (const rooms of this.#rooms.values()) rooms.count(edge, graph);
      }
    }
    this.#seen = changes;
  }

  #count(edge: number, minimum: number): void {
    const before = this.#counted[edge]!;
    if (before === minimum) return;
    if (before >= 0) {
      const left = this.#counts.get(before)! - 1;
      if (left > 0) this.#counts.set(before, left);
      else this.#counts.delete(before);
    }
    this.#counts.set(minimum, (this.#counts.get(minimum) ?? 0) + 1);
    this.#counted[edge] = minimum;
    this.#stale = true;
  }

  /**
   * @param used whether something of the channels is used already
   * @param share of a channel's capacity that may be used
   */
  possible(own: OwnChannels, carried: Carried, share: number, used: boolean): boolean {
    const { leastMsat, valueMsat, recommendedMsat } = carried;
    for (const channels of own.all) {
      for (const { minimumMsat } of channels) {
        if (minimumMsat > leastMsat && minimumMsat <= recommendedMsat) return true;
      }
    }
    if (!this.#within(leastMsat, recommendedMsat)) return false;
    if (used || this.#within(valueMsat, recommendedMsat)) return true;
    return this.#narrow(own, carried, share);
  }

  /** Whether an edge has a minimum above `low` and not above `high`. */
  #within(low: number, high: number): boolean {
    if (this.#stale) {
      this.#minimums = [...this.#counts.keys()].sort((a, b) => a - b);
      this.#stale = false;
    }
    const minimums = this.#minimums;
    let from = 0;
    let to = minimums.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (minimums[middle]! > low) to = middle;
      else from = middle + 1;
    }
    return from < minimums.length && minimums[from]! <= high;
  }

  /** Whether a channel has room for a part of the value only. Also yes when one has nearly so much, or so little, room. */
  #narrow(own: OwnChannels, { leastMsat, valueMsat, maxFeeMsat }: Carried, share: number): boolean {
    const mostMsat = valueMsat + maxFeeMsat;
    for (const channels of own.all) {
      for (const { limitMsat } of channels) if (limitMsat >= leastMsat && limitMsat < mostMsat) return true;
    }
    let rooms = this.#rooms.get(share);
    if (rooms === undefined) {
      rooms = new Rooms(share);
      for (const edge of this.#pairs!.edge) rooms.count(edge, this.#graph!);
      this.#rooms.set(share, rooms);
    }
    return rooms.within(leastMsat, mostMsat);
  }
}

/** Tells buckets of numbers apart: here by the exponent and four bits of the mantissa. */
const scratch = new DataView(new ArrayBuffer(8));
const SIZE = 32_768;

function bucketOf(x: number): number {
  scratch.setFloat64(0, x);
  return scratch.getUint16(0);
}

/** How much edges may carry by a share of capacities: how many there are in each bucket. */
class Rooms {
  readonly #share: number;
  readonly #counts = new Int32Array(SIZE);
  readonly #bucketOf: number[] = [];

  constructor(share: number) {
    this.#share = share;
  }

  /** Counts an edge, or counts it anew. */
  count(edge: number, { capacityMsat, maxHtlcMsat }: GraphView): void {
    const before = this.#bucketOf[edge] ?? -1;
    if (before >= 0) this.#counts[before]!--;
    const room = Math.min(Math.floor(capacityMsat[edge >> 1]! * this.#share), maxHtlcMsat[edge]!);
    const bucket = bucketOf(Math.max(0, room));
    this.#counts[bucket]!++;
    this.#bucketOf[edge] = bucket;
  }

  within(low: number, high: number): boolean {
    const last = bucketOf(high);
    for (let bucket = bucketOf(low); bucket <= last; bucket++) if (this.#counts[bucket]! > 0) return true;
    return false;
  }
}
