/** Checks the combinations of the section `sweep`. Plans nothing; see engine/sweep. */
import type { Scenario } from '../spec/scenario.ts';
import { resolveSweep } from '../spec/sweep/resolve.ts';
import type { Reporter } from './stage.ts';

/** Reports what is wrong with the combinations. */
export function checkSweep({ sweep, params, seed }: Scenario, reporter: Reporter): void {
  if (sweep === undefined) return;
  resolveSweep(sweep, params, seed, (code, at, message, hint) => reporter.report(code, at, message, hint));
}
