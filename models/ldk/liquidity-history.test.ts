import { describe, expect, it } from 'vitest';
import { bucketOf, LiquidityHistory, positionOf } from './liquidity-history.ts';

describe('buckets', () => {
  it('are narrow at both ends and wide in the middle', () => {
    expect([0, 1, 2, 3, 4, 8191, 8192, 16_382, 16_383].map(bucketOf)).toEqual([0, 1, 2, 2, 3, 15, 16, 30, 31]);
  });

  it('hold positions in 2^14ths of a capacity plus one', () => {
    expect(positionOf(100, 1000)).toBe(Math.floor((100 * 16_384) / 1001));
    expect(bucketOf(positionOf(100, 1000))).toBe(11);
    expect(positionOf(1000, 1000)).toBe(16_367);
    // Beyond 2^53.
    expect(positionOf(2_000_000_000_000_000, 2_100_000_000_000_000)).toBe(15_603);
  });
});

describe('counts', () => {
  it('rise by 32 and lose a 2048th with each point', () => {
    const history = new LiquidityHistory();
    history.add(0, 100, 0, 1000);
    expect([history.min[11], history.max[0]]).toEqual([32, 32]);
    history.add(0, 100, 0, 1000);
    expect(history.min[11]).toBe(31 + 32);
    // Seen from the other side the bounds change places.
    history.add(1, 0, 100, 1000);
    expect([history.min[11], history.max[0]]).toEqual([62 + 32, 62 + 32]);
  });

  it('never exceed 16 bits', () => {
    const history = new LiquidityHistory();
    for (let i = 0; i < 40_000; i++) history.add(0, 0, 0, 1000);
    expect(history.min[0]).toBe(63_457 + 32);
    expect(history.probabilityTimesBillion(0, 500, 1000, false)).toBeGreaterThan(0);
  });

  it('fade by half-lives', () => {
    const history = new LiquidityHistory();
    history.add(0, 100, 0, 1000);
    history.fade(2);
    expect([history.min[11], history.max[0]]).toEqual([8, 8]);
  });

  it('ignore what lies outside of the capacity', () => {
    const history = new LiquidityHistory();
    history.add(0, 2000, 0, 1000);
    expect(Array.from(history.min).every((count) => count === 0)).toBe(true);
  });
});

describe('probability', () => {
  it('needs one full point', () => {
    const history = new LiquidityHistory();
    expect(history.probabilityTimesBillion(0, 500, 1000, false)).toBe(-1);
    history.add(0, 100, 0, 1000);
    expect(history.probabilityTimesBillion(0, 500, 1000, false)).toBeGreaterThan(0);
    history.fade(1);
    expect(history.probabilityTimesBillion(0, 500, 1000, false)).toBe(-1);
  });

  it('is one below the lower bound and nothing above the upper one', () => {
    const history = new LiquidityHistory();
    history.add(0, 500_000, 250_000, 1_000_000);
    expect(history.probabilityTimesBillion(0, 100_000, 1_000_000, false)).toBe(1024 ** 3);
    expect(history.probabilityTimesBillion(0, 820_000, 1_000_000, false)).toBe(0);
    // Bounds from 37.5 % to 81.25 % by their buckets, all balances alike.
    const linear = history.probabilityTimesBillion(0, 600_000, 1_000_000, true) / 1024 ** 3;
    const position = positionOf(600_000, 1_000_000);
    expect(linear).toBeCloseTo((13_311 - position) / (13_311 - 6144 + 1), 3);
  });

  it('takes the lowest upper bound with a full point where nothing went through', () => {
    const history = new LiquidityHistory();
    const low = (): number => history.probabilityTimesBillion(0, 200_000, 1_000_000, false);
    history.add(0, 0, 900_000, 1_000_000);
    expect(low()).toBe(0);
    // The next point takes a little of the first, which is no longer full.
    history.add(0, 0, 0, 1_000_000);
    expect(low()).toBeGreaterThan(0.5 * 1024 ** 3);
    history.add(0, 0, 900_000, 1_000_000);
    expect(low()).toBe(0);
  });
});
