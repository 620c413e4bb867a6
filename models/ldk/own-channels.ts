/**
 * The sender's own channels in path finding: the largest and the smallest HTLC that each takes now. Read from the truth,
 * never from the public graph, and only for the duration of a search.
 *
 * ldk:ln/channelmanager.rs:list_usable_channels, ldk:routing/router.rs:sort_first_hop_channels.
 */
import { blankView, type CommitmentView, type ModelHost } from '../../engine/simulate/node-model.ts';
import { smallest, spendable } from './commitment.ts';
import type { UsedAmounts } from './used-amounts.ts';

export interface OwnChannel {
  readonly edge: number;
  /** next_outbound_htlc_limit_msat, next_outbound_htlc_minimum_msat. */
  readonly limitMsat: number;
  readonly minimumMsat: number;
}

const NONE: readonly OwnChannel[] = [];

export class OwnChannels {
  readonly #host: ModelHost;
  readonly #view: CommitmentView = blankView();
  readonly #byPeer = new Map<number, OwnChannel[]>();

  constructor(host: ModelHost) {
    this.#host = host;
  }

  /**
   * Reads the usable channels of a node, or only the one that it may use. To each peer those with enough room for
   * `recommendedMsat` come first, the smallest of them foremost; then the others, the largest foremost.
   * @returns how many there are
   */
  load(source: number, only: readonly number[] | null, recommendedMsat: number): number {
    const host = this.#host;
    this.#byPeer.clear();
    const edges = host.localEdges(source);
    let count = 0;
    for (let i = 0; i < host.localEdgeCount(source); i++) {
      const edge = edges[i] as number;
      if (!host.eligible(edge) || only?.includes(edge) === false) continue;
      host.view(edge, this.#view);
      const peer = host.graph.to(edge);
      const channel = { edge, limitMsat: spendable(this.#view), minimumMsat: smallest(this.#view) };
      const others = this.#byPeer.get(peer);
      if (others === undefined) this.#byPeer.set(peer, [channel]);
      else others.push(channel);
      count++;
    }
    for (const channels of this.#byPeer.values()) {
      if (channels.length > 1) channels.sort((a, b) => inOrder(a.limitMsat, b.limitMsat, recommendedMsat));
    }
    return count;
  }

  /**
   * Peers to which a channel takes that much.
   * @param used what paths of the route so far use
   */
  peers(amountMsat: number, used: UsedAmounts): readonly number[] {
    const peers: number[] = [];
    for (const [peer, channels] of this.#byPeer) {
      if (channels.some(({ edge, limitMsat }) => limitMsat - used.of(edge) >= amountMsat)) peers.push(peer);
    }
    return peers;
  }

  /** All of them. */
  get all(): Iterable<readonly OwnChannel[]> {
    return this.#byPeer.values();
  }

  /** Channels to a peer, in the order in which they are considered. */
  to(peer: number): readonly OwnChannel[] {
    return this.#byPeer.get(peer) ?? NONE;
  }
}

function inOrder(a: number, b: number, recommendedMsat: number): number {
  return a < recommendedMsat || b < recommendedMsat ? b - a : a - b;
}
