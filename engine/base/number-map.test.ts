import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberMap } from './number-map.ts';

/** Keys that meet: numbers in a row, and few of them. */
const key = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.nat(0x7fffffff));

describe('a map of numbers', () => {
  it('does what a Map does', () => {
    const step = fc.tuple(fc.constantFrom('set', 'delete', 'get'), key, fc.nat());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const ours = new NumberMap<number>();
        const theirs = new Map<number, number>();
        for (const [what, k, value] of steps) {
          if (what === 'set') {
            ours.set(k, value);
            theirs.set(k, value);
          } else if (what === 'delete') {
            ours.delete(k);
            theirs.delete(k);
          }
          expect(ours.get(k)).toBe(theirs.get(k));
          expect(ours.size).toBe(theirs.size);
        }
        for (const [k, value] of theirs) expect(ours.get(k)).toBe(value);
        const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);
        expect(sorted(ours.values())).toEqual(sorted(theirs.values()));
      }),
    );
  });

  it('finds nothing that it does not have', () => {
    const map = new NumberMap<string>();
    expect(map.get(0)).toBeUndefined();
    map.delete(0);
    expect(map.size).toBe(0);
  });
});
