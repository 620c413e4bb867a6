/** Whether a scenario can go on from a snapshot: what it had played must be the beginning of the timeline. */
import { isJournal, type SnapshotDocument } from '../snapshot/document.ts';
import type { DiagnosticCode } from '../spec/diagnostic-codes.ts';
import { formatDuration } from '../spec/units.ts';
import { prefixDifference, rowAt, type TimelinePrefix, timelinePrefix } from '../timeline/prefix.ts';
import type { Timeline } from '../timeline/timeline.ts';

export interface ResumeProblem {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint: string;
}

const WHAT: Readonly<Record<keyof TimelinePrefix, string>> = {
  setting: 'seed, chain or gossip',
  network: 'the network',
  actions: 'the events until then',
  payments: 'the payments until then',
  loops: 'the closed loops that had begun',
  behaviours: 'the behaviours that had begun',
  conditions: 'the events on a condition',
};

/** Backend of the states that name none. */
const SIMULATOR = 'simulator';

/** Name of the backend that made a state. */
export function backendOf({ state }: Pick<SnapshotDocument, 'state'>): string {
  return isJournal(state) ? state.backend : SIMULATOR;
}

/** Why a run of the timeline on a backend cannot go on from the snapshot, or null. */
export function resumeProblem(timeline: Timeline, snapshot: SnapshotDocument, backend: string): ResumeProblem | null {
  const { run, scenario, state } = snapshot;
  const maker = backendOf(snapshot);
  if (maker !== backend) {
    return {
      code: 'E832',
      message: `the snapshot was taken on the backend ${maker}, and the run is on the backend ${backend}`,
      hint: `go on with --backend ${maker}`,
    };
  }
  if (run === undefined) {
    return {
      code: 'E827',
      message: 'the snapshot keeps a network only, and no run that could go on',
      hint: 'name it under `network.snapshot` of a scenario that begins in it',
    };
  }
  const timeUs = state.time_us - run.origin_us;
  const point = { timeUs, rows: run.rows };
  const differing = prefixDifference(timelinePrefix(timeline, point), scenario.prefix);
  const at = formatDuration(timeUs);
  if (differing.length > 0) {
    const what = differing.map((part) => WHAT[part]).join(', ');
    return {
      code: 'E827',
      message: `the snapshot was taken at ${at} of \`${scenario.name}\`, and the scenario is another one until then: ${what}`,
      hint: 'go on with the scenario, parameters and seed that made it, or begin in it with `network.snapshot`',
    };
  }
  const row = rowAt(timeline, point);
  const next = row < timeline.length ? (timeline.timeUs[row] as number) : Number.POSITIVE_INFINITY;
  const ended = run.ended_us;
  if (ended === null ? next < timeUs || timeUs > timeline.durationUs : ended !== timeline.durationUs) {
    const end = formatDuration(timeline.durationUs);
    return {
      code: 'E827',
      message:
        ended === null
          ? `the snapshot was taken at ${at}, and the scenario has other events before that or ends at ${end}`
          : `the snapshot was taken when the run had ended at ${formatDuration(ended)}, and the scenario ends at ${end}`,
      hint: 'take a snapshot before the time at which the scenarios begin to differ',
    };
  }
  return null;
}
