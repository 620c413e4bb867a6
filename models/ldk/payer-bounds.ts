/**
 * What the rest of a way to the payer costs at least, for each msat of the value that a walk is to find. The bounds serve all
 * walks of a route with that value. Why they hold: docs/path-finding.md.
 */
import { ForwardBounds } from '../shared/forward-bounds.ts';
import { BASE, CAPACITY, EDGE, MAXIMUM } from '../shared/search-graph.ts';
import type { RouteQuery } from './route-query.ts';

export class PayerBounds extends ForwardBounds {
  leastCost = 0;
  #query!: RouteQuery;
  #knownCost = 0;
  #unknownCost = 0;
  #leastMsat = 0;
  #share = 1;

  /**
   * Begins at the peers that the payer could send the least to.
   * @param share of capacities that may be used
   */
  begin(
    query: RouteQuery,
    peers: readonly number[],
    nodeCount: number,
    { valueMsat, leastMsat }: { readonly valueMsat: number; readonly leastMsat: number },
    share: number,
  ): void {
    const { scorer } = query;
    this.#query = query;
    this.#leastMsat = leastMsat;
    this.#share = share;
    this.#knownCost = scorer.leastShare(valueMsat, leastMsat, true);
    this.#unknownCost = scorer.leastShare(valueMsat, leastMsat, false);
    this.leastCost = scorer.size > 0 ? this.#knownCost : this.#unknownCost;
    this.start(query.source, query.destination, nodeCount, peers);
  }

  protected costOf(at: number): number {
    const { records } = this.graph;
    const capacity = records[at + CAPACITY]!;
    const maximum = records[at + MAXIMUM]!;
    // A disabled edge has no maximum.
    if (maximum < 0 || capacity === 0) return Infinity;
    const edge = records[at + EDGE] as number;
    const room = Math.min(Math.floor(capacity * this.#share), maximum);
    if (room < this.#leastMsat) return Infinity;
    const { scorer, failedChannels } = this.#query;
    if (failedChannels.size > 0 && failedChannels.has(edge >> 1)) return Infinity;
    const least = scorer.knows(edge) ? this.#knownCost : this.#unknownCost;
    return least + (records[at + BASE] as number) + scorer.probingPenalty(capacity, maximum);
  }
}
