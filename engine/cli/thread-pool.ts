/**
 * Runs cells in threads as thread-executor.ts does, but those that it is handed one at a time. There are as many threads as
 * cells have run at once. A thread that ends by itself costs the cell it was at, and another one takes its place.
 */
import { Worker } from 'node:worker_threads';
import type { CellPool } from '../sweep/cell-pool.ts';
import { type Cell, type CellResult, crashedCell, type SweepJob } from '../sweep/job.ts';
import type { ThreadData } from './thread-executor.ts';

/** Threads that may end one after the other before any cell is finished; more, and nothing will ever run. */
const MOST_FAILED_STARTS = 3;

/** Runs cells in threads that begin with the module at `entry`. */
export function threadPool(entry: URL, job: SweepJob): CellPool {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  let failedStarts = 0;

  const start = (): Worker => {
    const worker = new Worker(entry, { workerData: { kind: 'blast-sweep', job } satisfies ThreadData });
    all.add(worker);
    worker.on('exit', () => {
      all.delete(worker);
      const at = idle.indexOf(worker);
      if (at >= 0) idle.splice(at, 1);
    });
    // What went wrong is told to whoever waits for a cell; see below.
    worker.on('error', () => {});
    return worker;
  };

  const run = (cell: Cell, signal: AbortSignal): Promise<CellResult | null> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        resolve(null);
        return;
      }
      const worker = idle.pop() ?? start();
      let problem = 'the thread ended by itself';
      const settle = (result: CellResult | null | Error): void => {
        signal.removeEventListener('abort', onAbort);
        worker.off('message', onMessage).off('exit', onExit).off('error', onError);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const onAbort = (): void => {
        settle(null);
        void worker.terminate();
      };
      const onMessage = (result: CellResult): void => {
        failedStarts = 0;
        idle.push(worker);
        settle(result);
      };
      const onError = (error: unknown): void => {
        problem = error instanceof Error ? error.message : String(error);
      };
      const onExit = (): void => {
        failedStarts++;
        if (failedStarts < MOST_FAILED_STARTS) settle(crashedCell(cell, 'internal', problem));
        else settle(new Error(`the threads of the worker end at once: ${problem}`));
      };
      signal.addEventListener('abort', onAbort);
      worker.on('message', onMessage).on('exit', onExit).on('error', onError);
      worker.postMessage(cell);
    });

  return {
    run,
    close: async () => {
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}
