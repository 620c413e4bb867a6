/**
 * The sender's own channels in path finding: what each can carry right now, and which one to take to a peer. They are
 * read from the truth, never from the public graph, and only for the duration of a search.
 *
 * lnd:routing/pathfind.go:getOutgoingBalance, lnd:routing/bandwidth.go:getBandwidth,
 * lnd:routing/unified_edges.go:getEdgeLocal.
 */
import { FAILURE } from '../../engine/simulate/failure.ts';
import { blankView, type CommitmentView, type GraphView, type ModelHost } from '../../engine/simulate/node-model.ts';
import { checkOffer, spendable } from './commitment.ts';
import { cappedInboundFee } from './fees.ts';

/** Usable bandwidth of a channel for an HTLC of this amount, msat; 0 tries the smallest that the peer takes. */
export function bandwidth(host: ModelHost, edge: number, amountMsat: number, view: CommitmentView): number {
  if (!host.eligible(edge)) return 0;
  host.view(edge, view);
  const tried = amountMsat > 0 ? amountMsat : Math.max(1, view.peerHtlcMinimumMsat);
  return checkOffer(view, tried) === FAILURE.none ? spendable(view) : 0;
}

/**
 * lnd:routing/unified_edges.go:amtInRange. The channel's policy is only known here when it is public; the limits that
 * the peer sets are part of checkOffer in any case.
 */
export function inRange(graph: GraphView, edge: number, amountMsat: number): boolean {
  const capacity = graph.capacityMsat[edge >> 1] as number;
  if (capacity > 0 && amountMsat > capacity) return false;
  if (graph.known[edge] === 0) return true;
  return amountMsat <= (graph.maxHtlcMsat[edge] as number) && amountMsat >= (graph.minHtlcMsat[edge] as number);
}

export class OwnChannels {
  /** Bandwidth of the largest channel and of all together, msat. */
  largestMsat = 0;
  totalMsat = 0;
  /** The channel that `choose` took, and the inbound fee that its peer asks. */
  edge = -1;
  inboundFeeMsat = 0;

  readonly #host: ModelHost;
  readonly #view: CommitmentView = blankView();
  #edges: Int32Array = new Int32Array(16);
  #bandwidth: Float64Array = new Float64Array(16);
  /** Channels to the same peer are chained in the order in which they were opened. */
  #next: Int32Array = new Int32Array(16);
  #count = 0;
  /** Nodes that the channels lead to, each once. */
  peers: Int32Array = new Int32Array(16);
  peerCount = 0;
  /** One of them is not announced. */
  hidden = false;
  #head: Int32Array = new Int32Array(0);

  constructor(host: ModelHost) {
    this.#host = host;
  }

  /** Reads the channels of a node, or only those it may use; those without bandwidth are left out. */
  load(source: number, only: readonly number[] | null): void {
    const host = this.#host;
    this.#reset();
    const edges = host.localEdges(source);
    const count = host.localEdgeCount(source);
    if (count > this.#edges.length) {
      this.#edges = new Int32Array(2 * count);
      this.#bandwidth = new Float64Array(2 * count);
      this.#next = new Int32Array(2 * count);
      this.peers = new Int32Array(2 * count);
    }
    // From the last to the first: each goes to the front of its chain.
    for (let i = count - 1; i >= 0; i--) {
      const edge = edges[i] as number;
      if (only?.includes(edge) === false) continue;
      const width = bandwidth(host, edge, 0, this.#view);
      if (width <= 0) continue;
      this.totalMsat += width;
      if (width > this.largestMsat) this.largestMsat = width;
      const peer = host.graph.to(edge);
      if (host.graph.known[edge] !== 1) this.hidden = true;
      const slot = this.#count++;
      this.#edges[slot] = edge;
      this.#bandwidth[slot] = width;
      this.#next[slot] = this.#head[peer] as number;
      if (this.#next[slot]! < 0) this.peers[this.peerCount++] = peer;
      this.#head[peer] = slot;
    }
  }

  /** True when the sender has a channel with some bandwidth to this node. */
  leadTo(node: number): boolean {
    return (this.#head[node] as number) >= 0;
  }

  /** Bandwidth of the largest channel to a node, msat. */
  mostTo(node: number): number {
    let most = 0;
    for (let i = this.#head[node]!; i >= 0; i = this.#next[i]!) most = Math.max(most, this.#bandwidth[i]!);
    return most;
  }

  /**
   * Takes the channel to `peer` with the largest bandwidth that can carry what the peer must receive plus its inbound
   * fee; the later one among equals. The disabled bit of own channels does not matter.
   * @param exit the peer is the recipient and asks no inbound fee
   * @param guess the channel's slots and limits are not looked at
   * @returns false when there is none
   */
  choose(peer: number, netMsat: number, outboundFeeMsat: number, exit: boolean, guess: boolean): boolean {
    const { graph } = this.#host;
    let largest = 0;
    this.edge = -1;
    for (let i = this.#head[peer] as number; i >= 0; i = this.#next[i] as number) {
      const edge = this.#edges[i] as number;
      const fee = exit ? 0 : cappedInboundFee(graph, edge, netMsat, outboundFeeMsat);
      const amount = netMsat + fee;
      const width = this.#bandwidth[i] as number;
      if (amount > width || width < largest || !inRange(graph, edge, amount)) continue;
      if (!guess && bandwidth(this.#host, edge, amount, this.#view) === 0) continue;
      largest = width;
      this.edge = edge;
      this.inboundFeeMsat = fee;
    }
    return this.edge >= 0;
  }

  #reset(): void {
    const { graph } = this.#host;
    for (let i = 0; i < this.#count; i++) this.#head[graph.to(this.#edges[i] as number)] = -1;
    this.#count = 0;
    this.peerCount = 0;
    this.hidden = false;
    this.largestMsat = 0;
    this.totalMsat = 0;
    if (graph.nodeCount > this.#head.length) {
      this.#head = new Int32Array(graph.nodeCount + (graph.nodeCount >> 2)).fill(-1);
    }
  }
}
