import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NextPayments } from './next-payments.ts';

/** How long a node waits: not at all, within a second or a stretch, beyond it, or for ever. */
const wait = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 100_000 }),
  fc.constantFrom(2 ** 40, 2 ** 52, 2 ** 53, 2 ** 60, Infinity),
);

test('the first node is that of the least time, and of those the least number', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom(0, 0.001, 0.2, 3, 1e6),
      fc.infiniteStream(wait),
      fc.infiniteStream(fc.nat({ max: 9 })),
      (nodes, rate, waits, turns) => {
        const draw = (): number => waits.next().value as number;
        const next = new NextPayments(nodes, rate);
        for (let node = 0; node < nodes; node++) next.time[node] = draw();
        let now = 0;
        let first = next.take();
        for (let step = 0; step < 300; step++) {
          const least = next.time.reduce((a, b) => Math.min(a, b));
          expect(first).toBe(next.time.indexOf(least));
          // Now and then the time of the last payment does not go on, as where an amount is 0.
          if (turns.next().value !== 0 && least < 2 ** 60) now = least;
          next.time[first] = now + draw();
          if (next.put(first)) first = next.take();
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('many nodes of one second come in order', () => {
  const next = new NextPayments(100, 100);
  next.time.fill(5);
  const taken: number[] = [];
  for (let step = 0; step < 300; step++) {
    const node = next.take();
    taken.push(node);
    next.time[node] = 6 + Math.floor(step / 100);
    expect(next.put(node)).toBe(true);
  }
  expect(taken).toEqual(Array.from({ length: 300 }, (_, i) => i % 100));
});
