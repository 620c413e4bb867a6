/**
 * Numbers that follow from the published formulas of each implementation and were computed apart from this code, by the
 * function of the model that must give them. One table, so that a reader who knows an implementation sees at once whether
 * its model computes what it computes. Channels without anchors are not modelled, so their commitment fees are not here.
 */
import { describe, expect, it } from 'vitest';
import { biasFactor, COST_FRACTION } from '../models/cln/arc-costs.ts';
import { commitmentFeeSat as clnCommitmentFee } from '../models/cln/commitment.ts';
import { commitmentCostMsat } from '../models/eclair/commitment.ts';
import { DEFAULT_SETTINGS as ECLAIR } from '../models/eclair/options.ts';
import { addEdge, emptyPath } from '../models/eclair/path-weight.ts';
import { commitmentFeeSat as ldkCommitmentFee } from '../models/ldk/commitment.ts';
import { DEFAULT_SETTINGS as LDK } from '../models/ldk/options.ts';
import { Scorer } from '../models/ldk/scorer.ts';
import { oddsFloat } from '../models/ldk/success-probability.ts';
import { csvDelay, scaledConfs } from '../models/lnd/channel-opening.ts';
import { commitmentFeeSat as lndCommitmentFee } from '../models/lnd/commitment.ts';
import { edgeWeight } from '../models/lnd/expansion.ts';
import { MissionControl } from '../models/lnd/mission-control.ts';
import { DEFAULT_SETTINGS as LND } from '../models/lnd/options.ts';
import { AprioriEstimator, capacityFactor } from '../models/lnd/probability-apriori.ts';
import { BimodalEstimator } from '../models/lnd/probability-bimodal.ts';

const HOUR_US = 3_600_000_000;
/** A capacity next to which amounts are nothing. */
const LARGE_MSAT = 10 ** 15;
const AMOUNT_MSAT = 100_000_000;

/** What is computed, its value, the number expected, and how far off it may be: half a unit of the last digit given. */
type Row = readonly [what: string, value: number, expected: number, tolerance: number];

function apriori(
  fill: (control: MissionControl) => void,
  from: number,
  to: number,
  amount: number,
  now: number,
): number {
  const control = new MissionControl();
  fill(control);
  const estimator = new AprioriEstimator(LND.apriori);
  return estimator.pair(control, control.group(from), to, amount, LARGE_MSAT, now);
}

/** lnd:routing/pathfind.go:DefaultAttemptCost for 100,000 sat. */
const attemptCost = LND.attemptCostMsat + AMOUNT_MSAT * (LND.attemptCostPpm / 1_000_000);

/** Probability of a pair of capacity 10^9 msat, a microsecond after what is known of it. */
function bimodal(fill: (control: MissionControl) => void, amount: number): number {
  const control = new MissionControl();
  fill(control);
  return new BimodalEstimator(LND.bimodal).pair(control, control.group(1), 2, amount, 1e9, 1);
}
const untried = (amount: number, capacity: number): number =>
  new BimodalEstimator(LND.bimodal).untried(amount, capacity);

const lnd: readonly Row[] = [
  ['bimodal, nothing known, a tenth of the capacity', untried(1e8, 1e9), 0.8457, 5e-5],
  ['bimodal, nothing known, half of the capacity', untried(5e8, 1e9), 0.5, 5e-5],
  ['bimodal, nothing known, nine tenths of the capacity', untried(9e8, 1e9), 0.1543, 5e-5],
  ['bimodal, nothing known, 10^8 of 5·10^9 msat', untried(1e8, 5e9), 0.85827, 5e-6],
  ['bimodal, half of it failed, a quarter is asked', bimodal((c) => c.fail(1, 2, 5e8, 0), 2.5e8), 0.36555, 5e-6],
  ['bimodal, a quarter passed, half of it is asked', bimodal((c) => c.succeed(1, 2, 2.5e8, 0), 5e8), 0.7323, 5e-5],
  ['attempt cost of 100,000 sat, msat', attemptCost, 200_000, 0],
  ['its part of a distance at a probability of 0.6', attemptCost / 0.6, 333_333, 0.5],
  ['its part of a distance at a probability of 0.36', attemptCost / 0.36, 555_556, 0.5],
  ['capacity factor at 0.9 of the capacity', capacityFactor(0.9e9, 1e9, 0.9999), 0.990972, 5e-7],
  ['capacity factor at 0.95', capacityFactor(0.95e9, 1e9, 0.9999), 0.940188, 5e-7],
  ['capacity factor at 0.99', capacityFactor(0.99e9, 1e9, 0.9999), 0.798863, 5e-7],
  ['capacity factor at 1', capacityFactor(1e9, 1e9, 0.9999), 0.7495, 5e-7],
  ['node probability after one success', apriori((c) => c.succeed(1, 2, 1000, 0), 1, 3, 1000, HOUR_US), 0.775, 1e-12],
  ['node probability after a fresh failure', apriori((c) => c.fail(1, 2, 500, 0), 1, 3, 1000, 0), 0.3, 1e-12],
  ['node probability an hour after it', apriori((c) => c.fail(1, 2, 500, 0), 1, 3, 1000, HOUR_US), 0.4, 1e-12],
  ['pair probability an hour after its failure', apriori((c) => c.fail(1, 2, 500, 0), 1, 2, 500, HOUR_US), 0.2, 1e-12],
  ['cost of a time lock of 80 blocks, 100,000 sat, msat', edgeWeight(100_000_000, 0, 80), 120, 0],
  ['confirmations of 1,000,000 sat', scaledConfs(1_000_000, 0), 1, 0],
  ['confirmations of 5,592,405 sat', scaledConfs(5_592_405, 0), 2, 0],
  ['confirmations of 10,000,000 sat', scaledConfs(10_000_000, 0), 3, 0],
  ['confirmations of 16,777,215 sat', scaledConfs(16_777_215, 0), 6, 0],
  ['CSV delay of 1,000,000 sat', csvDelay(1_000_000), 144, 0],
  ['CSV delay of 5,000,000 sat', csvDelay(5_000_000), 600, 0],
  ['CSV delay of 10,000,000 sat', csvDelay(10_000_000), 1201, 0],
  ['CSV delay of 16,777,215 sat', csvDelay(16_777_215), 2016, 0],
];

function ldkProbability(share: number): number {
  const odds = { numerator: 0, denominator: 0 };
  oddsFloat(share * 1e9, 0, 1e9, 1e9, false, true, odds);
  return odds.numerator / odds.denominator;
}

/** Without anti-probing: htlc_maximum below half of the capacity. LDK's table of logarithms is within 1.5 %. */
const ldkPenalty = (amount: number): number => new Scorer(LDK.scorer).penalty(0, amount, 0, 1e9, 5e8 - 1, 0);
const OF_TABLE = 0.015;

const ldk: readonly Row[] = [
  ['success probability at 0.001 of the capacity', ldkProbability(0.001), 0.81644, 5e-6],
  ['success probability at 0.01', ldkProbability(0.01), 0.78231, 5e-6],
  ['success probability at 0.1', ldkProbability(0.1), 0.60189, 5e-6],
  ['success probability at 0.5', ldkProbability(0.5), 0.41026, 5e-6],
  ['success probability at 0.9', ldkProbability(0.9), 0.21862, 5e-6],
  ['penalty of 10^6 msat in 10^9', ldkPenalty(1e6), 10_659, 10_659 * OF_TABLE],
  ['penalty of 10^7 msat in 10^9', ldkPenalty(1e7), 22_910, 22_910 * OF_TABLE],
  ['penalty of 10^8 msat in 10^9', ldkPenalty(1e8), 208_597, 208_597 * OF_TABLE],
  ['penalty of 5·10^8 msat in 10^9', ldkPenalty(5e8), 1_482_828, 1_482_828 * OF_TABLE],
];

function eclairWeight(): number {
  const path = emptyPath(100_000_000);
  const edge = { feeBaseMsat: 1000, feeRatePpm: 200, cltvDelta: 144, probability: 0.9, own: false };
  addEdge(ECLAIR.search, 100_000_000, edge, path, path);
  return path.weight;
}

const eclair: readonly Row[] = [
  ['weight of an edge that carries 100,000 sat of 1,000,000', eclairWeight(), 99_433, 0.5],
];

/** Sat by number of HTLCs at 2500 sat a 1000 weight units, without the anchors. */
const COMMITMENT_FEES = [2810, 3240, 3670, 4100] as const;

const fees = (feeSat: (htlcs: number) => number): readonly Row[] =>
  COMMITMENT_FEES.map((sat, htlcs) => [`commitment fee with ${htlcs} HTLCs at 2500 sat/kw`, feeSat(htlcs), sat, 0]);

const cln: readonly Row[] = [
  ...[1.386294, 3.054302, 9.241962].map(
    (slope, i): Row => [`slope of the probability cost of arc ${i + 1}`, COST_FRACTION[i + 1]!, slope, 5e-7],
  ),
  ['bias factor of −1', biasFactor(-1), 1.0346, 5e-5],
  ['bias factor of 25', biasFactor(25), 0.4273, 5e-5],
  ['bias factor of 100', biasFactor(100), 0.0333, 5e-5],
];

const TABLES: Readonly<Record<string, readonly Row[]>> = {
  cln: [...cln, ...fees((htlcs) => clnCommitmentFee(2500, htlcs))],
  eclair: [...eclair, ...fees((htlcs) => commitmentCostMsat(2500, htlcs) / 1000 - 660)],
  ldk: [...ldk, ...fees((htlcs) => ldkCommitmentFee(2500, htlcs))],
  lnd: [...lnd, ...fees((htlcs) => lndCommitmentFee(2500, htlcs))],
};

describe.each(Object.entries(TABLES))('%s', (_, rows) => {
  it.each(rows)('%s', (_what, value, expected, tolerance) => {
    expect(Math.abs(value - expected), `${value} instead of ${expected}`).toBeLessThanOrEqual(tolerance);
  });
});
