/**
 * Every code of the table has one golden case that bears its name (`CODE.txt`, beside which there may be others named
 * `CODE-….txt`), or a reason here why it has none.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DIAGNOSTIC_CODES } from '../engine/spec/diagnostic-codes.ts';
import { ROOT } from './testing/command.ts';

/** Codes without a golden case. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['E113', 'about a file that is not there: engine/cli/cli.test.ts'],
  ['E601', 'no file brings it about: the schema refuses negative times as E303'],
  ['E801', 'about a file beside the scenario: engine/run/lock.test.ts'],
  ['E802', 'about a file beside the scenario: engine/run/lock.test.ts'],
  ['E803', 'about a file beside the scenario: engine/run/lock.test.ts'],
  ['E804', 'about a comparison: engine/cli/cli.test.ts'],
  ['E805', 'about a comparison: engine/cli/cli.test.ts'],
  ['E807', 'about what is installed: engine/backends/ldk/binding.test.ts'],
  ['E808', 'about another process: tests/model-faults.test.ts'],
  ['E809', 'about another process: tests/model-faults.test.ts'],
  ['W650', 'about the cells of a sweep: engine/cli/sweep.test.ts'],
  ['E827', 'about a comparison: engine/cli/snapshot.test.ts'],
  ['E833', 'about what real nodes come to: tests/ldk-snapshot.test.ts'],
  ['E806', 'about the results of a run: engine/cli/cli.test.ts'],
  ...['E828', 'E829', 'E830', 'E831'].map(
    (code) => [code, 'about a command and the results of a run: engine/cli/explain-payment.test.ts'] as const,
  ),
  ['W703', 'about what a command writes: engine/cli/export.test.ts'],
  ['E640', 'about a command: engine/cli/sweep.test.ts'],
  ...['E841', 'E842', 'E843', 'E844', 'E845', 'E846', 'E847'].map(
    (code) => [code, 'about the results of a sweep: engine/cli/sweep.test.ts'] as const,
  ),
]);

const engine = join(ROOT, 'engine');
const golden = readdirSync(engine)
  .map((room) => join(engine, room, 'golden'))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder))
  .filter((name) => /^[EW]\d.*\.txt$/.test(name))
  .map((name) => name.slice(0, -4));

describe('golden cases', () => {
  it.each(DIAGNOSTIC_CODES.map((code) => [code]))('%s', (code) => {
    const own = golden.filter((name) => name === code);
    expect(own).toHaveLength(REASONS.has(code) ? 0 : 1);
  });

  it('are all about a code of the table', () => {
    const known: readonly string[] = DIAGNOSTIC_CODES;
    expect(golden.filter((name) => !known.includes(name.slice(0, 4)))).toEqual([]);
    expect([...REASONS.keys()].filter((code) => !known.includes(code))).toEqual([]);
  });
});
