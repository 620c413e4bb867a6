import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stableOrder } from './radix-sort.ts';
import { spreadOrder } from './spread-sort.ts';

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

/** A moment, one key of the same part of the range, and one that makes the range large. */
const crowding = (i: number): number => (i === 77 ? 86_400_000_000 : i === 78 ? 160_000_000 : (i * 7_919) % 1_009);

/** Keys that are spread out, crowd at a few times or within a moment, come again, or are as large as they may be. */
const shapes: readonly (readonly [string, (i: number) => number])[] = [
  ['spread out', (i) => (i * 7_919_000_003) % 86_400_000_000],
  ['of whole seconds', (i) => 1_000_000 * ((i * 7_919) % 86_400)],
  ['of one moment but for one', (i) => (i === 77 ? 86_400_000_000 : (i * 7_919) % 1_009)],
  ['of one moment but for two', crowding],
  ['of two moments', (i) => (i % 2 === 0 ? 86_000_000_000 : 0) + ((i * 7_919) % 5_003)],
  ['that grow by their squares', (i) => ((i * 7_919) % 20_011) * ((i * 7_919) % 20_011)],
  ['of fewer and fewer, as by chance', (i) => Math.floor(Number.MAX_SAFE_INTEGER / (1 + ((i * 7_919) % 20_011)))],
  ['as large as they may be', (i) => Number.MAX_SAFE_INTEGER - ((i * 7_919) % 30_011)],
  ['over the whole range', (i) => (i % 20_011) * 450_000_000_000],
];

test.each(shapes)('sorts keys %s', (_, keyOf) => {
  const keys = Float64Array.from({ length: 20_011 }, (_, i) => keyOf(i));
  const expected = Array.from(keys, (_, i) => i).sort((a, b) => (keys[a] as number) - (keys[b] as number));
  expect(Array.from(stableOrder(keys))).toEqual(expected);
  const spread = spreadOrder(keys);
  if (spread !== null) expect(Array.from(spread)).toEqual(expected);
});

test('leaves keys that crowd to others', () => {
  const crowded = Float64Array.from({ length: 20_011 }, (_, i) => crowding(i));
  expect(spreadOrder(crowded)).toBeNull();
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
