/**
 * The graph as one sender's router knows it: the public edges, and its own channels with their balances, announced or
 * not. Read for the duration of a search; it looks for nothing itself.
 *
 * eclair:router/Graph.scala:GraphEdge, eclair:router/Validation.scala:handleLocalChannelUpdate,
 * handleAvailableBalanceChanged. As in Eclair an announced channel stays in the graph while its peer is away, until it is
 * disabled because somebody tried to use it; an unannounced one leaves.
 */
import { blankView, type CommitmentView, type GraphView, type ModelHost } from '../../engine/simulate/node-model.ts';
import { maxInFlightMsat } from './channel-opening.ts';
import { spendable } from './commitment.ts';
import { nodeFee } from './fees.ts';
import type { EclairSettings } from './options.ts';

/** A channel of the sender, in the direction that leaves it. */
export interface OwnEdge {
  readonly edge: number;
  readonly peer: number;
  readonly balanceMsat: number;
  readonly minHtlcMsat: number;
  readonly maxHtlcMsat: number;
  readonly cltvDelta: number;
}

const NONE: readonly OwnEdge[] = [];

export class SenderGraph {
  readonly graph: GraphView;
  source = -1;
  readonly #host: ModelHost;
  readonly #view: CommitmentView = blankView();
  readonly #byPeer = new Map<number, OwnEdge[]>();
  readonly #byEdge = new Map<number, OwnEdge>();

  constructor(host: ModelHost) {
    this.#host = host;
    this.graph = host.graph;
  }

  /** Reads the channels of a node; `only` is the one that it may use, −1 for all. */
  load(source: number, settings: EclairSettings, only: readonly number[] | null): void {
    const host = this.#host;
    this.source = source;
    this.#byPeer.clear();
    this.#byEdge.clear();
    const edges = host.localEdges(source);
    const count = host.localEdgeCount(source);
    for (let i = 0; i < count; i++) {
      const edge = edges[i] as number;
      if (only?.includes(edge) === false) continue;
      const own = this.#read(edge, settings);
      if (own === null) continue;
      this.#byEdge.set(edge, own);
      const others = this.#byPeer.get(own.peer);
      if (others === undefined) this.#byPeer.set(own.peer, [own]);
      else others.push(own);
    }
  }

  #read(edge: number, settings: EclairSettings): OwnEdge | null {
    const { graph } = this;
    const announced = graph.known[edge] === 1;
    if (announced ? graph.disabled[edge] === 1 : !this.#host.eligible(edge)) return null;
    const view = this.#view;
    this.#host.view(edge, view);
    const capacity = graph.capacityMsat[edge >> 1] as number;
    return {
      edge,
      peer: graph.to(edge),
      balanceMsat: Math.min(spendable(view), capacity),
      minHtlcMsat: announced ? (graph.minHtlcMsat[edge] as number) : view.peerHtlcMinimumMsat,
      maxHtlcMsat: announced
        ? (graph.maxHtlcMsat[edge] as number)
        : Math.min(view.maxInFlightMsat, maxInFlightMsat(settings, capacity / 1000)),
      cltvDelta: announced ? (graph.cltvDelta[edge] as number) : settings.cltvDelta,
    };
  }

  /** The sender's channels to a node, in the order in which they were opened. */
  ownTo(peer: number): readonly OwnEdge[] {
    return this.#byPeer.get(peer) ?? NONE;
  }

  /** All of them, by peer. */
  get peers(): ReadonlyMap<number, readonly OwnEdge[]> {
    return this.#byPeer;
  }

  /** The sender's channel with this edge; undefined for other edges. */
  own(edge: number): OwnEdge | undefined {
    return this.#byEdge.get(edge);
  }

  /** What the edge's node asks for forwarding an amount over it. */
  fee(edge: number, amountMsat: number): number {
    const { feeBaseMsat, feeRatePpm } = this.graph;
    return nodeFee(feeBaseMsat[edge] as number, feeRatePpm[edge] as number, amountMsat);
  }

  cltvDelta(edge: number): number {
    return this.#byEdge.get(edge)?.cltvDelta ?? (this.graph.cltvDelta[edge] as number);
  }

  /** What an edge carries at most, given what this payment uses of it already; msat. */
  largestAmount(edge: number, usedMsat: number): number {
    const own = this.#byEdge.get(edge);
    const most = own?.maxHtlcMsat ?? (this.graph.maxHtlcMsat[edge] as number);
    return Math.max(0, Math.min((own?.balanceMsat ?? most) - usedMsat, most));
  }
}
