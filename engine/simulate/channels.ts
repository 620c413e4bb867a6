/**
 * All channel instances as columns. A channel is an index that is never used again; its two sides are 0 (the opener,
 * who pays commitment fee and anchors) and 1. Edge 2 · channel + side is the direction that leaves `side`'s node; what
 * is indexed by edge belongs to that side.
 *
 * Only storage and the arithmetic on one channel's balances live here: no events, no decisions.
 */
import { MSAT_PER_SAT } from '../base/numbers.ts';
import { STATE } from './channel-lifecycle.ts';
import { grow } from './columns.ts';
import type { ChannelTerms, CommitmentView, Policy } from './node-model.ts';

const INITIAL = 64;

/** Weights of BOLT 3 for commitments with anchors. */
export const COMMITMENT_WEIGHT = 1124;
export const HTLC_WEIGHT = 172;
export const ANCHOR_SAT = 330;

/** Lists of updates in the commitment exchange; see links.ts. */
export const LISTS_PER_EDGE = 4;

export class ChannelTable {
  count = 0;
  /** Channels whose HTLCs changed, gathered for invariant checks; null when nobody looks. */
  touched: number[] | null = null;
  #capacity = INITIAL;

  // By channel.
  name: Int32Array = new Int32Array(INITIAL);
  state: Uint8Array = new Uint8Array(INITIAL);
  announced: Uint8Array = new Uint8Array(INITIAL);
  /** Both ends are connected. */
  connected: Uint8Array = new Uint8Array(INITIAL);
  /** Counts disconnections: messages of an earlier connection are dropped. */
  connection: Int32Array = new Int32Array(INITIAL);
  capacityMsat: Float64Array = new Float64Array(INITIAL);
  latencyUs: Float64Array = new Float64Array(INITIAL);
  feeratePerKw: Float64Array = new Float64Array(INITIAL);
  minimumDepth: Int32Array = new Int32Array(INITIAL);
  /** Height of the block with the funding transaction, −1 before. */
  fundedAt: Int32Array = new Int32Array(INITIAL);
  /** Height of the block with the closing or commitment transaction, −1 before. */
  closedAt: Int32Array = new Int32Array(INITIAL);
  /** Side that broadcast its commitment, −1 before. */
  broadcaster: Int32Array = new Int32Array(INITIAL);
  /** First HTLC of the channel, −1 when none. */
  firstHtlc: Int32Array = new Int32Array(INITIAL);

  // By edge.
  node: Int32Array = new Int32Array(2 * INITIAL);
  balanceMsat: Float64Array = new Float64Array(2 * INITIAL);
  /** Reserve that this side must keep. */
  reserveMsat: Float64Array = new Float64Array(2 * INITIAL);
  dustMsat: Float64Array = new Float64Array(2 * INITIAL);
  /** Limits on what this side offers, set by the other side. */
  maxAcceptedHtlcs: Int32Array = new Int32Array(2 * INITIAL);
  maxInFlightMsat: Float64Array = new Float64Array(2 * INITIAL);
  peerHtlcMinimumMsat: Float64Array = new Float64Array(2 * INITIAL);
  /** Delay on this side's own balance when it broadcasts its commitment, blocks. */
  toSelfDelay: Int32Array = new Int32Array(2 * INITIAL);
  offeredCount: Int32Array = new Int32Array(2 * INITIAL);
  offeredMsat: Float64Array = new Float64Array(2 * INITIAL);
  /** When the last message that this side sent arrives, µs: later ones do not overtake it. */
  arrivesUs: Float64Array = new Float64Array(2 * INITIAL);
  /** HTLCs with an output on this side's commitment. */
  untrimmed: Int32Array = new Int32Array(2 * INITIAL);
  /** Sum of the HTLCs without one. */
  trimmedMsat: Float64Array = new Float64Array(2 * INITIAL);
  // Policy of this side, as it is (the public may know an older one).
  feeBaseMsat: Float64Array = new Float64Array(2 * INITIAL);
  feeRatePpm: Float64Array = new Float64Array(2 * INITIAL);
  cltvDelta: Int32Array = new Int32Array(2 * INITIAL);
  minHtlcMsat: Float64Array = new Float64Array(2 * INITIAL);
  maxHtlcMsat: Float64Array = new Float64Array(2 * INITIAL);
  disabled: Uint8Array = new Uint8Array(2 * INITIAL);
  /** Counts the policies of an edge: what timestamps of channel_update are to gossip. */
  policyVersion: Int32Array = new Int32Array(2 * INITIAL);
  inboundFeeBaseMsat: Float64Array = new Float64Array(2 * INITIAL);
  inboundFeeRatePpm: Float64Array = new Float64Array(2 * INITIAL);
  // Commitment exchange (links.ts).
  awaitingRevocation: Uint8Array = new Uint8Array(2 * INITIAL);
  signatureDelivered: Uint8Array = new Uint8Array(2 * INITIAL);
  signTimer: Uint8Array = new Uint8Array(2 * INITIAL);
  pendingUpdates: Int32Array = new Int32Array(2 * INITIAL);
  listHead: Int32Array = new Int32Array(2 * LISTS_PER_EDGE * INITIAL);
  listTail: Int32Array = new Int32Array(2 * LISTS_PER_EDGE * INITIAL);

  /** Makes room for so many channels at once; more may be added all the same. */
  reserve(channels: number): void {
    if (channels > this.#capacity) this.#resize(channels);
  }

  /** A new channel between two nodes in the state negotiating; the rest is filled in by the caller. */
  add(name: number, node0: number, node1: number, capacitySat: number): number {
    if (this.count === this.#capacity) this.#resize(this.#capacity + (this.#capacity >> 1));
    const c = this.count++;
    this.name[c] = name;
    this.state[c] = STATE.negotiating;
    this.connection[c] = 0;
    this.capacityMsat[c] = capacitySat * MSAT_PER_SAT;
    this.fundedAt[c] = -1;
    this.closedAt[c] = -1;
    this.broadcaster[c] = -1;
    this.firstHtlc[c] = -1;
    this.node[2 * c] = node0;
    this.node[2 * c + 1] = node1;
    for (let i = 0; i < 2 * LISTS_PER_EDGE; i++) {
      this.listHead[2 * LISTS_PER_EDGE * c + i] = -1;
      this.listTail[2 * LISTS_PER_EDGE * c + i] = -1;
    }
    return c;
  }

  /** Puts what one side demanded (terms of `edge`'s side) into force: limits bind the other side. */
  setTerms(edge: number, terms: ChannelTerms): void {
    const other = edge ^ 1;
    this.dustMsat[edge] = terms.dustLimitSat * MSAT_PER_SAT;
    this.reserveMsat[other] = terms.reserveSat * MSAT_PER_SAT;
    this.maxAcceptedHtlcs[other] = terms.maxAcceptedHtlcs;
    this.maxInFlightMsat[other] = terms.maxInFlightMsat;
    this.peerHtlcMinimumMsat[other] = terms.htlcMinimumMsat;
    this.toSelfDelay[other] = terms.toSelfDelay;
  }

  setPolicy(edge: number, policy: Policy): void {
    this.policyVersion[edge]!++;
    this.feeBaseMsat[edge] = policy.feeBaseMsat;
    this.feeRatePpm[edge] = policy.feeRatePpm;
    this.cltvDelta[edge] = policy.cltvDelta;
    this.minHtlcMsat[edge] = policy.minHtlcMsat;
    this.maxHtlcMsat[edge] = policy.maxHtlcMsat;
    this.disabled[edge] = policy.disabled ? 1 : 0;
    this.inboundFeeBaseMsat[edge] = policy.inboundFeeBaseMsat;
    this.inboundFeeRatePpm[edge] = policy.inboundFeeRatePpm;
  }

  getPolicy(edge: number, out: Policy): void {
    out.feeBaseMsat = this.feeBaseMsat[edge]!;
    out.feeRatePpm = this.feeRatePpm[edge]!;
    out.cltvDelta = this.cltvDelta[edge]!;
    out.minHtlcMsat = this.minHtlcMsat[edge]!;
    out.maxHtlcMsat = this.maxHtlcMsat[edge]!;
    out.disabled = this.disabled[edge] === 1;
    out.inboundFeeBaseMsat = this.inboundFeeBaseMsat[edge]!;
    out.inboundFeeRatePpm = this.inboundFeeRatePpm[edge]!;
  }

  /** Fills `view` with the channel's state as `edge`'s side sees it. */
  view(edge: number, view: CommitmentView): void {
    const other = edge ^ 1;
    view.edge = edge;
    view.localMsat = this.balanceMsat[edge]!;
    view.remoteMsat = this.balanceMsat[other]!;
    view.localReserveMsat = this.reserveMsat[edge]!;
    view.remoteReserveMsat = this.reserveMsat[other]!;
    view.localDustMsat = this.dustMsat[edge]!;
    view.remoteDustMsat = this.dustMsat[other]!;
    view.isFunder = (edge & 1) === 0;
    view.feeratePerKw = this.feeratePerKw[edge >> 1]!;
    view.localUntrimmed = this.untrimmed[edge]!;
    view.remoteUntrimmed = this.untrimmed[other]!;
    view.localTrimmedMsat = this.trimmedMsat[edge]!;
    view.remoteTrimmedMsat = this.trimmedMsat[other]!;
    view.offeredCount = this.offeredCount[edge]!;
    view.offeredMsat = this.offeredMsat[edge]!;
    view.maxAcceptedHtlcs = this.maxAcceptedHtlcs[edge]!;
    view.maxInFlightMsat = this.maxInFlightMsat[edge]!;
    view.peerHtlcMinimumMsat = this.peerHtlcMinimumMsat[edge]!;
  }

  /** Commitment fee in sat with `untrimmed` HTLC outputs (BOLT 3, anchors): floor(weight · feerate / 1000). */
  commitmentFeeSat(channel: number, untrimmed: number): number {
    return Math.floor((this.commitmentWeight(untrimmed) * this.feeratePerKw[channel]!) / 1000);
  }

  /** Weight of a commitment transaction with this number of HTLC outputs. */
  commitmentWeight(untrimmed: number): number {
    return COMMITMENT_WEIGHT + HTLC_WEIGHT * untrimmed;
  }

  /** The open channel may carry HTLCs in both directions: open and connected. */
  usable(channel: number): boolean {
    return this.state[channel] === STATE.open && this.connected[channel] === 1;
  }

  #resize(size: number): void {
    this.#capacity = size;
    this.name = grow(this.name, size);
    this.state = grow(this.state, size);
    this.announced = grow(this.announced, size);
    this.connected = grow(this.connected, size);
    this.connection = grow(this.connection, size);
    this.capacityMsat = grow(this.capacityMsat, size);
    this.latencyUs = grow(this.latencyUs, size);
    this.feeratePerKw = grow(this.feeratePerKw, size);
    this.minimumDepth = grow(this.minimumDepth, size);
    this.fundedAt = grow(this.fundedAt, size);
    this.closedAt = grow(this.closedAt, size);
    this.broadcaster = grow(this.broadcaster, size);
    this.firstHtlc = grow(this.firstHtlc, size);
    const edges = 2 * size;
    this.node = grow(this.node, edges);
    this.balanceMsat = grow(this.balanceMsat, edges);
    this.reserveMsat = grow(this.reserveMsat, edges);
    this.dustMsat = grow(this.dustMsat, edges);
    this.maxAcceptedHtlcs = grow(this.maxAcceptedHtlcs, edges);
    this.maxInFlightMsat = grow(this.maxInFlightMsat, edges);
    this.peerHtlcMinimumMsat = grow(this.peerHtlcMinimumMsat, edges);
    this.toSelfDelay = grow(this.toSelfDelay, edges);
    this.offeredCount = grow(this.offeredCount, edges);
    this.offeredMsat = grow(this.offeredMsat, edges);
    this.arrivesUs = grow(this.arrivesUs, edges);
    this.untrimmed = grow(this.untrimmed, edges);
    this.trimmedMsat = grow(this.trimmedMsat, edges);
    this.feeBaseMsat = grow(this.feeBaseMsat, edges);
    this.feeRatePpm = grow(this.feeRatePpm, edges);
    this.cltvDelta = grow(this.cltvDelta, edges);
    this.minHtlcMsat = grow(this.minHtlcMsat, edges);
    this.maxHtlcMsat = grow(this.maxHtlcMsat, edges);
    this.disabled = grow(this.disabled, edges);
    this.policyVersion = grow(this.policyVersion, edges);
    this.inboundFeeBaseMsat = grow(this.inboundFeeBaseMsat, edges);
    this.inboundFeeRatePpm = grow(this.inboundFeeRatePpm, edges);
    this.awaitingRevocation = grow(this.awaitingRevocation, edges);
    this.signatureDelivered = grow(this.signatureDelivered, edges);
    this.signTimer = grow(this.signTimer, edges);
    this.pendingUpdates = grow(this.pendingUpdates, edges);
    this.listHead = grow(this.listHead, edges * LISTS_PER_EDGE);
    this.listTail = grow(this.listTail, edges * LISTS_PER_EDGE);
  }
}
