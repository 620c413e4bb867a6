/**
 * What the rest of a path to the sender weighs at least. The bounds serve all searches of a query. It finds no path. Why they
 * hold: docs/path-finding.md.
 */
import { ForwardBounds } from '../shared/forward-bounds.ts';
import { BASE, CAPACITY, DELTA, EDGE, MAXIMUM, PPM, RECORD } from '../shared/search-graph.ts';
import { nodeFee } from './fees.ts';
import type { SearchQuery } from './search-query.ts';
import type { SenderGraph } from './sender-graph.ts';

/** None of Eclair's numbers. Stands here for what cannot be infinite: only what does not lead to the sender is infinitely far. */
const CERTAIN_FAILURE_MSAT = 1e30;

export class SenderBounds extends ForwardBounds {
  leastCost = 0;
  #query!: SearchQuery;
  #failureMsat = 0;

  /** Begins at the peers that the sender could send the query's amount to. */
  begin(query: SearchQuery, sender: SenderGraph): void {
    this.#query = query;
    const { source, destination, amountMsat, settings } = query;
    this.#failureMsat = nodeFee(settings.failureCost.baseMsat, settings.failureCost.ppm, amountMsat);
    this.leastCost = nodeFee(settings.hopCost.baseMsat, settings.hopCost.ppm, amountMsat);
    const peers: number[] = [];
    for (const [peer, channels] of sender.peers) {
      if (channels.some((own) => amountMsat <= own.balanceMsat && amountMsat <= own.maxHtlcMsat)) peers.push(peer);
    }
    this.start(source, destination, peers);
  }

  protected override hopCost(pair: number): number {
    const { edgeStart } = this.graph;
    const last = RECORD * edgeStart[pair + 1]!;
    let least = Infinity;
    for (let at = RECORD * edgeStart[pair]!; at < last; at += RECORD) {
      this.looked++;
      least = Math.min(least, this.#costOf(at));
    }
    return least;
  }

  /** Cost of the edge whose record stands here, Infinity when it is not to be used. */
  #costOf(at: number): number {
    const { records } = this.graph;
    const { amountMsat, ignoredEdges, settings } = this.#query;
    const capacity = records[at + CAPACITY]!;
    // A disabled edge has no maximum.
    if (amountMsat > records[at + MAXIMUM]! || capacity === 0) return Infinity;
    if (ignoredEdges.size > 0 && ignoredEdges.has(records[at + EDGE]!)) return Infinity;
    let virtual = amountMsat * records[at + DELTA]! * settings.lockedFundsRisk;
    if (this.#failureMsat > 0) {
      const share = amountMsat / capacity;
      // −ln p is at least 1 − p, and 1 / p − 1 is (1 − p) / p.
      const failure = settings.useLogProbability ? share : share / (1 - share);
      virtual += Math.min(this.#failureMsat * failure, CERTAIN_FAILURE_MSAT);
    }
    return this.leastCost + nodeFee(records[at + BASE]!, records[at + PPM]!, amountMsat) + virtual;
  }
}
