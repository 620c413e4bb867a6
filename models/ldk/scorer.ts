/**
 * What one LDK node has learnt about channels from its own payments, and the penalties that follow: for each channel two
 * bounds of its balance that fade with time, and the history of these bounds. Memory grows with what was learnt, not with
 * the network. Knows no graph; amounts in flight are told.
 *
 * ldk:routing/scoring.rs:ProbabilisticScorer. A channel has one pair of bounds for both directions: what is the distance
 * of the lower bound from nothing in one is the distance of the upper bound from the capacity in the other. Direction 0 is
 * that of the channel's even edge.
 *
 * LDK fades bounds when its background processor says so, every 5 minutes (SCORER_PERSIST_TIMER), and each time rounds
 * them down. Here a channel catches up with the ticks when it is looked at; the numbers are the same.
 */
import type { Json } from '../../engine/base/json.ts';
import { exp2 } from '../../engine/base/math.ts';
import { MAX_SAFE, US_PER_SECOND } from '../../engine/base/numbers.ts';
import { BUCKETS, LiquidityHistory } from './liquidity-history.ts';
import { negativeLog10Times2048 } from './log-approx.ts';
import type { ScorerSettings } from './options.ts';
import { type Odds, odds } from './success-probability.ts';

/** ldk:lightning-background-processor/src/lib.rs:SCORER_PERSIST_TIMER, µs. */
export const FADE_TICK_US: number = 300 * US_PER_SECOND;
/** ldk:routing/scoring.rs:NEGATIVE_LOG10_UPPER_BOUND, times 2048. */
export const LOG10_MOST_TIMES_2048 = 4096;
/** ldk:routing/log_approx.rs:LOWER_BITS_BOUND. */
const PRECISION_LOWER_BOUND_DENOMINATOR = 64;
export const BASE_AMOUNT_DIVISOR = 1_073_741_824;
/** ldk:routing/scoring.rs:AMOUNT_PENALTY_DIVISOR times 2048. */
export const AMOUNT_DIVISOR = 2_147_483_648;
const BILLION = 1024 * 1024 * 1024;

/** floor(a · b / d), whatever the size of the product. */
function mulDiv(a: number, b: number, d: number): number {
  const product = a * b;
  return product <= MAX_SAFE ? Math.floor(product / d) : Number((BigInt(a) * BigInt(b)) / BigInt(d));
}

/** ldk:routing/scoring.rs:combined_penalty_msat. */
function combined(amountMsat: number, log10Times2048: number, multiplier: number, amountMultiplier: number): number {
  const capped = Math.min(log10Times2048, LOG10_MOST_TIMES_2048);
  return Math.floor((capped * multiplier) / 2048) + mulDiv(amountMsat, capped * amountMultiplier, AMOUNT_DIVISOR);
}

/** What is known of one channel. Offsets in msat: distance of the bounds from 0 and from the capacity, in direction 0. */
class Liquidity {
  readonly channel: number;
  readonly offset: [number, number] = [0, 0];
  readonly history: LiquidityHistory = new LiquidityHistory();
  /** When the bounds changed or faded last, and when the history did, µs. */
  updatedUs: number;
  historyUs: number;
  /** Number of the last tick that was applied. */
  tick: number;

  constructor(channel: number, nowUs: number) {
    this.channel = channel;
    this.updatedUs = nowUs;
    this.historyUs = nowUs;
    this.tick = Math.floor(nowUs / FADE_TICK_US);
  }

  /** ldk:routing/scoring.rs:ChannelLiquidities::time_passed, for each tick since the last one. */
  catchUp(nowUs: number, settings: ScorerSettings): void {
    const due = Math.floor(nowUs / FADE_TICK_US);
    while (this.tick < due) {
      // Without bounds only the ticks at which history fades matter.
      if (this.offset[0] === 0 && this.offset[1] === 0) {
        const next = Math.floor((this.historyUs + settings.historyHalfLifeUs) / FADE_TICK_US) + 1;
        this.tick = settings.historyHalfLifeUs === 0 ? due : Math.min(due, Math.max(this.tick + 1, next));
      } else {
        this.tick++;
      }
      this.#fade(this.tick * FADE_TICK_US, settings);
    }
  }

  #fade(atUs: number, { offsetHalfLifeUs, historyHalfLifeUs }: ScorerSettings): void {
    const left = offsetHalfLifeUs === 0 ? 0 : exp2(-(atUs - this.updatedUs) / offsetHalfLifeUs);
    this.offset[0] = Math.floor(this.offset[0] * left);
    this.offset[1] = Math.floor(this.offset[1] * left);
    this.updatedUs = atUs;
    const silence = atUs - this.historyUs;
    if (historyHalfLifeUs === 0 || silence <= historyHalfLifeUs) return;
    this.history.fade(silence / historyHalfLifeUs);
    this.historyUs = atUs;
  }

  /** A copy that has caught up; the original is left as it is. */
  copyAt(nowUs: number, settings: ScorerSettings): Liquidity {
    const copy = new Liquidity(this.channel, this.updatedUs);
    copy.offset[0] = this.offset[0];
    copy.offset[1] = this.offset[1];
    copy.historyUs = this.historyUs;
    copy.tick = this.tick;
    copy.history.min.set(this.history.min);
    copy.history.max.set(this.history.max);
    copy.history.recount();
    copy.catchUp(nowUs, settings);
    return copy;
  }

  /** Lower bound in a direction. */
  min(direction: number): number {
    return this.offset[direction] as number;
  }

  max(direction: number, capacityMsat: number): number {
    return Math.max(0, capacityMsat - (this.offset[1 - direction] as number));
  }

  setMin(direction: number, amountMsat: number, capacityMsat: number, nowUs: number): void {
    this.offset[direction] = amountMsat;
    if (amountMsat > this.max(direction, capacityMsat)) this.offset[1 - direction] = 0;
    this.updatedUs = nowUs;
  }

  setMax(direction: number, amountMsat: number, capacityMsat: number, nowUs: number): void {
    this.offset[1 - direction] = Math.max(0, capacityMsat - amountMsat);
    if (amountMsat < (this.offset[direction] as number)) this.offset[direction] = 0;
    this.updatedUs = nowUs;
  }

  /** Enters the bounds into the history as they were before `paidMsat` went through. */
  remember(direction: number, paidMsat: number, capacityMsat: number, nowUs: number): void {
    const max = Math.max(0, (this.offset[1 - direction] as number) - paidMsat);
    this.history.add(direction, (this.offset[direction] as number) + paidMsat, max, capacityMsat);
    this.historyUs = nowUs;
  }
}

/** A penalty in its parts, and the bounds that it follows from; msat. */
export interface PenaltyParts {
  readonly boundMinMsat: number;
  readonly boundMaxMsat: number;
  readonly liquidityMsat: number;
  readonly impossibleMsat: number;
  readonly historicalMsat: number;
  readonly antiProbingMsat: number;
  readonly baseMsat: number;
  readonly baseAmountMsat: number;
}

const scratch: Odds = { numerator: 0, denominator: 0 };

/** A channel of which nothing is known. */
const UNKNOWN: Liquidity = new Liquidity(-1, 0);

export class Scorer {
  readonly #settings: ScorerSettings;
  readonly #channels = new Map<number, Liquidity>();
  /** Tick with which all channels were seen to have caught up; what is learnt later has, too. */
  #caughtUp = -1;

  constructor(settings: ScorerSettings) {
    this.#settings = settings;
  }

  /** Number of channels of which something is known. */
  get size(): number {
    return this.#channels.size;
  }

  /**
   * ldk:routing/scoring.rs:channel_penalty_msat: penalty of sending an amount over a public channel. The node's own
   * channels have none.
   * @param inFlightMsat what already is, or is planned to be, in flight there
   */
  penalty(
    edge: number,
    amountMsat: number,
    inFlightMsat: number,
    capacityMsat: number,
    htlcMaximumMsat: number,
    nowUs: number,
  ): number {
    const { basePenaltyMsat, basePenaltyAmountMultiplierMsat } = this.#settings;
    const known = this.#channels.size === 0 ? undefined : this.#channels.get(edge >> 1);
    known?.catchUp(nowUs, this.#settings);
    return (
      this.#liquidityPenalty(known ?? UNKNOWN, edge & 1, amountMsat, amountMsat + inFlightMsat, capacityMsat) +
      this.probingPenalty(capacityMsat, htlcMaximumMsat) +
      basePenaltyMsat +
      mulDiv(amountMsat, basePenaltyAmountMultiplierMsat, BASE_AMOUNT_DIVISOR)
    );
  }

  /** The part of `penalty` that no channel is without. */
  leastPenalty(amountMsat: number): number {
    const { basePenaltyMsat, basePenaltyAmountMultiplierMsat } = this.#settings;
    return basePenaltyMsat + mulDiv(amountMsat, basePenaltyAmountMultiplierMsat, BASE_AMOUNT_DIVISOR);
  }

  /** What `penalty` does to what is known of a channel, where nobody needs the penalty. */
  lookAt(edge: number, nowUs: number): void {
    if (this.#channels.size > 0) this.#channels.get(edge >> 1)?.catchUp(nowUs, this.#settings);
  }

  /** Whether all that is known has caught up: then nothing fades because it is looked at. */
  upToDate(nowUs: number): boolean {
    const due = Math.floor(nowUs / FADE_TICK_US);
    if (this.#caughtUp === due) return true;
    for (const { tick } of this.#channels.values()) if (tick < due) return false;
    this.#caughtUp = due;
    return true;
  }

  /** The rates of penalties, for what a channel costs at least. */
  get rates(): ScorerSettings {
    return this.#settings;
  }

  /** Channels of which something is known. */
  get known(): ReadonlyMap<number, unknown> {
    return this.#channels;
  }

  /** The part of the penalty of a channel that takes HTLCs of half its capacity or more. */
  probingPenalty(capacityMsat: number, htlcMaximumMsat: number): number {
    return htlcMaximumMsat >= Math.floor(capacityMsat / 2) ? this.#settings.antiProbingMsat : 0;
  }

  /** The parts that `penalty` adds up. Looks at a copy, so that nothing fades because it was looked at. */
  penaltyParts(
    edge: number,
    amountMsat: number,
    inFlightMsat: number,
    capacityMsat: number,
    htlcMaximumMsat: number,
    nowUs: number,
  ): PenaltyParts {
    const s = this.#settings;
    const known = this.#channels.get(edge >> 1)?.copyAt(nowUs, s) ?? UNKNOWN;
    const total = amountMsat + inFlightMsat;
    const max = known.max(edge & 1, capacityMsat);
    const min = Math.min(known.min(edge & 1), max);
    const both = this.#liquidityPenalty(known, edge & 1, amountMsat, total, capacityMsat);
    const scored = s.liquidityMultiplierMsat !== 0 || s.liquidityAmountMultiplierMsat !== 0;
    const liquidity = scored ? this.#live(amountMsat, total, min, max, capacityMsat) : 0;
    const impossible = total > max ? s.impossibleMsat : 0;
    return {
      boundMinMsat: min,
      boundMaxMsat: max,
      liquidityMsat: liquidity,
      impossibleMsat: impossible,
      historicalMsat: both - liquidity - impossible,
      antiProbingMsat: this.probingPenalty(capacityMsat, htlcMaximumMsat),
      baseMsat: s.basePenaltyMsat,
      baseAmountMsat: mulDiv(amountMsat, s.basePenaltyAmountMultiplierMsat, BASE_AMOUNT_DIVISOR),
    };
  }

  /** The same knowledge, to be asked without the original fading earlier than it would. */
  copy(): Scorer {
    return Scorer.restore(this.#settings, this.capture());
  }

  /** Upper and lower bound known of an edge now, msat. */
  bounds(edge: number, capacityMsat: number, nowUs: number): { readonly min: number; readonly max: number } {
    const known = this.#channels.get(edge >> 1);
    known?.catchUp(nowUs, this.#settings);
    const liquidity = known ?? UNKNOWN;
    return { min: liquidity.min(edge & 1), max: liquidity.max(edge & 1, capacityMsat) };
  }

  /** The amount did not pass the edge. */
  failedAt(edge: number, amountMsat: number, capacityMsat: number, nowUs: number): void {
    const liquidity = this.#touch(edge >> 1, nowUs);
    if (amountMsat < liquidity.max(edge & 1, capacityMsat)) {
      liquidity.setMax(edge & 1, amountMsat, capacityMsat, nowUs);
    }
    liquidity.remember(edge & 1, 0, capacityMsat, nowUs);
  }

  /** The amount passed the edge and failed further on. */
  failedDownstream(edge: number, amountMsat: number, capacityMsat: number, nowUs: number): void {
    const liquidity = this.#touch(edge >> 1, nowUs);
    if (amountMsat > liquidity.min(edge & 1)) liquidity.setMin(edge & 1, amountMsat, capacityMsat, nowUs);
    liquidity.remember(edge & 1, 0, capacityMsat, nowUs);
  }

  /** The amount passed the edge for good. */
  succeeded(edge: number, amountMsat: number, capacityMsat: number, nowUs: number): void {
    const liquidity = this.#touch(edge >> 1, nowUs);
    const left = Math.max(0, liquidity.max(edge & 1, capacityMsat) - amountMsat);
    liquidity.setMax(edge & 1, left, capacityMsat, nowUs);
    liquidity.remember(edge & 1, amountMsat, capacityMsat, nowUs);
  }

  /** Everything learnt, as rows of integers in the order of the channels. */
  capture(): Json {
    const known = [...this.#channels.values()].sort((a, b) => a.channel - b.channel);
    return known.map(({ channel, offset, updatedUs, historyUs, tick, history }) => ({
      channel,
      offsets_msat: [...offset],
      updated_us: updatedUs,
      history_us: historyUs,
      tick,
      min: sparse(history.min),
      max: sparse(history.max),
    }));
  }

  /** A scorer from what capture wrote. */
  static restore(settings: ScorerSettings, state: Json): Scorer {
    const scorer = new Scorer(settings);
    for (const s of state as unknown as readonly CapturedLiquidity[]) {
      const liquidity = new Liquidity(s.channel, s.updated_us);
      liquidity.offset[0] = s.offsets_msat[0];
      liquidity.offset[1] = s.offsets_msat[1];
      liquidity.historyUs = s.history_us;
      liquidity.tick = s.tick;
      for (const [bucket, count] of s.min) liquidity.history.min[bucket] = count;
      for (const [bucket, count] of s.max) liquidity.history.max[bucket] = count;
      liquidity.history.recount();
      scorer.#channels.set(s.channel, liquidity);
    }
    return scorer;
  }

  #touch(channel: number, nowUs: number): Liquidity {
    let liquidity = this.#channels.get(channel);
    if (liquidity === undefined) {
      liquidity = new Liquidity(channel, nowUs);
      this.#channels.set(channel, liquidity);
    } else {
      liquidity.catchUp(nowUs, this.#settings);
    }
    return liquidity;
  }

  /** ldk:routing/scoring.rs:penalty_msat. `totalMsat` is the amount with what is in flight. */
  #liquidityPenalty(
    liquidity: Liquidity,
    direction: number,
    amountMsat: number,
    totalMsat: number,
    capacityMsat: number,
  ): number {
    const s = this.#settings;
    const max = liquidity.max(direction, capacityMsat);
    const min = Math.min(liquidity.min(direction), max);
    let penalty = 0;
    if (s.liquidityMultiplierMsat !== 0 || s.liquidityAmountMultiplierMsat !== 0) {
      penalty = this.#live(amountMsat, totalMsat, min, max, capacityMsat);
    }
    if (totalMsat > max) penalty += s.impossibleMsat;
    if (totalMsat >= capacityMsat) {
      return penalty + this.#historical(amountMsat, LOG10_MOST_TIMES_2048);
    }
    if (s.historicalMultiplierMsat === 0 && s.historicalAmountMultiplierMsat === 0) return penalty;
    const probability = liquidity.history.probabilityTimesBillion(direction, totalMsat, capacityMsat, s.linear);
    if (probability >= 0)
      return penalty + this.#historical(amountMsat, negativeLog10Times2048(probability + 1, BILLION));
    // Without history: as if nothing were known of the bounds either.
    odds(totalMsat, 0, capacityMsat, capacityMsat, s.linear, true, scratch);
    return penalty + this.#historical(amountMsat, negativeLog10Times2048(scratch.numerator, scratch.denominator));
  }

  #historical(amountMsat: number, log10Times2048: number): number {
    const { historicalMultiplierMsat, historicalAmountMultiplierMsat } = this.#settings;
    return combined(amountMsat, log10Times2048, historicalMultiplierMsat, historicalAmountMultiplierMsat);
  }

  /** The part of the penalty that follows from the bounds known now. */
  #live(amountMsat: number, totalMsat: number, min: number, max: number, capacityMsat: number): number {
    const { liquidityMultiplierMsat, liquidityAmountMultiplierMsat, linear } = this.#settings;
    if (totalMsat <= min) return 0;
    let log10Times2048 = LOG10_MOST_TIMES_2048;
    if (totalMsat < max) {
      odds(totalMsat, min, max, capacityMsat, linear, false, scratch);
      const { numerator, denominator } = scratch;
      // Too certain for the table.
      if (denominator - numerator < Math.floor(denominator / PRECISION_LOWER_BOUND_DENOMINATOR)) return 0;
      log10Times2048 = negativeLog10Times2048(numerator, denominator);
    }
    return combined(amountMsat, log10Times2048, liquidityMultiplierMsat, liquidityAmountMultiplierMsat);
  }
}

interface CapturedLiquidity {
  readonly channel: number;
  readonly offsets_msat: readonly [number, number];
  readonly updated_us: number;
  readonly history_us: number;
  readonly tick: number;
  readonly min: readonly (readonly [number, number])[];
  readonly max: readonly (readonly [number, number])[];
}

/** Buckets that are not empty, with their counts. */
function sparse(buckets: Uint16Array): Json {
  const rows: Json[] = [];
  for (let i = 0; i < BUCKETS; i++) if (buckets[i] !== 0) rows.push([i, buckets[i] as number]);
  return rows;
}
