/**
 * What one node knows of its channels: the revenue of each as an incoming one, the reputation of each as an outgoing one,
 * and the buckets of each incoming one. Decides which bucket a forward may use, if any.
 *
 * lightning/bolts pull request 1280, "Outgoing reputation and HTLC Accountability",
 * recommendations/local-resource-conservation.md as of commit 0628781. Every recipient counts as one that lets HTLCs be
 * upgraded to accountable ones (upgrade_accountability); the risk of an HTLC counts against its own forward, too.
 */
import { exp } from '../../base/math.ts';
import { proportionalFee } from '../../base/numbers.ts';
import { BUCKET, type Bucket, Buckets } from './buckets.ts';
import { add, type Decaying, decay } from './decaying.ts';
import type { ReputationSettings } from './options.ts';

/** A forward that is asked about. Channels are channel instances, amounts msat. One object is reused. */
export interface ForwardQuestion {
  in: number;
  out: number;
  /** What the peer may have in flight on the incoming channel: HTLCs, and their sum. */
  slots: number;
  liquidityMsat: number;
  /** Of the incoming HTLC. */
  amountMsat: number;
  /** What the node charges. */
  feeMsat: number;
  /** Blocks until the incoming HTLC expires. */
  blocks: number;
  /** The peer holds this node accountable. */
  accountable: boolean;
}

interface ChannelRecord {
  /** As an outgoing channel. */
  readonly reputation: Decaying;
  riskMsat: number;
  /** As an incoming channel, and since when it counts, µs. */
  readonly revenue: Decaying;
  readonly sinceUs: number;
}

/** A forward that is in flight, as Forwards keeps it. */
export interface TrackedForward {
  readonly htlc: number;
  readonly bucket: Bucket;
  readonly accountable: boolean;
  readonly in: number;
  readonly out: number;
  readonly amountMsat: number;
  readonly feeMsat: number;
  readonly riskMsat: number;
  readonly addedUs: number;
}

/** Cost of an HTLC that takes `timeUs`, msat: the fee once for each further resolution period, pro rata, rounded down. */
export function opportunityCost(timeUs: number, resolutionUs: number, feeMsat: number): number {
  return timeUs <= resolutionUs ? 0 : Math.floor(((timeUs - resolutionUs) / resolutionUs) * feeMsat);
}

/** The fee of a policy for an outgoing amount, msat. */
export function chargedFee(amountMsat: number, baseMsat: number, ratePpm: number): number {
  return baseMsat + proportionalFee(amountMsat, ratePpm);
}

export class Reputation {
  readonly settings: ReputationSettings;
  readonly #salt: readonly [number, number];
  readonly #startUs: number;
  /** Channels that were there when it began to count. */
  readonly #known: number;
  readonly #channels: Map<number, ChannelRecord> = new Map();
  readonly #buckets: Map<number, Buckets> = new Map();

  constructor(settings: ReputationSettings, salt: readonly [number, number], startUs: number, known: number) {
    this.settings = settings;
    this.#salt = salt;
    this.#startUs = startUs;
    this.#known = known;
  }

  /** The bucket that a forward may use; none: it is to fail. */
  decide(q: ForwardQuestion, nowUs: number): Bucket {
    const buckets = this.#bucketsOf(q.in, q.slots, q.liquidityMsat);
    if (!q.accountable && buckets.hasGeneral(q.out, q.amountMsat)) return BUCKET.general;
    const trusted = this.#isSufficient(q, nowUs);
    if (trusted && buckets.protected.fits(q.amountMsat)) return BUCKET.protected;
    if (q.accountable) return trusted && buckets.hasGeneral(q.out, q.amountMsat) ? BUCKET.general : BUCKET.none;
    const { revenueWindowUs } = this.settings;
    return buckets.hasCongestion(q.out, q.amountMsat, nowUs, revenueWindowUs) ? BUCKET.congestion : BUCKET.none;
  }

  /** Whether the HTLC that goes out is to be accountable. */
  isAccountable(q: ForwardQuestion, bucket: Bucket): boolean {
    return q.accountable || bucket === BUCKET.congestion || bucket === BUCKET.protected;
  }

  /** The risk that an HTLC is held for as long as it can be, msat. */
  risk(q: ForwardQuestion): number {
    return opportunityCost(q.blocks * this.settings.blockUs, this.settings.resolutionUs, q.feeMsat);
  }

  /** A forward was offered to the next peer as `htlc`. */
  begin(f: TrackedForward, slots: number, liquidityMsat: number): void {
    this.#bucketsOf(f.in, slots, liquidityMsat).take(f.bucket, f.out, f.htlc, f.amountMsat);
    if (f.accountable) this.#record(f.out, f.addedUs).riskMsat += f.riskMsat;
  }

  /** It is off the commitments again. */
  end(f: TrackedForward, succeeded: boolean, nowUs: number): void {
    const { resolutionUs, reputationWindowUs, revenueWindowUs, revenueWindows } = this.settings;
    const timeUs = nowUs - f.addedUs;
    const cost = opportunityCost(timeUs, resolutionUs, f.feeMsat);
    const out = this.#record(f.out, nowUs);
    let effective = 0;
    if (f.accountable) {
      out.riskMsat -= f.riskMsat;
      effective = (succeeded ? f.feeMsat : 0) - cost;
    } else if (succeeded && timeUs <= resolutionUs) {
      effective = f.feeMsat;
    }
    if (effective !== 0) add(out.reputation, effective, nowUs, reputationWindowUs);
    if (succeeded && f.feeMsat !== 0) {
      add(this.#record(f.in, nowUs).revenue, f.feeMsat, nowUs, revenueWindowUs * revenueWindows);
    }
    this.#buckets.get(f.in)?.free(f.bucket, f.out, f.htlc, f.amountMsat, timeUs > resolutionUs, nowUs);
  }

  /** General slots that a forward occupies. */
  slotsOf(f: TrackedForward): readonly number[] {
    return f.bucket === BUCKET.general ? (this.#buckets.get(f.in)?.slotsOf(f.out, f.htlc) ?? []) : [];
  }

  /** Puts a forward back that is in flight. */
  resume(f: TrackedForward, occupied: readonly number[], slots: number, liquidityMsat: number): void {
    this.#bucketsOf(f.in, slots, liquidityMsat).restore(f.bucket, f.out, f.htlc, f.amountMsat, occupied);
    if (f.accountable) this.#record(f.out, f.addedUs).riskMsat += f.riskMsat;
  }

  /** [start µs, channels known then], and by channel [channel, reputation, at µs, revenue, at µs, since µs], and misuses. */
  capture(): { readonly since: readonly number[]; readonly channels: number[][]; readonly misuses: number[][] } {
    const channels = [...this.#channels].map(([channel, { reputation, revenue, sinceUs }]) => [
      channel,
      reputation.value,
      reputation.atUs,
      revenue.value,
      revenue.atUs,
      sinceUs,
    ]);
    const misuses = [...this.#buckets].flatMap(([channel, buckets]) =>
      buckets.misuses().map(([out, us]) => [channel, out, us]),
    );
    return {
      channels: channels.sort((a, b) => a[0]! - b[0]!),
      misuses: misuses.sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!),
      since: [this.#startUs, this.#known],
    };
  }

  restoreChannel([channel, reputation, reputationUs, revenue, revenueUs, sinceUs]: readonly number[]): void {
    this.#channels.set(channel!, {
      reputation: { value: reputation!, atUs: reputationUs! },
      riskMsat: 0,
      revenue: { value: revenue!, atUs: revenueUs! },
      sinceUs: sinceUs!,
    });
  }

  restoreMisuse(channel: number, out: number, misusedUs: number, slots: number, liquidityMsat: number): void {
    this.#bucketsOf(channel, slots, liquidityMsat).restoreMisuse(out, misusedUs);
  }

  /**
   * A channel whose buckets do not hold what its forwards take: general slots, then HTLCs and msat of the congestion and of
   * the protected bucket; null when all do.
   */
  broken(usage: ReadonlyMap<number, readonly number[]>): string | null {
    for (const [channel, b] of this.#buckets) {
      const { congestion: c, protected: p } = b;
      const held = [b.generalUsed, c.usedSlots, c.usedMsat, p.usedSlots, p.usedMsat];
      const expected = usage.get(channel) ?? [0, 0, 0, 0, 0];
      if (held.some((n, i) => n !== expected[i])) return `buckets of channel ${channel} hold ${held}, not ${expected}`;
    }
    return null;
  }

  /** `outgoing_channel_reputation − in_flight_risk >= incoming_revenue_threshold`. */
  #isSufficient(q: ForwardQuestion, nowUs: number): boolean {
    const out = this.#record(q.out, nowUs);
    const earned = decay(out.reputation, nowUs, this.settings.reputationWindowUs);
    return earned - out.riskMsat - this.risk(q) >= this.#threshold(q.in, nowUs);
  }

  /** Revenue of a channel in a revenue window, on the average of several ("Revenue Threshold Aggregation"). */
  #threshold(channel: number, nowUs: number): number {
    const { revenueWindowUs, revenueWindows } = this.settings;
    const { revenue, sinceUs } = this.#record(channel, nowUs);
    const sum = decay(revenue, nowUs, revenueWindowUs * revenueWindows);
    if (sum === 0) return 0;
    const elapsed = (nowUs - sinceUs) / revenueWindowUs;
    return sum / (revenueWindows * (1 - exp(-elapsed / revenueWindows)));
  }

  #record(channel: number, nowUs: number): ChannelRecord {
    let record = this.#channels.get(channel);
    if (record === undefined) {
      const sinceUs = channel < this.#known ? this.#startUs : nowUs;
      record = { reputation: { value: 0, atUs: nowUs }, riskMsat: 0, revenue: { value: 0, atUs: nowUs }, sinceUs };
      this.#channels.set(channel, record);
    }
    return record;
  }

  #bucketsOf(channel: number, slots: number, liquidityMsat: number): Buckets {
    let buckets = this.#buckets.get(channel);
    if (buckets === undefined) {
      buckets = new Buckets(channel, slots, liquidityMsat, this.settings, this.#salt);
      this.#buckets.set(channel, buckets);
    }
    return buckets;
  }
}
