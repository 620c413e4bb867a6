import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CumulativeSearch } from './cumulative-search.ts';

test('finds what a plain search finds, at the weights, beside them and between', () => {
  const weight = fc.oneof(fc.nat(3), fc.nat(1_000_000), fc.integer({ min: 0, max: 2 ** 45 }));
  fc.assert(
    fc.property(fc.array(weight, { maxLength: 60 }), fc.integer({ min: 1, max: 2 ** 40 }), (weights, rest) => {
      let sum = 0;
      const cumulative = Float64Array.from(weights, (one) => (sum += one));
      const total = sum + rest;
      const search = new CumulativeSearch(cumulative, total);
      const points = [0, total - 1, total, ...cumulative].flatMap((at) => [at - 1, at - 0.5, at, at + 0.5, at + 1]);
      for (const point of points.filter((at) => at >= 0 && at <= total)) {
        const plain = cumulative.findIndex((one) => one > point);
        expect(search.firstAbove(point)).toBe(plain < 0 ? cumulative.length : plain);
      }
    }),
  );
});
