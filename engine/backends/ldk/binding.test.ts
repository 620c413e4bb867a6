import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LdkMissing, packageFolder } from './binding.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'blast-ldk-'));
afterAll(() => rmSync(folder, { recursive: true }));
const problem = (from: string): unknown => {
  try {
    return packageFolder(path.join(from, 'x.mjs'));
  } catch (error) {
    return error;
  }
};

describe('the package lightningdevkit', () => {
  it('is asked for where it is missing', () => {
    const error = problem(folder);
    expect(error).toBeInstanceOf(LdkMissing);
    expect((error as Error).message).toContain('E807 the package lightningdevkit is not installed');
    expect((error as Error).message).toContain('npm install lightningdevkit@0.1.0');
  });

  it('is refused in another version', () => {
    const home = path.join(folder, 'other');
    const own = path.join(home, 'node_modules/lightningdevkit');
    mkdirSync(own, { recursive: true });
    writeFileSync(path.join(own, 'package.json'), JSON.stringify({ version: '0.1.2-0', main: 'index.mjs' }));
    writeFileSync(path.join(own, 'index.mjs'), '');
    expect((problem(home) as Error).message).toContain(
      'E807 the package lightningdevkit is installed in version 0.1.2-0',
    );
  });
});
