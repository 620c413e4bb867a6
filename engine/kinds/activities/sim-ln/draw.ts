/**
 * The random activity of sim-ln (main, July 2026), draw for draw: given its seed, public keys and capacities it makes the
 * payments that sim-ln makes with `--fix-seed` and `--virtual-time`. What it does is sim-ln's and is not mended here;
 * random-balanced.ts is the better distribution.
 *
 * With E the expected amount, m the multiplier and C the capacity of a node (all msat), K = floor(C / 2):
 *
 * - A node pays K · m / E times in 30 days by a rate of that many by second; the waiting time is exponential, floored to
 *   whole seconds.
 * - The destination is drawn by K among all nodes, again until it is another one.
 * - With L = floor(min(K of source, K of destination) / 2) the amount is log-normal with mu = 2 ln E − ln L and
 *   sigma² = 2 (ln L − ln E), floored. Its mean is E, but its median is E² / L, and nothing keeps it below L.
 * - What comes to 0 msat is not paid: its node draws anew, its time counted from the payment that was made last.
 *
 * Nodes stand in order of their public keys. Waiting times and amounts come from a generator of each node, destinations
 * from one that all share. A node's next payment is drawn as soon as one of it was made; payments of the same second are
 * made in order of the keys.
 *
 * Logarithms and exponentials are those of engine/base/math.ts, of which about one in ten differs in the last bit from
 * those of the C library that sim-ln runs on. That moves an amount by 1 msat with a chance of about 10^-16 for each msat of
 * it, and nothing else.
 */
import { exp, log } from '../../../base/math.ts';
import { MAX_SAFE, US_PER_SECOND } from '../../../base/numbers.ts';
import { compareText } from '../../../base/order.ts';
import { PaymentList } from '../../payment-list.ts';
import { ChaCha8 } from './chacha8.ts';
import { NextPayments } from './next-payments.ts';
import { OwnDraws } from './own-draws.ts';
import { saltedSeed } from './salted-seed.ts';
import { WeightedDraws } from './weighted-draws.ts';

const MONTH_SECONDS = 30 * 24 * 3600;
/** Draws of destinations, in all and for each payment of the limit, after which to give up. */
const DRAWS = 1_000_000;
const DRAWS_A_PAYMENT = 32;

export interface SimLnNode {
  readonly index: number;
  /** 66 hex digits in lower case. */
  readonly pubkey: string;
  /** C of the module comment, msat; at least four times the expected amount. */
  readonly capacityMsat: number;
}

export interface SimLnArguments {
  /** At least two, with different keys. */
  readonly nodes: readonly SimLnNode[];
  readonly expectedMsat: number;
  readonly multiplier: number;
  /** Below 2^64. */
  readonly seed: bigint;
  /** Payments are made in [startUs, endUs). */
  readonly startUs: number;
  readonly endUs: number;
}

/** Payments of a node a second, before waiting times are floored. */
export function simLnRate(capacityMsat: number, expectedMsat: number, multiplier: number): number {
  return (Math.floor(capacityMsat / 2) * multiplier) / expectedMsat / MONTH_SECONDS;
}

/**
 * Draws the payments in the order in which they are made, at most `limit` + 1 of them; null when that many were drawn
 * and refused, as amounts of 0 msat or destinations that are the source.
 */
export function drawSimLn(args: SimLnArguments, limit: number): PaymentList | null {
  const nodes = [...args.nodes].sort((a, b) => compareText(a.pubkey, b.pubkey));
  const index = Int32Array.from(nodes, (node) => node.index);
  const half = Float64Array.from(nodes, (node) => Math.floor(node.capacityMsat / 2));
  const { mu, sigma } = amountShapes(half, args.expectedMsat);
  const rate = Float64Array.from(nodes, (node) => simLnRate(node.capacityMsat, args.expectedMsat, args.multiplier));
  const meanWait = rate.map((one) => 1 / one);
  const own = new OwnDraws(nodes.map(({ pubkey }) => new ChaCha8(saltedSeed(pubkey, args.seed))));
  const destinations = new WeightedDraws(half, new ChaCha8(args.seed));
  const rateOfAll = rate.reduce((sum, one) => sum + one, 0);
  const next = new NextPayments(nodes.length, rateOfAll);
  const to = new Int32Array(nodes.length);
  const amounts = new Float64Array(nodes.length);
  let draws = DRAWS + DRAWS_A_PAYMENT * limit;

  /** Draws the next payment of a node. */
  const plan = (i: number, now: number): void => {
    const at = own.next(i);
    next.time[i] = now + Math.floor((own.values[at] as number) * (meanWait[i] as number));
    let j = destinations.next();
    while (j === i && --draws > 0) j = destinations.next();
    const smaller = (half[j] as number) < (half[i] as number) ? j : i;
    const amount = exp((mu[smaller] as number) + (sigma[smaller] as number) * (own.values[at + 1] as number));
    to[i] = j;
    amounts[i] = Math.min(MAX_SAFE, Math.floor(amount));
    draws--;
  };

  const seconds = (args.endUs - args.startUs) / US_PER_SECOND;
  const payments = new PaymentList(Math.min(limit, rateOfAll * Math.max(0, seconds)));
  for (let i = 0; i < nodes.length; i++) plan(i, 0);
  let now = 0;
  let i = next.take();
  while (payments.length <= limit) {
    if (draws <= 0) return null;
    const amount = amounts[i] as number;
    if (amount > 0) {
      const time = next.time[i] as number;
      if (time >= seconds) break;
      now = time;
      payments.push(args.startUs + now * US_PER_SECOND, index[i] as number, index[to[i] as number] as number, amount);
    }
    plan(i, now);
    if (next.put(i)) i = next.take();
  }
  return payments;
}

/** Shapes of the amounts to nodes that are not smaller, by K; between two nodes the smaller one decides. */
function amountShapes(half: Float64Array, expectedMsat: number): { mu: Float64Array; sigma: Float64Array } {
  const lnExpected = log(expectedMsat);
  const lnLimit = half.map((msat) => log(Math.floor(msat / 2)));
  return {
    mu: lnLimit.map((ln) => 2 * lnExpected - ln),
    sigma: lnLimit.map((ln) => Math.sqrt(Math.max(0, 2 * (ln - lnExpected)))),
  };
}
