/**
 * The channel graph as gossip tells it: what is publicly known of channels and policies, shared by all nodes. Written
 * by gossip.ts only; path finding reads it. A node's own channels are not taken from here but from the truth.
 */
import type { ChannelTable } from './channels.ts';
import { grow } from './columns.ts';
import type { GraphView, PairIndex, Policy } from './node-model.ts';

const INITIAL = 128;
/** Changes that are remembered one by one. */
const CHANGES_KEPT = 4096;

export class GossipGraph implements GraphView {
  readonly nodeCount: number;
  readonly #channels: ChannelTable;
  #capacity = INITIAL;
  feeBaseMsat: Float64Array = new Float64Array(INITIAL);
  feeRatePpm: Float64Array = new Float64Array(INITIAL);
  cltvDelta: Int32Array = new Int32Array(INITIAL);
  minHtlcMsat: Float64Array = new Float64Array(INITIAL);
  maxHtlcMsat: Float64Array = new Float64Array(INITIAL);
  inboundFeeBaseMsat: Float64Array = new Float64Array(INITIAL);
  inboundFeeRatePpm: Float64Array = new Float64Array(INITIAL);
  known: Uint8Array = new Uint8Array(INITIAL);
  disabled: Uint8Array = new Uint8Array(INITIAL);
  version: Int32Array = new Int32Array(INITIAL);
  /** Another number whenever anything here is another one. */
  revision = 0;
  changes = 0;
  readonly changed: Int32Array = new Int32Array(CHANGES_KEPT);
  #pairs: PairIndex | null = null;

  constructor(nodeCount: number, channels: ChannelTable) {
    this.nodeCount = nodeCount;
    this.#channels = channels;
  }

  /** Makes room for so many edges at once; more may become known all the same. */
  reserve(edges: number): void {
    if (edges > this.#capacity) this.#resize(edges);
  }

  get capacityMsat(): Float64Array {
    return this.#channels.capacityMsat;
  }

  from(edge: number): number {
    return this.#channels.node[edge]!;
  }

  to(edge: number): number {
    return this.#channels.node[edge ^ 1]!;
  }

  /** Makes a policy (number `version` of its edge) the publicly known one. The first policy of an edge makes the edge known. */
  learn(edge: number, policy: Policy, version: number): void {
    this.#room(edge);
    this.revision++;
    this.version[edge] = version;
    this.feeBaseMsat[edge] = policy.feeBaseMsat;
    this.feeRatePpm[edge] = policy.feeRatePpm;
    this.cltvDelta[edge] = policy.cltvDelta;
    this.minHtlcMsat[edge] = policy.minHtlcMsat;
    this.maxHtlcMsat[edge] = policy.maxHtlcMsat;
    this.disabled[edge] = policy.disabled ? 1 : 0;
    // An inbound fee is announced by the node that receives over the opposite edge.
    this.inboundFeeBaseMsat[edge ^ 1] = policy.inboundFeeBaseMsat;
    this.inboundFeeRatePpm[edge ^ 1] = policy.inboundFeeRatePpm;
    this.touch(edge);
    this.touch(edge ^ 1);
    if (this.known[edge] === 0) {
      this.known[edge] = 1;
      this.#pairs = null;
    }
  }

  touch(edge: number): void {
    this.changed[this.changes++ % CHANGES_KEPT] = edge;
  }

  /** Fills `out` with the policy that is publicly known of an edge. */
  getPolicy(edge: number, out: Policy): void {
    out.feeBaseMsat = this.feeBaseMsat[edge]!;
    out.feeRatePpm = this.feeRatePpm[edge]!;
    out.cltvDelta = this.cltvDelta[edge]!;
    out.minHtlcMsat = this.minHtlcMsat[edge]!;
    out.maxHtlcMsat = this.maxHtlcMsat[edge]!;
    out.disabled = this.disabled[edge] === 1;
    out.inboundFeeBaseMsat = this.inboundFeeBaseMsat[edge ^ 1]!;
    out.inboundFeeRatePpm = this.inboundFeeRatePpm[edge ^ 1]!;
  }

  /** Takes a channel out of the graph. */
  forget(channel: number): void {
    this.#room(2 * channel + 1);
    if (this.known[2 * channel] === 0 && this.known[2 * channel + 1] === 0) return;
    this.revision++;
    this.known[2 * channel] = 0;
    this.known[2 * channel + 1] = 0;
    this.#pairs = null;
  }

  isKnown(edge: number): boolean {
    return edge < this.known.length && this.known[edge] === 1;
  }

  pairsInto(): PairIndex {
    if (this.#pairs === null) this.#pairs = this.#buildPairs();
    return this.#pairs;
  }

  /** Two stable counting sorts, by `from` and then by `to`, group the known edges; linear in nodes and edges. */
  #buildPairs(): PairIndex {
    const n = this.nodeCount;
    const node = this.#channels.node;
    const edges = Math.min(2 * this.#channels.count, this.known.length);
    let known = 0;
    const byFrom = new Int32Array(n + 1);
    for (let e = 0; e < edges; e++) {
      if (this.known[e] === 0) continue;
      known++;
      byFrom[node[e]! + 1]!++;
    }
    for (let i = 0; i < n; i++) byFrom[i + 1]! += byFrom[i]!;
    const first = new Int32Array(known);
    for (let e = 0; e < edges; e++) if (this.known[e] === 1) first[byFrom[node[e]!]!++] = e;
    const byTo = new Int32Array(n + 1);
    for (const e of first) byTo[node[e ^ 1]! + 1]!++;
    for (let i = 0; i < n; i++) byTo[i + 1]! += byTo[i]!;
    const cursor = byTo.slice();
    const edge = new Int32Array(known);
    for (const e of first) edge[cursor[node[e ^ 1]!]!++] = e;

    const start = new Int32Array(n + 1);
    const from = new Int32Array(known);
    const edgeStart = new Int32Array(known + 1);
    let pairs = 0;
    for (let v = 0; v < n; v++) {
      start[v] = pairs;
      let last = -1;
      for (let i = byTo[v]!; i < byTo[v + 1]!; i++) {
        const u = node[edge[i]!]!;
        if (u !== last) {
          from[pairs] = u;
          edgeStart[pairs] = i;
          pairs++;
          last = u;
        }
      }
    }
    start[n] = pairs;
    edgeStart[pairs] = known;
    return { start, from: from.slice(0, pairs), edgeStart: edgeStart.slice(0, pairs + 1), edge };
  }

  #room(edge: number): void {
    if ((edge | 1) < this.#capacity) return;
    let size = this.#capacity;
    while ((edge | 1) >= size) size += size >> 1;
    this.#resize(size);
  }

  #resize(size: number): void {
    this.#capacity = size;
    this.feeBaseMsat = grow(this.feeBaseMsat, size);
    this.feeRatePpm = grow(this.feeRatePpm, size);
    this.cltvDelta = grow(this.cltvDelta, size);
    this.minHtlcMsat = grow(this.minHtlcMsat, size);
    this.maxHtlcMsat = grow(this.maxHtlcMsat, size);
    this.inboundFeeBaseMsat = grow(this.inboundFeeBaseMsat, size);
    this.inboundFeeRatePpm = grow(this.inboundFeeRatePpm, size);
    this.known = grow(this.known, size);
    this.disabled = grow(this.disabled, size);
    this.version = grow(this.version, size);
  }
}
