/**
 * The draws of a defined activity, apart from where its arguments come from.
 *
 * Streams are ('activity', name, purpose) with the purposes interval, amount, source and destination. Each payment takes
 * one draw of each stream, whether its range has one value or many, so that a change of one argument moves the draws of no
 * other.
 */
import { RandomStream } from '../../base/random.ts';
import type { IntRange } from '../../spec/scenario.ts';
import { PaymentList } from '../payment-list.ts';

export interface DefinedArguments {
  readonly name: string;
  /** Indexes of nodes, at least one each; some pair of them differs for every source. */
  readonly sources: readonly number[];
  readonly destinations: readonly number[];
  /** Instant of the first payment, µs; null: one interval after 0. */
  readonly startUs: number | null;
  /** No payment at this instant or after it. */
  readonly endUs: number;
  readonly count: number;
  /** µs, both ends included; the high end is above 0. */
  readonly intervalUs: IntRange;
  /** msat, both ends included. */
  readonly amountMsat: IntRange;
}

/** Draws the payments in order of time, at most `limit` + 1 of them. */
export function drawDefined(seed: number, args: DefinedArguments, limit: number): PaymentList {
  const stream = (purpose: string): RandomStream => RandomStream.named(seed, 'activity', args.name, purpose);
  const intervals = stream('interval');
  const amounts = stream('amount');
  const sources = stream('source');
  const destinations = stream('destination');
  const nextInterval = (): number => intervals.integer(args.intervalUs.low, args.intervalUs.high);

  const payments = new PaymentList();
  let time = args.startUs ?? nextInterval();
  while (time < args.endUs && payments.length < args.count && payments.length <= limit) {
    const source = args.sources[sources.integer(0, args.sources.length - 1)] as number;
    const destination = drawOther(args.destinations, source, destinations);
    payments.push(time, source, destination, amounts.integer(args.amountMsat.low, args.amountMsat.high));
    time += nextInterval();
  }
  return payments;
}

/** One of the list that is not `source`, by a single draw. */
function drawOther(list: readonly number[], source: number, stream: RandomStream): number {
  const own = list.indexOf(source);
  const pick = stream.integer(0, list.length - (own < 0 ? 1 : 2));
  return list[own >= 0 && pick >= own ? pick + 1 : pick] as number;
}
