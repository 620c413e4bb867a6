/** Reorganisations of the chain that a timeline may want: a run remembers how to undo as many blocks as they may undo. */
import type { Action, Timeline } from './timeline.ts';

/** The last blocks are undone, and new ones found in their place: the arguments of an event. */
export interface ReorgRequest {
  /** Blocks that are undone. */
  readonly depth: number;
  /** Blocks that are found at once on what is left. */
  readonly blocks: number;
  /** The new blocks hold no transaction of the scenario's nodes. */
  readonly empty: boolean;
}

export const REORG_KIND = 'reorg';

/** The most blocks that one event of the timeline may undo; 0 when there is none. */
export function deepestReorg(timeline: Timeline): number {
  let deepest = 0;
  const look = ({ kind, args }: Action): void => {
    if (kind === REORG_KIND) deepest = Math.max(deepest, (args as unknown as ReorgRequest).depth);
  };
  timeline.actions.forEach(look);
  for (const { action } of timeline.triggers ?? []) if (action !== null) look(action);
  return deepest;
}
