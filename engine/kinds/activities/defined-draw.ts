/**
 * The draws of a defined activity, apart from where its arguments come from.
 *
 * Intervals are drawn from the stream ('activity', name, 'interval'), everything else as partners.ts says. Each payment
 * takes one draw of each stream, so that a change of one argument moves the draws of no other.
 */
import { RandomStream } from '../../base/random.ts';
import type { Distribution } from '../../spec/distribution.ts';
import type { PlanContext } from '../kind.ts';
import { PaymentList } from '../payment-list.ts';
import { sampler } from '../sample.ts';
import { type Partners, payer } from './partners.ts';

export interface DefinedArguments extends Partners {
  readonly name: string;
  /** Instant of the first payment, µs; null: one interval after the origin. */
  readonly startUs: number | null;
  readonly originUs: number;
  /** No payment at this instant or after it. */
  readonly endUs: number;
  readonly count: number;
  /** µs */
  readonly intervals: Distribution;
}

/** What the draws need of the compiler. */
export type DrawContext = Pick<PlanContext, 'samples' | 'rowLimit'> & { readonly scenario: { readonly seed: number } };

/** Draws the payments in order of time, at most `rowLimit` + 1 of them. */
export function drawDefined(context: DrawContext, args: DefinedArguments): PaymentList {
  const { name, endUs, count } = args;
  const { rowLimit, samples } = context;
  const stream = RandomStream.named(context.scenario.seed, 'activity', name, 'interval');
  const nextInterval = sampler(args.intervals, stream, { samples });
  const pay = payer(name, args, context);
  const payments = new PaymentList();
  let time = args.startUs ?? args.originUs + nextInterval();
  while (time < endUs && payments.length < count && payments.length <= rowLimit) {
    pay(payments, time);
    time += nextInterval();
  }
  return payments;
}
