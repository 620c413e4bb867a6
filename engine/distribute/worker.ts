/**
 * The side of a sweep that makes results: takes cells of any sweep that is known in a Redis, one sweep at a time, has them
 * run, and hands the results in. A worker may end at any moment; a cell that it had is taken again.
 */
import { type Job, Queue, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { CellPool } from '../sweep/cell-pool.ts';
import { type Cell, type CellResult, JOB_FORMAT, type SweepJob } from '../sweep/job.ts';
import { type ConnectionListener, openRedis, type RedisSettings } from './redis-connection.ts';
import { handIn, noteStart, QUEUE_NAME, type SweepKeys, sweepKeys, sweepsKey } from './sweep-keys.ts';

/** Hears what a worker does. */
export interface WorkerListener extends ConnectionListener {
  /** Serves a sweep from now on. */
  serving(job: SweepJob): void;
  /** A sweep that this worker must not serve, and why; once for each. */
  refused(plan: string, reason: string): void;
  finished(result: CellResult): void;
}

export interface SweepWorkerOptions {
  readonly settings: RedisSettings;
  /** Cells at a time. */
  readonly jobs: number;
  /** A cell whose worker has not been heard of for so long is taken again, ms. */
  readonly leaseMs: number;
  /** Ends after so long without any cell to run, ms; Infinity: never. */
  readonly idleMs: number;
  /** Version of this engine; sweeps of another one are not served. */
  readonly engine: string;
  /** A word that tells this worker from others. */
  readonly name: string;
  openPool(job: SweepJob): CellPool | Promise<CellPool>;
  readonly listener: WorkerListener;
  /** Take no new cell, finish those in progress. */
  readonly finish: AbortSignal;
  /** Give back the cells in progress. */
  readonly giveBack: AbortSignal;
}

/** Times that a cell may lose its worker before it is given up: it may be what ends them. */
const MOST_STALLS = 20;
/** Time to end without a cell in progress, ms. */
const CLOSE_MS = 3000;
/** Between two looks at which sweeps there are, ms. */
const LOOK_MS = 500;

/** Serves until it has been idle for long enough (`idle`), or was told to finish (`stopped`). */
export async function serveSweeps(options: SweepWorkerOptions): Promise<'idle' | 'stopped'> {
  const connection = await openRedis(options.settings, options.listener);
  const host = new SweepHost(connection.client, options);
  try {
    return await Promise.race([host.serve(), connection.lost]);
  } finally {
    connection.close();
  }
}

class SweepHost {
  readonly #client: Redis;
  readonly #options: SweepWorkerOptions;
  readonly #refused = new Set<string>();
  #service: SweepService | null = null;
  #busyMs: number = Date.now();

  constructor(client: Redis, options: SweepWorkerOptions) {
    this.#client = client;
    this.#options = options;
  }

  async serve(): Promise<'idle' | 'stopped'> {
    const { finish, idleMs } = this.#options;
    try {
      while (!finish.aborted) {
        await this.#lookUntil(finish);
        if (this.#service?.broken !== undefined) throw this.#service.broken;
        if (this.#service?.busy === true) this.#busyMs = Date.now();
        else if (Date.now() - this.#busyMs > idleMs) return 'idle';
        await pause(LOOK_MS, finish);
      }
      return 'stopped';
    } finally {
      await this.#service?.close();
    }
  }

  /** Looks, but no longer than until the signal: while Redis is away, a look waits for it. */
  async #lookUntil(finish: AbortSignal): Promise<void> {
    const look = this.#look();
    // It may fail after the signal, when nobody waits for it any more.
    look.catch(() => {});
    const told = new AbortController();
    const stop = new Promise<void>((resolve) => {
      finish.addEventListener('abort', () => resolve(), { signal: told.signal });
    });
    await Promise.race([look, stop]);
    told.abort();
  }

  /** Ends the service of a sweep that is over, and finds another one when there is nothing to do in this one. */
  async #look(): Promise<void> {
    const plans = (await this.#client.smembers(sweepsKey(this.#options.settings.prefix))).sort();
    if (this.#service !== null && !plans.includes(this.#service.plan)) await this.#end();
    if (this.#service?.busy === true) return;
    for (const plan of plans) {
      if (plan === this.#service?.plan || this.#refused.has(plan)) continue;
      // Nothing is to be gained by leaving a sweep that may go on for one that has nothing to do either.
      if (this.#service !== null && !(await this.#hasWaiting(plan))) continue;
      const job = await this.#jobOf(plan);
      if (job === null) continue;
      await this.#end();
      if (this.#options.finish.aborted) return;
      this.#options.listener.serving(job);
      const pool = await this.#options.openPool(job);
      // Nobody would close it any more.
      if (this.#options.finish.aborted) return await pool.close();
      this.#service = new SweepService(this.#client, job, pool, this.#options);
      return;
    }
  }

  async #end(): Promise<void> {
    await this.#service?.abandon();
    this.#service = null;
  }

  async #hasWaiting(plan: string): Promise<boolean> {
    const queue = queueOf(this.#client, sweepKeys(this.#options.settings.prefix, plan));
    try {
      return (await queue.getWaitingCount()) > 0;
    } finally {
      await queue.close();
    }
  }

  /** The sweep, unless it is gone or not for this worker. */
  async #jobOf(plan: string): Promise<SweepJob | null> {
    const text = await this.#client.get(sweepKeys(this.#options.settings.prefix, plan).job);
    if (text === null) return null;
    const job = JSON.parse(text) as SweepJob;
    const reason = this.#refusal(job);
    if (reason === null) return job;
    this.#refused.add(plan);
    this.#options.listener.refused(plan, reason);
    return null;
  }

  #refusal(job: SweepJob): string | null {
    const { engine } = this.#options;
    if (job.engine !== engine) return `it is of engine ${job.engine}, this worker has ${engine}`;
    return job.format === JOB_FORMAT ? null : `its format is ${job.format}, this worker knows ${JOB_FORMAT}`;
  }
}

/** Takes cells of one sweep. */
class SweepService {
  readonly plan: string;
  readonly #client: Redis;
  readonly #keys: SweepKeys;
  readonly #options: SweepWorkerOptions;
  readonly #pool: CellPool;
  readonly #worker: Worker<Cell>;
  readonly #over = new AbortController();
  #running = 0;
  #closed: Promise<void> | null = null;
  /** Why nothing can be run here any more. */
  broken: Error | undefined;

  constructor(client: Redis, job: SweepJob, pool: CellPool, options: SweepWorkerOptions) {
    this.plan = job.plan;
    this.#client = client;
    this.#keys = sweepKeys(options.settings.prefix, job.plan);
    this.#options = options;
    this.#pool = pool;
    this.#worker = new Worker<Cell>(QUEUE_NAME, (cell, token) => this.#process(cell, token), {
      connection: client,
      prefix: this.#keys.queuePrefix,
      name: options.name,
      concurrency: options.jobs,
      lockDuration: options.leaseMs,
      stalledInterval: Math.max(250, options.leaseMs / 2),
      maxStalledCount: MOST_STALLS,
      removeOnComplete: { count: 0 },
      drainDelay: 1,
      skipVersionCheck: true,
    });
    // A lock that was lost, a queue that is gone, a connection that comes back: all of it ends in another try.
    this.#worker.on('error', () => {});
  }

  get busy(): boolean {
    return this.#running > 0;
  }

  /** Takes no more cells, and waits for those in progress. The same for whoever asks again. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // BullMQ may wait for ever for the end of a connection that is lost and comes back meanwhile.
    const closing = new AbortController();
    await Promise.race([this.#worker.close(), this.#idleFor(CLOSE_MS, closing.signal)]);
    closing.abort();
    await this.#pool.close();
  }

  /** Until no cell has been in progress for so long, ms, but for those that only a Redis that is away keeps, or `end`. */
  async #idleFor(ms: number, end: AbortSignal): Promise<void> {
    let sinceMs = Date.now();
    while (!end.aborted && Date.now() - sinceMs < ms) {
      const cannotGiveBack = this.#options.giveBack.aborted && this.#client.status !== 'ready';
      if (this.busy && !cannotGiveBack) sinceMs = Date.now();
      await pause(100, end);
    }
  }

  /** The sweep is over: what is in progress is of no use to anybody. */
  async abandon(): Promise<void> {
    this.#over.abort();
    await this.close();
    if ((await this.#client.exists(this.#keys.job)) === 1) return;
    const queue = queueOf(this.#client, this.#keys);
    // A worker that comes last may have left traces in the queue.
    await queue.obliterate({ force: true }).catch(() => {});
    await queue.close();
  }

  async #process(job: Job<Cell>, token: string | undefined): Promise<void> {
    this.#running++;
    try {
      const cell = job.data;
      if (!(await noteStart(this.#client, this.#keys, cell.key))) return;
      const result = await this.#run(cell);
      if (result !== null) {
        const { name, listener } = this.#options;
        await handIn(this.#client, this.#keys, cell.key, name, JSON.stringify(result));
        listener.finished(result);
        return;
      }
      // A sweep that is over wants nothing back.
      if (this.#over.signal.aborted || token === undefined) return;
      await job.moveToWait(token);
      throw new WaitingError();
    } finally {
      this.#running--;
    }
  }

  /** Null for a cell that is to be given back: we were told to, or nothing can be run here. */
  async #run(cell: Cell): Promise<CellResult | null> {
    if (this.broken !== undefined) return null;
    try {
      return await this.#pool.run(cell, AbortSignal.any([this.#options.giveBack, this.#over.signal]));
    } catch (error) {
      this.broken = error instanceof Error ? error : new Error(String(error));
      // Takes no more cells; whoever serves hears of it and ends.
      void this.#worker.pause(true);
      return null;
    }
  }
}

function queueOf(client: Redis, keys: SweepKeys): Queue {
  const queue = new Queue(QUEUE_NAME, { connection: client, prefix: keys.queuePrefix, skipVersionCheck: true });
  queue.on('error', () => {});
  return queue;
}

/** Waits, but no longer than until the signal. */
function pause(ms: number, finish: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      finish.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    finish.addEventListener('abort', end);
  });
}
