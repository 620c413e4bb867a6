/**
 * Golden cases: golden/NAME.yml is a scenario, golden/NAME.txt what the compiler says about it. A name begins with the
 * code that the case is about. After an intended change: `npx vitest run engine/compile -u`, and read the diff.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LDK_LIMITS } from '../backends/ldk/ldk-limits.ts';
import { BLAST_LIMITS } from '../backends/rpc/blast-limits.ts';
import { nodeFiles } from '../host/node-files.ts';
import { DIAGNOSTIC_CODES, diagnosticInfo } from '../spec/diagnostic-codes.ts';
import { formatDiagnostics } from '../spec/format-diagnostic.ts';
import type { BackendLimits } from '../timeline/backend-limits.ts';
import { compileScenario } from './compile.ts';

const folder = join(import.meta.dirname, 'golden');
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.yml'))
  .map((name) => name.slice(0, -4))
  .sort();

/** Codes of this stage that no file can bring about, with the reason. */
const UNREACHABLE: ReadonlyMap<string, string> = new Map([
  ['E601', 'the schema refuses negative times first'],
  ['W703', 'about what a command writes: engine/cli/export.test.ts'],
]);

/** Cases that are compiled for a backend. */
const LIMITS: Readonly<Record<string, BackendLimits>> = { E614: LDK_LIMITS, 'E614-rpc': BLAST_LIMITS };

const readFile = async (path: string): Promise<string | null> => nodeFiles(folder).read(path);

describe('golden diagnostics', () => {
  test.each(cases)('%s', async (name) => {
    const text = readFileSync(join(folder, `${name}.yml`), 'utf8');
    const limits = LIMITS[name] === undefined ? {} : { limits: LIMITS[name] };
    const result = await compileScenario({ text, file: `${name}.yml`, readFile, ...limits });
    const code = name.slice(0, 4);
    expect(result.diagnostics.map((one) => one.code)).toContain(code);
    expect(result.ok).toBe(code.startsWith('W'));
    await expect(`${formatDiagnostics(result.diagnostics)}\n`).toMatchFileSnapshot(join(folder, `${name}.txt`));
  });

  test('every code of this stage has a case', () => {
    const wanted = DIAGNOSTIC_CODES.filter((code) => ['compile', 'interop'].includes(diagnosticInfo(code).raisedBy));
    const missing = wanted.filter((code) => !UNREACHABLE.has(code) && !cases.some((name) => name.startsWith(code)));
    expect(missing).toEqual([]);
  });
});
