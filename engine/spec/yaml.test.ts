// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the scenario file
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { childOf, entryOf, type SpecTree, toPlain } from './tree.ts';
import { parseYaml } from './yaml.ts';

function treeOf(text: string): SpecTree {
  const { tree, problems } = parseYaml(text, 'x.yml');
  expect(problems.sorted()).toEqual([]);
  if (tree === undefined) throw new Error('no tree');
  return tree;
}

function codesOf(text: string): readonly string[] {
  return parseYaml(text, 'x.yml')
    .problems.sorted()
    .map((d) => `${d.code}@${d.range.line}:${d.range.column}`);
}

describe('positions', () => {
  const text = "a: 1\nmap:\n  \"key one\": &x [10s, 'it''s']\n  two: |\n    text\n    more\nnothing:\n";
  const { source } = parseYaml(text, 'x.yml');
  const root = treeOf(text);
  const textAt = (node: { readonly start: number; readonly end: number } | undefined): string =>
    node === undefined ? '' : source.text.slice(node.start, node.end);

  it('of keys and values', () => {
    const map = childOf(root, 'map');
    expect(textAt(entryOf(map, 'key one')?.keySpan)).toBe('"key one"');
    expect(textAt(childOf(map, 'key one'))).toBe("[10s, 'it''s']");
    expect(textAt(childOf(childOf(map, 'key one'), 0))).toBe('10s');
    expect(textAt(childOf(map, 'two'))).toBe('|\n    text\n    more');
    expect(textAt(entryOf(root, 'nothing')?.keySpan)).toBe('nothing');
    expect(childOf(root, 'nothing')).toMatchObject({ kind: 'scalar', value: null });
  });

  it('count lines and columns from 1', () => {
    const node = childOf(childOf(childOf(root, 'map'), 'key one'), 1) as SpecTree;
    expect(source.range(node.start, node.end)).toEqual({ line: 3, column: 23, endLine: 3, endColumn: 30 });
  });

  it('are the same after a byte order mark and with CRLF', () => {
    const { problems } = parseYaml('\ufeffa: 1\r\nb: *x\r\n', 'x.yml');
    expect(problems.sorted()).toMatchObject([{ code: 'E110', range: { line: 2, column: 4 }, excerpt: ['b: *x'] }]);
  });
});

describe('keys', () => {
  it('keep the order of the file and their spelling', () => {
    const root = treeOf('b: 1\n10: 1\n007: 1\n2: 1\ntrue: 1\n1.0: 1\nnull: 1\n~: 1\n');
    expect(root.kind === 'map' ? root.entries.map((e) => e.key) : []).toEqual([
      'b',
      '10',
      '007',
      '2',
      'true',
      '1.0',
      'null',
      '~',
    ]);
  });

  it('may have the names of properties of objects', () => {
    const root = treeOf('__proto__: { polluted: true }\nconstructor: 1\ntoString: 2\n');
    const plain = toPlain(root) as { readonly [key: string]: unknown };
    expect(Object.keys(plain)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(plain)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(childOf(root, 'hasOwnProperty')).toBeUndefined();
  });
});

describe('values', () => {
  it('are those of YAML 1.2', () => {
    expect(toPlain(treeOf('[1, 1.5, 0x10, true, yes, null, ~, 1_000, 12:30, "5", 2025-01-01, 10s]'))).toEqual([
      1,
      1.5,
      16,
      true,
      'yes',
      null,
      null,
      '1_000',
      '12:30',
      '5',
      '2025-01-01',
      '10s',
    ]);
  });

  it('repeat what aliases stand for', () => {
    expect(toPlain(treeOf('a: &x { n: 1 }\nb: *x\nc: [*x, *x]\nd: &x 2\ne: *x\n'))).toEqual({
      a: { n: 1 },
      b: { n: 1 },
      c: [{ n: 1 }, { n: 1 }],
      d: 2,
      e: 2,
    });
  });
});

describe('mistakes', () => {
  it.each([
    ['', ['E101@1:1']],
    ['---\n', ['E101@1:1']],
    ['a: b: c\n', ['E102@1:4']],
    ['a: "x\n', ['E102@2:1']],
    ['a: [1, 2\nb: 3\n', ['E102@2:1']],
    ['a: 1\n b: 2\n', ['E102@1:4']],
    ['a: @x\n', ['E102@1:4']],
    ['a: 1\nb: 2\na: 3\nb: 4\n', ['E103@3:1', 'E103@4:1']],
    ['? {a: 1}\n: 2\n: 3\n', ['E104@1:3', 'E104@3:1']],
    ['a: 1\n---\nb: 2\n', ['E105@2:1']],
    ['a:\n\tb: 1\n\tc: 1\n', ['E106@2:1', 'E106@3:1']],
    ['a: "x\u0000"\n', ['E107@1:6']],
    ['%YAML 1.1\n---\na: yes\n', ['E111@1:1']],
    ['a: !!binary aaaa\n', ['E111@1:4']],
    ['a: { <<: { b: 1 } }\n', ['E112@1:6']],
    ['a: 99999999999999999999\n', ['E307@1:4']],
  ])('%j', (text, codes) => {
    expect([...codesOf(text)].sort()).toEqual([...codes].sort());
  });

  it('that would exhaust the machine end at once', () => {
    expect(codesOf('['.repeat(200_000))).toEqual(['E109@1:201']);
    expect(codesOf(`${'- '.repeat(100_000)}a`)).toEqual(['E109@1:1']);
    expect(codesOf('{a: '.repeat(50_000))).toEqual(['E109@1:801']);
    const deep = Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n');
    expect(codesOf(deep)).toEqual(['E109@201:201']);
    const laughs = Array.from(
      { length: 9 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`,
    ).join('\n');
    expect(codesOf(`a0: &a0 [ha, ha, ha]\n${laughs}`).map((c) => c.split('@')[0])).toEqual(['E110']);
  });

  it('never throw', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      ': ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '"',
      "'",
      '&x ',
      '*x',
      '!t ',
      '|',
      '>',
      '#',
      '? ',
      '---\n',
      '${{ x }}',
      '\t',
      '1',
      '%',
      '@',
      '<<',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { tree, problems } = parseYaml(pieces.join(''), 'x.yml');
        expect(tree !== undefined || problems.hasErrors).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
