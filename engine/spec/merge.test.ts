import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Json } from '../base/json.ts';
import { mergeTrees, moveTree } from './merge.ts';
import { type SpecTree, toPlain } from './tree.ts';
import { parseYaml } from './yaml.ts';

function tree(text: string): SpecTree {
  const { tree: found } = parseYaml(text, 'x.yml');
  if (found === undefined) throw new Error(text);
  return found;
}

function merged(base: string, near: string): Json {
  return toPlain(mergeTrees(tree(base), tree(near)));
}

describe('merging documents', () => {
  it('merges mappings by key and lets single values and lists of the nearer one win', () => {
    expect(merged('a: { x: 1, y: 2 }\nl: [1, 2]\ns: 1', 'a: { y: 3, z: 4 }\nl: [3]\nt: 2')).toEqual({
      a: { x: 1, y: 3, z: 4 },
      l: [3],
      s: 1,
      t: 2,
    });
  });

  it('appends events and expectations, base first', () => {
    expect(merged('events: [1]\nexpect: [a]', 'events: [2]\nexpect: [b]\n')).toEqual({
      events: [1, 2],
      expect: ['a', 'b'],
    });
    expect(merged('a: { events: [1] }', 'a: { events: [2] }')).toEqual({ a: { events: [2] } });
  });

  it('removes by null what the base has, and keeps a null that is new', () => {
    expect(merged('nodes: { a: { wallet: 1 BTC }, b: }', 'nodes: { a: null, c: }')).toEqual({
      nodes: { b: null, c: null },
    });
    expect(merged('events: [1]', 'events:')).toEqual({});
  });

  it('keeps the order of the base, then of the nearer document', () => {
    const result = mergeTrees(tree('b: 1\na: 1'), tree('c: 2\na: 2'));
    expect(result.kind === 'map' ? result.entries.map(({ key }) => key) : []).toEqual(['b', 'a', 'c']);
  });

  it('changes nothing with itself but for what is appended', () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.stringMatching(/^[a-z]{1,5}$/), tie('list'), tie('map')),
      list: fc.array(tie('value'), { maxLength: 3 }),
      map: fc.dictionary(fc.stringMatching(/^[a-d]$/), tie('value'), { maxKeys: 3 }),
    }));
    fc.assert(
      fc.property(json.map, (value) => {
        const text = stringify(value);
        expect(merged(text, text)).toEqual(toPlain(tree(text)));
      }),
    );
  });
});

describe('moving a document', () => {
  it('moves positions and puts the folder before paths', () => {
    const before = tree('network: { import: { file: n.json } }\nnodes: { a: { labels: { file: x } } }');
    const after = moveTree(before, 10, 'parts');
    expect(after.start).toBe(before.start + 10);
    expect(toPlain(after)).toEqual({
      network: { import: { file: 'parts/n.json' } },
      nodes: { a: { labels: { file: 'x' } } },
    });
  });
});
