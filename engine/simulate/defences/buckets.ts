/**
 * The resources of one incoming channel in three buckets: who occupies which slots and how much liquidity. Decides nothing
 * about reputation.
 *
 * lightning/bolts pull request 1280, recommendations/local-resource-conservation.md (commit 0628781), "Resource Bucketing".
 * Instead of ChaCha20 keyed with a salt, a stateless draw keyed with the node's salt assigns the slots of a pair.
 */
import { keyedU32 } from '../../base/random.ts';
import type { ReputationSettings } from './options.ts';

export const BUCKET = { none: 0, general: 1, congestion: 2, protected: 3 } as const;
export type Bucket = (typeof BUCKET)[keyof typeof BUCKET];

/** Least number of general slots of a pair of channels, and the share of them that it gets in percent. */
const LEAST_ALLOCATION = 5;
const ALLOCATION_PERCENT = 5;

/** What the two channels of a forward have together. */
interface PairState {
  /** General slots that are the pair's. */
  readonly slots: Int32Array;
  /** It has an HTLC in the congestion bucket. */
  congested: boolean;
  /** When an HTLC of it in the congestion bucket took too long, µs; −1: never. */
  misusedUs: number;
}

export class Buckets {
  /** The HTLC (as it goes out) in each general slot, −1 when it is free. */
  readonly general: Int32Array;
  generalUsed = 0;
  readonly congestion: Usage;
  readonly protected: Usage;
  readonly #slotMsat: number;
  readonly #pairs: Map<number, PairState> = new Map();
  readonly #channel: number;
  readonly #salt: readonly [number, number];

  /** Slots and liquidity (msat) are what the node lets its peer have in flight. */
  constructor(
    channel: number,
    slots: number,
    liquidityMsat: number,
    settings: ReputationSettings,
    salt: readonly [number, number],
  ) {
    this.#channel = channel;
    this.#salt = salt;
    const share = (total: number, percent: number): number => Math.floor((total * percent) / 100);
    let general = share(slots, settings.generalPercent);
    let congestion = share(slots, settings.congestionPercent);
    let generalMsat = share(liquidityMsat, settings.generalPercent);
    let congestionMsat = share(liquidityMsat, settings.congestionPercent);
    // Where a pair would have fewer slots than it is due, buckets cannot protect: everything is general.
    if (general < LEAST_ALLOCATION) {
      general = slots;
      generalMsat = liquidityMsat;
      congestion = 0;
      congestionMsat = 0;
    }
    this.general = new Int32Array(general).fill(-1);
    this.#slotMsat = Math.max(1, Math.floor(generalMsat / Math.max(1, general)));
    this.congestion = new Usage(congestion, congestionMsat);
    this.protected = new Usage(slots - general - congestion, liquidityMsat - generalMsat - congestionMsat);
  }

  /** Whether the pair with an outgoing channel has general slots left for an amount. */
  hasGeneral(out: number, amountMsat: number): boolean {
    const { slots } = this.#pair(out);
    let taken = 0;
    for (const slot of slots) if (this.general[slot] !== -1) taken++;
    return taken + this.#slotsFor(amountMsat) <= slots.length;
  }

  /** Whether the general bucket as a whole has no room for an amount. */
  isSaturated(amountMsat: number): boolean {
    return this.generalUsed + this.#slotsFor(amountMsat) > this.general.length;
  }

  /** Whether the pair may have this amount in the congestion bucket now. `windowUs`: how long a misuse counts. */
  hasCongestion(out: number, amountMsat: number, nowUs: number, windowUs: number): boolean {
    const pair = this.#pair(out);
    if (pair.congested || (pair.misusedUs >= 0 && nowUs - pair.misusedUs < windowUs)) return false;
    const { congestion } = this;
    if (!congestion.fits(amountMsat) || amountMsat >= congestion.liquidityMsat / congestion.slots) return false;
    return this.isSaturated(amountMsat);
  }

  take(bucket: Bucket, out: number, htlc: number, amountMsat: number): void {
    if (bucket === BUCKET.protected) {
      this.protected.take(amountMsat);
    } else if (bucket === BUCKET.congestion) {
      this.congestion.take(amountMsat);
      this.#pair(out).congested = true;
    } else {
      let left = this.#slotsFor(amountMsat);
      for (const slot of this.#pair(out).slots) {
        if (left === 0) break;
        if (this.general[slot] !== -1) continue;
        this.general[slot] = htlc;
        this.generalUsed++;
        left--;
      }
    }
  }

  /** `misused`: the HTLC took too long. */
  free(bucket: Bucket, out: number, htlc: number, amountMsat: number, misused: boolean, nowUs: number): void {
    if (bucket === BUCKET.protected) {
      this.protected.free(amountMsat);
    } else if (bucket === BUCKET.congestion) {
      this.congestion.free(amountMsat);
      const pair = this.#pair(out);
      pair.congested = false;
      if (misused) pair.misusedUs = nowUs;
    } else {
      for (const slot of this.#pair(out).slots) {
        if (this.general[slot] !== htlc) continue;
        this.general[slot] = -1;
        this.generalUsed--;
      }
    }
  }

  /** General slots that an HTLC of a pair is in. */
  slotsOf(out: number, htlc: number): number[] {
    return [...this.#pair(out).slots].filter((slot) => this.general[slot] === htlc);
  }

  /** Puts an HTLC back where it was. */
  restore(bucket: Bucket, out: number, htlc: number, amountMsat: number, slots: readonly number[]): void {
    if (bucket !== BUCKET.general) {
      this.take(bucket, out, htlc, amountMsat);
      return;
    }
    for (const slot of slots) this.general[slot] = htlc;
    this.generalUsed += slots.length;
  }

  /** [outgoing channel, when it misused the congestion bucket] of those that did, by channel. */
  misuses(): (readonly [number, number])[] {
    const found = [...this.#pairs].flatMap(([out, { misusedUs }]) =>
      misusedUs < 0 ? [] : [[out, misusedUs] as const],
    );
    return found.sort((a, b) => a[0] - b[0]);
  }

  restoreMisuse(out: number, misusedUs: number): void {
    this.#pair(out).misusedUs = misusedUs;
  }

  #slotsFor(amountMsat: number): number {
    return Math.max(1, Math.ceil(amountMsat / this.#slotMsat));
  }

  #pair(out: number): PairState {
    let pair = this.#pairs.get(out);
    if (pair === undefined) {
      pair = { slots: this.#assign(out), congested: false, misusedUs: -1 };
      this.#pairs.set(out, pair);
    }
    return pair;
  }

  /** Different slots, as many as a pair gets. */
  #assign(out: number): Int32Array {
    const total = this.general.length;
    const count = Math.min(total, Math.max(LEAST_ALLOCATION, Math.floor((total * ALLOCATION_PERCENT) / 100)));
    const slots = new Int32Array(count);
    const key0 = (this.#salt[0] ^ Math.imul(this.#channel, 0x9e3779b1)) | 0;
    const key1 = (this.#salt[1] ^ Math.imul(out, 0x85ebca77)) | 0;
    for (let found = 0, i = 0; found < count; i++) {
      const slot = keyedU32(key0, key1, i) % total;
      if (slots.subarray(0, found).includes(slot)) continue;
      slots[found++] = slot;
    }
    return slots;
  }
}

/** Slots and liquidity of a bucket whose users share everything. */
class Usage {
  readonly slots: number;
  readonly liquidityMsat: number;
  usedSlots = 0;
  usedMsat = 0;

  constructor(slots: number, liquidityMsat: number) {
    this.slots = slots;
    this.liquidityMsat = liquidityMsat;
  }

  fits(amountMsat: number): boolean {
    return this.usedSlots < this.slots && this.usedMsat + amountMsat <= this.liquidityMsat;
  }

  take(amountMsat: number): void {
    this.usedSlots++;
    this.usedMsat += amountMsat;
  }

  free(amountMsat: number): void {
    this.usedSlots--;
    this.usedMsat -= amountMsat;
  }
}
