/**
 * lnd's path finding: Dijkstra's algorithm from the recipient backwards to the sender, over pairs of nodes, with the
 * distance "fees and time lock so far, plus the cost of an attempt divided by its probability".
 *
 * lnd:routing/pathfind.go:findPath, lnd:routing/unified_edges.go, lnd:routing/heap.go. One PathFinder serves all nodes:
 * its scratch columns are sized by the graph, next to nothing is allocated in a search, and no answer depends on what it
 * remembers between two.
 * It must not decide about splitting, limits or retries.
 *
 * Exactness. Amounts, fees, weights and distances are integers in lnd (int64) and integers in doubles here; they are
 * equal as long as they stay below 2^53 msat, some 90,000 BTC. Divisions by
 * 10^6 and 10^9 are floored exactly. Probabilities are doubles in both, combined by the same operations in the same
 * order. Where lnd iterates over a Go map, the order here is that of PairIndex; where two candidates are equal in
 * everything that lnd compares, the lower node index wins.
 *
 * Candidates that cannot matter are left out, most of them before they are evaluated: those that lose against the label
 * that a node has, those that cannot come to the sender below a ceiling on its distance (GoalBounds), and nodes behind
 * which there is nothing. docs/path-finding.md shows that this changes no answer. The ceiling is a guess; in the rare case
 * that the search does not end at or below it, it is made again with a higher one. A search ends when nothing can change its
 * answer (LastWord), and those for a payment that is attempted often go on from one another (KeptSearches).
 */
import { MAX_HOPS, type ModelHost, type RouteBuffer } from '../../engine/simulate/node-model.ts';
import { SearchGraph } from '../shared/search-graph.ts';
import { Expansion } from './expansion.ts';
import { inboundFee, outboundFee } from './fees.ts';
import { GoalBounds } from './goal-bounds.ts';
import { KeptSearches } from './kept-searches.ts';
import { LastWord } from './last-word.ts';
import { LeastWeights } from './least-weights.ts';
import type { MissionControl } from './mission-control.ts';
import { OwnChannels } from './own-channels.ts';
import { LABEL, NEXT_DELTA, NEXT_EDGE, PathLabels, WEIGHT } from './path-labels.ts';
import { PATH, type PathQuery, type PathResult } from './path-query.ts';

/**
 * None of lnd's numbers, a choice made here: up to which share of what the sender's distance is at least it is looked for first. Most routes lie
 * close to that; where this is too low it tends to be far too low.
 */
const FIRST_CEILING = 1.15;

/** What is worth while is a matter of time only; no answer depends on it. */
export interface Thrift {
  /** Nodes settled by a search for a payment from which on its next one is kept. */
  readonly keptFrom: number;
  /** Nodes settled between two questions whether the search may end. */
  readonly pause: number;
  /** Pairs of a node that are looked at in about the time in which one is looked up by its nodes; 1 or more. */
  readonly lookUp: number;
}

/** None of lnd's numbers, a choice made here. */
const THRIFT: Thrift = { keptFrom: 400, pause: 32, lookUp: 16 };

export class PathFinder {
  /** Work done so far: searches, and how often one began anew. */
  searches = 0;
  turns = 0;

  readonly #host: ModelHost;
  readonly #own: OwnChannels;
  readonly #graph = new SearchGraph();
  readonly #bounds = new GoalBounds();
  readonly #weights = new LeastWeights(this.#graph);
  readonly #expansion: Expansion;
  readonly #lastWord: LastWord;
  readonly #kept: KeptSearches;

  /** Labels of searches that are not kept. */
  #labels = new PathLabels(0);
  /**
   * What mission control knows of hops that leave a node: 0 for nothing, ±(group + 1) else, positive when one of them
   * carried the amount and the probability may be high.
   */
  #group = new Int32Array(0);
  #results: MissionControl | null = null;

  constructor(host: ModelHost, thrift: Thrift = THRIFT) {
    this.#host = host;
    this.#own = new OwnChannels(host);
    this.#expansion = new Expansion(host, this.#graph, this.#own, this.#bounds, this.#labels, thrift.lookUp);
    this.#lastWord = new LastWord(this.#graph, this.#own, this.#bounds, this.#expansion, thrift.pause);
    this.#kept = new KeptSearches(this.#graph, this.#own, this.#expansion, this.#lastWord, thrift.keptFrom);
    this.#resize(0);
  }

  /** Nodes settled, pairs of nodes looked at and evaluated so far. */
  get settled(): number {
    return this.#expansion.settled;
  }

  get looked(): number {
    return this.#expansion.looked;
  }

  get evaluated(): number {
    return this.#expansion.evaluated;
  }

  /** Searches; the route is written when the answer is PATH.found. */
  find(query: PathQuery, route: RouteBuffer): PathResult {
    this.#reset();
    this.#own.load(query.source, query.outgoingEdges);
    if (this.#own.totalMsat < query.amountMsat) return PATH.insufficientBalance;
    if (this.#own.largestMsat < query.amountMsat) return PATH.none;
    this.#loadResults(query.results, query.amountMsat);
    this.#graph.follow(this.#host.graph);
    this.searches++;
    const expansion = this.#expansion;
    expansion.begin(this.#group, this.#weights.of(query.amountMsat));
    const looked = expansion.looked;
    expansion.wide = query.source === query.destination || this.#own.hidden;
    if (!this.#kept.find(query, this.#group)) {
      this.#bounds.load(this.#graph, this.#own, query, this.#group);
      const before = expansion.settled;
      if (!this.#within(query, FIRST_CEILING)) this.#within(query, Infinity);
      this.#kept.took(query, expansion.settled - before);
    }
    this.#weights.looked(expansion.looked - looked);
    return this.#unravel(query, route);
  }

  /** Searches up to a multiple of the least distance that the sender can have; false when that is too low. */
  #within(query: PathQuery, share: number): boolean {
    const ceiling = this.#bounds.leastMsat * share;
    for (const guess of [true, false]) {
      if (this.#search(query, ceiling, guess)) return true;
      this.#labels.forget();
      if (!this.#expansion.guessed) return false;
    }
    return false;
  }

  /** Probability of the route found last, as lnd reports it. */
  routeProbability(source: number): number {
    return this.#expansion.labels.probability[source]!;
  }

  /** Distance of the route found last, and the part of it that is no cost of attempts; msat. */
  routeDistance(source: number): { readonly distanceMsat: number; readonly weightMsat: number } {
    const { distance, records } = this.#expansion.labels;
    return { distanceMsat: distance[source]!, weightMsat: records[LABEL * source + WEIGHT]! };
  }

  /** What the sender's channels could carry in the last search: the largest one, and all together; msat. */
  get balance(): { readonly largestMsat: number; readonly totalMsat: number } {
    return this.#own;
  }

  /** Labels nodes from the recipient backwards; false when it relied on a guess that proved too low. */
  #search(query: PathQuery, ceiling: number, guess: boolean): boolean {
    const { source } = query;
    const labels = this.#labels;
    const expansion = this.#expansion;
    expansion.labels = labels;
    this.turns++;
    expansion.guessing = guess;
    expansion.guessed = false;
    expansion.pruned = false;
    expansion.ceiling = ceiling;
    expansion.free = false;
    expansion.atRecipient(query);
    this.#lastWord.begin(query, this.#group, true);
    expansion.expandAll(query);
    while (labels.heap.length > 0 && !this.#lastWord.spoken(labels, null)) {
      const node = labels.heap.pop();
      if (node === source) break;
      // The ceiling may have come down since it got its label.
      if (expansion.leavesOut(node)) continue;
      expansion.at(node);
      expansion.expandAll(query);
    }
    return !expansion.pruned || labels.distance[source]! <= expansion.ceiling;
  }

  /** Walks from the sender to the recipient and fills in amounts and expiries from the end (newRoute). */
  #unravel(query: PathQuery, route: RouteBuffer): PathResult {
    const { source, destination } = query;
    const graph = this.#host.graph;
    route.length = 0;
    const { distance, records } = this.#expansion.labels;
    if (distance[source] === Infinity) return PATH.none;
    let node = source;
    do {
      // The onion's size keeps every route below this; the check only guards the buffer.
      if (route.length === MAX_HOPS) return PATH.none;
      const edge = records[LABEL * node + NEXT_EDGE]!;
      route.edge[route.length] = edge;
      // The time lock of the hop that starts at `node`, until the expiry takes its place.
      route.expiry[route.length] = records[LABEL * node + NEXT_DELTA]!;
      route.length++;
      node = graph.to(edge);
    } while (node !== destination);

    let amount = query.amountMsat;
    let expiry = query.finalExpiry;
    for (let i = route.length - 1; i >= 0; i--) {
      const edge = route.edge[i]!;
      if (i < route.length - 1) {
        const out = route.edge[i + 1]!;
        const outFee = outboundFee(amount, graph.feeBaseMsat[out]!, graph.feeRatePpm[out]!);
        const base = graph.inboundFeeBaseMsat[edge]!;
        const rate = graph.inboundFeeRatePpm[edge]!;
        const fee = outFee + inboundFee(amount + outFee, base, rate);
        if (fee > 0) amount += fee;
      }
      const delta = route.expiry[i]!;
      route.amountMsat[i] = amount;
      route.expiry[i] = expiry;
      expiry += delta;
    }
    return PATH.found;
  }

  /** Marks the nodes that mission control knows. Amounts only grow on the way, so smaller successes do not matter. */
  #loadResults(results: MissionControl | null, amountMsat: number): void {
    this.#results = results;
    if (results === null) return;
    for (let group = 0; group < results.groupCount; group++) {
      const useful = results.groupLargestSuccess[group]! >= amountMsat;
      this.#group[results.groupNode[group]!] = useful ? group + 1 : -group - 1;
    }
  }

  /** Takes back what the search before left behind. */
  #reset(): void {
    const graph = this.#host.graph;
    const results = this.#results;
    if (results !== null) {
      for (let g = 0; g < results.groupCount; g++) this.#group[results.groupNode[g]!] = 0;
      this.#results = null;
    }
    if (graph.nodeCount > this.#labels.size) this.#resize(graph.nodeCount);
    else this.#labels.forget();
  }

  #resize(nodeCount: number): void {
    const size = Math.max(64, nodeCount + (nodeCount >> 2));
    this.#labels = new PathLabels(size);
    this.#group = new Int32Array(size);
  }
}
