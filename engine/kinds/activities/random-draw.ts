/**
 * The draws of a random activity: every node pays others in proportion to its capacity.
 *
 * With E the expected amount, m the capacity multiplier and C the sum of the capacities of a node's channels (all msat):
 *
 * - K = floor(C / 2) is what a node can send on average; nodes with C < 2 E take no part.
 * - A node sends N = K · m / E payments a month of 30 days. The time between two of its payments is exponential with mean
 *   month / N, not rounded (it becomes a whole number of µs only in the timeline).
 * - The destination is another node, drawn with weight K.
 * - The amount to it is log-normal with mean E: with L = floor(min(K of source, K of destination) / 2), z = 1.6449 and
 *   r = ln(L / E), sigma is z − sqrt(z² − 2 r), which puts 95 % of the payments below L, but at most sqrt(ln 2) = 0.83255,
 *   where the standard deviation equals the mean; mu = ln E − sigma² / 2. Where L ≤ E, sigma is 0. The result is floored
 *   and kept within 1 … L msat, so that the mean falls a little short of E where L is small.
 *
 * Frequencies and destinations follow sim-ln's random activity (sim-ln/draw.ts has it as it is); the amounts are those
 * proposed for its next generation, whose spread does not grow with the capacity.
 *
 * Each node has streams of its own, ('activity', 'activity/node', purpose) with the purposes time, destination and amount:
 * one node more changes neither when nor how often the others pay. Nodes are taken in order of their names, so that the
 * order of the file does not matter.
 */
import { exp, log } from '../../base/math.ts';
import { US_PER_SECOND } from '../../base/numbers.ts';
import { compareText } from '../../base/order.ts';
import { RandomStream } from '../../base/random.ts';
import { PaymentList } from '../payment-list.ts';
import { CumulativeSearch } from './cumulative-search.ts';

const MONTH_US = 30 * 24 * 3600 * US_PER_SECOND;
/** 95 % of a normal distribution lie below this many standard deviations. */
const Z95 = 1.6449;
const SIGMA_MAX = 0.83255;

export interface RandomNode {
  readonly index: number;
  readonly name: string;
  /** C of the module comment, msat. */
  readonly capacityMsat: number;
}

export interface RandomArguments {
  readonly name: string;
  /** The nodes that take part, at least two. */
  readonly nodes: readonly RandomNode[];
  readonly expectedMsat: number;
  readonly multiplier: number;
  /** Payments are made in [startUs, endUs). */
  readonly startUs: number;
  readonly endUs: number;
}

/** Mean time between two payments of a node, µs. */
export function meanIntervalUs(capacityMsat: number, expectedMsat: number, multiplier: number): number {
  return (MONTH_US / (Math.floor(capacityMsat / 2) * multiplier)) * expectedMsat;
}

/** Parameters of the log-normal amount for a limit L, as described above. */
export function amountShape(limitMsat: number, expectedMsat: number): { readonly mu: number; readonly sigma: number } {
  const r = log(limitMsat / expectedMsat);
  const disc = Z95 * Z95 - 2 * r;
  const sigma = disc <= 0 ? SIGMA_MAX : Math.max(0, Math.min(SIGMA_MAX, Z95 - Math.sqrt(disc)));
  return { mu: log(expectedMsat) - (sigma * sigma) / 2, sigma };
}

/** L and shape of the amounts to nodes that are not smaller, by K; between two nodes the smaller one decides. */
function amountShapes(
  half: Float64Array,
  expectedMsat: number,
): { limits: Float64Array; mu: Float64Array; sigma: Float64Array } {
  const limits = half.map((msat) => Math.floor(msat / 2));
  const shapes = Array.from(limits, (most) => amountShape(most, expectedMsat));
  return { limits, mu: limits.map((_, i) => shapes[i]?.mu ?? 0), sigma: limits.map((_, i) => shapes[i]?.sigma ?? 0) };
}

/** Payments to expect, of all nodes. */
export function expectedPayments(args: Omit<RandomArguments, 'name'>): number {
  const length = Math.max(0, args.endUs - args.startUs);
  const countOf = ({ capacityMsat }: RandomNode): number =>
    length / meanIntervalUs(capacityMsat, args.expectedMsat, args.multiplier);
  return args.nodes.reduce((sum, node) => sum + countOf(node), 0);
}

/** Draws the payments; rows are grouped by node, in order of time within each. At most about `limit` + 1 of them. */
export function drawRandom(seed: number, args: RandomArguments, limit: number): PaymentList {
  const nodes = [...args.nodes].sort((a, b) => compareText(a.name, b.name));
  const half = Float64Array.from(nodes, (node) => Math.floor(node.capacityMsat / 2));
  const cumulative = new Float64Array(nodes.length);
  let total = 0;
  for (let i = 0; i < nodes.length; i++) {
    total += half[i] as number;
    cumulative[i] = total;
  }

  const search = new CumulativeSearch(cumulative.subarray(0, nodes.length - 1), total);
  const index = Int32Array.from(nodes, (node) => node.index);
  const { limits, mu, sigma } = amountShapes(half, args.expectedMsat);
  const expected = expectedPayments(args);
  // With room for chance.
  const payments = new PaymentList(Math.min(limit + 1, expected + 4 * Math.sqrt(expected)));
  nodes.forEach((node, i) => {
    const stream = (purpose: string): RandomStream =>
      RandomStream.named(seed, 'activity', `${args.name}/${node.name}`, purpose);
    const times = stream('time');
    const destinations = stream('destination');
    const amounts = stream('amount');
    const mean = meanIntervalUs(node.capacityMsat, args.expectedMsat, args.multiplier);
    const own = half[i] as number;
    let time = args.startUs + times.exponential(mean);
    while (time < args.endUs && payments.length <= limit) {
      // The own share of the table is skipped, so that one draw always suffices.
      let point = destinations.unit() * (total - own);
      if (point >= (cumulative[i] as number) - own) point += own;
      let j = search.firstAbove(point);
      // Rounding may lead to the node itself.
      if (j === i) j += i > 0 ? -1 : 1;
      const smaller = (half[j] as number) < own ? j : i;
      const amount = Math.floor(exp((mu[smaller] as number) + (sigma[smaller] as number) * amounts.normal()));
      const within = Math.max(1, Math.min(limits[smaller] as number, amount));
      payments.push(Math.floor(time), node.index, index[j] as number, within);
      time += times.exponential(mean);
    }
  });
  return payments;
}
