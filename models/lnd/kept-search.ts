/**
 * A search of lnd's that is kept from attempt to attempt: the nodes that were settled before anybody came upon whom the sender
 * had learnt something, in their order, and what they offered to others. It can go on from where it stopped and be taken back
 * to any node. Nodes of which something is known (and the sender) are not settled in it: what their hops are worth changes from
 * attempt to attempt. docs/path-finding.md says why that makes no difference.
 */
import { DistanceHeap } from './distance-heap.ts';
import type { MissionControl } from './mission-control.ts';
import { LABEL, PathLabels } from './path-labels.ts';
import { PathQuery } from './path-query.ts';

/** Numbers of an entry of the journal: distance, probability and record that a node had before. */
const ENTRY = LABEL + 2;

/** Entries for which the journal has room at its beginning, a choice made here; it grows. */
const JOURNAL_ROOM = 256;

export class KeptSearch extends PathLabels {
  /** The last time that it was of use, in searches. */
  usedAt = 0;
  /** Nodes that are settled, in their order, and the place of each there; −1 for all others. */
  readonly order: Int32Array;
  readonly place: Int32Array;
  count = 0;
  /** 1 for the sender and for nodes of which it knows something. */
  readonly known: Uint8Array;
  /** Those of them that have labels now and are not settled. */
  readonly knownHeap: DistanceHeap;

  readonly #knownNodes: number[] = [];
  /** How long the journal was when known nodes were queued with the others; −1 while they are not. */
  #openedAt = -1;
  /** By place: how long the journal was before the node offered something. */
  readonly #before: Int32Array;
  #journal = 0;
  #nodes: Int32Array = new Int32Array(JOURNAL_ROOM);
  #values: Float64Array = new Float64Array(JOURNAL_ROOM * ENTRY);
  readonly #asked = new PathQuery();
  #version = -1;

  constructor(size: number) {
    super(size);
    this.order = new Int32Array(size);
    this.place = new Int32Array(size).fill(-1);
    this.known = new Uint8Array(size);
    this.knownHeap = new DistanceHeap(this.distance, this.probability);
    this.#before = new Int32Array(size);
  }

  /** Whether it is of the same payment, and nothing else has changed than what the sender knows. */
  isFor(query: PathQuery, version: number): boolean {
    const asked = this.#asked;
    return (
      version === this.#version &&
      query.source === asked.source &&
      query.destination === asked.destination &&
      query.amountMsat === asked.amountMsat &&
      query.lastHop === asked.lastHop &&
      query.feeLimitMsat === asked.feeLimitMsat &&
      query.finalExpiry === asked.finalExpiry &&
      query.expiryLimit === asked.expiryLimit &&
      query.finalPayloadBytes === asked.finalPayloadBytes &&
      query.attemptCostMsat === asked.attemptCostMsat &&
      query.minProbability === asked.minProbability &&
      query.estimator === asked.estimator &&
      (query.results === asked.results || asked.results === null)
    );
  }

  /** Forgets everything and begins for a query. */
  begin(query: PathQuery, version: number): void {
    this.#truncate(0);
    this.forget();
    this.#journal = 0;
    this.#clearKnown();
    for (const node of this.#knownNodes) this.known[node] = 0;
    this.#knownNodes.length = 0;
    Object.assign(this.#asked, query);
    this.#version = version;
    this.#knows(query.source);
    this.#learn(query.results);
  }

  /** Begins another attempt: takes back whatever came after a node of which something is known now, and labels of known nodes. */
  beginAgain(results: MissionControl | null): void {
    const wasOpen = this.#openedAt >= 0;
    const { count } = this;
    const nodes = this.#knownNodes.length;
    this.#learn(results);
    let least = count;
    for (let i = nodes; i < this.#knownNodes.length; i++) {
      const place = this.place[this.#knownNodes[i]!]!;
      if (place >= 0 && place < least) least = place;
    }
    this.#asked.results = results;
    this.#truncate(least);
    this.#clearKnown();
    if (wasOpen || this.#knownNodes.length > nodes) this.#queue();
  }

  /** All nodes of which something is known, and the sender. */
  get knownNodes(): readonly number[] {
    return this.#knownNodes;
  }

  /** Settles the node that comes next. */
  settle(): number {
    const node = this.heap.pop();
    this.#before[this.count] = this.#journal;
    this.place[node] = this.count;
    this.order[this.count++] = node;
    return node;
  }

  /** Takes settled nodes back until `count` are left, and the labels of known nodes. */
  back(count: number): void {
    this.#truncate(count);
    this.#clearKnown();
    this.#queue();
  }

  /** Queues known nodes beside the others, but for those in `settled`. All that comes is taken back before the next attempt. */
  open(settled: readonly number[]): void {
    this.#openedAt = this.#journal;
    for (const node of this.#knownNodes) {
      if (this.distance[node] !== Infinity && !settled.includes(node)) this.heap.pushOrFix(node);
    }
  }

  /** First place in the order of a node that is at least so far away. */
  placeOf(distance: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.distance[this.order[middle]!]! < distance) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  override enter(node: number, distance: number, probability: number): void {
    if (this.known[node] === 1) {
      this.distance[node] = distance;
      this.probability[node] = probability;
      (this.#openedAt < 0 ? this.knownHeap : this.heap).pushOrFix(node);
      return;
    }
    this.#write(node);
    super.enter(node, distance, probability);
  }

  override isBefore(pivot: number, other: number): boolean {
    if (this.known[other] === 1 || other === this.#asked.destination) return false;
    if (this.known[pivot] === 1) {
      const [near, far] = [this.distance[pivot]!, this.distance[other]!];
      return near < far || (near === far && this.probability[pivot]! > this.probability[other]!);
    }
    return this.place[pivot]! >= 0 && this.place[pivot]! < this.place[other]!;
  }

  /** Whatever comes after the first `count` nodes of the order is undone. */
  #truncate(count: number): void {
    if (this.#openedAt >= 0) {
      this.#undo(this.#openedAt);
      this.#openedAt = -1;
    }
    if (count === this.count) return;
    this.#undo(this.#before[count]!);
    for (let i = count; i < this.count; i++) this.place[this.order[i]!] = -1;
    this.count = count;
  }

  /** Queues who has a label and is not settled. */
  #queue(): void {
    this.heap.clear();
    for (let i = 0; i < this.reachedCount; i++) {
      const node = this.reached[i]!;
      if (this.place[node]! < 0 && this.known[node] === 0) this.heap.pushOrFix(node);
    }
  }

  #clearKnown(): void {
    for (const node of this.#knownNodes) this.distance[node] = Infinity;
    this.knownHeap.clear();
  }

  #learn(results: MissionControl | null): void {
    for (let group = 0; group < (results?.groupCount ?? 0); group++) this.#knows(results!.groupNode[group]!);
  }

  #knows(node: number): void {
    if (this.known[node] === 1) return;
    this.known[node] = 1;
    this.#knownNodes.push(node);
  }

  /** Writes down what a node has before it gets another label. */
  #write(node: number): void {
    if (this.#journal === this.#nodes.length) {
      const [nodes, values] = [this.#nodes, this.#values];
      this.#nodes = new Int32Array(2 * nodes.length);
      this.#nodes.set(nodes);
      this.#values = new Float64Array(2 * values.length);
      this.#values.set(values);
    }
    const { records } = this;
    const values = this.#values;
    const at = ENTRY * this.#journal;
    this.#nodes[this.#journal++] = node;
    values[at] = this.distance[node]!;
    values[at + 1] = this.probability[node]!;
    for (let i = 0; i < LABEL; i++) values[at + 2 + i] = records[LABEL * node + i]!;
  }

  #undo(length: number): void {
    const { records } = this;
    const values = this.#values;
    while (this.#journal > length) {
      const node = this.#nodes[--this.#journal]!;
      const at = ENTRY * this.#journal;
      this.distance[node] = values[at]!;
      this.probability[node] = values[at + 1]!;
      for (let i = 0; i < LABEL; i++) records[LABEL * node + i] = values[at + 2 + i]!;
      // Its first label was its place among those that have one.
      if (values[at] === Infinity) this.reachedCount--;
    }
  }
}
