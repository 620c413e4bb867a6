import { describe, expect, it } from 'vitest';
import { readParams } from './params.ts';
import { parseYaml } from './yaml.ts';

function read(
  text: string,
  overrides: { readonly [name: string]: string } = {},
): { readonly values: readonly unknown[]; readonly said: readonly string[] } {
  const { tree, problems } = parseYaml(text, 'x.yml');
  if (tree === undefined) throw new Error('no tree');
  const { values } = readParams(tree, new Map(Object.entries(overrides)), problems);
  return {
    values: values.map((v) => [v.name, v.type, v.value, v.overridden]),
    said: problems
      .sorted()
      .map(
        (d) =>
          `${d.file}:${d.range.line}:${d.range.column} ${d.code} ${d.message}${d.hint === undefined ? '' : ` (${d.hint})`}`,
      ),
  };
}

describe('params', () => {
  it('take their type from the declaration or the value', () => {
    const text =
      'params: { a: 13s, b: 2000 msat, c: 5, d: 0.5, e: word, f: true, g: { type: string, default: 007 }, h: { type: number, default: 5 } }';
    expect(read(text)).toEqual({
      values: [
        ['a', 'duration', '13s', false],
        ['b', 'amount', '2000 msat', false],
        ['c', 'int', 5, false],
        ['d', 'number', 0.5, false],
        ['e', 'string', 'word', false],
        ['f', 'bool', true, false],
        ['g', 'string', '007', false],
        ['h', 'number', 5, false],
      ],
      said: [],
    });
  });

  it('are replaced by the command line, by type', () => {
    const text = 'params: { a: 13s, c: 5, d: 0.5, e: word, f: true }';
    const { values, said } = read(text, { a: '1m', c: '-7', d: '1e3', e: '5', f: 'false' });
    expect(said).toEqual([]);
    expect(values).toEqual([
      ['a', 'duration', '1m', true],
      ['c', 'int', -7, true],
      ['d', 'number', 1000, true],
      ['e', 'string', '5', true],
      ['f', 'bool', false, true],
    ]);
  });

  it('refuse values of another type', () => {
    const { said } = read('params: { a: 13s, c: 5, d: 0.5, f: true }', { a: '13', c: '1.5', d: 'x', f: 'yes', g: '1' });
    expect(said).toEqual([
      '--param a=13:1:1 E502 parameter `a`: expected a duration, got the bare number `13` (write `13s`)',
      '--param c=1.5:1:1 E502 parameter `c`: expected a whole number, got `1.5`',
      '--param d=x:1:1 E502 parameter `d`: expected a number, got `x`',
      '--param f=yes:1:1 E502 parameter `f`: expected `true` or `false`, got `yes`',
      '--param g=1:1:1 E505 the scenario has no parameter `g` (known parameters: `a`, `c`, `d` and `f`)',
    ]);
  });

  it('may be absent altogether', () => {
    expect(read('a: 1')).toEqual({ values: [], said: [] });
    expect(read('a: 1', { x: '1' }).said).toEqual([
      '--param x=1:1:1 E505 the scenario has no parameter `x` (there are no parameters)',
    ]);
  });
});
