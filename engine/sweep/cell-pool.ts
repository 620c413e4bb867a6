/** Runs cells of one job that come one at a time, as a worker for other machines gets them. */
import type { Cell, CellResult, CellRunner } from './job.ts';

export interface CellPool {
  /** Runs a cell to its end; null when the signal stopped it. Rejects when nothing can be run here any more. */
  run(cell: Cell, signal: AbortSignal): Promise<CellResult | null>;
  /** Ends whatever still runs. */
  close(): Promise<void>;
}

/** A pool that runs its cells where it is called. */
export function inlinePool(run: CellRunner): CellPool {
  return { run, close: async () => {} };
}
