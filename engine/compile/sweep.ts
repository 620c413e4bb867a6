/** Checks the combinations of the section `sweep`. Plans nothing; see engine/sweep. */
import type { Scenario } from '../spec/scenario.ts';
import { nearest } from '../spec/suggest.ts';
import { resolveSweep } from '../spec/sweep/resolve.ts';
import { formatDuration } from '../spec/units.ts';
import type { Reporter } from './stage.ts';

/** Reports what is wrong with the combinations. */
export function checkSweep(scenario: Scenario, reporter: Reporter): void {
  const { sweep, params, seed } = scenario;
  if (sweep === undefined) return;
  checkFrom(scenario, reporter);
  resolveSweep(sweep, params, seed, (code, at, message, hint) => reporter.report(code, at, message, hint));
}

/** Reports a branch point that no run comes by. */
function checkFrom({ sweep, snapshots = [], durationUs }: Scenario, reporter: Reporter): void {
  const from = sweep?.from;
  if (from === undefined) return;
  if (from.value.kind === 'time') {
    if (from.value.atUs <= durationUs) return;
    reporter.report(
      'E650',
      from,
      `${formatDuration(from.value.atUs)} is after the end of the run, ${formatDuration(durationUs)}`,
    );
    return;
  }
  const { name } = from.value;
  const timed = snapshots.flatMap((one) => (one.atUs.value === null || one.name === undefined ? [] : [one.name.value]));
  if (timed.includes(name)) return;
  const near = nearest(name, timed);
  const hint =
    near === undefined
      ? 'write a time such as `1h`, or a snapshot of the section `snapshots`'
      : `did you mean \`${near}\`?`;
  reporter.report('E650', from, `no snapshot is called \`${name}\` and taken at a time`, hint);
}
