/**
 * Limits of payments: of time, attempts, fees, time locks. How many attempts there are, when they end and with which outcome.
 * Expected values are those of the sources that the files of models/NAME name.
 */
import { describe, expect, it } from 'vitest';
import { FAILURE } from '../../engine/simulate/failure.ts';
import { type Fault, NAMES, type Name, type Order, onward, Payer, SECOND } from './retry-play.ts';
import { type By, fan, MAIN, NOT_AB, type Options, play, TWIN_1, told, WAYS } from './ways.ts';

/** All ways of a fan fail behind their first channel. */
const everywhere: Fault = () => ({ hop: 1, code: FAILURE.temporary_channel_failure });

describe('limits of time and attempts', () => {
  const of = (
    name: Name,
    seconds: number,
    order: Order = {},
    options: Options = {},
  ): readonly [number, string, number] => {
    const story = play(name, fan(150), { fault: everywhere, answerUs: seconds * SECOND, ...order }, options);
    return [story.tries.length, story.outcome, Math.floor(story.tookUs / SECOND)];
  };

  it('lnd begins no attempt after 60 s', () => {
    expect([of('lnd', 10), of('lnd', 9.9), of('lnd', 59.9), of('lnd', 60)]).toEqual([
      [6, 'PaymentExpired', 60],
      [7, 'PaymentExpired', 69],
      [2, 'PaymentExpired', 119],
      [1, 'PaymentExpired', 60],
    ]);
    expect(of('lnd', 0.1), 'however many there are').toEqual([150, 'RouteNotFound', 15]);
  });

  it('Core Lightning begins one after 60 s, and none later', () => {
    expect([of('cln', 10), of('cln', 10.1), of('cln', 60), of('cln', 60.1)]).toEqual([
      [7, 'PaymentExpired', 70],
      [6, 'PaymentExpired', 60],
      [2, 'PaymentExpired', 120],
      [1, 'PaymentExpired', 60],
    ]);
    expect(of('cln', 0.1), 'however many there are').toEqual([150, 'RouteNotFound', 15]);
  });

  it('Eclair makes five attempts, however long they take', () => {
    expect([of('eclair', 0.1), of('eclair', 1), of('eclair', 1000)]).toEqual([
      [5, 'RetriesExhausted', 0],
      [5, 'RetriesExhausted', 5],
      [5, 'RetriesExhausted', 5000],
    ]);
    expect(told(play('eclair', fan(4), { fault: everywhere })), 'fewer ways').toBe(
      's0 r0, s1 r1, s2 r2, s3 r3, RouteNotFound',
    );
  });

  it('LDK, as ldk-node uses it, tries again within 10 s', () => {
    expect([of('ldk', 4.9), of('ldk', 9.9), of('ldk', 10.1)]).toEqual([
      [3, 'RetriesExhausted', 14],
      [2, 'RetriesExhausted', 19],
      [1, 'RetriesExhausted', 10],
    ]);
    // 10 s are not too late for another try, but the batch that comes after them is.
    const last = play('ldk', fan(2), { fault: everywhere, answerUs: 10 * SECOND });
    expect([last.tries.length, last.outcome]).toEqual([1, 'RetriesExhausted']);
    expect(last.tookUs).toBeGreaterThan(10 * SECOND);
    const [attempts, outcome] = of('ldk', 0.1);
    expect([attempts > 50, outcome], 'however many there are').toEqual([true, 'RetriesExhausted']);
  });

  it('options change them', () => {
    expect(of('lnd', 10, {}, { payment_timeout_s: 35 })).toEqual([4, 'PaymentExpired', 40]);
    expect(of('cln', 10, {}, { xpay: { shadow: false, retry_for_s: 35 } })).toEqual([4, 'PaymentExpired', 40]);
    const plain = { recipient_expiry: { min_delta: 0, max_delta: 0 }, path_finding: { randomize: false } };
    expect(of('eclair', 10, {}, { ...plain, max_payment_attempts: 3 })).toEqual([3, 'RetriesExhausted', 30]);
    expect(of('ldk', 10, {}, { retry_timeout_s: 35 })).toEqual([4, 'RetriesExhausted', 40]);
    // So many retries, after the first attempt, and no clock.
    expect(of('ldk', 1000, {}, { retry_attempts: 3 }).slice(0, 2)).toEqual([4, 'RetriesExhausted']);
  });

  it('the payment’s own timeout goes before', () => {
    const request = { timeoutUs: 25 * SECOND };
    expect(NAMES.map((name) => of(name, 10, { request }).slice(0, 2))).toEqual([
      [3, 'PaymentExpired'],
      [3, 'PaymentExpired'],
      [3, 'RetriesExhausted'],
      [3, 'PaymentExpired'],
    ]);
  });

  it('the next attempt is made at once, by LDK with the next batch: within 200 ms', () => {
    const gaps = NAMES.map((name) => {
      const payer = new Payer(name, fan(2));
      const sentUs: number[] = [];
      const fault: Fault = ({ number }) => {
        sentUs.push(payer.host.now);
        return number === 0 ? { hop: 1, code: FAILURE.temporary_channel_failure } : null;
      };
      payer.pay({ fault });
      return sentUs[1]! - sentUs[0]! - SECOND;
    });
    const [cln, eclair, ldk, lnd] = gaps as [number, number, number, number];
    expect([cln, eclair, lnd]).toEqual([0, 0, 0]);
    expect(ldk).toBeGreaterThan(1000);
    expect(ldk).toBeLessThanOrEqual(201_000);
  });
});

describe('limits of fees and time locks', () => {
  /** Amount, and the most that it may cost; msat. */
  const budgets: By<readonly (readonly [number, number])[]> = {
    cln: [
      [100_000, 5000],
      [1_000_000, 10_000],
      [100_000_000, 1_000_000],
    ],
    eclair: [
      [100_000, 21_000],
      [1_000_000, 30_000],
      [100_000_000, 3_000_000],
    ],
    ldk: [
      [100_000, 51_000],
      [1_000_000, 60_000],
      [100_000_000, 1_050_000],
    ],
    lnd: [
      [100_000, 100_000],
      [1_000_000, 1_000_000],
      [100_000_000, 5_000_000],
    ],
  };

  it.each(NAMES)('%s pays up to its default and no more', (name) => {
    for (const [amountMsat, most] of budgets[name]) {
      const request = { amountMsat, feeLimitMsat: -1 };
      expect(told(play(name, fan(1, { base: most }), { request })), `${amountMsat}`).toBe('s0 r0, Success');
      expect(told(play(name, fan(1, { base: most + 1 }), { request })), `${amountMsat}`).toBe('RouteNotFound');
    }
  });

  it.each(NAMES)('%s ends when all other ways cost too much', (name) => {
    // What is left costs 20 sat more; of lnd's pairs, 1000 sat.
    const dear = name === 'lnd' ? 1_000_000 : 20_000;
    const at = (feeLimitMsat: number): string =>
      told(play(name, WAYS, { fault: onward(1, 'unknown_next_peer'), request: { feeLimitMsat } }));
    const other = name === 'lnd' ? NOT_AB : TWIN_1;
    expect(at(dear)).toBe(`${MAIN[name]}, ${other}, Success`);
    expect(at(dear - 1)).toBe(`${MAIN[name]}, RouteNotFound`);
  });

  it.each([
    // 2016 less the recipient's 18; of Eclair 2016 with the 40 of the own channel, which count in its search, and without the
    // 18; of LDK 1008 less the 18 and twice 40 that stay free for the offset; of lnd less 3 of padding.
    ['cln', 2016 - 18],
    ['eclair', 2016 - 40],
    ['ldk', 1008 - 18 - 80],
    ['lnd', 2016 - 18 - 3],
  ] as const)('%s locks the money for so many blocks at most: %i', (name, most) => {
    expect(told(play(name, fan(1, { delta: most })))).toBe('s0 r0, Success');
    expect(told(play(name, fan(1, { delta: most + 1 })))).toBe('RouteNotFound');
  });
});
