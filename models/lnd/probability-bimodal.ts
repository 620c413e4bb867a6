/**
 * lnd's other estimator, "bimodal": the balance of a channel lies near one of its ends. What is known of a pair cuts the
 * distribution down; results fade over days; a node's other channels count a little.
 *
 * lnd:routing/probability_bimodal.go. Amounts that a result stands for are whole msat, as there. Results of a node's other
 * channels are added up in the order in which their pairs were learnt, where lnd follows Go's random map order; so the
 * last bits of a sum may differ from a given run of lnd, but never between two runs here.
 *
 * In lnd some time always passes between a result and the next search. Here it may be none, and then the formula would
 * drop a failure for any amount as a contradiction (what cannot be sent would be nothing, as what can). So a result is
 * never younger than the simulator's least time, a microsecond.
 */
import { exp } from '../../engine/base/math.ts';
import { type MissionControl, NEVER } from './mission-control.ts';
import type { BimodalSettings } from './options.ts';
import type { ProbabilityEstimator } from './probability.ts';

/** None of lnd's numbers: the resolution of virtual time, µs. */
const LEAST_AGE_US = 1;

export class BimodalEstimator implements ProbabilityEstimator {
  readonly name = 'bimodal';
  /** Small amounts may be certain to pass. */
  readonly untriedMost = 1;
  readonly most = 1;
  readonly localMost = 1;
  readonly #scaleMsat: number;
  readonly #nodeWeight: number;
  readonly #decayUs: number;

  constructor({ scaleMsat, nodeWeight, decayUs }: BimodalSettings) {
    this.#scaleMsat = scaleMsat;
    this.#nodeWeight = nodeWeight;
    this.#decayUs = decayUs;
  }

  untried(amountMsat: number, capacityMsat: number): number {
    return this.#formula(capacityMsat, 0, capacityMsat, amountMsat);
  }

  pair(
    results: MissionControl,
    group: number,
    to: number,
    amountMsat: number,
    capacityMsat: number,
    nowUs: number,
  ): number {
    const own = results.find(results.groupNode[group] as number, to);
    if (own < 0) return this.#mixed(this.untried(amountMsat, capacityMsat), results, group, -1, nowUs);
    const direct = this.#direct(results, own, amountMsat, capacityMsat, nowUs);
    const latest = Math.max(results.successTime[own] as number, results.failTime[own] as number);
    return nowUs - latest < this.#decayUs ? direct : this.#mixed(direct, results, group, own, nowUs);
  }

  pairMost(): number {
    return 1;
  }

  /** LocalPairProbability: the balance is known, but an unexpected failure counts for a while. */
  local(results: MissionControl | null, entry: number, nowUs: number): number {
    if (results === null || entry < 0 || results.failTime[entry] === NEVER) return 1;
    return 1 - this.#faded(results.failTime[entry] as number, nowUs);
  }

  /** directProbability: from what is known of the pair itself. */
  #direct(results: MissionControl, e: number, amountMsat: number, capacityMsat: number, nowUs: number): number {
    const failTime = results.failTime[e] as number;
    const successTime = results.successTime[e] as number;
    let fail = capacityMsat;
    let success = 0;
    if (failTime !== NEVER) {
      // cannotSend
      const failed = Math.min(results.failAmount[e] as number, capacityMsat);
      fail = capacityMsat - Math.floor(this.#faded(failTime, nowUs) * (capacityMsat - failed));
    }
    // canSend
    if (successTime !== NEVER) {
      success = Math.floor(this.#faded(successTime, nowUs) * (results.successAmount[e] as number));
    }
    return this.#formula(capacityMsat, success, fail, amountMsat);
  }

  /**
   * calculateProbability: mixed with the results of the node's other pairs. Failures whatever the amount are none of
   * them: lnd looks for an amount above 0.
   * @param own entry that is left out; −1 when the pair has none
   */
  #mixed(direct: number, results: MissionControl, group: number, own: number, nowUs: number): number {
    if (this.#nodeWeight === 0) return direct;
    if (own < 0 && results.tallyTime[group] === nowUs) {
      return this.#mean(direct, results.tallySuccesses[group] as number, results.tallyFailures[group] as number);
    }
    let successes = 0;
    let failures = 0;
    for (let e = results.groupFirst[group] as number; e >= 0; e = results.next[e] as number) {
      if (e === own) continue;
      if ((results.successAmount[e] as number) > 0) {
        successes += this.#nodeWeight * this.#faded(results.successTime[e] as number, nowUs);
      }
      if (results.failTime[e] !== NEVER && (results.failAmount[e] as number) > 0) {
        failures += this.#nodeWeight * this.#faded(results.failTime[e] as number, nowUs);
      }
    }
    if (own < 0) {
      // A search asks for many pairs of a node. The amount does not matter.
      results.tallyTime[group] = nowUs;
      results.tallyAbove[group] = -Infinity;
      results.tallyUpTo[group] = Infinity;
      results.tallySuccesses[group] = successes;
      results.tallyFailures[group] = failures;
    }
    return this.#mean(direct, successes, failures);
  }

  #mean(direct: number, successes: number, failures: number): number {
    return (direct + successes) / (1 + successes + failures);
  }

  /** e^(−age / decay). */
  #faded(atUs: number, nowUs: number): number {
    return exp(-Math.max(LEAST_AGE_US, nowUs - atUs) / this.#decayUs);
  }

  /** probabilityFormula: that an amount passes of which it is known that `success` does and `fail` does not. */
  #formula(capacity: number, successMsat: number, failMsat: number, amount: number): number {
    if (capacity === 0 || amount > capacity) return 0;
    let success = successMsat;
    let fail = failMsat;
    if (fail <= success) {
      // They contradict each other: nothing is known.
      success = 0;
      fail = capacity;
    }
    if (success >= capacity) {
      // The channel was larger then.
      success = capacity - 1;
      fail = capacity;
    }
    if (fail > capacity) fail = capacity;
    if (amount >= fail) return 0;
    if (amount <= success) return 1;
    const e = exp(-capacity / this.#scaleMsat);
    const norm = -2 * e + 2 + 1 / this.#scaleMsat;
    const upTo = this.#primitive(capacity, fail, norm);
    const probability =
      (upTo - this.#primitive(capacity, amount, norm)) / (upTo - this.#primitive(capacity, success, norm));
    // What is no probability comes of a distribution that is empty there; lnd answers nothing then, too.
    return probability >= 0 && probability <= 1 ? probability : 0;
  }

  /** Integral of e^(−x/s) + e^((x−c)/s) + 1/c up to x, normalised. */
  #primitive(capacity: number, x: number, norm: number): number {
    const s = this.#scaleMsat;
    return (-exp(-x / s) + exp((x - capacity) / s) + x / (capacity * s)) / norm;
  }
}
