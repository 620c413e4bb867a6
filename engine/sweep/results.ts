/**
 * The files that a complete sweep leaves besides sweep.json: cells.ndjson, cells.csv, summary.csv, summary.json and
 * junit.xml. They are made from the results of all cells in key order, one combination at a time, so that they do not
 * depend on where and in which order the cells were run. Each appears whole or not at all.
 */
import { AtomicWriter, commitAll, type Files } from '../run/files.ts';
import { CELLS_FILE, type CellLines, CellReader, JOURNAL_FILE } from './cell-store.ts';
import { cellRow, cellsHeader } from './cells-csv.ts';
import type { CellResult } from './job.ts';
import { JUNIT_END, junitCase, junitHead, type SweepTotals } from './junit.ts';
import { type Shard, type SweepInfo, shardIndexes, writeManifest } from './manifest.ts';
import type { SweepPlan } from './plan.ts';
import {
  type CombinationSummary,
  type MetricValues,
  metricValues,
  summarise,
  summaryHead,
  summaryHeader,
  summaryJson,
  summaryRows,
} from './summary.ts';

/** Files that a complete sweep leaves besides its manifest. */
export const RESULT_FILES: readonly string[] = [CELLS_FILE, 'cells.csv', 'summary.csv', 'summary.json', 'junit.xml'];

/** Baselines whose values are kept while others are compared with them. */
const MOST_BASELINES = 256;

export interface ResultsInput {
  readonly files: Files;
  readonly folder: string;
  readonly info: SweepInfo;
  readonly plan: SweepPlan;
  readonly lines: CellLines;
  /** Hears of each combination's summary, in key order. */
  readonly onSummary?: (summary: CombinationSummary) => void;
  /** Hears of each cell that failed or of which an expectation failed, in key order. */
  readonly onProblem?: (result: CellResult) => void;
}

/** Several files, all of which appear or none. */
class Writers {
  readonly #writers: AtomicWriter[] = [];
  readonly #files: Files;
  readonly #folder: string;

  constructor(files: Files, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  open(name: string): AtomicWriter {
    const writer = new AtomicWriter(this.#files, `${this.#folder}/${name}`);
    this.#writers.push(writer);
    return writer;
  }

  commit(): void {
    commitAll(this.#writers);
  }

  abandon(): void {
    for (const writer of this.#writers) writer.abandon();
  }
}

/** Writes all files of a complete sweep, the manifest last, and takes the journal away. */
export function writeResults(input: ResultsInput): SweepTotals {
  const { files, folder, info, plan, lines } = input;
  const reader = new CellReader(files, lines);
  const writers = new Writers(files, folder);
  let totals: SweepTotals;
  try {
    totals = writeTables(input, reader, writers);
    writeJunit(input, reader, writers, totals);
    writeLines(reader, writers, shardIndexes(plan.size, null));
    reader.close();
    writers.commit();
  } catch (error) {
    writers.abandon();
    throw error;
  }
  writeManifest(files, folder, { info, plan, shard: null, state: 'complete' });
  files.remove(`${folder}/${JOURNAL_FILE}`);
  return totals;
}

/** Writes what a complete shard leaves: the results of its cells in key order, and its manifest. */
export function writeShard(input: ResultsInput, shard: Shard): SweepTotals {
  const { files, folder, info, plan, lines, onProblem } = input;
  const count = new Totals();
  files.makeFolder(folder);
  if (lines.count > 0) {
    const reader = new CellReader(files, lines);
    const writers = new Writers(files, folder);
    try {
      for (const index of shardIndexes(plan.size, shard)) count.add(reader.result(index), onProblem);
      writeLines(reader, writers, shardIndexes(plan.size, shard));
      reader.close();
      writers.commit();
    } catch (error) {
      writers.abandon();
      throw error;
    }
  } else {
    files.open(`${folder}/${CELLS_FILE}`).close();
  }
  writeManifest(files, folder, { info, plan, shard, state: 'complete' });
  files.remove(`${folder}/${JOURNAL_FILE}`);
  return count.totals;
}

function writeLines(reader: CellReader, writers: Writers, indexes: Iterable<number>): void {
  const writer = writers.open(CELLS_FILE);
  for (const index of indexes) writer.write(`${reader.line(index)}\n`);
}

function writeTables(input: ResultsInput, reader: CellReader, writers: Writers): SweepTotals {
  const { info, plan, onSummary, onProblem } = input;
  const cells = writers.open('cells.csv');
  const table = writers.open('summary.csv');
  const summaries = writers.open('summary.json');
  cells.write(cellsHeader(plan));
  table.write(summaryHeader(plan));
  summaries.write(`{\n${summaryHead(info.scenario, info.digest, plan)}  "combinations": [`);
  const count = new Totals();
  const baselines = new Map<number, MetricValues>();
  const resultsOf = (combination: number): readonly CellResult[] =>
    plan.seeds.map((_, i) => reader.result(combination * plan.seeds.length + i));
  const valuesOf = (combination: number): MetricValues => {
    const known = baselines.get(combination);
    if (known !== undefined) return known;
    if (baselines.size >= MOST_BASELINES) baselines.clear();
    const values = metricValues(plan, resultsOf(combination));
    baselines.set(combination, values);
    return values;
  };
  for (let combination = 0; combination < plan.combinations.length; combination++) {
    const results = resultsOf(combination);
    for (const result of results) {
      cells.write(cellRow(plan, combination, result));
      count.add(result, onProblem);
    }
    const baseline = plan.baselines[combination] ?? null;
    const summary = summarise(plan, combination, results, baseline === null ? null : valuesOf(baseline));
    table.write(summaryRows(plan, summary));
    summaries.write(`${combination === 0 ? '' : ','}\n    ${JSON.stringify(summaryJson(plan, summary))}`);
    onSummary?.(summary);
  }
  summaries.write('\n  ]\n}\n');
  return count.totals;
}

function writeJunit({ info, plan }: ResultsInput, reader: CellReader, writers: Writers, totals: SweepTotals): void {
  const writer = writers.open('junit.xml');
  writer.write(junitHead(info, totals));
  for (let index = 0; index < plan.size; index++) writer.write(junitCase(info, reader.result(index)));
  writer.write(JUNIT_END);
}

class Totals {
  totals: SweepTotals = { cells: 0, invalid: 0, internal: 0, backend: 0, unmet: 0 };

  add(result: CellResult, onProblem: ResultsInput['onProblem']): void {
    const { failure, expectations } = result;
    const kind = failure?.kind;
    const unmet = failure === null && expectations.failed > 0;
    this.totals = {
      cells: this.totals.cells + 1,
      invalid: this.totals.invalid + (kind === 'invalid' ? 1 : 0),
      internal: this.totals.internal + (kind === 'internal' ? 1 : 0),
      backend: this.totals.backend + (kind === 'backend' ? 1 : 0),
      unmet: this.totals.unmet + (unmet ? 1 : 0),
    };
    if (failure !== null || unmet) onProblem?.(result);
  }
}
