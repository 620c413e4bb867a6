import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../run/testing/memory-files.ts';
import { DIAGNOSTIC_CODES } from '../spec/diagnostic-codes.ts';
import { githubCommand } from '../spec/format-github.ts';
import { blast } from './testing/fake-io.ts';

const BAD = 'version: 1\nduration: 10s\nnodez: {}\n';
const many = (n: number): string =>
  `version: 1\nduration: 10s\nnodes:\n${Array.from({ length: n }, (_, i) => `  n${i}: { count: x }\n`).join('')}`;

function validate(files: Record<string, string>, ...args: string[]): ReturnType<typeof blast> {
  return blast(['validate', ...Object.keys(files), ...args], { files: new MemoryFiles(files) });
}

describe('--format github', () => {
  it('writes an annotation a problem', async () => {
    const { out, code } = await validate(
      { 'a,b/s%.yml': BAD, 'good.yml': 'version: 1\nduration: 1s\n' },
      '--format',
      'github',
    );
    expect(out).toBe(
      '::error file=a%2Cb/s%25.yml,line=3,endLine=3,col=1,endColumn=5,title=E201 Unknown key::' +
        'unknown key `nodez` (nodez)%0Adid you mean `nodes`?\n',
    );
    expect(code).toBe(3);
  });

  it('escapes what would end a command', () => {
    expect(githubCommand('notice', [['file', 'a:b']], 'x\r\n::error::%')).toBe(
      '::notice file=a%3Ab::x%0D%0A::error::%25',
    );
  });

  it('says which file is missing', async () => {
    const { out, code } = await blast('validate none.yml --format github');
    expect(out).toBe('::error file=none.yml::E113 there is no file none.yml\n');
    expect(code).toBe(3);
  });
});

describe('--format sarif', () => {
  it('writes one run with the rules of the table', async () => {
    const { out } = await validate({ 'my dir/s.yml': BAD }, '--format', 'sarif');
    const { version, runs } = JSON.parse(out);
    expect(version).toBe('2.1.0');
    expect(runs).toHaveLength(1);
    const [{ tool, results, invocations }] = runs;
    expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(DIAGNOSTIC_CODES);
    expect(invocations[0].executionSuccessful).toBe(true);
    expect(results).toHaveLength(1);
    expect(tool.driver.rules[results[0].ruleIndex].id).toBe('E201');
    expect(results[0]).toMatchObject({ ruleId: 'E201', level: 'error' });
    const { physicalLocation, logicalLocations } = results[0].locations[0];
    expect(physicalLocation.artifactLocation.uri).toBe('my%20dir/s.yml');
    expect(physicalLocation.region).toEqual({ startLine: 3, startColumn: 1, endLine: 3, endColumn: 6 });
    expect(logicalLocations).toEqual([{ fullyQualifiedName: 'nodez' }]);
  });

  it('tells of files that could not be checked', async () => {
    const { out, code } = await blast('validate none.yml --format sarif');
    const { executionSuccessful, toolExecutionNotifications } = JSON.parse(out).runs[0].invocations[0];
    expect(executionSuccessful).toBe(false);
    expect(toolExecutionNotifications[0].message.text).toBe('E113 there is no file none.yml');
    expect(code).toBe(3);
  });
});

describe('many problems', () => {
  it('are cut for people, unless all are asked for', async () => {
    const count = (text: string): number => [...text.matchAll(/ error E203/g)].length;
    const some = await validate({ 's.yml': many(130) });
    expect(count(some.err)).toBe(100);
    expect(some.err).toMatch(/\nand 30 more\n\n130 errors\n$/);
    const all = await validate({ 's.yml': many(130) }, '--all');
    expect(count(all.err)).toBe(130);
    expect(all.err).not.toContain('more');
    const github = await validate({ 's.yml': many(130) }, '--format', 'github');
    expect(github.out.split('\n')).toHaveLength(102);
    expect(github.out).toContain('::notice::and 30 more problems\n');
  });

  it('are given to tools', async () => {
    const { out } = await validate({ 's.yml': many(130) }, '--format', 'json');
    expect(JSON.parse(out)[0].diagnostics).toHaveLength(130);
  });
});
