/** Runs cells one after the other where it is called: for a single cell, and for tests. */
import type { CellRunner, Executor } from './job.ts';

export function inlineExecutor(run: CellRunner): Executor {
  return {
    async run(cells, events, signal) {
      for (const cell of cells) {
        if (signal.aborted) return;
        events.started(cell);
        const result = await run(cell, signal);
        if (result === null) return;
        events.finished(result);
      }
    },
  };
}
