import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readScenario } from '../read.ts';
import { FIXTURE_PARTS } from '../testing/parts.ts';
import { type ResolvedSweep, resolveSweep } from './resolve.ts';

const HEAD = `version: 1
duration: 1m
params:
  gap: 13s
  amount: 2 sat
  n: { type: int, default: 3 }
  share: { type: number, default: 0.5 }
  rate: 20 ppm
  name: plain
`;

/** The sweep of a section in flow or block style. */
function resolve(sweep: string): ResolvedSweep {
  const { scenario, diagnostics } = readScenario({
    text: `${HEAD}sweep: ${sweep}\n`,
    file: 'x.yml',
    schemaParts: FIXTURE_PARTS,
  });
  expect(diagnostics).toEqual([]);
  if (scenario?.sweep === undefined) throw new Error('no sweep');
  const reports: string[] = [];
  const resolved = resolveSweep(scenario.sweep, scenario.params, scenario.seed, (code, _, text) => {
    reports.push(`${code} ${text}`);
  });
  expect(reports).toEqual([]);
  if (resolved === null) throw new Error('no combinations');
  return resolved;
}

const table = ({ params, combinations }: ResolvedSweep): string[] =>
  combinations.map((levels) => levels.map(({ text }, i) => `${params[i]?.name}=${text}`).join(' '));

describe('the matrix', () => {
  it('is every combination, in order of the values and not of the file', () => {
    const expected = ['amount=2 sat gap=2s', 'amount=2 sat gap=10s', 'amount=10 sat gap=2s', 'amount=10 sat gap=10s'];
    expect(table(resolve('{ matrix: { gap: [10s, 2s], amount: [10 sat, 2 sat] } }'))).toEqual(expected);
    expect(table(resolve('{ matrix: { amount: [2000 msat, 0.0000001 BTC], gap: [2000ms, 10s] } }'))).toEqual(expected);
  });

  it.each([
    ['gap: { range: { from: 1s, to: 2s, step: 300ms } }', ['gap=1s', 'gap=1s300ms', 'gap=1s600ms', 'gap=1s900ms']],
    ['gap: { range: { from: 1s, to: 2s, count: 3 } }', ['gap=1s', 'gap=1s500ms', 'gap=2s']],
    ['share: { range: { from: 0, to: 0.5, step: 0.1 } }', [0, 0.1, 0.2, 0.3, 0.4, 0.5].map((x) => `share=${x}`)],
    ['n: { range: { from: -2, to: 5, step: 3 } }', ['n=-2', 'n=1', 'n=4']],
    ['rate: { range: { from: 0 ppm, to: 1_000 ppm, count: 3 } }', ['rate=0 ppm', 'rate=500 ppm', 'rate=1000 ppm']],
    [
      'amount: { log_range: { from: 1 sat, to: 1_000 sat, count: 4 } }',
      [1, 10, 100, 1000].map((x) => `amount=${x} sat`),
    ],
    ['n: { log_range: { from: 1, to: 4, count: 9 } }', ['n=1', 'n=2', 'n=3', 'n=4']],
    ['rate: [100 ppm, 20 ppm, 3 ppm]', ['rate=3 ppm', 'rate=20 ppm', 'rate=100 ppm']],
    ['name: [b, "007", a]', ['name=007', 'name=a', 'name=b']],
  ])('%s', (axis, expected) => {
    expect(table(resolve(`{ matrix: { ${axis} } }`))).toEqual(expected);
  });

  it('sets parameters together', () => {
    const resolved = resolve('{ matrix: { fees: [{ rate: 5 ppm, n: 1 }, { rate: 9 ppm }], gap: [1s, 2s] } }');
    expect(table(resolved)).toEqual([
      'gap=1s n=1 rate=5 ppm',
      'gap=1s n=3 rate=9 ppm',
      'gap=2s n=1 rate=5 ppm',
      'gap=2s n=3 rate=9 ppm',
    ]);
  });

  it('may be left out: then only seeds differ', () => {
    const { params, combinations, seeds } = resolve('{ seeds: 3 }');
    expect([params, combinations, seeds]).toEqual([[], [[]], [1, 2, 3]]);
    expect(resolve('{ seeds: [42, 7] }').seeds).toEqual([7, 42]);
    expect(resolve('{ matrix: { n: [1] } }').seeds).toEqual([1]);
  });
});

describe('exclude and include', () => {
  const matrix = 'matrix: { gap: [1s, 2s], n: [1, 2] }';

  it('exclude takes away what has all values of an entry', () => {
    expect(table(resolve(`{ ${matrix}, exclude: [{ gap: 1s, n: 2 }] }`))).toEqual([
      'gap=1s n=1',
      'gap=2s n=1',
      'gap=2s n=2',
    ]);
    expect(table(resolve(`{ ${matrix}, exclude: [{ gap: 1000ms }] }`))).toEqual(['gap=2s n=1', 'gap=2s n=2']);
  });

  it('include adds values where it changes none of the matrix, or else a combination', () => {
    expect(table(resolve(`{ ${matrix}, include: [{ gap: 1s, name: x }, { n: 7 }] }`))).toEqual([
      'gap=1s n=1 name=x',
      'gap=1s n=2 name=x',
      'gap=2s n=1 name=plain',
      'gap=2s n=2 name=plain',
      'gap=13s n=7 name=plain',
    ]);
    // A later entry may change what an earlier one put in, and what is excluded can come back.
    expect(
      table(
        resolve('{ matrix: { n: [1, 2] }, exclude: [{ n: 2 }], include: [{ name: x }, { n: 1, name: y }, { n: 2 }] }'),
      ),
    ).toEqual(['n=1 name=y', 'n=2 name=plain']);
  });

  it('include alone makes a list', () => {
    expect(table(resolve('{ include: [{ n: 4 }, { n: 4, gap: 13s }, { gap: 5s }] }'))).toEqual([
      'gap=5s n=3',
      'gap=13s n=4',
    ]);
  });
});

describe('the baseline', () => {
  it('is one combination, or one for each value of what it does not name', () => {
    const { baselines } = resolve('{ matrix: { n: [1, 2] }, baseline: { n: 2 } }');
    expect(baselines).toEqual([1, 1]);
    const pairs = resolve('{ matrix: { n: [1, 2], gap: [1s, 2s] }, exclude: [{ n: 1, gap: 2s }], baseline: { n: 1 } }');
    expect(table(pairs)).toEqual(['gap=1s n=1', 'gap=1s n=2', 'gap=2s n=2']);
    expect(pairs.baselines).toEqual([0, 0, null]);
  });
});

describe('samples', () => {
  const values = (sweep: string, name: string): string[] => {
    const { params, combinations } = resolve(sweep);
    const at = params.findIndex((param) => param.name === name);
    return combinations.map((levels) => levels[at]?.text as string);
  };
  const ranges = 'share: { range: { from: 0, to: 1 } }, amount: { log_range: { from: 1 sat, to: 1_000_000 sat } }';

  it('a latin hypercube has one value in each part of each range', () => {
    const shares = values(`{ matrix: { ${ranges} }, sample: { method: latin-hypercube, n: 50 } }`, 'share');
    const parts = shares.map((share) => Math.floor(Number(share) * 50)).sort((a, b) => a - b);
    expect(parts).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('a parameter’s draws do not depend on the others', () => {
    const sample = 'sample: { method: latin-hypercube, n: 20 }';
    const alone = values(`{ matrix: { share: { range: { from: 0, to: 1 } } }, ${sample} }`, 'share');
    expect(values(`{ matrix: { ${ranges} }, ${sample} }`, 'share').sort()).toEqual(alone.sort());
  });

  it('random points stay when there are more of them, and another seed draws others', () => {
    const draw = (n: number, more = ''): string[] =>
      values(`{ matrix: { ${ranges} }, sample: { method: random, n: ${n}${more} } }`, 'share');
    expect(draw(40)).toEqual(expect.arrayContaining(draw(10)));
    expect(draw(10, ', seed: 2')).not.toEqual(draw(10));
  });

  it('lists are taken whole with every point', () => {
    const all = resolve(
      '{ matrix: { n: [1, 2], gap: { range: { from: 1s, to: 9s } } }, sample: { method: random, n: 5 } }',
    );
    expect(all.combinations).toHaveLength(10);
  });
});

describe('every matrix', () => {
  const level = fc.record({
    gap: fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 5 }),
    n: fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 5 }),
  });

  it('gives the same in any order of the file, and keeps its combinations when a value is added', () => {
    fc.assert(
      fc.property(level, fc.integer({ min: 100, max: 200 }), ({ gap, n }, more) => {
        const section = (gaps: readonly number[], ns: readonly number[], turned: boolean): string => {
          const axes = [`gap: [${gaps.map((g) => `${g}s`).join(', ')}]`, `n: [${ns.join(', ')}]`];
          return `{ matrix: { ${(turned ? axes.reverse() : axes).join(', ')} } }`;
        };
        const plain = table(resolve(section(gap, n, false)));
        expect(table(resolve(section([...gap].reverse(), [...n].reverse(), true)))).toEqual(plain);
        expect(table(resolve(section([...gap, more], n, false)))).toEqual(expect.arrayContaining(plain));
      }),
      { numRuns: 50 },
    );
  });
});

describe('from', () => {
  const from = (text: string): unknown =>
    readScenario({ text: `${HEAD}sweep: { from: ${text} }\n`, file: 'x.yml', schemaParts: FIXTURE_PARTS }).scenario
      ?.sweep?.from?.value;

  it('is a time or the name of a snapshot', () => {
    expect(from('1h30m')).toEqual({ kind: 'time', atUs: 5_400_000_000 });
    expect(from('warmed-up')).toEqual({ kind: 'snapshot', name: 'warmed-up' });
    expect([from('30'), from('1 h'), from("'a b'"), from('[1h]')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
