import { describe, expect, it } from 'vitest';
import { type CompileResult, compileScenario } from './compile.ts';

type Files = { readonly [path: string]: string };

async function compile(files: Files, options: { readonly allowOutside?: boolean } = {}): Promise<CompileResult> {
  return compileScenario({
    text: files['s.yml'] as string,
    file: 'folder/s.yml',
    readFile: async (path) => files[path] ?? null,
    ...options,
  });
}

async function compiled(files: Files, options = {}): Promise<Extract<CompileResult, { ok: true }>> {
  const result = await compile(files, options);
  if (!result.ok) throw new Error(result.diagnostics.map((one) => `${one.file} ${one.code} ${one.message}`).join('\n'));
  return result;
}

const WHOLE = `version: 1
duration: 10s
params: { size: 30_000 sat }
nodes: { alice: { wallet: 1 BTC }, bob: , carol: { labels: { role: shop } } }
channels:
  ab: { from: alice, to: bob, capacity: '\${{ params.size }}' }
  bc: { from: bob, to: carol, capacity: 40_000 sat }
events:
  - { at: 1s, mine: { blocks: 1 } }
  - { at: 2s, mine: { blocks: 2 } }
expect: ['1 == 1', '2 == 2']
`;

const BASE = `version: 1
duration: 99s
params: { size: 20_000 sat }
nodes: { alice: , bob: , dave: }
channels:
  ab: { from: alice, to: bob, capacity: '\${{ params.size }}' }
events: [{ at: 1s, mine: { blocks: 1 } }]
expect: ['1 == 1']
`;

const PART = `nodes: { carol: { labels: { role: shop } } }
channels: { bc: { from: bob, to: carol, capacity: 40_000 sat } }
`;

const MAIN = `version: 1
extends: parts/base.yml
include: parts/part.yml
name: s
duration: 10s
params: { size: 30_000 sat }
nodes: { alice: { wallet: 1 BTC }, dave: null }
events: [{ at: 2s, mine: { blocks: 2 } }]
expect: ['2 == 2']
`;

describe('extends and include', () => {
  it('give the scenario that one file would give, with the same digests', async () => {
    const one = await compiled({ 's.yml': `name: s\n${WHOLE}` });
    const several = await compiled({ 's.yml': MAIN, 'parts/base.yml': BASE, 'parts/part.yml': PART });
    expect(several.specDigest).toBe(one.specDigest);
    expect(several.timelineDigest).toBe(one.timelineDigest);
  });

  it('take parameters of the command line', async () => {
    const files: Files = { 's.yml': MAIN, 'parts/base.yml': BASE, 'parts/part.yml': PART };
    const result = await compileScenario({
      text: MAIN,
      file: 's.yml',
      overrides: new Map([['size', '50_000 sat']]),
      readFile: async (path) => files[path] ?? null,
    });
    expect(result.ok && result.timeline.network.channels[0]?.capacitySat).toBe(50_000);
  });

  it('take a file once that several include', async () => {
    const common = 'events: [{ at: 1s, mine: { blocks: 1 } }]';
    const result = await compiled({
      's.yml': 'version: 1\nduration: 10s\ninclude: [a.yml, b.yml]',
      'a.yml': 'include: common.yml',
      'b.yml': 'include: ./common.yml',
      'common.yml': common,
    });
    expect(result.scenario.events).toHaveLength(1);
  });

  it('read paths relative to the file that holds them', async () => {
    const result = await compiled({
      's.yml': 'version: 1\nduration: 10s\ninclude: parts/deep/a.yml',
      'parts/deep/a.yml': 'include: ../b.yml',
      'parts/b.yml':
        'network: { generate: { line: { nodes: 3 }, capacity: { empirical: { file: c.csv, column: sat, unit: sat } } } }',
      'parts/c.csv': 'sat\n7000\n',
    });
    expect(result.timeline.network.channels.map(({ capacitySat }) => capacitySat)).toEqual([7000, 7000]);
  });

  it('stay in the folder unless they are allowed out of it', async () => {
    const files = { 's.yml': 'version: 1\nduration: 10s\ninclude: ../x.yml', '../x.yml': 'nodes: { alice: }' };
    const refused = await compile(files);
    expect(refused.diagnostics.map(({ code }) => code)).toEqual(['E705']);
    const allowed = await compiled(files, { allowOutside: true });
    expect(allowed.timeline.network.nodes).toHaveLength(1);
  });

  it('are bounded in number, depth and size', async () => {
    const chain = Object.fromEntries(
      Array.from({ length: 80 }, (_, i) => [
        i === 0 ? 's.yml' : `${i}.yml`,
        `${i === 0 ? 'version: 1\nduration: 1s\n' : ''}include: ${i + 1}.yml`,
      ]),
    );
    expect((await compile(chain)).diagnostics.map(({ code }) => code)).toEqual(['E707']);
    const large = `# ${'x'.repeat(9 * 1024 * 1024)}\nnodes: { a: }`;
    const two = { 's.yml': 'version: 1\nduration: 1s\ninclude: [a.yml, b.yml]', 'a.yml': large, 'b.yml': large };
    expect((await compile(two)).diagnostics.map(({ code, path }) => `${code} ${path}`)).toEqual(['E108 include[1]']);
  });

  it('report mistakes in the file that holds them', async () => {
    const result = await compile({
      's.yml': 'version: 1\nduration: 10s\ninclude: parts/a.yml\nnodes: { x: { y: 1 } }',
      'parts/a.yml': '# comment\nchannels:\n  c: { from: x, too: x, capacity: 5 sat }',
    });
    expect(result.diagnostics.map(({ file, code, range }) => `${file}:${range.line}:${range.column} ${code}`)).toEqual([
      'folder/s.yml:4:15 E201',
      'folder/parts/a.yml:3:17 E201',
    ]);
    expect(result.diagnostics[1]?.excerpt).toEqual(['  c: { from: x, too: x, capacity: 5 sat }']);
    expect(result.diagnostics[1]?.range).not.toHaveProperty('file');
  });

  it('report what is wrong with the text of a file, and nothing that follows from it', async () => {
    const result = await compile({
      's.yml': 'version: 1\nduration: 10s\ninclude: a.yml\nchannels: { c: { from: x, to: y, capacity: 5 sat } }',
      'a.yml': 'nodes: { x: , y: ',
    });
    expect(result.diagnostics.map(({ file, code }) => `${file} ${code}`)).toEqual(['folder/a.yml E102']);
  });
});
