/** The other end of thread-executor.ts: what a thread of a sweep does. Runs the cells that it is sent, one at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { engineCells } from '../host/default-engine.ts';
import type { Engine } from '../host/engine.ts';
import type { WallClock } from '../run/pacing.ts';
import type { Cell } from '../sweep/job.ts';
import type { ThreadData } from './thread-executor.ts';

/** Serves until the thread is ended from outside. Does nothing in a thread that is not one of a sweep. */
export async function serveThread(engine: Engine, clock: WallClock): Promise<void> {
  const data = workerData as ThreadData | null;
  const port = parentPort;
  if (port === null || data?.kind !== 'blast-sweep') return;
  const run = await engineCells(engine, data.job, clock);
  // Whoever wants a cell to stop ends the thread.
  const { signal } = new AbortController();
  // The cell that came while the engine was loaded waits in the port until there is a listener.
  port.on('message', async (cell: Cell) => port.postMessage(await run(cell, signal)));
}
