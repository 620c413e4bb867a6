/** Puts the shards of a sweep together: the result is what one sweep over all cells would have left, byte for byte. */
import { AtomicWriter, type Files } from '../run/files.ts';
import { CELLS_FILE, CellLines, CellReader, JOURNAL_FILE, readCells } from './cell-store.ts';
import type { JournalLine } from './journal.ts';
import type { SweepTotals } from './junit.ts';
import { readManifest, SWEEP_FILE, type SweepManifest, shardIndexes } from './manifest.ts';
import { type ResultsInput, writeResults } from './results.ts';
import { SweepProblem } from './sweep-problem.ts';

export interface MergeInput extends Pick<ResultsInput, 'onSummary' | 'onProblem'> {
  readonly files: Files;
  /** Folders of the shards, in any order. */
  readonly folders: readonly string[];
  readonly out: string;
}

export interface Merged {
  readonly manifest: SweepManifest;
  readonly totals: SweepTotals;
}

/** Merges shards into a folder. @throws SweepProblem when they are not all the shards of one sweep. */
export function mergeShards(input: MergeInput): Merged {
  const { files, folders, out } = input;
  const shards = readShards(files, folders);
  const [first] = shards;
  if (first === undefined) throw new Error('there is nothing to merge');
  const { info, plan } = first.manifest;
  files.makeFolder(out);
  const path = `${out}/${CELLS_FILE}`;
  const lines = writeCells(files, path, shards);
  const results: ResultsInput = {
    files,
    folder: out,
    info,
    plan,
    lines: new CellLines(path, plan.size, lines),
    ...(input.onSummary === undefined ? {} : { onSummary: input.onSummary }),
    ...(input.onProblem === undefined ? {} : { onProblem: input.onProblem }),
  };
  return { manifest: { info, plan, shard: null, state: 'complete' }, totals: writeResults(results) };
}

interface FoundShard {
  readonly folder: string;
  readonly manifest: SweepManifest;
  readonly index: number;
  readonly count: number;
}

/** The shards in order, all of one sweep, each once. */
function readShards(files: Files, folders: readonly string[]): readonly FoundShard[] {
  const found: FoundShard[] = folders.map((folder) => {
    const manifest = readManifest(files, folder);
    const { index, count } = manifest.shard ?? { index: 1, count: 1 };
    return { folder, manifest, index, count };
  });
  const [first] = found;
  for (const one of found) {
    const same = one.manifest.info.digest === first?.manifest.info.digest && one.count === first.count;
    if (same) continue;
    const message = `it is of another sweep than ${first?.folder}/${SWEEP_FILE}`;
    throw new SweepProblem('E844', `${one.folder}/${SWEEP_FILE}`, message);
  }
  const byIndex = new Map<number, FoundShard>();
  for (const one of found) {
    const other = byIndex.get(one.index);
    if (other !== undefined) {
      const message = `it is shard ${one.index}/${one.count}, as is ${other.folder}/${SWEEP_FILE}`;
      throw new SweepProblem('E846', `${one.folder}/${SWEEP_FILE}`, message, 1, 'name each shard once');
    }
    byIndex.set(one.index, one);
  }
  const count = first?.count ?? 1;
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter((index) => !byIndex.has(index));
  if (missing.length > 0) {
    const names = missing.slice(0, 20).map((index) => `${index}/${count}`);
    const message = `missing: ${names.join(', ')}${missing.length > 20 ? ', …' : ''}`;
    throw new SweepProblem('E845', `${first?.folder}/${SWEEP_FILE}`, `not every shard is given; ${message}`);
  }
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
}

/** Writes the lines of all shards in key order, and says where they are. */
function writeCells(files: Files, path: string, shards: readonly FoundShard[]): [number, JournalLine][] {
  const plan = (shards[0] as FoundShard).manifest.plan;
  const cells = shards.map(({ folder, manifest, index, count }) => {
    const lines = readCells(files, folder, plan, manifest.shard);
    const planned = [...shardIndexes(plan.size, { index, count })].length;
    if (lines.count < planned || manifest.state !== 'complete') {
      const message = `shard ${index}/${count} is not finished: ${lines.count} of ${planned} cells`;
      throw new SweepProblem('E845', `${folder}/${SWEEP_FILE}`, message, 1, 'go on with --resume');
    }
    return lines;
  });
  const readers = cells.map((lines) => new CellReader(files, lines));
  const writer = new AtomicWriter(files, path);
  const lines: [number, JournalLine][] = [];
  let offset = 0;
  for (let index = 0; index < plan.size; index++) {
    const line = (readers[index % shards.length] as CellReader).line(index);
    writer.write(`${line}\n`);
    lines.push([index, { key: '', offset, length: line.length }]);
    offset += line.length + 1;
  }
  for (const reader of readers) reader.close();
  writer.commit();
  files.remove(path.replace(CELLS_FILE, JOURNAL_FILE));
  return lines;
}
