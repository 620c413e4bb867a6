/**
 * What a unit of flow costs over an arc: fees, the improbability of success, and how both are put together. Whole numbers,
 * as in Core Lightning, so that optima are the same.
 *
 * cln:plugins/askrene/child/mcf.c:linear_fee_cost, linearize_channel, get_median_ratio, combine_cost_function.
 */
import { exp, log } from '../../engine/base/math.ts';

/** cln:plugins/askrene/child/mcf.c:MU_MAX. */
export const MU_MAX = 100;
/** cln:plugins/askrene/child/mcf.c:CHANNEL_PIVOTS: where the arcs of a channel end, as shares of what is uncertain. */
const CHANNEL_PIVOTS = [0, 0.5, 0.8, 0.95] as const;
/** Arcs of a channel's direction. */
export const PARTS = 4;
/** cln:plugins/askrene/child/mcf.c:get_median_ratio: below it probabilities do not matter. */
export const TINY_PROBABILITY_COST = 0.001;
/**
 * Costs stay below this, so that the sum over any path is a safe integer. Usual ones are a million times smaller; Core
 * Lightning's own would leave 64 bits.
 */
const LARGEST_COST = 0x20_0000_0000;

/** Share of the uncertain amount that each arc holds, and the slope of −ln(probability) over it. */
export const CAP_FRACTION: readonly number[] = CHANNEL_PIVOTS.map((pivot, i) =>
  i === 0 ? 0 : pivot - (CHANNEL_PIVOTS[i - 1] as number),
);
export const COST_FRACTION: readonly number[] = CHANNEL_PIVOTS.map((pivot, i) =>
  i === 0 ? 0 : log((1 - (CHANNEL_PIVOTS[i - 1] as number)) / (1 - pivot)) / (CAP_FRACTION[i] as number),
);

/** cln:plugins/askrene/child/mcf.c:base_fee_penalty_estimate: about a tenth of the amount goes over each path. */
export function baseFeePenalty(amountMsat: number): number {
  return 10_000_000 / amountMsat;
}

/** linear_fee_cost, ppm. */
export function linearFeeCost(
  baseMsat: number,
  ppm: number,
  cltvDelta: number,
  baseFeePenalty: number,
  delayFactor: number,
): number {
  return Math.trunc(ppm + baseMsat * baseFeePenalty + cltvDelta * delayFactor);
}

/** cln:plugins/askrene/child/mcf.c:combine_cost_function. */
const LN_30 = log(30);

/** e^(−bias · ln 30 / 100): what a bias for (positive) or against a channel makes of its costs. */
export function biasFactor(bias: number): number {
  return bias === 0 ? 1 : exp(-bias / (100 / LN_30));
}

/** Parts of what a unit costs, weighed as combinedCost weighs them; for a trace. */
export interface CostParts {
  readonly fee: number;
  /** Of which for time locks. */
  readonly delay: number;
  readonly probability: number;
  /** combinedCost: what a bias and rounding make of the sum of the parts. */
  readonly cost: number;
}

/** @param delayCost what is in `feeCost` for time locks */
export function costParts(
  feeCost: number,
  delayCost: number,
  probabilityCost: number,
  mu: number,
  k: number,
  bias: number,
): CostParts {
  return {
    fee: feeCost * mu,
    delay: delayCost * mu,
    probability: (MU_MAX - mu) * probabilityCost * k,
    cost: combinedCost(feeCost, probabilityCost, mu, k, bias),
  };
}

/** combine_cost_function: a whole number. `k` makes probability costs comparable with fees. */
export function combinedCost(feeCost: number, probabilityCost: number, mu: number, k: number, bias: number): number {
  const combined = feeCost * mu + (MU_MAX - mu) * probabilityCost * k;
  return Math.min(Math.trunc(bias === 0 ? combined : combined * biasFactor(bias)), LARGEST_COST);
}
