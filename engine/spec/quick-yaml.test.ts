/** The quick reader against the parser: the same tree to the offset, or no answer. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readQuickly } from './quick-yaml.ts';
import { parseYaml, parseYamlDocument } from './yaml.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

function yamlFiles(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ya?ml|bin)$/.test(name))
    .map((name) => path.join(ROOT, folder, name));
}

const FILES = [
  'scenarios',
  'engine/spec/golden',
  'engine/compile/golden',
  'engine/spec/corpus',
  'tests/fixtures',
].flatMap(yamlFiles);
const TEXTS = FILES.map((file) => readFileSync(file, 'utf8'));

/** Fails when a text reads otherwise with the quick reader. Tells whether that one answered. */
function agrees(text: string): boolean {
  const { tree, problems } = parseYaml(text, 'x.yml');
  const parsed = parseYamlDocument(text, 'x.yml');
  expect(problems.sorted()).toEqual(parsed.problems.sorted());
  expect(tree).toEqual(parsed.tree);
  return tree !== undefined && readQuickly(text) !== null;
}

describe('the quick reader', () => {
  it('reads most files, and as the parser does', () => {
    const read = TEXTS.filter(agrees).length;
    expect(read / TEXTS.length).toBeGreaterThan(0.5);
  });

  test.each([
    "a: 1\nb:\n  c: x # hi\n\n  # foo\n\nd: [1, two,  'three' ] # c\ne: {}\nf: { a: 1, b: {c: d}, }\n",
    'a:\n- b: 1\n  c: 2\n-   - x\n    - y\n-\n- z\nq:\nr: ~',
    'a:\n  - b:\n      - 1\n      -\n    c: -5\n    d: .5\n#x\n  - e: "x # y: z"\n',
    'a:   \n  b: c#d\n  e: x:y\n  f: 1.50\n  g: 007\n',
    'a:',
  ])('reads %j', (text) => {
    const quick = readQuickly(text);
    if (!/\.5\n|007/.test(text)) expect(quick).not.toBeNull();
    agrees(text);
  });

  test.each([
    'a: [1\n]\n',
    'a: x\n  y\n',
    'a: "x\\n"\n',
    'a: |\n  x\n',
    'a: &b c\n',
    'a: *b\n',
    'a: !x b\n',
    'a: b: c\n',
    'a: b:\n',
    'a: {b}\n',
    'a: {b: }\n',
    'a: [b: c]\n',
    'a: 0x10\n',
    'a: 1e3\n',
    'a: 12345678901234567890\n',
    'a: 1\na: 2\n',
    'a:\n   b: 1\n  c: 2\n',
    '- a\n',
    'a\n',
    '? a\n: b\n',
    '--- \na: b\n',
    'a: b\n...\n',
    'a: ${{ b }} x: y\n',
    'a: [${{ b }}]\n',
    '<<: a\n',
    '"a": b\n',
    'a: b\tc\n',
    ' a: b\n',
    '',
    '# only a comment\n',
    'a: @b\n',
    'a: `b\n',
    "a: 'it''s'\n",
    'a:b\n',
    'a: {b:c}\n',
    'a: [b]c\n',
    'a: "b"c\n',
    "a: 'b'#c\n",
  ])('leaves %j to the parser', (text) => {
    expect(readQuickly(text)).toBeNull();
  });

  it('agrees on texts put together at random', () => {
    const piece = fc.constantFrom(
      ...[
        'a',
        'b',
        'key',
        ':',
        ': ',
        '\n',
        '\n  ',
        '\n    ',
        '\n- ',
        '\n  - ',
        '- ',
        '{',
        '}',
        '{ ',
        ' }',
        '[',
        ']',
        ',',
      ],
      ...[
        ', ',
        ' ',
        '#',
        ' # c',
        "'",
        '"',
        '1',
        '-1',
        '1.5',
        '.5',
        '0',
        '1_000 sat',
        'true',
        'null',
        '~',
        '$',
        '${{ a }}',
      ],
      ...[
        'é',
        '*',
        '&',
        '!',
        '|',
        '>',
        '?',
        '%',
        '@',
        '`',
        '\\',
        '\t',
        '\r\n',
        '=',
        '<',
        '(',
        '/',
        '+',
        '.',
        '-',
        '---',
      ],
    );
    let answered = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
        if (agrees(`a: 1\n${pieces.join('')}`)) answered++;
        if (agrees(`a:\n  b:${pieces.join('')}\n`)) answered++;
      }),
      { numRuns: 4000 },
    );
    expect(answered).toBeGreaterThan(100);
  });

  it('agrees on files with random edits', () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(12),
      put: fc.constantFrom(
        ...[
          '',
          ' ',
          '\n',
          '  ',
          ':',
          ': ',
          '- ',
          ',',
          '{',
          '}',
          '[',
          ']',
          '#',
          ' #',
          "'",
          '"',
          '0',
          '.',
          '-',
          'x',
          '~',
        ],
      ),
    });
    fc.assert(
      fc.property(fc.constantFrom(...TEXTS), fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
        let changed = text;
        for (const { at, cut, put } of edits) {
          const from = Math.floor(at * changed.length);
          changed = changed.slice(0, from) + put + changed.slice(from + cut);
        }
        agrees(changed);
      }),
      { numRuns: 2000 },
    );
  });
});
