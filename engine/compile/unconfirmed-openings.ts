/**
 * Warns of channels whose funding no block can confirm, since none is found after they are opened. Only what is certain: where
 * an event on a condition finds blocks, nobody can say before the run, and nothing is said.
 */
import { REORG_KIND } from '../timeline/reorgs.ts';
import type { TimedAction } from '../timeline/seal.ts';
import type { PlannedEvent } from './events.ts';
import type { Planner } from './planner.ts';

const OPEN = 'open_channel';
/** Kinds of events that find blocks. */
const FINDERS: readonly string[] = ['mine', REORG_KIND];

/** Reports each such event once. `mining`: the blocks of `chain.mining`. */
export function warnOfUnconfirmedOpenings(
  planned: readonly PlannedEvent[],
  mining: readonly TimedAction[],
  planner: Planner,
): void {
  let lastUs = -Infinity;
  for (const { timeUs } of mining) lastUs = Math.max(lastUs, timeUs);
  for (const { kind, timesUs } of planned) {
    if (!FINDERS.includes(kind.name)) continue;
    if (timesUs === null) return;
    for (const timeUs of timesUs) lastUs = Math.max(lastUs, timeUs);
  }
  for (const { kind, timesUs, use } of planned) {
    // A block comes before what else happens at its instant.
    if (kind.name !== OPEN || timesUs === null || !timesUs.some((timeUs) => timeUs >= lastUs)) continue;
    const message = 'no block is found after that, so the channel stays pending';
    planner.report('W624', planner.place(use.args, 'channel'), message);
  }
}
