/**
 * Warns of reorganisations of more blocks than there are. Only what is certain: where a state is gone on from, or an event
 * on a condition finds or undoes blocks, nobody can say before the run, and nothing is said.
 */

import type { ReorgRequest } from '../timeline/reorgs.ts';
import { REORG_KIND } from '../timeline/reorgs.ts';
import type { TimedAction } from '../timeline/seal.ts';
import type { PlannedEvent } from './events.ts';
import type { Planner } from './planner.ts';

const MINE = 'mine';

/** Reports each such event once. `mining`: the blocks of `chain.mining`, which come before those of events. */
export function warnOfDeepReorgs(
  planned: readonly PlannedEvent[],
  mining: readonly TimedAction[],
  startsInState: boolean,
  planner: Planner,
): void {
  const moves = ({ kind: { name } }: PlannedEvent): boolean => name === MINE || name === REORG_KIND;
  const events = planned.filter(moves);
  if (startsInState || !events.some(({ kind }) => kind.name === REORG_KIND)) return;
  if (events.some(({ timesUs }) => timesUs === null)) return;
  const steps = [
    ...mining.map(({ timeUs, action: { args } }) => ({ timeUs, args, event: null })),
    ...events.flatMap((event) => (event.timesUs ?? []).map((timeUs) => ({ timeUs, args: event.args, event }))),
  ];
  // A stable sort: both are of one phase.
  steps.sort((a, b) => a.timeUs - b.timeUs);
  const warned = new Set<PlannedEvent>();
  let there = 0;
  for (const { args, event } of steps) {
    if (event?.kind.name !== REORG_KIND) {
      there += args.blocks as number;
      continue;
    }
    const { depth, blocks } = args as unknown as ReorgRequest;
    if (depth > there && !warned.has(event)) {
      warned.add(event);
      const message =
        there === 0
          ? 'no block that could be undone has been found by then'
          : `of the ${depth} blocks that are to be undone only ${there} ${there === 1 ? 'has' : 'have'} been found by then`;
      planner.report('W623', planner.place(event.use.args, 'depth'), message);
    }
    there += blocks - Math.min(depth, there);
  }
}
