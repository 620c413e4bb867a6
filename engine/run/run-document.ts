/** The state of a run as a snapshot: the backend's, and where the run itself is. Decides nothing about when. */
import type { BackendState } from '../backends/backend.ts';
import { ENGINE_VERSION } from '../base/version.ts';
import type { SnapshotDocument } from '../snapshot/document.ts';
import { timelinePrefix } from '../timeline/prefix.ts';
import { PHASE, type Timeline } from '../timeline/timeline.ts';
import type { Agents } from './agents.ts';
import type { Expectations } from './expectations.ts';
import type { Loops } from './loops.ts';
import type { NodeTimes } from './node-times.ts';
import type { PaymentBook } from './payment-book.ts';
import type { Reactions } from './reactions.ts';
import type { RecordDigest } from './record-digest.ts';
import type { RunInput } from './run-contract.ts';
import type { Triggers } from './triggers.ts';

/** Where a run is, and its parts that have a state. */
export interface RunPosition {
  /** With what agents have paid. */
  readonly timeline: Timeline;
  /** The next row. */
  readonly row: number;
  /** The scenario's time, and the simulator's at its beginning; µs. */
  readonly timeUs: number;
  readonly originUs: number;
  /** The end of the timeline when the run is past it, µs; else null. */
  readonly endedUs: number | null;
  readonly agents: Agents;
  readonly book: PaymentBook;
  readonly digest: RecordDigest;
  readonly expectations: Expectations;
  readonly loops: Loops;
  readonly reactions: Reactions;
  readonly times: NodeTimes | null;
  readonly triggers: Triggers;
}

export function runDocument(input: RunInput, state: BackendState, at: RunPosition): SnapshotDocument {
  const { timeline, timeUs } = at;
  let rows = 0;
  for (let i = 0; i < at.row; i++) if (timeline.phase[i] !== PHASE.observe) rows++;
  const { activities, payments } = at.book.capture();
  return {
    engine: ENGINE_VERSION,
    run: {
      activities,
      ...(timeline.behaviours === undefined
        ? {}
        : { behaviours: at.agents.capture(), down: at.times?.capture() ?? [] }),
      ended_us: at.endedUs,
      expectations: at.expectations.capture(),
      loops: at.loops.capture(),
      origin_us: at.originUs,
      payments,
      reactions: at.reactions.capture(),
      records: at.digest.capture(),
      rows,
      triggers: at.triggers.capture(),
    },
    scenario: {
      name: timeline.name,
      // Of the timeline itself, without what agents have paid.
      prefix: timelinePrefix(input.timeline, { timeUs, rows }),
      seed: timeline.seed,
      timeline: input.timelineDigest,
    },
    state,
  };
}
