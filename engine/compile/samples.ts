/**
 * Values of empirical distributions: the CSV files that a scenario names are read before anything is drawn, their columns
 * when they are first needed. What is wrong with a column is reported at its line.
 */
import type { Json } from '../base/json.ts';
import { ImportProblems } from '../interop/problems.ts';
import type { Samples } from '../kinds/sample.ts';
import type { Diagnostic } from '../spec/diagnostic.ts';
import type { Distribution, EmpiricalSource } from '../spec/distribution.ts';
import { empiricalValue } from '../spec/distributions.ts';
import type { Path } from '../spec/path.ts';
import type { Placed } from '../spec/scenario.ts';
import type { SourceIndex } from '../spec/source-index.ts';
import { nearest } from '../spec/suggest.ts';
import { unitForm } from '../spec/units.ts';
import { property } from '../spec/values.ts';
import type { FileAccess } from './imports.ts';
import { readNamedFiles } from './named-files.ts';
import type { Reporter } from './stage.ts';

/** What is drawn from where a column could not be read, so that other problems are still found. */
const NOTHING: ArrayLike<number> = [1];

export class SampleFiles implements Samples {
  /** Text and name of each file, by its path as written. */
  readonly #files: ReadonlyMap<string, { readonly name: string; readonly text: string }>;
  readonly #columns = new Map<string, ArrayLike<number>>();
  #found: Diagnostic[] = [];

  constructor(files: ReadonlyMap<string, { readonly name: string; readonly text: string }>) {
    this.#files = files;
  }

  values(source: EmpiricalSource, unit: Distribution['unit']): ArrayLike<number> {
    const key = JSON.stringify([source.file, source.column, source.unit, unit]);
    let values = this.#columns.get(key);
    if (values === undefined) {
      values = this.#read(source, unit);
      this.#columns.set(key, values);
    }
    return values;
  }

  /** What was found wrong since it was last asked. */
  take(): readonly Diagnostic[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  #read(source: EmpiricalSource, unit: Distribution['unit']): ArrayLike<number> {
    const file = this.#files.get(source.file);
    if (file === undefined) return NOTHING;
    const problems = new ImportProblems(file.name, file.text);
    const values = readColumn(file.text, source, unit, problems);
    this.#found.push(...problems.list());
    return problems.failed || values.length === 0 ? NOTHING : values;
  }
}

function cellsOf(line: string): readonly string[] {
  return line
    .replace(/\r$/, '')
    .split(',')
    .map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

function readColumn(
  text: string,
  source: EmpiricalSource,
  unit: Distribution['unit'],
  problems: ImportProblems,
): readonly number[] {
  const lines = text.replace(/^\ufeff/, '').split('\n');
  const header = cellsOf(lines[0] ?? '');
  const column = typeof source.column === 'number' ? source.column : header.indexOf(source.column);
  if (column < 0 || column >= header.length) {
    const near = nearest(String(source.column), header);
    problems.atLine(
      'E706',
      1,
      `there is no column \`${source.column}\` in the header`,
      near === undefined ? `columns: ${header.slice(0, 20).join(', ')}` : `did you mean \`${near}\`?`,
    );
    return [];
  }
  const values: number[] = [];
  for (let i = 1; i < lines.length && !problems.full; i++) {
    const line = lines[i] as string;
    if (line.trim() === '') continue;
    const cell = cellsOf(line)[column] ?? '';
    const value = empiricalValue(cell, unit, source.unit);
    if (value !== null) values.push(value);
    else {
      const hint = unit === 'number' ? undefined : `${unitForm(unit)}, or name the \`unit\` of the column`;
      const what = unit === 'number' ? 'a number' : unit === 'duration' ? 'a duration' : 'an amount';
      problems.atLine('E706', i + 1, `expected ${what}, got ${cell === '' ? 'nothing' : `\`${cell}\``}`, hint);
    }
  }
  if (values.length === 0 && !problems.failed) problems.atLine('E706', 1, 'the file holds no rows below its header');
  return values;
}

export interface LoadedSamples {
  readonly samples: SampleFiles;
  /** SHA-256 of every file read, by path. */
  readonly files: readonly (readonly [string, string])[];
}

/** Reads the files of all empirical distributions of a document; what cannot be read is reported. */
export async function loadSamples(index: SourceIndex, access: FileAccess, reporter: Reporter): Promise<LoadedSamples> {
  const { byPath, texts } = await readNamedFiles(empiricalFiles(index), index, access, reporter);
  return { samples: new SampleFiles(byPath), files: texts };
}

/** Every `empirical: { file, column }` of a document. */
function empiricalFiles(index: SourceIndex): readonly Placed<string>[] {
  const found: Placed<string>[] = [];
  const walk = (json: Json, path: Path): void => {
    if (typeof json !== 'object' || json === null) return;
    if (Array.isArray(json)) {
      json.forEach((item: Json, i) => {
        walk(item, [...path, i]);
      });
      return;
    }
    const empirical = property(json, 'empirical');
    const file = property(empirical, 'file');
    if (typeof file === 'string' && property(empirical, 'column') !== undefined) {
      found.push(index.placed([...path, 'empirical', 'file'], file));
      return;
    }
    for (const [key, value] of Object.entries(json)) walk(value, [...path, key]);
  };
  walk(index.data, []);
  return found;
}
