import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../engine/base/random.ts';
import { amountClass } from './hop-lists.ts';
import { LeastPenalty } from './least-penalty.ts';
import { readSettings } from './options.ts';
import { Scorer } from './scorer.ts';

describe('classes of amounts', () => {
  it('have a smallest one that is a whole number, in the class itself, and at most a thirty-second less', () => {
    for (let amount = 1; amount < 2 ** 45; amount += Math.ceil(amount / 50)) {
      const smallest = amountClass(amount);
      expect(Number.isInteger(smallest)).toBe(true);
      expect(amountClass(smallest)).toBe(smallest);
      expect(smallest).toBeLessThanOrEqual(amount);
      expect(smallest).toBeGreaterThan(amount * (1 - 1 / 32));
    }
  });
});

describe('the least penalty by msat', () => {
  it('is never more than what base fee and penalty come to, and close to it at the amount that costs least', () => {
    const random = RandomStream.named(1, 'test', 'ldk', 'least-penalty');
    const least = new LeastPenalty();
    let close = 0;
    for (let i = 0; i < 300; i++) {
      const settings = readSettings({
        scorer: {
          linear_success_probability: random.integer(0, 4) === 0,
          historical_liquidity_penalty_multiplier_msat: random.integer(0, 60_000),
          liquidity_penalty_multiplier_msat: random.integer(0, 1) * 30_000,
        },
      }).scorer;
      const scorer = new Scorer(settings);
      const valueMsat = random.integer(1, 1_000_000_000);
      const leastMsat = random.integer(0, 1) === 0 ? valueMsat : Math.ceil(valueMsat / 10);
      const capacity = leastMsat + random.integer(0, 10) * random.integer(0, 1_000_000_000);
      const room = random.integer(leastMsat, capacity);
      const base = random.integer(0, 2) * random.integer(0, 100_000);
      // It holds for all amounts of a class as it does for its smallest.
      if (i % 2 === 0) least.begin(settings, valueMsat, leastMsat);
      else least.begin(settings, amountClass(valueMsat), amountClass(leastMsat));
      const unknown = least.unknown(capacity, room, base + scorer.probingPenalty(capacity, room));
      let cheapest = Infinity;
      for (let k = 0; k <= 40; k++) {
        const amount = Math.floor(leastMsat + (Math.min(room, valueMsat) - leastMsat) * (k / 40));
        const fees = random.integer(0, 1) * random.integer(0, 50_000);
        const asked = base + scorer.penalty(2, amount + fees, random.integer(0, 9) * 1000, capacity, room, 0);
        const cost = (asked * valueMsat) / amount;
        expect(cost).toBeGreaterThanOrEqual(unknown * (1 - 1e-12));
        cheapest = Math.min(cheapest, cost);
      }
      if (unknown > 0.7 * cheapest) close++;
      // It has carried all that it can more often than not.
      for (let k = 0; k < 40; k++) scorer.failedDownstream(2, capacity, capacity, 0);
      const known = least.known(base + scorer.probingPenalty(capacity, room));
      const amount = random.integer(leastMsat, Math.min(room, valueMsat));
      const cost = ((base + scorer.penalty(2, amount, 0, capacity, room, 0)) * valueMsat) / amount;
      expect(cost).toBeGreaterThanOrEqual(known * (1 - 1e-12));
    }
    expect(close).toBeGreaterThan(150);
  });
});
