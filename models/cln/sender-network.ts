/**
 * The network as one request for routes sees it: public channels with their policies, and over them what only this sender
 * knows: its own channels, what it learnt, what its parts in flight take, what its payment found out. One object serves
 * all nodes; what is laid over the graph lies in slots that are given back at the end of the request.
 *
 * cln:plugins/askrene/askrene.c:do_getroutes, cln:plugins/askrene/child/route_query.c:get_constraints. Where nothing is
 * known of a channel its capacity is the rounded one that Core Lightning keeps; else the exact one.
 */
import { blankView, type CommitmentView, type GraphView, type ModelHost } from '../../engine/simulate/node-model.ts';
import { htlcOutputFeeMsat, spendable } from './commitment.ts';
import { channelFee } from './fees.ts';
import { roundedDown } from './fp16.ts';
import type { Bounds, KnowledgeLayer } from './knowledge-layer.ts';
import type { PrivateLayer } from './private-layer.ts';
import type { Reservations } from './reservations.ts';

/** cln:common/gossmap.h:gossmap_chan: base fees of 24 bits, rates of 20; a policy beyond counts as disabled. */
const MOST_BASE_MSAT = 0xff_ffff;
const MOST_PPM = 0xf_ffff;

/** What is different about one edge for this request. */
export interface Slot {
  edge: number;
  enabled: boolean;
  feeBaseMsat: number;
  feeRatePpm: number;
  cltvDelta: number;
  minHtlcMsat: number;
  maxHtlcMsat: number;
  bias: number;
  /** Bounds by the layers; exact says that the capacity is not rounded. */
  minMsat: number;
  maxMsat: number;
  exact: boolean;
  reservedMsat: number;
  /** What another HTLC takes of the sender's own channel besides its amount (per_htlc_cost). */
  perHtlcMsat: number;
}

/** Whose request it is, and which channels it may not use. */
export interface NetworkQuery {
  readonly source: number;
  readonly destination: number;
  readonly layer: KnowledgeLayer | null;
  readonly reservations: Reservations | null;
  readonly own: PrivateLayer;
  /** The sender's channels that may be used, null for all, and the node before the destination, −1 for any. */
  readonly outgoingEdges: readonly number[] | null;
  readonly lastHop: number;
}

export class SenderNetwork {
  readonly graph: GraphView;
  source = -1;
  /** Channels smaller than this are left out, msat (remove_small_channel_layer). */
  minCapacityMsat = 0;
  /** Index into #slots by edge, −1 for none. */
  #slotOf: Int32Array = new Int32Array(0);
  readonly #slots: Slot[] = [];
  #used = 0;
  /** Rounded capacity by channel, msat. */
  #rounded: Float64Array = new Float64Array(0);
  #roundedCount = 0;
  readonly #host: ModelHost;
  readonly #view: CommitmentView = blankView();
  readonly #bounds: Bounds = { minMsat: 0, maxMsat: 0 };

  constructor(host: ModelHost) {
    this.#host = host;
    this.graph = host.graph;
  }

  /** Lays everything over the graph; what the request before left is taken off. */
  load(query: NetworkQuery): void {
    this.#clear();
    this.source = query.source;
    this.minCapacityMsat = 0;
    this.#loadOwn(query);
    if (query.layer !== null) {
      for (const channel of query.layer.channels) {
        for (const edge of [2 * channel, 2 * channel + 1]) {
          const slot = this.exact(edge);
          this.#bounds.minMsat = slot.minMsat;
          this.#bounds.maxMsat = slot.maxMsat;
          query.layer.apply(edge, this.#bounds);
          slot.minMsat = this.#bounds.minMsat;
          slot.maxMsat = this.#bounds.maxMsat;
        }
      }
    }
    for (const [edge, amount] of query.reservations?.amounts ?? []) {
      this.exact(edge).reservedMsat = amount;
      this.exact(edge ^ 1);
    }
    for (const [edge, update] of query.own.updates) {
      const slot = this.slot(edge);
      slot.bias = update.bias;
      slot.enabled = update.enabled;
      if (update.policy !== null) {
        slot.feeBaseMsat = update.policy.feeBaseMsat;
        slot.feeRatePpm = update.policy.feeRatePpm;
        slot.cltvDelta = update.policy.cltvDelta;
        slot.minHtlcMsat = update.policy.minHtlcMsat;
        slot.maxHtlcMsat = update.policy.maxHtlcMsat;
        slot.enabled &&= representable(update.policy.feeBaseMsat, update.policy.feeRatePpm);
      }
    }
    if (query.lastHop >= 0) this.#onlyFrom(query.lastHop, query.destination);
  }

  /**
   * auto.localchans and auto.sourcefree: what the sender's channels carry is known to the msat in both directions, and
   * going over them costs it nothing.
   */
  #loadOwn({ source, outgoingEdges }: NetworkQuery): void {
    const edges = this.#host.localEdges(source);
    const count = this.#host.localEdgeCount(source);
    for (let i = 0; i < count; i++) {
      const edge = edges[i] as number;
      const out = this.exact(edge);
      const back = this.exact(edge ^ 1);
      const eligible = this.#host.eligible(edge);
      this.#loadBalance(out, this.graph.known[edge] === 1);
      out.perHtlcMsat = this.#view.isFunder ? htlcOutputFeeMsat(this.#view.feeratePerKw) : 0;
      out.enabled = eligible && outgoingEdges?.includes(edge) !== false;
      out.feeBaseMsat = 0;
      out.feeRatePpm = 0;
      out.cltvDelta = 0;
      this.#loadBalance(back, this.graph.known[edge ^ 1] === 1);
      back.enabled = eligible && this.graph.known[edge ^ 1] === 1;
    }
  }

  #loadBalance(slot: Slot, known: boolean): void {
    const view = this.#view;
    this.#host.view(slot.edge, view);
    slot.maxMsat = Math.min(slot.maxMsat, spendable(view), view.maxInFlightMsat);
    slot.minMsat = slot.maxMsat;
    if (known) return;
    slot.minHtlcMsat = view.peerHtlcMinimumMsat;
    slot.maxHtlcMsat = view.maxInFlightMsat;
  }

  /** Disables channels into the destination that come from other nodes than this one. */
  #onlyFrom(lastHop: number, destination: number): void {
    const pairs = this.graph.pairsInto();
    for (let p = pairs.start[destination] as number; p < (pairs.start[destination + 1] as number); p++) {
      if (pairs.from[p] === lastHop) continue;
      const end = pairs.edgeStart[p + 1] as number;
      for (let k = pairs.edgeStart[p] as number; k < end; k++) this.slot(pairs.edge[k] as number).enabled = false;
    }
    const own = this.#host.localEdges(this.source);
    for (let i = 0; i < this.#host.localEdgeCount(this.source); i++) {
      const edge = own[i] as number;
      if (this.graph.to(edge) === destination && this.source !== lastHop) this.slot(edge).enabled = false;
    }
  }

  /** The slot of an edge, with what is public where there was none. */
  slot(edge: number): Slot {
    const at = this.#slotOf[edge] as number;
    if (at >= 0) return this.#slots[at] as Slot;
    const { graph } = this;
    if (this.#used === this.#slots.length) this.#slots.push(blankSlot());
    const slot = this.#slots[this.#used] as Slot;
    this.#slotOf[edge] = this.#used++;
    slot.edge = edge;
    slot.feeBaseMsat = graph.feeBaseMsat[edge] as number;
    slot.feeRatePpm = graph.feeRatePpm[edge] as number;
    slot.cltvDelta = graph.cltvDelta[edge] as number;
    slot.minHtlcMsat = graph.minHtlcMsat[edge] as number;
    slot.maxHtlcMsat = graph.maxHtlcMsat[edge] as number;
    slot.enabled =
      graph.known[edge] === 1 && graph.disabled[edge] === 0 && representable(slot.feeBaseMsat, slot.feeRatePpm);
    slot.bias = 0;
    slot.minMsat = 0;
    slot.maxMsat = this.publicMost(edge);
    slot.exact = false;
    slot.reservedMsat = 0;
    slot.perHtlcMsat = 0;
    return slot;
  }

  /** The same, with the exact capacity where nothing else is known. */
  exact(edge: number): Slot {
    const slot = this.slot(edge);
    if (!slot.exact) {
      slot.exact = true;
      slot.minMsat = 0;
      slot.maxMsat = this.graph.capacityMsat[edge >> 1] as number;
    }
    return slot;
  }

  /** The slot of an edge that has one. */
  has(edge: number): Slot | null {
    const at = this.#slotOf[edge] as number;
    return at >= 0 ? (this.#slots[at] as Slot) : null;
  }

  /** Edges that are different for this request, in the order in which they became so. */
  get slotCount(): number {
    return this.#used;
  }

  slotAt(index: number): Readonly<Slot> {
    return this.#slots[index] as Slot;
  }

  /** True when path finding may use the edge at all. */
  usable(edge: number): boolean {
    const slot = this.has(edge);
    return slot === null ? this.publicly(edge) : slot.enabled && this.largeEnough(edge);
  }

  /** True when the channel is no smaller than the request wants. */
  largeEnough(edge: number): boolean {
    return (this.graph.capacityMsat[edge >> 1] as number) >= this.minCapacityMsat;
  }

  /** What `usable` says of an edge about which this request knows nothing of its own. */
  publicly(edge: number): boolean {
    const { graph } = this;
    if (!this.largeEnough(edge)) return false;
    return (
      graph.known[edge] === 1 &&
      graph.disabled[edge] === 0 &&
      representable(graph.feeBaseMsat[edge] as number, graph.feeRatePpm[edge] as number)
    );
  }

  /** get_constraints: the least and the most that the edge carries, msat, less what is reserved. */
  least(edge: number): number {
    const slot = this.has(edge);
    return slot === null ? 0 : Math.max(0, slot.minMsat - slot.reservedMsat);
  }

  most(edge: number): number {
    const slot = this.has(edge);
    return slot === null ? this.publicMost(edge) : Math.max(0, slot.maxMsat - slot.reservedMsat);
  }

  minHtlc(edge: number): number {
    return this.has(edge)?.minHtlcMsat ?? (this.graph.minHtlcMsat[edge] as number);
  }

  maxHtlc(edge: number): number {
    return this.has(edge)?.maxHtlcMsat ?? (this.graph.maxHtlcMsat[edge] as number);
  }

  feeBase(edge: number): number {
    return this.has(edge)?.feeBaseMsat ?? (this.graph.feeBaseMsat[edge] as number);
  }

  feeRate(edge: number): number {
    return this.has(edge)?.feeRatePpm ?? (this.graph.feeRatePpm[edge] as number);
  }

  cltvDelta(edge: number): number {
    return this.has(edge)?.cltvDelta ?? (this.graph.cltvDelta[edge] as number);
  }

  bias(edge: number): number {
    return this.has(edge)?.bias ?? 0;
  }

  /** What the edge's node asks for forwarding an amount over it. */
  fee(edge: number, amountMsat: number): number {
    return channelFee(amountMsat, this.feeBase(edge), this.feeRate(edge));
  }

  /** Leaves the edge out for the rest of the request (disabled_chans). */
  disable(edge: number): void {
    this.slot(edge).enabled = false;
  }

  /** The most that the sender's own channels carry together by all that it knows, reservations aside. */
  ownTotalMsat(): number {
    const edges = this.#host.localEdges(this.source);
    let total = 0;
    for (let i = 0; i < this.#host.localEdgeCount(this.source); i++) total += this.slot(edges[i] as number).maxMsat;
    return total;
  }

  ownEdges(): ArrayLike<number> {
    return this.#host.localEdges(this.source);
  }

  ownEdgeCount(): number {
    return this.#host.localEdgeCount(this.source);
  }

  /** The capacity, rounded to what 16 bits hold of it in sat: the most of an edge of which nothing else is known. */
  publicMost(edge: number): number {
    return this.#rounded[edge >> 1] as number;
  }

  #clear(): void {
    for (let i = 0; i < this.#used; i++) this.#slotOf[(this.#slots[i] as Slot).edge] = -1;
    this.#used = 0;
    const { capacityMsat, known } = this.graph;
    // Capacities of all channels that there may be by now: those of the public ones, and of the sender's own.
    const channels = Math.max(capacityMsat.length, (known.length + 1) >> 1);
    if (this.#rounded.length < channels) {
      this.#rounded = new Float64Array(channels);
      this.#slotOf = new Int32Array(2 * channels).fill(-1);
      this.#roundedCount = 0;
    }
    for (let c = this.#roundedCount; c < capacityMsat.length; c++) {
      const capacity = capacityMsat[c] as number;
      if (capacity === 0) break;
      this.#rounded[c] = roundedDown(Math.floor(capacity / 1000)) * 1000;
      this.#roundedCount = c + 1;
    }
  }
}

export function representable(feeBaseMsat: number, feeRatePpm: number): boolean {
  return feeBaseMsat <= MOST_BASE_MSAT && feeRatePpm <= MOST_PPM;
}

function blankSlot(): Slot {
  return {
    edge: 0,
    enabled: false,
    feeBaseMsat: 0,
    feeRatePpm: 0,
    cltvDelta: 0,
    minHtlcMsat: 0,
    maxHtlcMsat: 0,
    bias: 0,
    minMsat: 0,
    maxMsat: 0,
    exact: false,
    reservedMsat: 0,
    perHtlcMsat: 0,
  };
}
