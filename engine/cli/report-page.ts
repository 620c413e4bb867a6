/** The page of a folder of results, whatever it is of. Loaded only by the commands that make one. */
import { runData } from '../report/run-data.ts';
import { runReport } from '../report/run-report.ts';
import { sweepData } from '../report/sweep-data.ts';
import { sweepReport } from '../report/sweep-report.ts';
import type { Files } from '../run/files.ts';
import { RunResults } from '../run/run-results.ts';
import { SWEEP_FILE } from '../sweep/manifest.ts';

/** @throws ResultsProblem or SweepProblem when the folder holds neither a run nor a sweep */
export function reportText(files: Files, folder: string): string {
  if (files.kind(`${folder}/${SWEEP_FILE}`) === 'file') return sweepReport(sweepData(files, folder));
  return runReport(runData(new RunResults(files, folder)));
}
