/**
 * Searches for the routes of one payment after another attempt has failed. Far from the sender nothing has changed then, so
 * the nodes that were settled the last time are settled again in the same order; what is evaluated is who the sender knows
 * something of. Answers are those of a search that begins anew; docs/path-finding.md has the argument.
 *
 * The last few payments keep a search each. That is no state: it makes no difference to any answer.
 */
import type { SearchGraph } from '../shared/search-graph.ts';
import type { Expansion } from './expansion.ts';
import { KeptSearch } from './kept-search.ts';
import type { LastWord } from './last-word.ts';
import type { OwnChannels } from './own-channels.ts';
import type { PathQuery } from './path-query.ts';

/** None of lnd's numbers here. Payments that keep a search each. */
const PAYMENTS = 4;
/** Nodes that a sender may know something of: with more of them, little would stay as it was. */
const MOST_KNOWN = 64;
/** Own channels of a sender that are gone through to see whether all peers are settled. */
const MOST_PEERS = 64;

export class KeptSearches {
  readonly #graph: SearchGraph;
  readonly #own: OwnChannels;
  readonly #expansion: Expansion;
  readonly #lastWord: LastWord;
  readonly #keptFrom: number;
  readonly #searches: KeptSearch[] = [];
  #uses = 0;
  /** Payments of which the last search was long, the latest at the end. */
  readonly #long: { source: number; destination: number; amountMsat: number }[] = [];
  /** Known nodes that are settled, in their order. */
  readonly #settled: number[] = [];

  /** @param keptFrom nodes settled by a search for a payment from which on its next one is kept */
  constructor(graph: SearchGraph, own: OwnChannels, expansion: Expansion, lastWord: LastWord, keptFrom: number) {
    this.#keptFrom = keptFrom;
    this.#lastWord = lastWord;
    this.#graph = graph;
    this.#own = own;
    this.#expansion = expansion;
  }

  /**
   * Searches for another route of a payment that takes long; false when it is not one.
   * @param groups see PathFinder
   */
  find(query: PathQuery, groups: Int32Array): boolean {
    if (!this.#suits(query)) return false;
    const { version } = this.#graph;
    this.#lastWord.begin(query, groups, false);
    const kept = this.#searches.find((one) => one.isFor(query, version));
    if (kept !== undefined) {
      this.#use(kept);
      kept.beginAgain(query.results);
      this.#labelKnown(query, kept);
      this.#run(query, kept);
      return true;
    }
    const isLong = this.#long.some(
      ({ source, destination, amountMsat }) =>
        source === query.source && destination === query.destination && amountMsat === query.amountMsat,
    );
    if (!isLong) return false;
    const fresh = this.#place();
    this.#use(fresh);
    fresh.begin(query, version);
    this.#expansion.atRecipient(query);
    this.#expansion.expandAll(query);
    this.#run(query, fresh);
    return true;
  }

  /** A search that was not kept has settled so many nodes. */
  took({ source, destination, amountMsat }: PathQuery, settled: number): void {
    if (settled >= this.#keptFrom) this.#long.push({ source, destination, amountMsat });
    if (this.#long.length > PAYMENTS) this.#long.shift();
  }

  #suits({ results }: PathQuery): boolean {
    return !this.#expansion.wide && (results === null || results.groupCount <= MOST_KNOWN);
  }

  /** The search that was of no use for the longest time. */
  #place(): KeptSearch {
    const searches = this.#searches;
    const nodes = this.#graph.leaf.length;
    let at = 0;
    if (searches.length < PAYMENTS) at = searches.length;
    else for (let i = 1; i < PAYMENTS; i++) if (searches[i]!.usedAt < searches[at]!.usedAt) at = i;
    const old = searches[at];
    if (old !== undefined && old.size >= nodes) return old;
    const kept = new KeptSearch(nodes + (nodes >> 2));
    searches[at] = kept;
    return kept;
  }

  #use(kept: KeptSearch): void {
    kept.usedAt = ++this.#uses;
    const expansion = this.#expansion;
    expansion.labels = kept;
    expansion.free = true;
    expansion.guessing = false;
    expansion.ceiling = Infinity;
  }

  /** Gives known nodes the labels that they have from settled ones. */
  #labelKnown(query: PathQuery, kept: KeptSearch): void {
    const { source, destination } = query;
    const { leaf, outStart, to, outPair } = this.#graph;
    const { place, distance } = kept;
    const expansion = this.#expansion;
    const own = this.#own;
    expansion.atRecipient(query);
    if (own.leadTo(destination)) expansion.expandOwn(query);
    this.#expandKnown(query, kept);
    for (let i = 0; i < own.peerCount; i++) {
      const peer = own.peers[i]!;
      if (place[peer]! < 0) continue;
      expansion.at(peer);
      expansion.expandOwn(query);
    }
    for (const node of kept.knownNodes) {
      if (node === source || node === destination || leaf[node] === 1) continue;
      const end = outStart[node + 1]!;
      for (let k = outStart[node]!; k < end; k++) {
        const next = to[k]!;
        if (place[next]! < 0 || distance[next]! > distance[node]!) continue;
        expansion.at(next);
        expansion.expand(query, outPair[k]!, outPair[k]! + 1);
      }
    }
  }

  /** Candidates from known nodes to the pivot. */
  #expandKnown(query: PathQuery, { known }: KeptSearch): void {
    const { from, start, leaves } = this.#graph;
    const { pivot } = this.#expansion;
    const end = leaves[pivot]!;
    for (let p = start[pivot]!; p < end; p++) if (known[from[p]!] === 1) this.#expansion.expand(query, p, p + 1);
  }

  /** Goes on until the sender has its label. */
  #run(query: PathQuery, kept: KeptSearch): void {
    const { heap, knownHeap, distance, probability } = kept;
    const expansion = this.#expansion;
    // From here on labels of others may come from a known node.
    let horizon = Infinity;
    this.#settled.length = 0;
    for (;;) {
      const isKnown = knownHeap.length > 0;
      if (!isKnown && heap.length === 0) {
        if (horizon < Infinity) this.#goOn(query, kept, horizon);
        return;
      }
      let node = isKnown ? knownHeap.first : heap.first;
      let next = isKnown;
      if (isKnown && heap.length > 0) {
        const other = heap.first;
        const [far, farther] = [distance[node]!, distance[other]!];
        if (farther < far || (farther === far && probability[other]! > probability[node]!)) {
          next = false;
          node = other;
        } else if (farther === far && probability[other] === probability[node]) horizon = Math.min(horizon, far);
      }
      if (next && alike(kept, node)) horizon = Math.min(horizon, distance[node]!);
      if (distance[node]! >= horizon) {
        this.#goOn(query, kept, horizon);
        return;
      }
      if (next) {
        if (this.#settleKnown(query, kept, horizon)) return;
        horizon = Math.min(horizon, expansion.untriedLeast(query));
      } else {
        kept.settle();
        expansion.at(node);
        expansion.expandAll(query);
        if (this.#own.leadTo(node) && this.#allPeersSettled(query, kept, horizon)) return;
        if (horizon === Infinity && this.#lastWord.spoken(kept, knownHeap)) return;
      }
    }
  }

  /** Settles the known node that comes next; true when the sender has its last label. */
  #settleKnown(query: PathQuery, kept: KeptSearch, horizon: number): boolean {
    const expansion = this.#expansion;
    const node = kept.knownHeap.pop();
    if (node === query.source) return true;
    this.#settled.push(node);
    expansion.at(node);
    if (this.#own.leadTo(node)) {
      expansion.expandOwn(query);
      if (this.#allPeersSettled(query, kept, horizon)) return true;
    }
    this.#expandKnown(query, kept);
    return false;
  }

  /** Goes on as a search does that is not kept, from the first node on that is as far away as `horizon`. */
  #goOn(query: PathQuery, kept: KeptSearch, horizon: number): void {
    const expansion = this.#expansion;
    const { heap, knownHeap, distance } = kept;
    kept.back(kept.placeOf(horizon));
    this.#labelKnown(query, kept);
    this.#settled.length = 0;
    while (knownHeap.length > 0 && distance[knownHeap.first]! < horizon) {
      if (this.#settleKnown(query, kept, horizon)) return;
    }
    kept.open(this.#settled);
    for (const node of this.#settled) {
      expansion.at(node);
      expansion.expandAll(query);
    }
    while (heap.length > 0) {
      const node = heap.pop();
      if (node === query.source) return;
      expansion.at(node);
      expansion.expandAll(query);
      if (this.#lastWord.spoken(kept, null)) return;
    }
  }

  /** Whether the sender's label is the last one: it only comes from peers. */
  #allPeersSettled({ destination, amountMsat }: PathQuery, kept: KeptSearch, horizon: number): boolean {
    const own = this.#own;
    if (own.peerCount > MOST_PEERS) return false;
    for (let i = 0; i < own.peerCount; i++) {
      const peer = own.peers[i]!;
      if (peer === destination || own.mostTo(peer) < amountMsat) continue;
      if (kept.known[peer] === 1) {
        if (!this.#settled.includes(peer)) return false;
      } else if (kept.place[peer]! < 0 || kept.distance[peer]! >= horizon) return false;
    }
    return true;
  }
}

/** Whether a settled node is exactly as far away and as probable as a known one: then it is not clear which comes first. */
function alike(kept: KeptSearch, node: number): boolean {
  const { order, count, distance, probability } = kept;
  for (let i = kept.placeOf(distance[node]!); i < count && distance[order[i]!] === distance[node]; i++) {
    if (probability[order[i]!] === probability[node]) return true;
  }
  return false;
}
