import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backlog } from './backlog.ts';

const BLOCK = 4_000_000;
const roomy = (): Backlog => new Backlog(400_000_000);

describe('the backlog of strangers', () => {
  it('spreads weight evenly over the logarithm of the feerate', () => {
    const backlog = roomy();
    backlog.add(1000, 100_000, 160);
    expect(backlog.bands).toHaveLength(16);
    expect(backlog.bands[0]).toEqual({ perKw: 100_000, weight: 10 });
    expect(backlog.bands[15]).toEqual({ perKw: 1000, weight: 10 });
    const above10k = backlog.bands.filter(({ perKw }) => perKw >= 10_000).length;
    expect(above10k).toBe(8);
  });

  it('puts what one feerate has into one band, and what comes later beside it', () => {
    const backlog = roomy();
    backlog.add(500, 500, 7);
    backlog.add(900, 900, 5);
    backlog.add(500, 500, 3);
    expect(backlog.bands).toEqual([
      { perKw: 900, weight: 5 },
      { perKw: 500, weight: 10 },
    ]);
    expect(backlog.weight).toBe(15);
  });

  it('gives a block what pays most, down to a feerate', () => {
    const backlog = roomy();
    backlog.add(900, 900, 5);
    backlog.add(500, 500, 10);
    expect(backlog.take(600, 100)).toBe(5);
    expect(backlog.take(500, 4)).toBe(4);
    expect(backlog.bands).toEqual([{ perKw: 500, weight: 6 }]);
    expect(backlog.take(0, 100)).toBe(6);
    expect(backlog.weight).toBe(0);
    expect(backlog.present).toBe(false);
  });

  it('estimates what stands before the rest at a depth of so many blocks', () => {
    const backlog = roomy();
    backlog.add(3000, 3000, 1.5 * BLOCK);
    backlog.add(2000, 2000, BLOCK);
    expect(backlog.feerateAt(1, BLOCK)).toBe(3001);
    expect(backlog.feerateAt(2, BLOCK)).toBe(2001);
    expect(backlog.feerateAt(3, BLOCK)).toBe(0);
  });

  it('lets its inflow come with each block, for as long as it lasts', () => {
    const backlog = roomy();
    backlog.inflows.push({ lowPerKw: 700, highPerKw: 700, weight: 11, blocks: 2 });
    expect(backlog.present).toBe(true);
    for (let i = 0; i < 3; i++) backlog.afterBlock();
    expect(backlog.weight).toBe(22);
    expect(backlog.inflows).toEqual([]);
  });

  it('drops the cheapest beyond its limit, and takes nothing so cheap until its minimum has decayed', () => {
    const backlog = new Backlog(100);
    backlog.add(1000, 1000, 60);
    backlog.add(2000, 2000, 60);
    expect(backlog.bands).toEqual([
      { perKw: 2000, weight: 60 },
      { perKw: 1000, weight: 40 },
    ]);
    // 1 sat/vB above what was dropped.
    expect(backlog.minimumPerKw).toBe(1250);
    backlog.take(0, 10);
    backlog.add(1249, 1249, 5);
    expect(backlog.weight).toBe(90);
  });

  it('halves its minimum in 72 blocks when it is full, in 18 when it is nearly empty, and forgets it below half of 1 sat/vB', () => {
    const full = new Backlog(100);
    full.add(7750, 7750, 110);
    expect(full.minimumPerKw).toBe(8000);
    for (let i = 0; i < 72; i++) full.afterBlock();
    // Rounded down with every block.
    expect(full.minimumPerKw).toBeGreaterThan(3900);
    expect(full.minimumPerKw).toBeLessThanOrEqual(4000);
    full.take(0, 100);
    const before = full.minimumPerKw;
    for (let i = 0; i < 18; i++) full.afterBlock();
    expect(full.minimumPerKw).toBeGreaterThan(before / 2 - 20);
    expect(full.minimumPerKw).toBeLessThanOrEqual(before / 2);
    for (let i = 0; i < 18 * 5; i++) full.afterBlock();
    expect(full.minimumPerKw).toBe(0);
    expect(full.present).toBe(false);
  });

  it('keeps its bands in order and its sum right, whatever comes and goes', () => {
    const low = fc.integer({ min: 1, max: 100_000 });
    const step = fc.oneof(
      fc.record({ add: low, factor: fc.integer({ min: 1, max: 100 }), weight: fc.integer({ min: 0, max: 5_000_000 }) }),
      fc.record({ take: low, room: fc.integer({ min: 0, max: 5_000_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const backlog = new Backlog(8_000_000);
        for (const s of steps) {
          const before = backlog.weight;
          if ('add' in s) backlog.add(s.add, s.add * s.factor, s.weight);
          else expect(backlog.take(s.take, s.room)).toBe(before - backlog.weight);
          expect(backlog.bands.reduce((sum, { weight }) => sum + weight, 0)).toBe(backlog.weight);
          expect(backlog.weight).toBeLessThanOrEqual(8_000_000);
          backlog.bands.forEach(({ perKw, weight }, i) => {
            expect(weight).toBeGreaterThan(0);
            if (i > 0) expect(perKw).toBeLessThan(backlog.bands[i - 1]!.perKw);
          });
        }
      }),
    );
  });
});
