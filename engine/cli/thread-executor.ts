/**
 * Runs the cells of a sweep in threads of this machine. A thread is a second copy of the command (see main.ts) that is
 * given the job once and then one cell at a time; it answers through thread-worker.ts. A thread that ends by itself costs
 * the cell it was at, and another one takes its place.
 */
import os from 'node:os';
import { Worker } from 'node:worker_threads';
import { HandOut } from '../sweep/hand-out.ts';
import { type Cell, type CellResult, crashedCell, type Executor, type SweepJob } from '../sweep/job.ts';

/** What a thread is started with. */
export interface ThreadData {
  readonly kind: 'blast-sweep';
  readonly job: SweepJob;
}

/** Threads that may end one after the other before their first cell is finished; more, and nothing will ever run. */
const MOST_FAILED_STARTS = 3;

/** Runs cells in at most `jobs` threads (null: one a core), each of which begins with the module at `entry`. */
export function threadExecutor(entry: URL, job: SweepJob, jobs: number | null): Executor {
  const most = jobs ?? os.availableParallelism();
  return {
    run(cells, events, signal) {
      return new Promise((resolve, reject) => {
        const queue = new HandOut(cells, job.branches);
        const workers = new Set<Worker>();
        let failedStarts = 0;
        let settled = false;

        const settle = (error: unknown): void => {
          if (settled) return;
          settled = true;
          signal.removeEventListener('abort', onAbort);
          Promise.all([...workers].map((worker) => worker.terminate())).then(
            () => (error === null ? resolve() : reject(error as Error)),
            reject,
          );
        };
        const onAbort = (): void => settle(null);
        const more = (): boolean => !queue.isEmpty;
        /** An exception of whoever listens ends the sweep, and not only this event. */
        const guarded = (work: () => void): void => {
          if (settled) return;
          try {
            work();
          } catch (error) {
            settle(error);
          }
        };

        const start = (): void => {
          const worker = new Worker(entry, { workerData: { kind: 'blast-sweep', job } satisfies ThreadData });
          let cell: Cell | null = null;
          let served = 0;
          let problem = 'the thread ended by itself';
          workers.add(worker);
          const give = (): void => {
            cell = queue.take(worker);
            if (cell === null) {
              workers.delete(worker);
              void worker.terminate();
              if (workers.size === 0) settle(null);
              return;
            }
            events.started(cell);
            worker.postMessage(cell);
          };
          worker.on('message', (result: CellResult) => {
            guarded(() => {
              served++;
              failedStarts = 0;
              cell = null;
              events.finished(result);
              give();
            });
          });
          worker.on('error', (error) => {
            problem = error instanceof Error ? error.message : String(error);
          });
          worker.on('exit', () => {
            guarded(() => {
              if (!workers.delete(worker)) return;
              queue.release(worker);
              if (served === 0) failedStarts++;
              if (failedStarts >= MOST_FAILED_STARTS)
                throw new Error(`the threads of the sweep end at once: ${problem}`);
              if (cell !== null) events.finished(crashedCell(cell, 'internal', problem));
              if (more()) start();
              else if (workers.size === 0) settle(null);
            });
          });
          guarded(give);
        };

        if (signal.aborted || !more()) {
          settle(null);
          return;
        }
        signal.addEventListener('abort', onAbort);
        // A thread for which there is no cell would only be started to end.
        for (let i = 0; i < most && more(); i++) start();
      });
    },
  };
}
