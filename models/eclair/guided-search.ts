/**
 * The search of shortest-path.ts, without the nodes that cannot lie on its answer: what the rest of the way to the sender
 * weighs at least is known (sender-bounds.ts), and whatever would be heavier than a ceiling with it is left out. Answers,
 * ties included, are the same; why: docs/path-finding.md. It asks no estimates of balances, which change when asked.
 */
import { log } from '../../engine/base/math.ts';
import { MOST_COST } from '../shared/forward-bounds.ts';
import { NodeHeap } from '../shared/node-heap.ts';
import { BASE, CAPACITY, DELTA, EDGE, MAXIMUM, MINIMUM, PPM, RECORD, SearchGraph } from '../shared/search-graph.ts';
import { nodeFee } from './fees.ts';
import type { PathWeight } from './path-weight.ts';
import type { SearchQuery } from './search-query.ts';
import { SenderBounds } from './sender-bounds.ts';
import type { SenderGraph } from './sender-graph.ts';
import { ROUTE_MAX_LENGTH } from './shortest-path.ts';

/** None of Eclair's numbers here. By less than this a sum of parts of a weight is larger than the weight, by rounding. */
const ROUNDING = 1 / 64;
/** None of Eclair's numbers here. How much heavier than the lightest way seen an answer is expected to be, first and then. */
const FIRST_GUESS = 1.02;
const NEXT_GUESS = 1.25;

/** Stands here for an infinite weight, that of a path which cannot succeed: infinite means that there is no label. */
const HEAVIEST = Number.MAX_VALUE;

// Records of labels here.
const LABEL = 8;
const AMOUNT = 0;
const LENGTH = 1;
const CLTV = 2;
const PROBABILITY = 3;
const HOP_COST = 4;
const NEXT_EDGE = 5;

/** What is left out of a search besides what the query leaves out. */
export interface Skipped {
  readonly edges: ReadonlySet<number>;
  readonly nodes: ReadonlySet<number>;
}

export class GuidedSearch {
  /** Nodes settled from the recipient's side since the beginning, and edges looked at from there. */
  settled = 0;
  #looked = 0;

  /** Weight of the path that was found last. */
  weight: number = Infinity;

  readonly #sender: SenderGraph;
  readonly #graph = new SearchGraph();
  readonly #bounds: SenderBounds = new SenderBounds(this.#graph);
  /** Weight by node, infinite where there is no label, and the rest of the label. */
  #weight = new Float64Array(0);
  #labels = new Float64Array(0);
  #heap: NodeHeap = new NodeHeap(this.#weight);
  #reached = new Int32Array(0);
  #reachedCount = 0;
  /** Weight of a whole way above which nothing is looked at, and whether it may still be lowered. */
  #ceiling = Infinity;
  #guessing = false;
  #leftOut = false;
  /** The sender's channel to the node that was expanded last. */
  #ownEdge = -1;

  constructor(sender: SenderGraph) {
    this.#sender = sender;
  }

  /** Edges looked at from both sides since the beginning. */
  get looked(): number {
    return this.#looked + this.#bounds.looked;
  }

  /** Begins a query, for which any number of searches may follow. */
  begin(query: SearchQuery): void {
    const { graph } = this.#sender;
    this.#graph.follow(graph);
    this.#reset();
    if (graph.nodeCount > this.#weight.length) {
      this.#weight = new Float64Array(graph.nodeCount).fill(Infinity);
      this.#labels = new Float64Array(LABEL * graph.nodeCount);
      this.#heap = new NodeHeap(this.#weight);
      this.#reached = new Int32Array(graph.nodeCount);
    }
    this.#bounds.begin(query, this.#sender);
  }

  /**
   * Edges from the sender to `target`, followed by a path of weight `rest`; null when there are none, or when they weigh
   * `limit` or more.
   */
  find(
    query: SearchQuery,
    target: number,
    rest: Readonly<PathWeight>,
    skipped: Skipped,
    limit: number,
  ): number[] | null {
    if (!this.#leaves(query, rest.amountMsat, skipped)) return null;
    this.#ceiling = limit < MOST_COST ? limit : Infinity;
    this.#guessing = true;
    for (;;) {
      const path = this.#walk(query, target, rest, skipped);
      if (path !== null) return this.weight < limit ? path : null;
      if (!this.#leftOut || this.#ceiling >= limit) return null;
      const higher = this.#guessing ? this.#ceiling * NEXT_GUESS + 1 : Infinity;
      this.#ceiling = Math.min(limit, higher) < MOST_COST ? Math.min(limit, higher) : Infinity;
      this.#guessing = false;
    }
  }

  /** Whether the sender has a channel left that could carry an amount. */
  #leaves(query: SearchQuery, amountMsat: number, skipped: Skipped): boolean {
    for (const [peer, channels] of this.#sender.peers) {
      if (skipped.nodes.has(peer)) continue;
      for (const { edge, balanceMsat, maxHtlcMsat } of channels) {
        if (amountMsat > balanceMsat || amountMsat > maxHtlcMsat) continue;
        if (!query.ignoredEdges.has(edge) && !skipped.edges.has(edge)) return true;
      }
    }
    return false;
  }

  #walk(query: SearchQuery, target: number, rest: Readonly<PathWeight>, skipped: Skipped): number[] | null {
    const bounds = this.#bounds;
    const heap = this.#heap;
    this.#reset();
    this.#leftOut = false;
    const { amountMsat, length, cltv, probability, hopCostMsat } = rest;
    this.#label(target, -1, Math.min(rest.weight, HEAVIEST), amountMsat, length, cltv, probability, hopCostMsat);
    // Both sides look at as many edges.
    const ahead = bounds.looked - this.#looked;
    while (heap.length > 0) {
      const node = heap.pop();
      const weight = this.#weight[node]!;
      while (bounds.looked - this.#looked < ahead && bounds.radius + weight < this.#ceiling && bounds.grow());
      // The recipient may be a node to which no bound leads.
      const onward = node === target ? 0 : Math.min(bounds.atLeast[node]!, bounds.radius);
      if (weight + onward > this.#ceiling) {
        this.#leftOut = true;
      } else if (onward < Infinity) {
        this.settled++;
        if (this.#reaches(query, node, skipped)) {
          this.weight = weight;
          return this.#unravel(node);
        }
        this.#expand(query, node, weight, skipped);
      }
    }
    return null;
  }

  /** Whether the sender has a channel to the node that can be used. */
  #reaches(query: SearchQuery, node: number, skipped: Skipped): boolean {
    if (this.#bounds.atLeast[node] !== 0) return false;
    if (node === query.destination && query.lastHop >= 0 && query.lastHop !== query.source) return false;
    const labels = this.#labels;
    const label = LABEL * node;
    const amount = labels[label + AMOUNT]!;
    const length = labels[label + LENGTH]! + 1;
    if (amount - query.amountMsat > query.maxFeeMsat || length > query.maxLength || length > ROUTE_MAX_LENGTH)
      return false;
    for (const own of this.#sender.ownTo(node)) {
      if (amount > own.balanceMsat || amount > own.maxHtlcMsat || amount < own.minHtlcMsat) continue;
      if (query.ignoredEdges.has(own.edge) || skipped.edges.has(own.edge)) continue;
      if (labels[label + CLTV]! + own.cltvDelta > query.maxCltv) continue;
      this.#ownEdge = own.edge;
      return true;
    }
    return false;
  }

  #expand(query: SearchQuery, node: number, pivotWeight: number, skipped: Skipped): void {
    const { source, ignoredEdges, ignoredNodes, amountMsat, maxFeeMsat, maxCltv, settings } = query;
    const labels = this.#labels;
    const label = LABEL * node;
    const forwarded = labels[label + AMOUNT]!;
    const length = labels[label + LENGTH]! + 1;
    if (length > query.maxLength || length > ROUTE_MAX_LENGTH) return;
    const pivotCltv = labels[label + CLTV]!;
    const pivotProbability = labels[label + PROBABILITY]!;
    const hopCost = nodeFee(settings.hopCost.baseMsat, settings.hopCost.ppm, forwarded);
    const hopCosts = labels[label + HOP_COST]! + hopCost;
    const { useLogProbability, lockedFundsRisk, failureCost } = settings;
    const last = node === query.destination ? query.lastHop : -1;
    const { atLeast, radius, leafPeers } = this.#bounds;
    const weights = this.#weight;
    const least = pivotWeight < MOST_COST ? Math.max(pivotWeight, pivotWeight + hopCost - ROUNDING) : pivotWeight;
    const someIgnored = ignoredEdges.size + skipped.edges.size > 0;
    const nodesIgnored = ignoredNodes.size > 0;
    const { start, leaves, from: pairFrom, edgeStart, records } = this.#graph;
    const end = leafPeers ? start[node + 1]! : leaves[node]!;
    for (let p = start[node]!; p < end; p++) {
      const from = pairFrom[p]!;
      const known = weights[from]!;
      // Settled, or a label that cannot be lighter.
      if (known <= least) continue;
      const bound = atLeast[from]!;
      const onward = bound < radius ? bound : radius;
      if (least + onward > this.#ceiling) {
        this.#leftOut = true;
        continue;
      }
      if (onward === Infinity || from === source || (last >= 0 && from !== last)) continue;
      if ((nodesIgnored && ignoredNodes.has(from)) || skipped.nodes.has(from)) continue;
      const lastAt = RECORD * edgeStart[p + 1]!;
      for (let at = RECORD * edgeStart[p]!; at < lastAt; at += RECORD) {
        this.#looked++;
        const capacity = records[at + CAPACITY]!;
        // A disabled edge has no maximum.
        if (forwarded > records[at + MAXIMUM]! || forwarded < records[at + MINIMUM]! || capacity === 0) continue;
        const fee = nodeFee(records[at + BASE]!, records[at + PPM]!, forwarded);
        const total = forwarded + fee;
        if (total - amountMsat > maxFeeMsat) continue;
        const delta = records[at + DELTA]!;
        const cltv = pivotCltv + delta;
        if (cltv > maxCltv) continue;
        const edge = records[at + EDGE]!;
        if (someIgnored && (ignoredEdges.has(edge) || skipped.edges.has(edge))) continue;
        // path-weight.ts, in the same order.
        const edgeProbability = 1 - forwarded / capacity;
        const probability = pivotProbability * edgeProbability;
        const failure = nodeFee(failureCost.baseMsat, failureCost.ppm, total);
        const exact = useLogProbability
          ? pivotWeight +
            fee +
            hopCost +
            total * delta * lockedFundsRisk -
            (failure === 0 ? 0 : failure * log(edgeProbability))
          : total -
            amountMsat +
            hopCosts +
            total * cltv * lockedFundsRisk +
            (failure === 0 ? 0 : failure / probability);
        const weight = exact < HEAVIEST ? exact : HEAVIEST;
        if (weight >= weights[from]!) continue;
        if (weight + onward > this.#ceiling) {
          this.#leftOut = true;
          continue;
        }
        this.#label(from, edge, weight, total, length, cltv, probability, hopCosts);
        if (this.#guessing && bound < Infinity) {
          const guess = (weight + bound) * FIRST_GUESS + 1;
          if (guess < this.#ceiling && guess < MOST_COST) this.#ceiling = guess;
        }
      }
    }
  }

  #label(
    node: number,
    edge: number,
    weight: number,
    amount: number,
    length: number,
    cltv: number,
    probability: number,
    hopCosts: number,
  ): void {
    const labels = this.#labels;
    const label = LABEL * node;
    if (this.#weight[node] === Infinity) this.#reached[this.#reachedCount++] = node;
    this.#weight[node] = weight;
    labels[label + AMOUNT] = amount;
    labels[label + LENGTH] = length;
    labels[label + CLTV] = cltv;
    labels[label + PROBABILITY] = probability;
    labels[label + HOP_COST] = hopCosts;
    labels[label + NEXT_EDGE] = edge;
    this.#heap.pushOrFix(node);
  }

  #unravel(node: number): number[] {
    const { graph } = this.#sender;
    const labels = this.#labels;
    const path = [this.#ownEdge];
    for (let edge = labels[LABEL * node + NEXT_EDGE]!; edge >= 0; edge = labels[LABEL * graph.to(edge) + NEXT_EDGE]!) {
      path.push(edge);
    }
    return path;
  }

  #reset(): void {
    for (let i = 0; i < this.#reachedCount; i++) this.#weight[this.#reached[i]!] = Infinity;
    this.#reachedCount = 0;
    this.#heap.clear();
  }
}
