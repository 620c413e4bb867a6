import { describe, expect, it } from 'vitest';
import { readLevel } from '../spec/sweep/levels.ts';
import type { SweptParam } from '../spec/sweep/resolve.ts';
import { combinationKey, readKey } from './cell-key.ts';
import { shardIndexes } from './manifest.ts';
import { combinationOf, narrowed, SweepPlan } from './plan.ts';
import { reproduceCommand } from './reproduce.ts';

const PARAMS: readonly SweptParam[] = [
  { name: 'amount', type: 'amount' },
  { name: 'gap', type: 'duration' },
  { name: 'name', type: 'string' },
];

function plan(combinations: readonly (readonly string[])[], more: Partial<SweepPlan> = {}): SweepPlan {
  return new SweepPlan({
    params: PARAMS,
    combinations: combinations.map((texts) => combinationOf(PARAMS, texts)),
    baselines: combinations.map(() => null),
    seeds: [1, 3],
    seedsVary: false,
    metrics: [],
    ...more,
  });
}

describe('keys', () => {
  it('name values and seed', () => {
    const cell = plan([['2 sat', '13s', 'a b']]).cell(1);
    expect(cell).toEqual({
      key: 'amount=2sat,gap=13s,name=a+b#seed=3',
      params: { amount: '2 sat', gap: '13s', name: 'a b' },
      seed: 3,
      run_seed: 3,
    });
  });

  it('are different for different texts', () => {
    const texts = ['a', 'a b', 'a+b', 'a%20b', 'a,b', 'a=b', 'a#seed=1', '', 'ä', '日本', "it's", 'a\nb'];
    const keys = texts.map((text) => combinationKey([{ name: 'x', type: 'string' }], [{ text, size: null }]));
    expect(new Set(keys).size).toBe(texts.length);
    for (const [i, key] of keys.entries()) {
      expect(key).toMatch(/^x=[A-Za-z0-9_.%+-]*$/);
      expect(readKey(`${key}#seed=1`, [{ name: 'x', type: 'string' }])).toEqual({ ok: true, key: `${keys[i]}#seed=1` });
    }
  });

  it.each([
    ['gap=13000ms,amount=2000msat,name=a+b#seed=3', 'amount=2sat,gap=13s,name=a+b#seed=3'],
    ['name=a+b,amount=0.00000002BTC,gap=13s#seed=3', 'amount=2sat,gap=13s,name=a+b#seed=3'],
  ])('%s is read', (text, key) => {
    expect(readKey(text, PARAMS)).toEqual({ ok: true, key });
  });

  it.each([
    ['amount=2sat', 'a cell is written'],
    ['amount=2sat,gap=13s#seed=1', 'the value of `name` is missing'],
    ['amount=2,gap=13s,name=x#seed=1', 'amount: expected an amount'],
    ['amount=2sat,gap=13s,name=x,n=1#seed=1', 'the sweep does not set `n`'],
    ['amount=2sat,gap,name=x#seed=1', '`gap` is not of the form'],
    ['amount=2sat,gap=13s,name=%zz#seed=1', 'is not a value of `name`'],
  ])('%s is refused', (text, reason) => {
    expect(readKey(text, PARAMS)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });
});

describe('seeds', () => {
  it('are the listed ones, so that all combinations see the same traffic', () => {
    const all = plan([
      ['1 sat', '1s', 'x'],
      ['2 sat', '1s', 'x'],
    ]);
    expect([...all.cells([0, 1, 2, 3])].map((cell) => cell.run_seed)).toEqual([1, 3, 1, 3]);
  });

  it('are drawn from the key where they vary, and stay when the sweep grows', () => {
    const few = plan([['2 sat', '1s', 'x']], { seedsVary: true });
    const more = plan(
      [
        ['1 sat', '1s', 'x'],
        ['2 sat', '1s', 'x'],
      ],
      { seedsVary: true, seeds: [1, 2, 3] },
    );
    const seedOf = (of: SweepPlan, key: string): number | undefined =>
      [...of.cells(Array.from({ length: of.size }, (_, i) => i))].find((cell) => cell.key === key)?.run_seed;
    const key = 'amount=2sat,gap=1s,name=x#seed=3';
    expect(seedOf(few, key)).toBe(seedOf(more, key));
    expect(new Set([...more.cells([0, 1, 2, 3, 4, 5])].map((cell) => cell.run_seed)).size).toBe(6);
    for (const { run_seed } of more.cells([0, 1, 2, 3, 4, 5])) expect(Number.isSafeInteger(run_seed)).toBe(true);
  });
});

describe('parts', () => {
  it('have every cell once', () => {
    for (const [size, count] of [
      [10, 3],
      [2, 5],
      [0, 2],
      [100, 1],
    ] as const) {
      const shards = Array.from({ length: count }, (_, i) => [...shardIndexes(size, { index: i + 1, count })]);
      expect(shards.flat().sort((a, b) => a - b)).toEqual([...shardIndexes(size, null)]);
    }
  });

  it('a parameter of the command line leaves the combinations that have its value', () => {
    const texts = [
      ['1 sat', '1s', 'x'],
      ['1 sat', '2s', 'x'],
      ['2 sat', '2s', 'x'],
    ];
    const { combinations, baselines } = narrowed(
      {
        params: PARAMS,
        combinations: texts.map((one) => combinationOf(PARAMS, one)),
        baselines: [0, 1, 1],
        seeds: [1],
      },
      new Map([['gap', '2s']]),
    );
    expect(combinations.map(([amount]) => amount?.text)).toEqual(['1 sat', '2 sat']);
    expect(baselines).toEqual([0, 0]);
  });
});

describe('the command of a cell', () => {
  it('quotes what a shell would take apart', () => {
    const cell = plan([['2 sat', '13s', "it's"]]).cell(0);
    const info = { file: 'a b.yml', fixed: { z: '1' }, allowOutside: true };
    expect(reproduceCommand(info, cell)).toBe(
      "blast run 'a b.yml' --param 'amount=2 sat' --param gap=13s --param 'name=it'\\''s' --param z=1 --seed 1 --allow-outside",
    );
  });
});

it('levels of equal values are equal', () => {
  const text = (type: SweptParam['type'], source: string): string => {
    const reading = readLevel(type, { value: source, source });
    return reading.ok ? reading.level.text : reading.reason;
  };
  expect(text('duration', '90s')).toBe(text('duration', '1m30s'));
  expect(text('amount', '1000 msat')).toBe(text('amount', '1 sat'));
});
