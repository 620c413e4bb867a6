import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document, parse } from 'yaml';
import { formatScenario } from './format-scenario.ts';

const format = (text: string): string | null => formatScenario(text, 'x.yml').text;

describe('the canonical form', () => {
  it.each([
    ['indentation', 'chain:\n      height:    5\n', 'chain:\n  height: 5\n'],
    ['quotes', 'name: "a b"\nb: \'c\'\n', 'name: a b\nb: c\n'],
    ['needed quotes', 'a: "5"\nb: "no"\nc: "x: y"\nd: "it\'s # x"\n', "a: '5'\nb: 'no'\nc: 'x: y'\nd: \"it's # x\"\n"],
    ['unit values in quotes', 'a: "10s"\nb: \'5 sat\'\n', 'a: 10s\nb: 5 sat\n'],
    ['units', 'amount: 1000000   sat\nfee: 2000 msat\n', 'amount: 1_000_000 sat\nfee: 2000 msat\n'],
    ['texts that look like units', 'description: 1000000  sat\n', 'description: 1000000  sat\n'],
    ['flow spacing', 'a: {b: 1,c: [1s,2s]}\n', 'a: { b: 1, c: [1s, 2s] }\n'],
    ['names that look like numbers', 'nodes:\n  007: {}\n  1.50: {}\n', 'nodes:\n  007: {}\n  1.50: {}\n'],
    ['empty values', 'nodes:\n  a:\n  b: ~\n', 'nodes:\n  a:\n  b: ~\n'],
    ['lists', 'events:\n- at: 1s\n  mine: {blocks: 1}\n', 'events:\n  - at: 1s\n    mine: { blocks: 1 }\n'],
    [
      'sections',
      'version: 1\nchain:\n  height: 5\nnodes:\n\n\n  a: {}\nseed: 1\n',
      'version: 1\n\nchain:\n  height: 5\n\nnodes:\n  a: {}\n\nseed: 1\n',
    ],
    [
      'comments',
      '# first\nversion: 1   # one\n# nodes\nnodes:\n    # a\n    a: {} # x\n# last\n',
      '# first\nversion: 1 # one\n\n# nodes\nnodes:\n  # a\n  a: {} # x\n\n# last\n',
    ],
    [
      'expressions',
      'at: "${{ params.a }}"\nb: {c: "${{ params.a }}"}\n',
      "at: ${{ params.a }}\nb: { c: '${{ params.a }}' }\n",
    ],
    ['cron', 'cron: "*/5 * * * *"\nd: "0 3 * * *"\n', "cron: '*/5 * * * *'\nd: '0 3 * * *'\n"],
    ['byte order marks and line endings', '\ufeffversion: 1\r\nname: a\r\n', 'version: 1\nname: a\n'],
    ['a missing line feed at the end', 'version: 1', 'version: 1\n'],
    ['anchors', 'a: &x {b: 1}\nc: *x\n', 'a: &x { b: 1 }\nc: *x\n'],
  ])('of %s', (_, before, after) => {
    expect(format(before)).toBe(after);
    expect(format(after)).toBe(after);
  });

  it('breaks what is too long for a line', () => {
    const names = Array.from({ length: 30 }, (_, i) => `name-${i}`);
    const text = `a: [${names.join(', ')}]\n`;
    const formatted = format(text) ?? '';
    expect(formatted.split('\n')[1]).toBe('  - name-0');
    expect(parse(formatted)).toEqual({ a: names });
    expect(format(formatted)).toBe(formatted);
  });

  it('is not there for what is not YAML', () => {
    const { text, diagnostics } = formatScenario('a: [1\n', 'x.yml');
    expect(text).toBeNull();
    expect(diagnostics.map(({ code }) => code)).toEqual(['E102']);
  });
});

const word = fc.oneof(
  fc.constantFrom(
    '10s',
    '1000000  sat',
    '5',
    '007',
    'no',
    'true',
    'null',
    '',
    '~',
    '0x1f',
    '1e3',
    '*/5 * * * *',
    '1:30',
  ),
  fc.constantFrom('${{ params.a }}', "payments('a').count > 5", 'a: b', 'a #b', '- x', '{x}', 'a,b', '"q"', "it's"),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({ minLength: 100, maxLength: 200, unit: fc.constantFrom('a', 'b', ' ', ',') }),
);
const { tree } = fc.letrec<{ tree: unknown; map: object }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    word,
    fc.integer(),
    fc.boolean(),
    fc.array(tie('tree'), { maxLength: 4 }),
    tie('map'),
  ),
  map: fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), tie('tree'), { maxKeys: 4 }),
}));

/** A document with random flow collections, quotes and comments. */
const document = fc
  .record({
    root: fc.dictionary(fc.constantFrom('a', 'b', 'chain', 'labels', 'x y'), tree, { minKeys: 1 }),
    style: fc.infiniteStream(fc.nat(5)),
  })
  .map(({ root, style }) => {
    const made = new Document(root);
    const decorate = (node: unknown): void => {
      const pick = style.next().value as number;
      const item = node as {
        flow?: boolean;
        items?: unknown[];
        comment?: string;
        commentBefore?: string;
        type?: string;
        key?: unknown;
        value?: unknown;
      };
      if (pick === 0 && item.items !== undefined) item.flow = true;
      if (pick === 1 && item.items === undefined && typeof item.value === 'string') item.type = 'QUOTE_DOUBLE';
      if (pick === 2 && typeof item.value !== 'object') item.comment = ' note';
      for (const inner of item.items ?? []) {
        const pair = inner as { key?: unknown; value?: unknown };
        if (pair.key !== undefined) decorate(pair.value);
        else decorate(inner);
      }
    };
    decorate(made.contents);
    return made.toString({ indent: 4, lineWidth: 60 });
  });

/** Values as they are read, amounts with one space. */
const meaning = (text: string): string =>
  JSON.stringify(parse(text, { uniqueKeys: false })).replace(/1000000 {2}sat|1_000_000 sat/g, 'M');

describe('formatting', () => {
  it('keeps the meaning, and formats nothing twice', () => {
    fc.assert(
      fc.property(document, (text) => {
        const formatted = format(text);
        if (formatted === null) return; // control characters and the like
        expect(meaning(formatted)).toBe(meaning(text));
        expect(format(formatted)).toBe(formatted);
      }),
      { numRuns: 100 },
    );
  });
});
