/**
 * One golden case for each diagnostic that this folder raises: golden/CODE.yml is a scenario with that mistake,
 * golden/CODE.txt what is said about it. `UPDATE_GOLDEN=1` writes the texts anew; look at the difference before
 * committing it. Lines `# --param NAME=VALUE` at the top of a case are given as on the command line.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DIAGNOSTIC_CODES, diagnosticInfo } from './diagnostic-codes.ts';
import { formatDiagnostics } from './format-diagnostic.ts';
import { readScenario } from './read.ts';
import { FIXTURE_PARTS } from './testing/parts.ts';
import { MAX_TEXT } from './text-limits.ts';

const FOLDER = join(import.meta.dirname, 'golden');
const OWN_CODES = DIAGNOSTIC_CODES.filter((code) => diagnosticInfo(code).raisedBy === 'spec');

/** Cases too large to be committed. */
const MADE: ReadonlyMap<string, () => string> = new Map([['E108', () => `version: 1\n${'#'.repeat(MAX_TEXT)}\n`]]);

function textOf(code: string): string {
  const made = MADE.get(code);
  return made === undefined ? readFileSync(join(FOLDER, `${code}.yml`), 'utf8') : made();
}

function overridesOf(text: string): ReadonlyMap<string, string> {
  const overrides = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/^# --param ([^=\n]*)=(.*)$/gm)) overrides.set(name, value);
  return overrides;
}

describe('golden diagnostics', () => {
  for (const code of OWN_CODES) {
    it(code, () => {
      const text = textOf(code);
      const result = readScenario({
        text,
        file: `${code}.yml`,
        overrides: overridesOf(text),
        schemaParts: FIXTURE_PARTS,
      });
      const output = `${formatDiagnostics(result.diagnostics)}\n`;
      const golden = join(FOLDER, `${code}.txt`);
      if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, output);
      expect(existsSync(golden), `no golden text for ${code}`).toBe(true);
      expect(output).toBe(readFileSync(golden, 'utf8'));
      expect(result.diagnostics.map((d) => d.code)).toContain(code);
      expect(result.scenario).toBeUndefined();
    });
  }

  it('has no case without a code', () => {
    const names = new Set(readdirSync(FOLDER).map((name) => name.replace(/\.(yml|txt)$/, '')));
    expect([...names].filter((name) => !(OWN_CODES as readonly string[]).includes(name))).toEqual([]);
  });
});
