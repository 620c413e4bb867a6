/** The results of the cells of a folder, found by their place in key order and read one at a time. */
import type { Files, PlacedFile } from '../run/files.ts';
import type { CellResult } from './job.ts';
import { type JournalLine, readLine, scanJournal } from './journal.ts';
import { type Shard, shardIndexes } from './manifest.ts';
import type { SweepPlan } from './plan.ts';
import { SweepProblem } from './sweep-problem.ts';

/** While a sweep goes on its results are added here, in the order in which they come. */
export const JOURNAL_FILE = 'journal.ndjson';
/** When it is complete they stand here, in key order. */
export const CELLS_FILE = 'cells.ndjson';

/** Places of the lines of finished cells by the cell's place in key order. */
export class CellLines {
  readonly #offsets: Float64Array;
  readonly #lengths: Uint32Array;
  /** Path of the file that holds the lines. */
  readonly path: string;
  readonly count: number;

  constructor(path: string, size: number, lines: Iterable<readonly [number, JournalLine]>) {
    this.path = path;
    this.#offsets = new Float64Array(size).fill(-1);
    this.#lengths = new Uint32Array(size);
    let count = 0;
    for (const [index, { offset, length }] of lines) {
      this.#offsets[index] = offset;
      this.#lengths[index] = length;
      count++;
    }
    this.count = count;
  }

  has(index: number): boolean {
    return (this.#offsets[index] as number) >= 0;
  }

  /** The line of a finished cell. */
  line(file: PlacedFile, index: number): string {
    return file.text(this.#offsets[index] as number, this.#lengths[index] as number);
  }
}

/** Reads which cells of a folder are finished; checks that every line is about a cell of the plan or the shard. */
export function readCells(files: Files, folder: string, plan: SweepPlan, shard: Shard | null): CellLines {
  const complete = `${folder}/${CELLS_FILE}`;
  const path = files.kind(complete) === 'file' ? complete : `${folder}/${JOURNAL_FILE}`;
  const places = new Map<string, number>();
  for (const index of shardIndexes(plan.size, shard)) places.set(plan.cell(index).key, index);
  const check = ({ key, run_seed }: CellResult): void => {
    const index = places.get(key);
    if (index !== undefined && plan.cell(index).run_seed === run_seed) return;
    throw new SweepProblem('E843', path, `it holds the cell ${key}, which is not one of this sweep`);
  };
  const lines = scanJournal(files, path, check);
  return new CellLines(
    path,
    plan.size,
    lines.map((line) => [places.get(line.key) as number, line]),
  );
}

/** Reads results of finished cells by their places. */
export class CellReader {
  readonly #lines: CellLines;
  readonly #file: PlacedFile;

  constructor(files: Files, lines: CellLines) {
    const file = files.place(lines.path);
    if (file === null) throw new SweepProblem('E843', lines.path, 'it is gone');
    this.#lines = lines;
    this.#file = file;
  }

  /** The line of a cell as it stands in the file, without its line break. */
  line(index: number): string {
    return this.#lines.line(this.#file, index);
  }

  result(index: number): CellResult {
    const result = readLine(this.line(index));
    if (result === null) throw new SweepProblem('E843', this.#lines.path, 'it was changed while it was read');
    return result;
  }

  close(): void {
    this.#file.close();
  }
}
