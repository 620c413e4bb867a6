import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HandOut } from './hand-out.ts';
import type { Cell } from './job.ts';

const cell = (seed: number, n: number): Cell => ({ key: `v=${n}#seed=${seed}`, params: {}, seed, run_seed: seed });
const cells = (seeds: number, each: number): Cell[] =>
  Array.from({ length: seeds * each }, (_, i) => cell(Math.floor(i / each), i % each));

describe('cells that are handed out', () => {
  it('come in order when they do not branch', () => {
    const queue = new HandOut(cells(2, 3), false);
    const [a, b] = [{}, {}];
    const taken = [a, b, b, a, a, b, a].map((worker) => queue.take(worker)?.key);
    expect(taken).toEqual([...cells(2, 3).map(({ key }) => key), undefined]);
  });

  it('stay with a worker by their seed, and are shared out at the end', () => {
    const queue = new HandOut(cells(2, 4), true);
    const [a, b] = [{}, {}];
    expect([a, b, a, a].map((worker) => queue.take(worker)?.seed)).toEqual([0, 1, 0, 0]);
    expect(queue.take(a)?.seed).toBe(0);
    // Seed 0 is done; of the three that are left of seed 1 the other worker takes two.
    expect([a, a, b].map((worker) => queue.take(worker)?.key)).toEqual(['v=2#seed=1', 'v=3#seed=1', 'v=1#seed=1']);
    expect([queue.take(a), queue.take(b), queue.isEmpty]).toEqual([null, null, true]);
  });

  it('are each handed out once, whoever asks and whoever goes', () => {
    const asks = fc.array(fc.tuple(fc.nat(3), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(fc.nat(5), fc.integer({ min: 1, max: 6 }), fc.boolean(), asks, (seeds, each, bySeed, turns) => {
        const queue = new HandOut(cells(seeds, each), bySeed);
        const workers = [{}, {}, {}, {}];
        const taken: string[] = [];
        const take = (worker: object): boolean => {
          const next = queue.take(worker);
          if (next !== null) taken.push(next.key);
          return next !== null;
        };
        for (const [n, leaves] of turns) {
          if (leaves) {
            queue.release(workers[n] as object);
            workers[n] = {};
          } else take(workers[n] as object);
        }
        expect(queue.isEmpty).toBe(taken.length === seeds * each);
        while (take(workers[0] as object));
        expect([...taken].sort()).toEqual(
          cells(seeds, each)
            .map(({ key }) => key)
            .sort(),
        );
        expect(queue.isEmpty).toBe(true);
      }),
    );
  });
});
