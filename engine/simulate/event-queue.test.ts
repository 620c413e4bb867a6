import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from './event-queue.ts';

type Entry = readonly [time: number, kind: number, a: number, b: number];

/** The rules, plainly: a list in order of time, and of insertion where times are equal. */
class PlainQueue {
  readonly #all: { readonly entry: Entry; readonly order: number }[] = [];
  #inserted = 0;

  push(...entry: Entry): void {
    this.#all.push({ entry, order: this.#inserted++ });
    this.#all.sort((x, y) => x.entry[0] - y.entry[0] || x.order - y.order);
  }

  pop(): Entry | undefined {
    return this.#all.shift()?.entry;
  }

  peek(): number {
    return this.#all[0]?.entry[0] ?? Number.POSITIVE_INFINITY;
  }

  entries(): readonly Entry[] {
    return this.#all.map(({ entry }) => entry);
  }
}

/** Delays of every magnitude, and often the same ones. */
const delay = fc.oneof(
  fc.nat(3),
  fc.nat(100),
  fc.nat(1_000_000),
  fc.constantFrom(0, 1023, 1024, 0xfffff, 0x100000, 0xffffff, 0x1000000, 2 ** 34, 2 ** 40),
  fc.integer({ min: 0, max: 2 ** 45 }),
);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ push: delay }) },
  { weight: 4, arbitrary: fc.constant('pop' as const) },
  { weight: 1, arbitrary: fc.constant('peek' as const) },
  { weight: 1, arbitrary: fc.constant('entries' as const) },
);

describe('the queue of events', () => {
  it('is a list in order of time and insertion, whatever is pushed and popped', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const queue = new EventQueue();
        const plain = new PlainQueue();
        let now = 0;
        steps.forEach((s, i) => {
          if (typeof s === 'object') {
            queue.push(now + s.push, i, 5 - i, i * 3);
            plain.push(now + s.push, i, 5 - i, i * 3);
          } else if (s === 'peek') {
            expect(queue.peek()).toBe(plain.peek());
          } else if (s === 'entries') {
            expect([...queue.entries()]).toEqual(plain.entries());
          } else {
            const expected = plain.pop();
            expect(queue.pop()).toBe(expected !== undefined);
            if (expected === undefined) return;
            expect([queue.time, queue.kind, queue.a, queue.b]).toEqual(expected);
            now = queue.time;
          }
        });
        expect([...queue.entries()]).toEqual(plain.entries());
        expect(queue.size).toBe(plain.entries().length);
      }),
      { numRuns: 300 },
    );
  });

  it('takes an event that comes before those that are there, after a look at them', () => {
    const queue = new EventQueue();
    queue.push(1_000_000, 1, 0, 0);
    expect(queue.peek()).toBe(1_000_000);
    queue.push(5, 2, 0, 0);
    expect(queue.peek()).toBe(5);
    queue.pop();
    expect([queue.time, queue.kind]).toEqual([5, 2]);
  });

  it('holds many events of one time in their order', () => {
    const queue = new EventQueue();
    for (let i = 0; i < 5000; i++) queue.push(7_777_777, i, 0, 0);
    for (let i = 0; i < 5000; i++) {
      queue.pop();
      expect(queue.kind).toBe(i);
    }
    expect(queue.pop()).toBe(false);
    expect(queue.peek()).toBe(Number.POSITIVE_INFINITY);
  });

  it('refuses times that have passed and times between two microseconds', () => {
    const queue = new EventQueue();
    queue.push(100, 0, 0, 0);
    queue.pop();
    expect(() => queue.push(99, 0, 0, 0)).toThrow(RangeError);
    expect(() => queue.push(100.5, 0, 0, 0)).toThrow(RangeError);
    expect(() => queue.push(Number.NaN, 0, 0, 0)).toThrow(RangeError);
    expect(() => queue.push(Number.POSITIVE_INFINITY, 0, 0, 0)).toThrow(RangeError);
    queue.push(100, 1, 0, 0);
    expect(queue.size).toBe(1);
  });
});
