/**
 * Cells that begin alike play their beginning once: the state at the branch point is kept, and a cell whose timeline up
 * to there is the one that was played goes on from it. Whether it does makes no difference to what comes of it.
 */
import { sha256Json } from '../base/digest.ts';
import type { RunInput } from '../run/runner.ts';
import type { SnapshotDocument } from '../snapshot/document.ts';
import type { Scenario } from '../spec/scenario.ts';
import { pointAfter, timelinePrefix } from '../timeline/prefix.ts';
import type { Timeline } from '../timeline/timeline.ts';

/** Name of the state at the branch point; no name in a file has a bracket. */
const NAME = '(branch)';

/** States that are kept. Cells come in groups that begin alike, so few are enough. */
const MOST = 2;

/** Where the cells of a scenario branch, µs; null when they do not, or not before the end. */
export function branchTime({ sweep, snapshots = [], durationUs }: Scenario): number | null {
  const from = sweep?.from?.value;
  if (from === undefined) return null;
  const named =
    from.kind === 'snapshot' ? snapshots.find(({ name }) => name?.value === from.name)?.atUs.value : from.atUs;
  return named === undefined || named === null || named > durationUs ? null : named;
}

export class Branches {
  /** By what had happened; the one that was used last is the last. */
  readonly #states: Map<string, SnapshotDocument> = new Map();

  /** How a run begins, and what it is to keep; nothing where the scenario does not branch. */
  plan(scenario: Scenario, timeline: Timeline): Pick<RunInput, 'start' | 'captures' | 'onSnapshot'> {
    const atUs = branchTime(scenario);
    if (atUs === null) return {};
    const key = sha256Json({ at_us: atUs, ...timelinePrefix(timeline, pointAfter(timeline, atUs)) });
    const state = this.#states.get(key);
    if (state !== undefined) {
      this.#keep(key, state);
      return { start: { kind: 'resume', snapshot: state, isChecked: true } };
    }
    return {
      captures: [{ atUs, name: NAME }],
      onSnapshot: (name, snapshot) => {
        if (name === NAME) this.#keep(key, snapshot);
      },
    };
  }

  #keep(key: string, state: SnapshotDocument): void {
    this.#states.delete(key);
    this.#states.set(key, state);
    for (const [oldest] of this.#states) {
      if (this.#states.size <= MOST) break;
      this.#states.delete(oldest);
    }
  }
}
