/**
 * What a public channel adds at least to the cost of a way over it, for each msat of the value that a walk is to find: base fee
 * and penalties of the amount for which they come to least. Why it holds: docs/path-finding.md.
 *
 * ldk:routing/scoring.rs:channel_penalty_msat, combined_penalty_msat.
 */
import { negativeLog10Times2048 } from './log-approx.ts';
import type { ScorerSettings } from './options.ts';
import { AMOUNT_DIVISOR, BASE_AMOUNT_DIVISOR, LOG10_MOST_TIMES_2048 } from './scorer.ts';
import { type Odds, odds } from './success-probability.ts';

/** None of LDK's numbers here. In how many steps shares of a capacity are told apart. */
const STEPS = 1024;
/** None of LDK's numbers here. From an amount that is looked at to the next smaller one. */
const STEP = 0.8;
/** ldk:routing/log_approx.rs:negative_log10_times_2048. */
const LOG_UNIT = 2048;

/** By share of the capacity, rounded down: 2048 · −log10 of the probability of a channel of which nothing is known. */
const UNKNOWN: Float64Array = Float64Array.from({ length: STEPS + 1 }, (_, i) => {
  if (i === STEPS) return LOG10_MOST_TIMES_2048;
  const result: Odds = { numerator: 0, denominator: 0 };
  odds(i / STEPS, 0, 1, 1, false, true, result);
  return Math.min(negativeLog10Times2048(result.numerator, result.denominator), LOG10_MOST_TIMES_2048);
});

export class LeastPenalty {
  #settings: ScorerSettings | null = null;
  #valueMsat = 0;
  #leastMsat = 0;
  #baseShare = 0;
  #logShare = 0;
  #rounding = 0;

  /** For walks that are to find a value in parts of `leastMsat` and more. */
  begin(settings: ScorerSettings, valueMsat: number, leastMsat: number): void {
    this.#settings = settings;
    this.#valueMsat = valueMsat;
    this.#leastMsat = leastMsat;
    this.#baseShare = (valueMsat * settings.basePenaltyAmountMultiplierMsat) / BASE_AMOUNT_DIVISOR;
    this.#logShare = (valueMsat * settings.historicalAmountMultiplierMsat) / AMOUNT_DIVISOR;
    this.#rounding = valueMsat / leastMsat;
  }

  /** What a channel costs at least of which something is known: it may be certain to carry any amount. */
  known(baseMsat: number): number {
    return this.#settings!.basePenaltyMsat + baseMsat + Math.max(0, this.#baseShare - this.#rounding);
  }

  /**
   * @param roomMsat what may go over it, `leastMsat` or more
   * @param baseMsat its base fee and what else does not depend on the amount
   */
  unknown(capacityMsat: number, roomMsat: number, baseMsat: number): number {
    const settings = this.#settings!;
    if (settings.linear) return this.known(baseMsat);
    const value = this.#valueMsat;
    const least = this.#leastMsat;
    const fixed = baseMsat + settings.basePenaltyMsat;
    let most = Math.min(roomMsat, value);
    let best = Infinity;
    for (;;) {
      const amount = Math.max(least, most * STEP);
      const log = UNKNOWN[Math.floor(Math.min(1, amount / capacityMsat) * STEPS)]!;
      const perValue = value / most;
      // Both penalties by amount are rounded down.
      const byAmount = this.#baseShare + log * this.#logShare - (2 * value) / amount;
      const cost =
        perValue * (fixed + Math.floor((log * settings.historicalMultiplierMsat) / LOG_UNIT)) + Math.max(0, byAmount);
      if (cost < best) best = cost;
      else if (perValue * fixed > best) break;
      if (amount <= least) break;
      most = amount;
    }
    return best;
  }
}
