/**
 * Runs a sweep into a folder: opens or continues it, has the cells run that are not finished, and writes the results.
 * Where cells run is the executor's business; what is in the folder does not depend on it.
 */
import { type Files, TEMPORARY } from '../run/files.ts';
import type { WallClock } from '../run/pacing.ts';
import { REPORT_FILE } from '../run/run-folder.ts';
import { CELLS_FILE, CellLines, JOURNAL_FILE, readCells } from './cell-store.ts';
import type { Cell, CellResult, Executor } from './job.ts';
import { JournalWriter } from './journal.ts';
import type { SweepTotals } from './junit.ts';
import {
  isInShard,
  readManifest,
  type Shard,
  SWEEP_FILE,
  type SweepInfo,
  type SweepManifest,
  shardIndexes,
  writeManifest,
} from './manifest.ts';
import type { SweepPlan } from './plan.ts';
import { RESULT_FILES, type ResultsInput, writeResults, writeShard } from './results.ts';
import { SweepProblem } from './sweep-problem.ts';

export interface SweepInput {
  readonly files: Files;
  readonly folder: string;
  readonly info: SweepInfo;
  readonly plan: SweepPlan;
  /** The part of the sweep to run; null: all of it. */
  readonly shard: Shard | null;
  /** Goes on with what the folder holds. */
  readonly resume: boolean;
  readonly executor: Executor;
  /** Cells of one seed follow each other (SweepJob.branches). */
  readonly bySeed?: boolean;
  readonly clock: WallClock;
  readonly signal: AbortSignal;
  readonly onStarted?: (cell: Cell) => void;
  readonly onFinished?: (result: CellResult) => void;
  /** Called once before the first cell: cells of the sweep or shard, and those that were finished before. */
  readonly onPlanned?: (cells: number, finished: number) => void;
  readonly onSummary?: ResultsInput['onSummary'];
  readonly onProblem?: ResultsInput['onProblem'];
}

export type SweepOutcome =
  | { readonly state: 'complete'; readonly totals: SweepTotals }
  | { readonly state: 'interrupted'; readonly finished: number; readonly cells: number };

/** Says which process writes to the folder of a sweep, while it does. */
export const HOLD_FILE = 'sweep.lock';

/** Why a folder cannot take a new sweep, or null. A folder that holds something else is never written to. */
export function refuseSweepFolder(
  files: Files,
  folder: string,
): { readonly message: string; readonly hint: string } | null {
  const kind = files.kind(folder);
  const hint = 'name another folder with --out';
  if (kind === 'none') return null;
  if (kind === 'file') return { message: `${folder} is a file, not a folder`, hint };
  const names = files.list(folder).filter((name) => name !== HOLD_FILE && !name.endsWith(TEMPORARY));
  if (names.length === 0) return null;
  if (!names.includes(SWEEP_FILE)) {
    const message = `${folder} holds other files and no ${SWEEP_FILE}; results are only written to an empty folder or over those of a former sweep`;
    return { message, hint };
  }
  if (!names.includes(JOURNAL_FILE)) return null;
  return {
    message: `${folder} holds a sweep that is not finished`,
    hint: 'go on with --resume, or name another folder with --out',
  };
}

/**
 * Runs what is left of a sweep. @throws SweepProblem when the folder holds another sweep, or another process writes to it.
 */
export async function runSweep(input: SweepInput): Promise<SweepOutcome> {
  const { files, folder } = input;
  files.makeFolder(folder);
  const path = `${folder}/${HOLD_FILE}`;
  const holding = files.hold(path);
  if (holding.by !== null) {
    const hint = `wait for it, or name another folder with --out; if no sweep runs there, remove ${path}`;
    throw new SweepProblem('E847', path, `${holding.by} writes to this folder`, 1, hint);
  }
  try {
    return await runHeld(input);
  } finally {
    holding.release();
  }
}

async function runHeld(input: SweepInput): Promise<SweepOutcome> {
  const { files, folder, info, plan, shard, executor, signal } = input;
  const manifest: SweepManifest = { info, plan, shard, state: 'running' };
  const going = input.resume && files.kind(`${folder}/${SWEEP_FILE}`) === 'file';
  if (going) requireSame(files, folder, manifest);
  else clear(files, folder);
  const before = going ? readCells(files, folder, plan, shard) : new CellLines('', plan.size, []);
  const cells = [...shardIndexes(plan.size, shard)].length;
  input.onPlanned?.(cells, before.count);
  if (before.count < cells) {
    await runCells(input, manifest, before);
    const finished = readCells(files, folder, plan, shard);
    if (finished.count < cells) {
      if (!signal.aborted) throw new Error(`${cells - finished.count} cells of the sweep have no result`);
      return { state: 'interrupted', finished: finished.count, cells };
    }
  }
  const results: ResultsInput = {
    files,
    folder,
    info,
    plan,
    lines: readCells(files, folder, plan, shard),
    ...(input.onSummary === undefined ? {} : { onSummary: input.onSummary }),
    ...(input.onProblem === undefined ? {} : { onProblem: input.onProblem }),
  };
  return { state: 'complete', totals: shard === null ? writeResults(results) : writeShard(results, shard) };

  async function runCells({ clock }: SweepInput, running: SweepManifest, known: CellLines): Promise<void> {
    files.makeFolder(folder);
    writeManifest(files, folder, running);
    const journal = new JournalWriter(files, `${folder}/${JOURNAL_FILE}`, clock);
    try {
      const left = plan.cells(without(cellOrder(input), known));
      const events = {
        started: (cell: Cell) => input.onStarted?.(cell),
        finished: (result: CellResult) => {
          journal.add(result);
          input.onFinished?.(result);
        },
      };
      await executor.run(left, events, signal);
    } finally {
      journal.close();
    }
  }
}

/** Places of the cells to run, in the order in which they are handed out. */
function* cellOrder({ plan, shard, bySeed }: SweepInput): Generator<number, void, undefined> {
  if (bySeed !== true) {
    yield* shardIndexes(plan.size, shard);
    return;
  }
  const seeds = plan.seeds.length;
  for (let seed = 0; seed < seeds; seed++) {
    for (let i = seed; i < plan.size; i += seeds) if (isInShard(i, shard)) yield i;
  }
}

function* without(indexes: Iterable<number>, known: CellLines): Generator<number, void, undefined> {
  for (const index of indexes) if (!known.has(index)) yield index;
}

function requireSame(files: Files, folder: string, { info, shard }: SweepManifest): void {
  const found = readManifest(files, folder);
  const path = `${folder}/${SWEEP_FILE}`;
  const hint = 'the scenario, a file that it names, the cells or the engine changed; name another folder with --out';
  if (found.info.digest !== info.digest) throw new SweepProblem('E841', path, 'it is of another plan', 1, hint);
  const text = (one: Shard | null): string => (one === null ? 'the whole sweep' : `shard ${one.index}/${one.count}`);
  if (text(found.shard) !== text(shard)) {
    throw new SweepProblem('E841', path, `it is of ${text(found.shard)}, not of ${text(shard)}`);
  }
}

/** Takes the results of a former sweep away, the manifest first, so that nothing is taken for a result of this one. */
function clear(files: Files, folder: string): void {
  for (const name of [SWEEP_FILE, JOURNAL_FILE, CELLS_FILE, ...RESULT_FILES, REPORT_FILE])
    files.remove(`${folder}/${name}`);
}
