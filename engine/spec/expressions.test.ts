// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the scenario file
import { describe, expect, it } from 'vitest';
import { CelEnvironment, expressionSyntax, writtenValue } from './cel.ts';
import { scanExpressions, wordsOf } from './expression-scan.ts';
import { substitute } from './expressions.ts';
import { readParams } from './params.ts';
import type { ParamValue } from './scenario.ts';
import { childOf, type SpecTree, toPlain } from './tree.ts';
import { parseYaml } from './yaml.ts';

const PARAMS: readonly ParamValue[] = [
  { name: 'gap', type: 'duration', value: '13s', overridden: false },
  { name: 'frame', type: 'duration', value: '250ms', overridden: false },
  { name: 'amount', type: 'amount', value: '2000 msat', overridden: false },
  { name: 'count', type: 'int', value: 5, overridden: false },
  { name: 'share', type: 'number', value: 0.25, overridden: false },
  { name: 'label', type: 'string', value: 'x', overridden: false },
  { name: 'on', type: 'bool', value: true, overridden: false },
];

function evaluate(expression: string): unknown {
  const compiled = new CelEnvironment(PARAMS).compile(expression);
  if ('problem' in compiled)
    return `${compiled.problem.code} ${compiled.problem.message} @${compiled.problem.start}-${compiled.problem.end}`;
  const outcome = compiled.evaluate();
  if ('problem' in outcome)
    return `${outcome.problem.code} ${outcome.problem.message} @${outcome.problem.start}-${outcome.problem.end}`;
  const written = writtenValue(outcome.value);
  return 'failed' in written ? written.failed : written.value;
}

describe('expressions', () => {
  it.each([
    ["duration('10s') + params.gap", '23s'],
    ['10 * params.frame', '2s500ms'],
    ['params.frame * 10', '2s500ms'],
    ['params.gap / 2', '6s500ms'],
    ['params.gap / params.frame', 52],
    ["duration('10us') / 3", '3us'],
    ['params.gap - duration("1m")', '-47s'],
    ['params.gap * 1.5', '19s500ms'],
    ["duration('2d') + duration('1w')", '9d'],
    ['params.amount + amount("1 sat")', '3 sat'],
    ['params.amount * params.count', '10 sat'],
    ['-params.amount', '-2 sat'],
    ['params.amount > amount("1 sat") && params.gap >= params.frame', true],
    ['params.gap == duration("13s") ? "yes" : "no"', 'yes'],
    ['params.count * 2 + 1', 11],
    ['params.share / 2.0', 0.125],
    ['params.label + "-" + string(params.count) + string(params.gap)', 'x-513s'],
    ['params.on', true],
    ['params.amount.msat()', 2000],
    ['params.gap.seconds()', 13],
    ['"duration(1)"', 'duration(1)'],
    ['double(params.count) * params.share', 1.25],
  ])('%s', (expression, value) => {
    expect(evaluate(expression)).toBe(value);
  });

  it.each([
    ['params.gapp', 'E501 unknown parameter `gapp` @7-11'],
    ['1 + params.gapp', 'E501 unknown parameter `gapp` @11-15'],
    ['gap', 'E503 unknown variable `gap` @0-3'],
    ['params.gap + 5', 'E503 the operator cannot be used with these types: duration + int @0-14'],
    ['params.gap + params.amount', 'E503 the operator cannot be used with these types: duration + amount @0-26'],
    ["duration('10 s')", 'E504 expected a duration, got `10 s` @0-16'],
    ['duration(10)', 'E503 there is no function `duration(int)` @0-12'],
    ['params.count / 0', 'E504 division by zero @0-16'],
    ['params.gap / 0', 'E504 division by zero @0-14'],
    ['1 +', 'E503 the expression ends too early @3-3'],
    ['9007199254740991 + 1', 'the result 9007199254740992 is too large to be exact'],
    ["duration('100000d') * 5", 'the result 500000d is too large to be exact'],
    ['params', 'the result is not a single number, text, boolean, duration or amount'],
    ['null', 'the result is not a single number, text, boolean, duration or amount'],
    ["timestamp('2025-01-01T00:00:00Z')", 'E503 `timestamp` is not available in scenarios @0-9'],
    ["'a'.matches('a')", 'E503 `matches` is not available in scenarios @4-11'],
    ['[1, 2].map(x, x)', 'E503 `map` is not available in scenarios @7-10'],
    ['', 'E503 the expression is empty @0-0'],
    ['1.0 / 0.0', 'the result is not a finite number'],
  ])('%s fails', (expression, said) => {
    expect(evaluate(expression)).toBe(said);
  });

  it('can be extended, as expectations do', () => {
    const environment = new CelEnvironment(PARAMS, {
      extend: (env) => env.registerVariable('time', 'duration'),
      comprehensions: true,
    });
    const compiled = environment.compile('[1, 2].all(n, n < params.count) && time > params.gap');
    if ('problem' in compiled) throw new Error(compiled.problem.message);
    expect(compiled.type).toBe('bool');
    const outcome = new CelEnvironment(PARAMS).compile('params.gap');
    if ('problem' in outcome) throw new Error(outcome.problem.message);
    const value = outcome.evaluate();
    if ('problem' in value) throw new Error(value.problem.message);
    expect(compiled.evaluate(new Map([['time', value.value]]))).toEqual({ value: false });
  });

  it('are checked for their syntax alone', () => {
    expect(expressionSyntax("payments('a').success_rate > 0.7 && channel('x').state == 'open'")).toBeNull();
    expect(expressionSyntax("payments('a'")).toMatchObject({ code: 'E503', start: 12 });
  });
});

describe('the scan', () => {
  it('finds the end of an expression behind strings and braces', () => {
    const text = "a ${{ '}}' + \"}}\" }} b ${{ {'a': {'b': 1}}['a'] }}c";
    expect(scanExpressions(text).parts.map((p) => p.text)).toEqual([' \'}}\' + "}}" ', " {'a': {'b': 1}}['a'] "]);
    expect(scanExpressions('x ${{ a }')).toEqual({ parts: [], unclosed: 2 });
  });

  it('sees words outside of strings and numbers', () => {
    expect(wordsOf("params.a + duration ('b') // c\n + 0xff").map((w) => w.text)).toEqual(['params', 'a', 'duration']);
    expect(wordsOf("duration ('b')")[0]).toEqual({ text: 'duration', start: 0, called: true, member: false });
  });
});

function substituted(text: string): {
  readonly tree: SpecTree;
  readonly said: readonly string[];
  readonly unknown: number;
} {
  const { tree, problems } = parseYaml(text, 'x.yml');
  if (tree === undefined) throw new Error('no tree');
  const result = substitute(tree, readParams(tree, new Map(), problems), problems);
  const said = problems
    .sorted()
    .map((d) => `${d.code} ${d.path} ${d.range.line}:${d.range.column}-${d.range.endColumn}`);
  return { tree: result.tree, said, unknown: result.unknown.size };
}

describe('substitution', () => {
  const head = 'params:\n  gap: 13s\n  n: 5\n';

  it('gives a single expression its type and inserts others into the text', () => {
    const { tree, said } = substituted(
      `${head}a: \${{ params.n }}\nb: "\${{ params.n }}"\nc: n=\${{ params.n }}, gap=\${{ params.gap }}.\nd: ['\${{ 2 * params.gap }}']\n`,
    );
    expect(said).toEqual([]);
    expect(toPlain(tree)).toMatchObject({ a: 5, b: 5, c: 'n=5, gap=13s.', d: ['26s'] });
    expect(childOf(tree, 'a')).toMatchObject({ start: head.length + 3 });
  });

  it('points at the place within the text', () => {
    expect(substituted(`${head}a: \${{ params.x }}\n`).said).toEqual(['E501 a 4:15-16']);
    expect(substituted(`${head}a: "  \${{ params.x }}"\n`).said).toEqual(['E501 a 4:18-19']);
    expect(substituted(`${head}a: 'it''s \${{ params.x }}'\n`).said).toEqual(['E501 a 4:22-23']);
    expect(substituted(`${head}a: >-\n  folded\n  text \${{ params.x }}\n`).said).toEqual(['E501 a 6:19-20']);
    expect(substituted(`${head}a: |\n  one\n  two \${{ params.x }}\n`).said).toEqual(['E501 a 6:18-19']);
    expect(substituted(`${head}a: one\n  two \${{ params.x }}\n`).said).toEqual(['E501 a 5:18-19']);
  });

  it('points at the whole text where escapes hide the place', () => {
    expect(substituted(`${head}a: "\\u0041 \${{ params.x }}"\n`).said).toEqual(['E501 a 4:4-28']);
  });

  it('says nothing about what depends on a faulty parameter', () => {
    const { said, unknown } = substituted(
      'params:\n  gap: { type: duration, default: 13 }\na: ${{ params.gap }}\nb: ${{ params.gap + 1 }}\n',
    );
    expect(said).toEqual(['E502 params.gap.default 2:35-37']);
    expect(unknown).toBe(2);
  });

  it('treats what an alias shares once', () => {
    const { tree, said } = substituted(`${head}a: &x { v: '\${{ params.n }}' }\nb: *x\n`);
    expect(said).toEqual([]);
    expect(toPlain(tree)).toMatchObject({ a: { v: 5 }, b: { v: 5 } });
  });
});
