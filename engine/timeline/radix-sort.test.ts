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

test.each([4_095, 4_096, 1_000_000])('sorts %i rows, those with equal keys in their order', (length) => {
  const keys = Float64Array.from({ length }, (_, i) => (i * 7_919_000_003) % 86_400_000_000).map((key, i) =>
    i % 3 === 0 ? key % 17 : key,
  );
  const order = stableOrder(keys);
  let last = -1;
  let sorted = true;
  for (const row of order) {
    const [key, before] = [keys[row] as number, keys[last] ?? -1];
    if (key < before || (key === before && row < last)) sorted = false;
    last = row;
  }
  expect(sorted).toBe(true);
});
