/**
 * Payments in parts: how many and how large, what becomes of the others when one fails and when no way is left. Expected
 * values are those of the sources that the files of models/NAME name.
 */
import { describe, expect, it } from 'vitest';
import { NAMES, type Name, type Order, onward, SECOND, type Story } from './retry-play.ts';
import { fan, play } from './ways.ts';

describe('parts', () => {
  const wide = { capacitySat: 100_000_000 };
  /** Each HTLC carries this much at most, msat. */
  const MOST = 20_000_000;
  const split = (name: Name, ways: number, amountMsat: number, order: Order = {}): Story => {
    const request = { amountMsat, multiPart: true, ...order.request };
    return play(name, fan(ways, { max: MOST, base: 0 }, wide), { ...order, request });
  };

  it.each([
    ['cln', 100],
    ['eclair', 5],
    ['ldk', 10],
  ] as const)('%s makes at most %i', (name, most) => {
    const whole = split(name, 120, most * MOST);
    expect([whole.outcome, whole.tries.length]).toEqual(['Success', most]);
    const more = split(name, 120, (most + 1) * MOST);
    expect([more.outcome, more.tries.length]).toEqual(['RouteNotFound', 0]);
    // A part more than that: all ways but the last ones carry a whole one, and these a half.
    const uneven = fan(most + 9, (way: number) => ({ max: way < most - 1 ? MOST : MOST / 2, base: 0 }), wide);
    const halves = play(name, uneven, { request: { amountMsat: most * MOST, multiPart: true } });
    expect([halves.outcome, halves.tries.length]).toEqual(['RouteNotFound', 0]);
  });

  it('lnd halves what is left until it fits, and makes at most 16', () => {
    /** The parts, and whether they are the whole amount. */
    const halved = (amountMsat: number): readonly [readonly number[], boolean] => {
      const parts: number[] = [];
      for (let left = amountMsat; left > 0; left -= parts.at(-1)!) {
        let part = left;
        while (part > MOST && parts.length + 1 < 16) part = Math.floor(part / 2);
        if (part > MOST || part < 10_000_000) return [parts, false];
        parts.push(part);
      }
      return [parts, true];
    };
    const counts = new Set<number>();
    let tooMany = 0;
    for (let amount = 30_000_000; amount < 400_000_000; amount += 7_000_000) {
      const [parts, isWhole] = halved(amount);
      const story = split('lnd', 3, amount);
      expect(
        story.sent.map(({ amounts }) => amounts.at(-1)),
        `${amount}`,
      ).toEqual(parts);
      expect(story.outcome === 'Success', `${amount}`).toBe(isWhole);
      if (isWhole) counts.add(parts.length);
      else if (parts.length === 15) tooMany++;
    }
    expect(Math.max(...counts)).toBe(16);
    expect(tooMany).toBeGreaterThan(0);
  });

  it('are those of the payment where it says how many', () => {
    const of = (name: Name, maxParts: number): string => split(name, 8, 2.5 * MOST, { request: { maxParts } }).outcome;
    expect(NAMES.map((name) => of(name, 3))).toEqual(Array(4).fill('Success'));
    // lnd has sent a part before it sees that the rest is too much for one.
    expect(NAMES.map((name) => of(name, 2))).toEqual([
      'RouteNotFound',
      'RouteNotFound',
      'RouteNotFound',
      'PaymentExpired',
    ]);
  });

  it('are made only where the recipient takes them; Core Lightning gives that up when there is no other way', () => {
    const outcomes = NAMES.map((name) => split(name, 8, 2 * MOST, { request: { multiPart: false } }).outcome);
    expect(outcomes).toEqual(['Success', 'RouteNotFound', 'RouteNotFound', 'RouteNotFound']);
  });

  it('have a least size: 10,000 sat of lnd, 15,000 sat of Eclair, a tenth of LDK, none of Core Lightning', () => {
    const smallest = (name: Name, amountMsat: number, max: number): string =>
      play(name, fan(20, { max, base: 0 }, wide), { request: { amountMsat, multiPart: true } }).outcome;
    for (const [name, amountMsat, least] of [
      ['lnd', 20_000_000, 10_000_000],
      ['eclair', 30_000_000, 15_000_000],
      ['ldk', 10_000_000, 1_000_000],
    ] as const) {
      expect(smallest(name, amountMsat, least), name).toBe('Success');
      expect(smallest(name, amountMsat, least - 1), name).toBe('RouteNotFound');
    }
    expect(smallest('cln', 10_000_000, 600_000)).toBe('Success');
  });

  it('that fail are placed anew over other channels, while the others wait', () => {
    for (const name of NAMES) {
      const story = split(name, 4, 2 * MOST, { fault: onward(1, 'unknown_next_peer') });
      const [failed] = story.tries;
      expect(story.outcome, name).toBe('Success');
      expect(story.tries.slice(2), name).not.toContain(failed);
      expect(story.tookUs, name).toBeLessThan(3 * SECOND);
    }
  });

  it('wait for those in flight when no way is left, and the payment has failed', () => {
    // Two own channels with 25,000 sat each, beside the reserve and the fees of a commitment.
    const own = { ...wide, balanceMsat: 1_000_000_000 + 26_500_000 };
    const endings = NAMES.map((name) => {
      const order = { fault: onward(1, 'unknown_next_peer'), request: { amountMsat: 40_000_000, multiPart: true } };
      const { outcome, tookUs, tries } = play(name, fan(2, { base: 0 }, own), order);
      expect(tries.length, name).toBeGreaterThan(1);
      return [outcome, Math.floor(tookUs / SECOND)];
    });
    // The recipient gives back after 120 s what it holds. Eclair tries ignored channels again, which costs its attempts.
    expect(endings).toEqual([
      ['RouteNotFound', 121],
      ['RetriesExhausted', 121],
      ['RouteNotFound', 121],
      ['PaymentExpired', 121],
    ]);
  });
});
