/**
 * Fuzzing: whatever a file holds, reading and compiling it end in diagnostics, never in an exception, and every
 * diagnostic is whole. Inputs that were interesting once are kept in engine/spec/corpus and replayed. BLAST_PROPERTY_RUNS
 * says how many new ones are tried of each kind.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { decodeScenario } from '../spec/decode.ts';
import type { Diagnostic } from '../spec/diagnostic.ts';
import { DIAGNOSTIC_CODES } from '../spec/diagnostic-codes.ts';
import { formatDiagnostics } from '../spec/format-diagnostic.ts';
import { githubAnnotation } from '../spec/format-github.ts';
import { sarifLog } from '../spec/format-sarif.ts';
import { migrateText } from '../spec/migrations/migrate.ts';
import { readScenario } from '../spec/read.ts';
import { compileScenario, SCHEMA_PARTS } from './compile.ts';

const RUNS = Number(process.env.BLAST_PROPERTY_RUNS ?? 60);
const ROOT = join(import.meta.dirname, '../..');
const CORPUS = join(ROOT, 'engine/spec/corpus');
const FILE = 'fuzz.yml';
/** Rows are cheap to plan and dear to keep; few are enough here. */
const ROW_LIMIT = 2000;

const SEEDS = ['tests/fixtures/mutation/everything.yml', 'tests/fixtures/versions/v0.yml', 'scenarios/outage.yml'].map(
  (file) => readFileSync(join(ROOT, file), 'utf8'),
);

function checkWhole(diagnostics: readonly Diagnostic[]): void {
  for (const { code, message, range, excerpt } of diagnostics) {
    expect(DIAGNOSTIC_CODES).toContain(code);
    expect(message).not.toMatch(/^$|undefined|\[object|internal/);
    expect(Number.isInteger(range.line) && range.line >= 1 && range.column >= 1).toBe(true);
    expect(range.endLine > range.line || (range.endLine === range.line && range.endColumn >= range.column)).toBe(true);
    expect(excerpt.length).toBeLessThanOrEqual(3);
  }
  formatDiagnostics(diagnostics);
  diagnostics.map(githubAnnotation);
  sarifLog({ engineVersion: '0', diagnostics, failures: [] });
}

async function survives(text: string): Promise<void> {
  const read = readScenario({ text, file: FILE, schemaParts: SCHEMA_PARTS });
  checkWhole(read.diagnostics);
  if (read.scenario === undefined) expect(read.diagnostics.length).toBeGreaterThan(0);
  checkWhole(migrateText(text, FILE).diagnostics);
  const compiled = await compileScenario({ text, file: FILE, readFile: async () => null, rowLimit: ROW_LIMIT });
  checkWhole(compiled.diagnostics);
  if (!compiled.ok) expect(compiled.diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
}

async function survivesBytes(bytes: Uint8Array): Promise<void> {
  const decoded = decodeScenario(bytes, bytes.length, FILE);
  if (decoded.ok) await survives(decoded.text);
  else checkWhole([decoded.diagnostic]);
}

/** Words that scenarios are made of, so that random structures get past the first look. */
const WORDS = [...new Set(SEEDS.join('\n').match(/[A-Za-z_][\w-]*/g) ?? [])];
const word = fc.constantFrom(...WORDS, '__proto__', 'constructor', 'toString', '<<', '007', '*', '');
const value = fc.oneof(
  word,
  fc.constantFrom('1s', '0s', '-1s', '10 sat', '1_000 msat', '0.5 BTC', '20 ppm', '2 sat/vB', '9007199254740993 sat'),
  fc.constantFrom(
    '${{ params.amount }}',
    "${{ duration('1s') }}",
    '${{ 1 +',
    "node('alice').forwards > 0",
    'a-*',
    '*/5 * * * *',
  ),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.string({ unit: 'binary' }),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    value,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.array(fc.tuple(word, tie('tree')), { maxLength: 5 }).map((entries) => new Map(entries)),
  ),
}));
const document = fc
  .tuple(fc.constantFrom(0, 1, 1, 1), fc.array(fc.tuple(word, tree), { maxLength: 6 }))
  .map(([version, entries]) => {
    const head: [string, unknown][] = [
      ['version', version],
      [version === 0 ? 'total_time_secs' : 'duration', version === 0 ? 10 : '10s'],
    ];
    return stringify(new Map([...head, ...entries]));
  });

/** A valid scenario with some pieces taken out, put in or doubled. */
const edit = fc.tuple(
  fc.nat(),
  fc.nat(40),
  fc.oneof(
    word,
    value.map(String),
    fc.constantFrom(
      '\n',
      '  ',
      '- ',
      ': ',
      '{',
      '}',
      '[',
      ']',
      "'",
      '"',
      '\t',
      '#',
      '&a ',
      '*a',
      '!!x ',
      '|',
      '%',
      '\0',
      '\ufeff',
      '\ufffd',
    ),
  ),
);
const mutated = fc
  .tuple(fc.constantFrom(...SEEDS), fc.array(edit, { minLength: 1, maxLength: 6 }))
  .map(([text, edits]) =>
    edits.reduce((now, [at, length, piece]) => {
      const start = at % (now.length + 1);
      return now.slice(0, start) + piece + now.slice(start + length);
    }, text),
  );

describe('fuzzing', () => {
  const runs = { numRuns: RUNS };
  const timeout = 60_000 + RUNS * 200;

  it('random structures', { timeout }, () => fc.assert(fc.asyncProperty(document, survives), runs));
  it('edited scenarios', { timeout }, () => fc.assert(fc.asyncProperty(mutated, survives), runs));
  it('random texts', { timeout }, () => fc.assert(fc.asyncProperty(fc.string({ unit: 'binary' }), survives), runs));
  it('random bytes', { timeout }, () =>
    fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), survivesBytes), runs),
  );
  it('scenarios with random bytes in them', { timeout }, () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...SEEDS),
        fc.nat(),
        fc.uint8Array({ maxLength: 8 }),
        async (text, at, extra) => {
          const bytes = new TextEncoder().encode(text);
          const start = at % bytes.length;
          await survivesBytes(new Uint8Array([...bytes.subarray(0, start), ...extra, ...bytes.subarray(start)]));
        },
      ),
      runs,
    ),
  );
});

describe('corpus', () => {
  it.each(readdirSync(CORPUS).sort())('%s', (name) => survivesBytes(new Uint8Array(readFileSync(join(CORPUS, name)))));
});
