/**
 * The mutation check: single edits of valid scenarios that change the meaning badly are refused, at the edited line.
 * Which edits there are, and which cannot be told from good ones, is said in testing/edits.ts. Failures name the seed,
 * the scenario and the edit.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../engine/base/random.ts';
import { compileScenario } from '../engine/compile/compile.ts';
import { formatPath } from '../engine/spec/path.ts';
import { SourceText } from '../engine/spec/source-text.ts';
import { ROOT } from './testing/command.ts';
import { type Edit, type EditKind, editsOf } from './testing/edits.ts';

const FILES = [
  'tests/fixtures/mutation/everything.yml',
  'scenarios/quick-start.yml',
  'scenarios/outage.yml',
  'scenarios/force-close.yml',
];
const EDITS = 500;
const SEED = Number(process.env.BLAST_PROPERTY_SEED ?? 1);

async function compile(file: string, text: string): ReturnType<typeof compileScenario> {
  const readFile = async (path: string): Promise<string | null> => {
    try {
      return readFileSync(join(ROOT, dirname(file), path), 'utf8');
    } catch {
      return null;
    }
  };
  return compileScenario({ text, file, readFile });
}

/** What is wrong with how an edit was answered; undefined when it was refused in its line. */
async function complaint(file: string, text: string, edit: Edit): Promise<string | undefined> {
  const mutant = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
  const line = new SourceText(file, mutant).lineAt(edit.start);
  const { ok, diagnostics } = await compile(file, mutant);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (!ok && errors.some(({ range }) => range.line === line)) return undefined;
  const what = `${file}:${line} ${edit.kind} ${formatPath(edit.path)}: \`${text.slice(edit.start, Math.min(edit.end, edit.start + 60))}\` -> \`${edit.text}\``;
  return `${what}: ${ok ? 'accepted' : errors.map(({ range, code, message }) => `${range.line} ${code} ${message}`).join('; ')}`;
}

describe('mutation check', () => {
  it.each(FILES)('%s is valid', async (file) => {
    const { ok, diagnostics } = await compile(file, readFileSync(join(ROOT, file), 'utf8'));
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(ok).toBe(true);
  });

  it(`${EDITS} edits are refused in their lines`, { timeout: 120_000 }, async () => {
    const stream = RandomStream.named(SEED, 'test', 'mutation', 'edits');
    const draw = (bound: number): number => stream.integer(0, bound - 1);
    const all = FILES.flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      return editsOf(text, draw).map((edit) => ({ file, text, edit }));
    });
    const complaints: string[] = [];
    const kinds = new Map<EditKind, number>();
    for (let i = 0; i < EDITS; i++) {
      const { file, text, edit } = all[draw(all.length)] as (typeof all)[number];
      kinds.set(edit.kind, (kinds.get(edit.kind) ?? 0) + 1);
      const found = await complaint(file, text, edit);
      if (found !== undefined) complaints.push(found);
    }
    expect(complaints).toEqual([]);
    expect([...kinds.keys()].sort()).toEqual(['change a type', 'drop a unit', 'rename a key', 'swap a reference']);
    for (const count of kinds.values()) expect(count).toBeGreaterThan(EDITS / 25);
  });
});
