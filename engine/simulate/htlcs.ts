/**
 * The pool of HTLCs as columns: slots are used again, `generation` tells an event of an earlier user of the slot apart.
 *
 * An HTLC travels over `edge` as hop number `hop` of `attempt`. It is in at most one list at a time (`next`): one of
 * the commitment exchange's, or its recipient's list of held parts. `left` and `right` link the HTLCs of one channel.
 */
import type { ChannelTable } from './channels.ts';
import { grow } from './columns.ts';

export const HTLC = {
  free: 0,
  /** update_add_htlc sent, not irrevocably committed yet. */
  offered: 1,
  committed: 2,
  /** The receiving side released the preimage; removal in progress. */
  fulfilling: 3,
  /** The receiving side failed it; removal in progress. */
  failing: 4,
  /** The channel went on-chain; resolved by onchain.ts. */
  onchain: 5,
} as const;

export const HTLC_NAMES: readonly string[] = Object.keys(HTLC);

const INITIAL = 256;

export class HtlcPool {
  /** Slots ever used; those in state free are not in use. */
  used = 0;
  live = 0;
  #capacity = INITIAL;
  #free: Int32Array = new Int32Array(INITIAL);
  #freeCount = 0;

  state: Uint8Array = new Uint8Array(INITIAL);
  generation: Int32Array = new Int32Array(INITIAL);
  edge: Int32Array = new Int32Array(INITIAL);
  amountMsat: Float64Array = new Float64Array(INITIAL);
  expiry: Int32Array = new Int32Array(INITIAL);
  attempt: Int32Array = new Int32Array(INITIAL);
  hop: Uint8Array = new Uint8Array(INITIAL);
  next: Int32Array = new Int32Array(INITIAL);
  left: Int32Array = new Int32Array(INITIAL);
  right: Int32Array = new Int32Array(INITIAL);
  /** The offering side knows the preimage / has passed the failure on. */
  settledUpstream: Uint8Array = new Uint8Array(INITIAL);
  /** The receiving side knows the preimage. */
  preimage: Uint8Array = new Uint8Array(INITIAL);

  /** A slot linked into its channel; counters and balance of the offering side are adjusted. */
  add(channels: ChannelTable, edge: number, amountMsat: number, expiry: number, attempt: number, hop: number): number {
    const h = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#fresh();
    this.live++;
    this.state[h] = HTLC.offered;
    this.edge[h] = edge;
    this.amountMsat[h] = amountMsat;
    this.expiry[h] = expiry;
    this.attempt[h] = attempt;
    this.hop[h] = hop;
    this.next[h] = -1;
    this.settledUpstream[h] = 0;
    this.preimage[h] = 0;
    const c = edge >> 1;
    if (channels.touched !== null) channels.touched.push(c);
    const first = channels.firstHtlc[c]!;
    this.left[h] = -1;
    this.right[h] = first;
    if (first >= 0) this.left[first] = h;
    channels.firstHtlc[c] = h;
    channels.balanceMsat[edge]! -= amountMsat;
    this.count(channels, h);
    return h;
  }

  /** Adds an HTLC to the counters of its channel. */
  count(channels: ChannelTable, h: number): void {
    const edge = this.edge[h]!;
    const amountMsat = this.amountMsat[h]!;
    channels.offeredMsat[edge]! += amountMsat;
    channels.offeredCount[edge]!++;
    if (trimmed(channels, edge, amountMsat)) channels.trimmedMsat[edge]! += amountMsat;
    else channels.untrimmed[edge]!++;
    if (trimmed(channels, edge ^ 1, amountMsat)) channels.trimmedMsat[edge ^ 1]! += amountMsat;
    else channels.untrimmed[edge ^ 1]!++;
  }

  /** Takes an HTLC out of its channel and frees the slot. `creditEdge` is the side that gets the amount; −1: nobody here. */
  remove(channels: ChannelTable, h: number, creditEdge: number): void {
    const edge = this.edge[h]!;
    const amount = this.amountMsat[h]!;
    if (channels.touched !== null) channels.touched.push(edge >> 1);
    const l = this.left[h]!;
    const r = this.right[h]!;
    if (l >= 0) this.right[l] = r;
    else channels.firstHtlc[edge >> 1] = r;
    if (r >= 0) this.left[r] = l;
    channels.offeredMsat[edge]! -= amount;
    channels.offeredCount[edge]!--;
    if (trimmed(channels, edge, amount)) channels.trimmedMsat[edge]! -= amount;
    else channels.untrimmed[edge]!--;
    if (trimmed(channels, edge ^ 1, amount)) channels.trimmedMsat[edge ^ 1]! -= amount;
    else channels.untrimmed[edge ^ 1]!--;
    if (creditEdge >= 0) channels.balanceMsat[creditEdge]! += amount;
    this.state[h] = HTLC.free;
    this.generation[h]!++;
    this.#free[this.#freeCount++] = h;
    this.live--;
  }

  /** Free slots in the order in which they are not used again: the last one is next. */
  free(): readonly number[] {
    return Array.from(this.#free.subarray(0, this.#freeCount));
  }

  /** Makes room for as many slots as there are generations, of which these are free; the others are to be filled. */
  reset(generations: readonly number[], free: readonly number[]): void {
    while (this.used < generations.length) this.#fresh();
    this.generation.set(generations);
    this.#free.set(free);
    this.#freeCount = free.length;
    this.live = generations.length - free.length;
  }

  #fresh(): number {
    if (this.used === this.#capacity) {
      const size = this.#capacity * 2;
      this.#capacity = size;
      this.#free = grow(this.#free, size);
      this.state = grow(this.state, size);
      this.generation = grow(this.generation, size);
      this.edge = grow(this.edge, size);
      this.amountMsat = grow(this.amountMsat, size);
      this.expiry = grow(this.expiry, size);
      this.attempt = grow(this.attempt, size);
      this.hop = grow(this.hop, size);
      this.next = grow(this.next, size);
      this.left = grow(this.left, size);
      this.right = grow(this.right, size);
      this.settledUpstream = grow(this.settledUpstream, size);
      this.preimage = grow(this.preimage, size);
    }
    return this.used++;
  }
}

/**
 * True when an HTLC has no output on the commitment of `edge`'s side: its whole sats are below that side's dust limit
 * (BOLT 3; HTLC transactions pay no fee with zero-fee anchors). The limit is whole sats, so its msat may be compared.
 */
export function trimmed(channels: ChannelTable, edge: number, amountMsat: number): boolean {
  return amountMsat < channels.dustMsat[edge]!;
}
