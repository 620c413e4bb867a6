/**
 * Yen's algorithm for the k shortest paths without loops, in the order of their weights. Keeps nothing between two
 * searches. A search for a deviation that is heavier than what will be taken is given up.
 *
 * eclair:router/Graph.scala:yenKshortestPaths, pathWeight. The paths deviate from the recipient's end: the spur is the
 * part from the sender, the root the part to the recipient. Among candidates of equal weight the older one is taken.
 */

import { GuidedSearch, type Skipped } from './guided-search.ts';
import { addEdge, type EdgeTerms, emptyPath, type PathWeight } from './path-weight.ts';
import type { SearchQuery } from './search-query.ts';
import type { SenderGraph } from './sender-graph.ts';
import { ShortestPath } from './shortest-path.ts';

/** A path from the sender to the recipient. */
export interface WeightedPath {
  readonly edges: readonly number[];
  readonly weight: number;
}

interface Found extends WeightedPath {
  /** Deviations closer to the recipient than this were looked at before. */
  readonly spurIndex: number;
}

const NOTHING: Skipped = { edges: new Set(), nodes: new Set() };

export class KShortestPaths {
  readonly #sender: SenderGraph;
  readonly #shortest: ShortestPath;
  readonly #guided: GuidedSearch;
  /** Queries since the beginning. */
  queries = 0;
  readonly #terms: EdgeTerms = { feeBaseMsat: 0, feeRatePpm: 0, cltvDelta: 0, probability: 1, own: false };
  readonly #plainly: boolean;

  /** @param plainly leaves nothing out, for tests */
  constructor(sender: SenderGraph, plainly = false) {
    this.#sender = sender;
    this.#plainly = plainly;
    this.#shortest = new ShortestPath(sender);
    this.#guided = new GuidedSearch(sender);
  }

  /** Nodes settled and edges looked at since the beginning, as far as the search was guided. */
  get work(): { readonly settled: number; readonly looked: number } {
    const { settled, looked } = this.#guided;
    return { settled, looked };
  }

  /** At most `count` paths, the lightest first. */
  find(query: SearchQuery, count: number): readonly WeightedPath[] {
    this.queries++;
    if (this.#guides(query)) this.#guided.begin(query);
    const first = this.#search(query, query.destination, emptyPath(query.amountMsat), NOTHING, Infinity);
    if (first === null) return [];
    const paths: Found[] = [this.#weigh(query, first, 0)];
    const candidates: Found[] = [];
    while (paths.length < count) {
      this.#deviate(query, paths, candidates, count - paths.length);
      const best = lightest(candidates);
      if (best < 0) break;
      paths.push(...candidates.splice(best, 1));
    }
    return paths;
  }

  /** Estimates of balances change when they are asked: then all channels are asked about that Eclair's search asks about. */
  #guides(query: SearchQuery): boolean {
    return !this.#plainly && query.estimates === null && query.amountMsat > 0;
  }

  #search(
    query: SearchQuery,
    target: number,
    rest: Readonly<PathWeight>,
    skipped: Skipped,
    limit: number,
  ): number[] | null {
    if (this.#guides(query)) return this.#guided.find(query, target, rest, skipped, limit);
    return this.#shortest.find(query, target, rest, skipped.edges, skipped.nodes);
  }

  /**
   * Adds to the candidates the best deviation of the last path before each of its nodes.
   * @param wanted how many candidates will be taken at most
   */
  #deviate(query: SearchQuery, paths: readonly Found[], candidates: Found[], wanted: number): void {
    const { graph } = this.#sender;
    const { edges, spurIndex } = paths[paths.length - 1] as Found;
    for (let i = spurIndex; i < edges.length; i++) {
      const at = edges.length - i;
      const root = edges.slice(at);
      const spurNode = graph.to(edges[at - 1] as number);
      const explored = new Set<number>();
      for (const path of paths) {
        if (endsWith(path.edges, root)) explored.add(path.edges[path.edges.length - 1 - i] as number);
      }
      const rootNodes = new Set(root.map((edge) => graph.to(edge)));
      const skipped = { edges: explored, nodes: rootNodes };
      const spur = this.#search(query, spurNode, this.pathWeight(query, root), skipped, limitOf(candidates, wanted));
      if (spur !== null) candidates.push(this.#weigh(query, [...spur, ...root], i));
    }
  }

  #weigh(query: SearchQuery, edges: readonly number[], spurIndex: number): Found {
    return { edges, weight: this.pathWeight(query, edges).weight, spurIndex };
  }

  /**
   * Weight of a path, or of the end of one.
   * @param each is told after each edge, from the last to the first: its place, the probability that it carries what it
   * must, and the path from there on
   */
  pathWeight(
    query: SearchQuery,
    edges: readonly number[],
    each?: (index: number, probability: number, path: Readonly<PathWeight>) => void,
  ): PathWeight {
    const { graph } = this.#sender;
    const path = emptyPath(query.amountMsat);
    const terms = this.#terms;
    for (let i = edges.length - 1; i >= 0; i--) {
      const edge = edges[i] as number;
      const amount = path.amountMsat;
      terms.own = graph.from(edge) === query.source;
      terms.feeBaseMsat = graph.feeBaseMsat[edge] as number;
      terms.feeRatePpm = graph.feeRatePpm[edge] as number;
      terms.cltvDelta = this.#sender.cltvDelta(edge);
      if (terms.own) terms.probability = 1;
      else if (query.estimates !== null) terms.probability = query.estimates.canSend(edge, amount, query.nowS);
      else terms.probability = 1 - amount / (graph.capacityMsat[edge >> 1] as number);
      addEdge(query.settings, query.amountMsat, terms, path, path);
      each?.(i, terms.probability, path);
    }
    return path;
  }
}

/** A candidate that weighs as much is not taken: lighter or older ones are. */
function limitOf(candidates: readonly Found[], wanted: number): number {
  if (candidates.length < wanted) return Infinity;
  return candidates.map(({ weight }) => weight).sort((a, b) => a - b)[wanted - 1]!;
}

function endsWith(edges: readonly number[], tail: readonly number[]): boolean {
  const from = edges.length - tail.length;
  return from > 0 && tail.every((edge, i) => edges[from + i] === edge);
}

function lightest(paths: readonly Found[]): number {
  let best = -1;
  let weight = Infinity;
  paths.forEach((path, i) => {
    if (best >= 0 && path.weight >= weight) return;
    best = i;
    weight = path.weight;
  });
  return best;
}
