/**
 * Whether a search may end before the sender is settled: when nothing that is queued can change the label that the sender
 * will have. The labels of its peers are often found early, and then most of a search only shows that there are no better
 * ones. What a peer's hops are worth is bounded by the amount that they carry: amounts never fall on the way to the sender, and
 * what failed for an amount is no better for a larger one. docs/path-finding.md has the argument.
 */
import type { SearchGraph } from '../shared/search-graph.ts';
import type { DistanceHeap } from './distance-heap.ts';
import type { Expansion } from './expansion.ts';
import type { GoalBounds } from './goal-bounds.ts';
import type { OwnChannels } from './own-channels.ts';
import { AMOUNT, LABEL, type PathLabels, WEIGHT } from './path-labels.ts';
import type { PathQuery } from './path-query.ts';

/** None of lnd's numbers here. After a question, a node is settled for so many labels that it looked at. */
const WORTH = 4;
/** Peers and results of a peer with which it is asked at all. */
const MOST_PEERS = 16;
const MOST_RESULTS = 32;
/** Share by which a product of probabilities may be off. */
const PRODUCT = 1e-9;

/** Bounds of the probability of a peer's hops: `chance[i]` from an amount of `from[i]` on, falling. */
interface Steps {
  readonly from: readonly number[];
  readonly chance: readonly number[];
}

export class LastWord {
  readonly #graph: SearchGraph;
  readonly #own: OwnChannels;
  readonly #bounds: GoalBounds;
  readonly #expansion: Expansion;
  #query!: PathQuery;
  #groups!: Int32Array;
  /** By peer, in the order of the own channels' peers; empty until it is asked. */
  readonly #steps: Steps[] = [];
  readonly #local: number[] = [];
  /** Most that a hop can have that no peer's is. */
  #hop = 1;
  readonly #leastPause: number;
  #pause = 0;
  #isBounded = false;
  #possible = false;
  /** A label that spoke against it the last time. */
  #against = -1;

  /** @param pause nodes that are settled before it is asked, and between two questions at least */
  constructor(graph: SearchGraph, own: OwnChannels, bounds: GoalBounds, expansion: Expansion, pause: number) {
    this.#leastPause = pause;
    this.#graph = graph;
    this.#own = own;
    this.#bounds = bounds;
    this.#expansion = expansion;
  }

  /**
   * @param groups see PathFinder
   * @param isBounded the bounds are those of the query
   */
  begin(query: PathQuery, groups: Int32Array, isBounded: boolean): void {
    this.#isBounded = isBounded;
    this.#query = query;
    this.#groups = groups;
    this.#steps.length = 0;
    this.#pause = this.#leastPause;
    this.#possible = this.#own.peerCount <= MOST_PEERS && !this.#graph.discounts;
  }

  /**
   * Asks after a node was settled; true when the sender's label is its last one.
   * @param beside where nodes are queued that are not among the others; null for none
   */
  spoken(labels: PathLabels, beside: DistanceHeap | null): boolean {
    if (!this.#possible || --this.#pause > 0) return false;
    this.#pause = this.#leastPause;
    return this.#ask(labels, beside);
  }

  #ask(labels: PathLabels, beside: DistanceHeap | null): boolean {
    const query = this.#query;
    const { peers, peerCount } = this.#own;
    const { distance, heap } = labels;
    const { source } = query;
    // The least distance that the sender has or would have over a peer that is not settled, and that peer.
    let least = distance[source]!;
    let over = -1;
    for (let i = 0; i < peerCount; i++) {
      const peer = peers[i]!;
      if (!heap.has(peer) && beside?.has(peer) !== true) continue;
      const sight = this.#expansion.guess(query, peer);
      // Which of two equal ones is taken is not decided here.
      if (sight === least && least < Infinity) return false;
      if (sight < least) {
        least = sight;
        over = i;
      }
    }
    if (least === Infinity) return false;
    if (this.#steps.length === 0) this.#learn();
    if (this.#against >= 0 && heap.has(this.#against) && this.#speaksAgainst(labels, this.#against, least, over)) {
      return false;
    }
    for (const queue of [heap, beside]) {
      for (let i = 0; i < (queue?.length ?? 0); i++) {
        const node = queue!.at(i);
        if (node === source || !this.#speaksAgainst(labels, node, least, over)) continue;
        this.#against = node;
        this.#pause = Math.max(this.#leastPause, i / WORTH);
        return false;
      }
    }
    if (over < 0) return true;
    this.#expansion.at(peers[over]!);
    this.#expansion.expandOwn(query);
    if (distance[source] === least) return true;
    // The channel has no room: nothing like it was foreseen.
    this.#possible = false;
    return false;
  }

  /** Whether what comes of a queued label may better that of the peer `over`, or the sender's over another one. */
  #speaksAgainst({ distance, probability, records }: PathLabels, node: number, least: number, over: number): boolean {
    const { peers, peerCount } = this.#own;
    const weight = records[LABEL * node + WEIGHT]!;
    const amount = records[LABEL * node + AMOUNT]!;
    // A node next to no peer is another hop away.
    const isNear = !this.#bounds.complete || this.#bounds.best[node]! > 0;
    const chance = probability[node]! * (isNear ? 1 : this.#hop);
    const cost = this.#query.attemptCostMsat;
    for (let i = 0; i < peerCount; i++) {
      const peer = peers[i]!;
      const local = this.#local[i]!;
      if (peer === node || local === 0) continue;
      const hop = chance * chanceFor(this.#steps[i]!, amount);
      if (i === over) {
        if (Math.floor(weight + cost / hop) <= distance[peer]!) return true;
      } else if (Math.floor(weight + cost / (hop * local)) <= least) return true;
    }
    return false;
  }

  #learn(): void {
    if (!this.#isBounded) this.#bounds.load(this.#graph, this.#own, this.#query, this.#groups);
    const { source, results, estimator, nowUs } = this.#query;
    const { peers, peerCount } = this.#own;
    for (let i = 0; i < peerCount; i++) {
      const entry = results === null ? -1 : results.find(source, peers[i]!);
      this.#local[i] = estimator.local(results, entry, nowUs) * (1 + PRODUCT);
      this.#steps.push(this.#stepsOf(peers[i]!));
    }
    this.#hop = estimator.untriedMost;
    for (let group = 0; group < (results?.groupCount ?? 0); group++) {
      const node = results!.groupNode[group]!;
      if (node !== source && this.#groups[node]! > 0 && !this.#own.leadTo(node)) this.#hop = estimator.most;
    }
  }

  #stepsOf(peer: number): Steps {
    const { results, estimator, amountMsat, nowUs } = this.#query;
    const known = this.#groups[peer]!;
    if (known === 0 || results === null) return { from: [0], chance: [estimator.untriedMost] };
    const group = Math.abs(known) - 1;
    const from = [amountMsat];
    const entries: number[] = [-1];
    for (let e = results.groupFirst[group]!; e >= 0; e = results.next[e]!) {
      if (entries.length === MOST_RESULTS) return { from: [0], chance: [estimator.most] };
      entries.push(e);
      from.push(results.failAmount[e]!, results.successAmount[e]! + 1);
    }
    const steps = from.filter((one) => one >= amountMsat).sort((a, b) => a - b);
    const chance = steps.map((amount) =>
      entries.reduce((most, e) => Math.max(most, estimator.pairMost(results, group, e, amount, nowUs)), 0),
    );
    return { from: steps, chance };
  }
}

/** A bound for an amount, which is no less than the first. */
function chanceFor({ from, chance }: Steps, amount: number): number {
  let i = from.length - 1;
  while (i > 0 && from[i]! > amount) i--;
  return chance[i]!;
}
