import fc from 'fast-check';
import { expect, it } from 'vitest';
import { select } from './selection.ts';

/** Few different values, so that many are equal. */
const numbers = fc.array(fc.oneof(fc.nat(5), fc.double({ noNaN: true, min: 0 })), { minLength: 1, maxLength: 60 });

it('the number of a rank is the one that sorting puts there, and none is lost', () => {
  fc.assert(
    fc.property(numbers, fc.nat(), fc.array(fc.double({ noNaN: true }), { maxLength: 5 }), (list, at, behind) => {
      const values = Float64Array.from([...list, ...behind]);
      const sorted = Float64Array.from(list).sort();
      const rank = at % list.length;
      expect(select(values, list.length, rank)).toBe(sorted[rank]);
      expect(values.slice(0, list.length).sort()).toEqual(sorted);
      expect([...values.slice(list.length)]).toEqual(behind);
    }),
  );
});

it.each([
  [[7], 0, 7],
  [[2, 1], 0, 1],
  [[2, 1], 1, 2],
  [[5, 5, 5, 5], 2, 5],
  [[9, 8, 7, 6, 5, 4, 3, 2, 1, 0], 4, 4],
])('of %j rank %d is %d', (list, rank, value) => {
  expect(select(Float64Array.from(list), list.length, rank)).toBe(value);
});
