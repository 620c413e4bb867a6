/**
 * Activity `loop`: a closed loop, in which the next payment is made when one has resolved, after a pause to think. Source,
 * destination, amount and think time are drawn by the payment's number, before the run; only the instant arises in it.
 *
 * The most payments that the window can hold are found by playing the loop with payments that resolve at once: longer
 * ones can only make it slower. Streams are ('activity', name, 'think') and those of partners.ts.
 */
import { RandomStream } from '../../base/random.ts';
import { boundsOf, meanOf } from '../../spec/distributions.ts';
import { PAYMENT_PROPERTIES } from '../../spec/schema-definitions.ts';
import { groupDigits } from '../../spec/units.ts';
import { Arguments } from '../arguments.ts';
import type { ActivityKind } from '../kind.ts';
import { PaymentList } from '../payment-list.ts';
import { sampler } from '../sample.ts';
import { PARTNER_PROPERTIES, payer, readPartners } from './partners.ts';
import { paymentsOf } from './planned.ts';
import { REACTION_PROPERTIES } from './reaction.ts';
import { readWindow, WINDOW_PROPERTIES } from './window.ts';

export const loop: ActivityKind = {
  name: 'loop',
  summary: 'A closed loop: the next payment is made when one has resolved',
  schema: {
    title: 'Closed loop',
    description: 'As many payments are in flight as `concurrency` says; each makes room for the next.',
    type: 'object',
    additionalProperties: false,
    required: ['source', 'destination', 'loop', 'amount'],
    properties: {
      ...PARTNER_PROPERTIES,
      loop: {
        title: 'Loop',
        description: 'How the loop turns.',
        type: 'object',
        additionalProperties: false,
        properties: {
          think: {
            $ref: '#/$defs/durationDistribution',
            description:
              'Pause between a payment that resolved and the next one. Default: none, which needs a `count`. The first payments come after it, too, unless there is a `start`.',
          },
          concurrency: {
            title: 'Concurrency',
            description: 'Most payments in flight at the same time.',
            type: 'integer',
            minimum: 1,
            maximum: 100_000,
            default: 1,
          },
        },
        examples: [{ think: '1s', concurrency: 10 }],
      },
      ...WINDOW_PROPERTIES,
      count: { type: 'integer', minimum: 1, description: 'Number of payments at most.' },
      ...REACTION_PROPERTIES,
      ...PAYMENT_PROPERTIES,
    },
  },
  example: `source: { labels: { role: sender } }
destination: bob
loop: { think: { exponential: { mean: 2s } }, concurrency: 3 }
amount: 1_000 sat`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const own = new Arguments(args.place('loop'), context);
    const partners = readPartners(args, context);
    const window = readWindow(args, context);
    const count = args.number('count', Number.POSITIVE_INFINITY);
    const concurrency = own.number('concurrency', 1);
    const thinking = own.durations('think');
    if (count === Number.POSITIVE_INFINITY && boundsOf(thinking).high === 0) {
      args.report('E606', ['loop'], 'a loop that does not think needs a `count`', 'add `count: 1000` or `think: 1s`');
    }
    if (args.failed || partners === null) return null;
    const stream = RandomStream.named(context.scenario.seed, 'activity', use.name.value, 'think');
    const think = sampler(thinking, stream, { samples: context.samples });
    const pay = payer(use.name.value, partners, context);
    const payments = new PaymentList();
    const thinkUs: number[] = [];
    const startUs = window.startUs ?? window.originUs;
    const atOnce = window.startUs !== null;
    const slots = new Slots(Math.min(concurrency, count), startUs);
    const expected = (concurrency * (window.endUs - startUs)) / (meanOf(thinking) ?? Number.POSITIVE_INFINITY);
    // Refused by the expected number, with room for chance, before drawing for minutes.
    const tooMany = Math.min(count, expected) > 2 * context.rowLimit;
    while (!tooMany && payments.length < count && payments.length <= context.rowLimit) {
      const pause = think();
      const timeUs = slots.earliest + (atOnce && payments.length < concurrency ? 0 : pause);
      // A payment that would come too late still takes its number: where others are slower it is the slot's last one.
      if (slots.earliest >= window.endUs) break;
      pay(payments, timeUs);
      thinkUs.push(pause);
      slots.replaceEarliest(timeUs);
    }
    if (tooMany || payments.length > context.rowLimit) {
      args.report('E603', ['loop'], `this activity may make more than ${groupDigits(context.rowLimit)} payments`);
      return null;
    }
    const columns = { ...payments.columns(), timeUs: new Float64Array(0) };
    return {
      ...paymentsOf(columns, args, window.ends ? window.endUs : null),
      loop: { startUs, endUs: window.endUs, atOnce, concurrency, thinkUs: Float64Array.from(thinkUs) },
    };
  },
};

/** When the slots of a loop become free: a binary heap. */
class Slots {
  readonly #heap: Float64Array;

  constructor(count: number, timeUs: number) {
    this.#heap = new Float64Array(count).fill(timeUs);
  }

  get earliest(): number {
    return this.#heap[0] as number;
  }

  replaceEarliest(timeUs: number): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++;
      if ((heap[child] as number) >= timeUs) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = timeUs;
  }
}
