import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stableOrder } from './radix-sort.ts';

const key = fc.oneof(
  fc.nat(5),
  fc.nat(70_000_000),
  fc.maxSafeNat(),
  fc.constantFrom(0, 65_535, 65_536, 4_294_967_295, 4_294_967_296, Number.MAX_SAFE_INTEGER),
);

test('gives the order of a stable sort', () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 200 }), (keys) => {
      const expected = keys.map((_, i) => i).sort((a, b) => (keys[a] as number) - (keys[b] as number));
      expect(Array.from(stableOrder(Float64Array.from(keys)))).toEqual(expected);
    }),
  );
});

test('sorts a million rows', () => {
  const keys = Float64Array.from({ length: 1_000_000 }, (_, i) => (i * 7_919_000_003) % 86_400_000_000);
  const order = stableOrder(keys);
  let last = -1;
  let sorted = true;
  for (const row of order) {
    if ((keys[row] as number) < last) sorted = false;
    last = keys[row] as number;
  }
  expect(sorted).toBe(true);
});
