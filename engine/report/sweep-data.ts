/** What a report of a sweep tells, from the folder of a complete sweep. */
import type { Files } from '../run/files.ts';
import { CellReader, readCells } from '../sweep/cell-store.ts';
import type { CellResult } from '../sweep/job.ts';
import { readManifest, SWEEP_FILE, type SweepManifest } from '../sweep/manifest.ts';
import { type CombinationSummary, metricValues, summarise } from '../sweep/summary.ts';
import { SweepProblem } from '../sweep/sweep-problem.ts';

/** Cells that a report lists of those that failed, or of which an expectation failed. */
export const MOST_PROBLEMS = 100;

export interface SweepData {
  readonly manifest: SweepManifest;
  /** In key order. */
  readonly summaries: readonly CombinationSummary[];
  readonly failed: number;
  readonly unmet: number;
  /** The first of those cells, in key order. */
  readonly problems: readonly CellResult[];
}

/** @throws SweepProblem when the folder holds no complete sweep */
export function sweepData(files: Files, folder: string): SweepData {
  const manifest = readManifest(files, folder);
  const { plan, shard, state } = manifest;
  const path = `${folder}/${SWEEP_FILE}`;
  if (state !== 'complete') {
    throw new SweepProblem('E845', path, 'the sweep is not finished', 1, 'finish it with `blast sweep --resume`');
  }
  if (shard !== null) {
    const hint = 'put the parts together with `blast sweep merge`, and name the folder of the whole';
    throw new SweepProblem('E845', path, `this is part ${shard.index} of ${shard.count} of a sweep`, 1, hint);
  }
  const lines = readCells(files, folder, plan, null);
  if (lines.count !== plan.size) {
    throw new SweepProblem('E845', lines.path, `it holds ${lines.count} of ${plan.size} cells`);
  }
  const reader = new CellReader(files, lines);
  const of = (combination: number): readonly CellResult[] =>
    plan.seeds.map((_, seed) => reader.result(combination * plan.seeds.length + seed));
  const summaries: CombinationSummary[] = [];
  const problems: CellResult[] = [];
  let failed = 0;
  let unmet = 0;
  for (let combination = 0; combination < plan.combinations.length; combination++) {
    const results = of(combination);
    const baseline = plan.baselines[combination] ?? null;
    const compared = baseline === null ? null : metricValues(plan, of(baseline));
    summaries.push(summarise(plan, combination, results, compared));
    for (const result of results) {
      const isFailed = result.state === 'failed';
      if (isFailed) failed++;
      else if (result.expectations.failed > 0) unmet++;
      else continue;
      if (problems.length < MOST_PROBLEMS) problems.push(result);
    }
  }
  reader.close();
  return { manifest, summaries, failed, unmet, problems };
}
