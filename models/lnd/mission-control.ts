/**
 * What one lnd node has learnt about pairs of nodes from its own payments: for each directed pair the largest amount
 * that went through and when, the smallest that failed and when. Memory grows with what was learnt, not with the
 * network. Knows no clock and no graph.
 *
 * Entries are columns in the order they were made; a hash finds an entry by its pair. The entries that leave a node form
 * a group, found by another hash. Nothing is ever taken out, so there are no tombstones, and the order of a group's
 * entries (in which the estimator adds up) survives capture and restore.
 *
 * lnd:routing/missioncontrol_state.go. lnd also stores the last 1000 results on disk and rebuilds from them after a
 * restart; here a node keeps everything.
 */
import type { Json } from '../../engine/base/json.ts';

/** lnd:routing/missioncontrol.go:DefaultMinFailureRelaxInterval, minSecondChanceInterval, µs. */
export const FAILURE_RELAX_INTERVAL_US = 60_000_000;
export const SECOND_CHANCE_INTERVAL_US = 60_000_000;

/** Stands for "never" where a time is expected. */
export const NEVER = -1;

const FIRST_SIZE = 8;

function grownF64(old: Float64Array, size: number): Float64Array {
  const grown = new Float64Array(size);
  grown.set(old);
  return grown;
}

function grownI32(old: Int32Array, size: number): Int32Array {
  const grown = new Int32Array(size);
  grown.set(old);
  return grown;
}

/** Mixes bits well enough for the table here; no result depends on it. */
function hashNode(node: number): number {
  const h = Math.imul(node ^ (node >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 13);
}

/** The same here for a pair. */
function hashPair(from: number, to: number): number {
  return hashNode(Math.imul(from, 0x9e3779b1) ^ to);
}

/** Puts `index` into the first free slot from its hash on. */
function insert(slots: Int32Array, hash: number, index: number): void {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (slots[slot] !== 0) slot = (slot + 1) & mask;
  slots[slot] = index + 1;
}

export class MissionControl {
  /** Number of entries; the columns below are valid up to it. */
  count = 0;
  from: Int32Array = new Int32Array(FIRST_SIZE);
  to: Int32Array = new Int32Array(FIRST_SIZE);
  /** msat; 0 when nothing succeeded, or when it was taken back. */
  successAmount: Float64Array = new Float64Array(FIRST_SIZE);
  /** µs or NEVER. */
  successTime: Float64Array = new Float64Array(FIRST_SIZE);
  /** msat; 0 is a failure whatever the amount. */
  failAmount: Float64Array = new Float64Array(FIRST_SIZE);
  /** µs or NEVER; without it failAmount means nothing. */
  failTime: Float64Array = new Float64Array(FIRST_SIZE);
  /** The next entry of the same group, or -1. */
  next: Int32Array = new Int32Array(FIRST_SIZE);
  /** The estimator's weight of the failure at `weightTime`; forgotten when the failure changes. */
  weight: Float64Array = new Float64Array(FIRST_SIZE);
  weightTime: Float64Array = new Float64Array(FIRST_SIZE);

  /** Number of groups; the columns below are valid up to it. */
  groupCount = 0;
  groupNode: Int32Array = new Int32Array(FIRST_SIZE);
  groupFirst: Int32Array = new Int32Array(FIRST_SIZE);
  #groupLast: Int32Array = new Int32Array(FIRST_SIZE);
  /** No success of the group was ever larger, msat. */
  groupLargestSuccess: Float64Array = new Float64Array(FIRST_SIZE);
  /**
   * The estimator's tally of the group: successes and weight of failures that count at `tallyTime` for every amount
   * above `tallyAbove` and up to `tallyUpTo`. Forgotten when an entry of the group changes.
   */
  tallyTime: Float64Array = new Float64Array(FIRST_SIZE);
  tallyAbove: Float64Array = new Float64Array(FIRST_SIZE);
  tallyUpTo: Float64Array = new Float64Array(FIRST_SIZE);
  tallySuccesses: Float64Array = new Float64Array(FIRST_SIZE);
  tallyFailures: Float64Array = new Float64Array(FIRST_SIZE);

  #groupOf: Int32Array = new Int32Array(FIRST_SIZE);
  /** Open addressing; 0 is empty, else entry + 1 or group + 1. */
  #pairSlots: Int32Array = new Int32Array(2 * FIRST_SIZE);
  #groupSlots: Int32Array = new Int32Array(2 * FIRST_SIZE);
  readonly #secondChances = new Map<number, Map<number, number>>();

  /** Group of the entries that leave a node, or -1. */
  group(node: number): number {
    const mask = this.#groupSlots.length - 1;
    for (let slot = hashNode(node) & mask; ; slot = (slot + 1) & mask) {
      const group = (this.#groupSlots[slot] as number) - 1;
      if (group < 0 || this.groupNode[group] === node) return group;
    }
  }

  /** Entry of a pair, or -1. */
  find(from: number, to: number): number {
    const mask = this.#pairSlots.length - 1;
    for (let slot = hashPair(from, to) & mask; ; slot = (slot + 1) & mask) {
      const entry = (this.#pairSlots[slot] as number) - 1;
      if (entry < 0 || (this.from[entry] === from && this.to[entry] === to)) return entry;
    }
  }

  /** The pair carried `amountMsat`. */
  succeed(from: number, to: number, amountMsat: number, nowUs: number): void {
    const e = this.#entry(from, to);
    const group = this.#touch(e);
    this.successTime[e] = nowUs;
    if (amountMsat > (this.successAmount[e] as number)) this.successAmount[e] = amountMsat;
    if (amountMsat > (this.groupLargestSuccess[group] as number)) this.groupLargestSuccess[group] = amountMsat;
    // What was seen to go through cannot be in the range that fails.
    if (this.failTime[e] !== NEVER && amountMsat >= (this.failAmount[e] as number)) this.failAmount[e] = amountMsat + 1;
  }

  /** The pair failed for `amountMsat`; 0 means for any amount. */
  fail(from: number, to: number, amountMsat: number, nowUs: number): void {
    const e = this.#entry(from, to);
    const before = this.failTime[e] as number;
    // A milder failure soon after another one may only be late news.
    if (before !== NEVER && amountMsat > (this.failAmount[e] as number) && nowUs - before < FAILURE_RELAX_INTERVAL_US)
      return;
    this.#touch(e);
    this.failTime[e] = nowUs;
    this.failAmount[e] = amountMsat;
    if (amountMsat === 0) this.successAmount[e] = 0;
    else if (amountMsat <= (this.successAmount[e] as number)) this.successAmount[e] = amountMsat - 1;
  }

  /** setAllFail: every known pair from or to the node fails for any amount, and its successes are forgotten. */
  failNode(node: number, nowUs: number): void {
    for (let e = 0; e < this.count; e++) {
      if (this.from[e] !== node && this.to[e] !== node) continue;
      this.#touch(e);
      this.successAmount[e] = 0;
      this.successTime[e] = NEVER;
      this.failAmount[e] = 0;
      this.failTime[e] = nowUs;
    }
  }

  /** requestSecondChance: true when the pair's policy failure may be overlooked this time. */
  grantSecondChance(from: number, to: number, nowUs: number): boolean {
    let row = this.#secondChances.get(from);
    if (row === undefined) {
      row = new Map();
      this.#secondChances.set(from, row);
    }
    const last = row.get(to);
    if (last !== undefined && nowUs - last <= SECOND_CHANCE_INTERVAL_US) return false;
    row.set(to, nowUs);
    return true;
  }

  /** The state as JSON: rows of integers, in the order the entries were made. */
  capture(): Json {
    const pairs: Json[] = [];
    for (let e = 0; e < this.count; e++) {
      pairs.push([
        this.from[e] as number,
        this.to[e] as number,
        this.successAmount[e] as number,
        this.successTime[e] as number,
        this.failAmount[e] as number,
        this.failTime[e] as number,
      ]);
    }
    const chances: Json[] = [];
    for (const [from, row] of this.#secondChances) for (const [to, time] of row) chances.push([from, to, time]);
    return { pairs, second_chances: chances };
  }

  /** A state from what capture wrote. */
  static restore(state: Json): MissionControl {
    const { pairs, second_chances: chances } = state as {
      pairs: readonly (readonly number[])[];
      second_chances: readonly (readonly [number, number, number])[];
    };
    const control = new MissionControl();
    for (const row of pairs) {
      const e = control.#entry(row[0] as number, row[1] as number);
      const group = control.#touch(e);
      control.successAmount[e] = row[2] as number;
      control.groupLargestSuccess[group] = Math.max(control.groupLargestSuccess[group] as number, row[2] as number);
      control.successTime[e] = row[3] as number;
      control.failAmount[e] = row[4] as number;
      control.failTime[e] = row[5] as number;
    }
    for (const [from, to, time] of chances) control.grantSecondChance(from, to, time);
    return control;
  }

  /** Forgets what the estimator derived from an entry; answers the entry's group. */
  #touch(e: number): number {
    const group = this.#groupOf[e] as number;
    this.weightTime[e] = NEVER;
    this.tallyTime[group] = NEVER;
    return group;
  }

  #entry(from: number, to: number): number {
    const found = this.find(from, to);
    if (found >= 0) return found;
    if (this.count === this.from.length) this.#growEntries();
    const e = this.count++;
    this.from[e] = from;
    this.to[e] = to;
    this.successTime[e] = NEVER;
    this.failTime[e] = NEVER;
    this.next[e] = -1;
    insert(this.#pairSlots, hashPair(from, to), e);
    let group = this.group(from);
    if (group < 0) {
      if (this.groupCount === this.groupNode.length) this.#growGroups();
      group = this.groupCount++;
      this.groupNode[group] = from;
      this.groupFirst[group] = e;
      insert(this.#groupSlots, hashNode(from), group);
    } else {
      this.next[this.#groupLast[group] as number] = e;
    }
    this.#groupLast[group] = e;
    this.#groupOf[e] = group;
    this.#touch(e);
    return e;
  }

  #growEntries(): void {
    const size = 2 * this.from.length;
    this.from = grownI32(this.from, size);
    this.to = grownI32(this.to, size);
    this.next = grownI32(this.next, size);
    this.#groupOf = grownI32(this.#groupOf, size);
    this.successAmount = grownF64(this.successAmount, size);
    this.successTime = grownF64(this.successTime, size);
    this.failAmount = grownF64(this.failAmount, size);
    this.failTime = grownF64(this.failTime, size);
    this.weight = grownF64(this.weight, size);
    this.weightTime = grownF64(this.weightTime, size);
    this.#pairSlots = new Int32Array(2 * size);
    for (let e = 0; e < this.count; e++) {
      insert(this.#pairSlots, hashPair(this.from[e] as number, this.to[e] as number), e);
    }
  }

  #growGroups(): void {
    const size = 2 * this.groupNode.length;
    this.groupNode = grownI32(this.groupNode, size);
    this.groupFirst = grownI32(this.groupFirst, size);
    this.#groupLast = grownI32(this.#groupLast, size);
    this.groupLargestSuccess = grownF64(this.groupLargestSuccess, size);
    this.tallyTime = grownF64(this.tallyTime, size);
    this.tallyAbove = grownF64(this.tallyAbove, size);
    this.tallyUpTo = grownF64(this.tallyUpTo, size);
    this.tallySuccesses = grownF64(this.tallySuccesses, size);
    this.tallyFailures = grownF64(this.tallyFailures, size);
    this.#groupSlots = new Int32Array(2 * size);
    for (let g = 0; g < this.groupCount; g++) insert(this.#groupSlots, hashNode(this.groupNode[g] as number), g);
  }
}
