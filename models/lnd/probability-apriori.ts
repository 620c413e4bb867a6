/**
 * lnd's default estimator, "apriori": a fixed probability for untried hops, mixed with what is known about the node's
 * other channels, and failures that fade with a half-life.
 *
 * lnd:routing/probability_apriori.go. lnd adds up a node's results in Go's random map order; here failures are added in
 * the order in which they were learnt and successes counted, so the last bits of a sum may differ from a given run of
 * lnd, but never between two runs here.
 */
import { exp, exp2 } from '../../engine/base/math.ts';
import { type MissionControl, NEVER } from './mission-control.ts';
import type { AprioriSettings } from './options.ts';
import type { ProbabilityEstimator } from './probability.ts';

/** lnd:routing/missioncontrol.go:prevSuccessProbability. */
const PREVIOUS_SUCCESS_PROBABILITY = 0.95;
/** lnd:routing/probability_apriori.go:capacitySmearingFraction, minCapacityFactor. */
const CAPACITY_SMEARING_FRACTION = 0.025;
const MIN_CAPACITY_FACTOR = 0.5;

/** Share by which sums of rounded terms may exceed here what they are in exact arithmetic; far more than they do. */
const ROUNDING = 1e-9;

/** For what need not be computed here: above 53·ln 2 = 36.74 with room for the rounding of its argument, see capacityFactor. */
const NO_EFFECT_EXPONENT = 37;

/**
 * How much of the probability is left for an amount close to the capacity: 1 − 0.5 / (1 + e^x) with
 * x = (fraction · capacity − amount) / (0.025 · capacity).
 *
 * For x ≥ 37 the factor is exactly 1 and nothing is computed: e^x exceeds 2^53, hence 0.5 / (1 + e^x) is below 2^-54,
 * and 1 minus anything up to 2^-54 rounds to 1 (2^-54 itself is half way, and 1 is the even neighbour). That is every
 * amount up to 7.49 % of a capacity with lnd's fraction of 0.9999.
 */
export function capacityFactor(amountMsat: number, capacityMsat: number, fraction: number): number {
  if (fraction === 1 || capacityMsat === 0) return 1;
  if (amountMsat > capacityMsat) return 0;
  const cutoff = fraction * capacityMsat;
  const smearing = CAPACITY_SMEARING_FRACTION * capacityMsat;
  if (cutoff - amountMsat >= NO_EFFECT_EXPONENT * smearing) return 1;
  const denominator = 1 + exp(-(amountMsat - cutoff) / smearing);
  return 1 - (1 - MIN_CAPACITY_FACTOR) / denominator;
}

export class AprioriEstimator implements ProbabilityEstimator {
  readonly name = 'apriori';
  readonly untriedMost: number;
  readonly most: number;
  readonly localMost: number;
  readonly #settings: AprioriSettings;
  /** Weight of the untried probability against one result; infinite when history is not to count. */
  readonly #factor: number;

  constructor(settings: AprioriSettings) {
    this.#settings = settings;
    this.#factor = 1 / (1 - settings.weight) - 1;
    // Weighted means of the untried probability, zeros and, where something succeeded, 0.95. They stay below the
    // largest of their terms except for rounding, which the margin here covers.
    this.untriedMost = settings.hopProbability * (1 + ROUNDING);
    this.localMost = PREVIOUS_SUCCESS_PROBABILITY * (1 + ROUNDING);
    this.most = Math.max(settings.hopProbability, PREVIOUS_SUCCESS_PROBABILITY) * (1 + ROUNDING);
  }

  untried(amountMsat: number, capacityMsat: number): number {
    return this.#settings.hopProbability * capacityFactor(amountMsat, capacityMsat, this.#settings.capacityFraction);
  }

  pair(
    results: MissionControl,
    group: number,
    to: number,
    amountMsat: number,
    capacityMsat: number,
    nowUs: number,
  ): number {
    const node = this.#mixed(results, group, this.untried(amountMsat, capacityMsat), amountMsat, nowUs);
    const own = results.find(results.groupNode[group] as number, to);
    return own < 0 ? node : this.#known(results, own, node, amountMsat, nowUs);
  }

  /**
   * Larger amounts have fewer successes and more failures, and no success is worth less than an untried hop.
   */
  pairMost(results: MissionControl, group: number, entry: number, amountMsat: number, nowUs: number): number {
    const { hopProbability } = this.#settings;
    if (hopProbability > PREVIOUS_SUCCESS_PROBABILITY) return this.most;
    const node = this.#mixed(results, group, hopProbability, amountMsat, nowUs);
    return (entry < 0 ? node : this.#known(results, entry, node, amountMsat, nowUs)) * (1 + ROUNDING);
  }

  /** The untried probability mixed with the group's results. */
  #mixed(results: MissionControl, group: number, untried: number, amountMsat: number, nowUs: number): number {
    if (
      results.tallyTime[group] !== nowUs ||
      amountMsat <= (results.tallyAbove[group] as number) ||
      amountMsat > (results.tallyUpTo[group] as number)
    ) {
      this.#tally(results, group, amountMsat, nowUs);
    }
    const successes = results.tallySuccesses[group] as number;
    const weight = this.#factor + successes + (results.tallyFailures[group] as number);
    // With a weight of 1 the factor is infinite: only the untried probability counts. With a weight of 0 and no
    // matching result lnd divides zero by zero; nothing is known then either.
    if (weight === Infinity || weight === 0) return untried;
    return (untried * this.#factor + PREVIOUS_SUCCESS_PROBABILITY * successes) / weight;
  }

  /**
   * Counts the group's results that speak for and against an amount (getNodeProbability), and the range of amounts for
   * which the same ones do: a search asks for many amounts that differ by some fees only.
   */
  #tally(results: MissionControl, group: number, amountMsat: number, nowUs: number): void {
    let successes = 0;
    let failures = 0;
    let above = -Infinity;
    let upTo = Infinity;
    for (let e = results.groupFirst[group] as number; e >= 0; e = results.next[e] as number) {
      const success = results.successAmount[e] as number;
      if (amountMsat <= success) {
        successes++;
        if (success < upTo) upTo = success;
        continue;
      }
      if (success > above) above = success;
      if (results.failTime[e] === NEVER) continue;
      const fail = results.failAmount[e] as number;
      if (amountMsat >= fail) {
        failures += this.#failureWeight(results, e, nowUs);
        if (fail - 1 > above) above = fail - 1;
      } else if (fail - 1 < upTo) upTo = fail - 1;
    }
    results.tallyTime[group] = nowUs;
    results.tallyAbove[group] = above;
    results.tallyUpTo[group] = upTo;
    results.tallySuccesses[group] = successes;
    results.tallyFailures[group] = failures;
  }

  local(results: MissionControl | null, entry: number, nowUs: number): number {
    if (results === null || entry < 0) return PREVIOUS_SUCCESS_PROBABILITY;
    // lnd asks for the largest possible amount: any failure of the pair counts, no success does.
    return this.#known(results, entry, PREVIOUS_SUCCESS_PROBABILITY, Infinity, nowUs);
  }

  /** calculateProbability: the pair's own last results against the probability without them. */
  #known(results: MissionControl, e: number, node: number, amountMsat: number, nowUs: number): number {
    if (amountMsat <= (results.successAmount[e] as number)) return PREVIOUS_SUCCESS_PROBABILITY;
    if (results.failTime[e] === NEVER || amountMsat < (results.failAmount[e] as number)) return node;
    return node * (1 - this.#failureWeight(results, e, nowUs));
  }

  /** getWeight: 2^(−age / half-life); kept with the entry, since a search asks for it many times. */
  #failureWeight(results: MissionControl, e: number, nowUs: number): number {
    if (results.weightTime[e] === nowUs) return results.weight[e] as number;
    const weight = exp2(-(nowUs - (results.failTime[e] as number)) / this.#settings.halfLifeUs);
    results.weight[e] = weight;
    results.weightTime[e] = nowUs;
    return weight;
  }
}
