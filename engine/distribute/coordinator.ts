/**
 * The side of a sweep that wants results: puts its cells into a queue of BullMQ, from which workers on any machine take
 * them, and hands on each first result. Everything in Redis can be made again from what is here, so a server that forgets
 * costs nothing but time. Results that are here are never asked for again.
 */
import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Cell, CellResult, Executor, ExecutorEvents, SweepJob } from '../sweep/job.ts';
import { type ConnectionListener, openRedis, RedisProblem, type RedisSettings } from './redis-connection.ts';
import { jobId, ownSweep, parseHanded, QUEUE_NAME, type SweepKeys, sweepKeys, sweepsKey } from './sweep-keys.ts';

export interface CoordinatorOptions {
  readonly settings: RedisSettings;
  /** Forget what Redis holds of an earlier run of this sweep, instead of going on with it. */
  readonly fresh: boolean;
  readonly listener?: ConnectionListener;
  /** Called once when no worker has taken a cell for some seconds. */
  readonly onIdle?: () => void;
  /** The sweep is its coordinator's for so long after the last sign of life, ms. Default 10 s. */
  readonly ownerMs?: number;
}

const OWNER_MS = 10_000;
/** Between two looks at the log, ms. */
const POLL_MS = 100;
/** Without news for so long, the queue itself is looked at, ms. */
const QUIET_MS = 3000;
/** Entries of the log that are read at once, and cells that are queued at once. */
const PAGE = 500;
/** Time for tidying up, ms. */
const TIDY_MS = 5000;

/** An executor that has the cells run by whoever serves this Redis. */
export function redisExecutor(job: SweepJob, options: CoordinatorOptions): Executor {
  return {
    async run(cells, events, signal) {
      const connection = await openRedis(options.settings, options.listener);
      const queue = new Queue(QUEUE_NAME, {
        connection: connection.client,
        prefix: sweepKeys(options.settings.prefix, job.plan).queuePrefix,
        skipVersionCheck: true,
      });
      // What goes wrong is heard by whoever awaits it, and a connection that ends for good by `lost`.
      queue.on('error', () => {});
      try {
        const coordinator = new Coordinator(connection.client, queue, job, cells, events, options);
        await Promise.race([coordinator.run(signal), connection.lost]);
      } finally {
        await withoutWaiting(queue.close(), TIDY_MS);
        connection.close();
      }
    },
  };
}

class Coordinator {
  readonly #client: Redis;
  readonly #queue: Queue;
  readonly #job: SweepJob;
  readonly #events: ExecutorEvents;
  readonly #options: CoordinatorOptions;
  readonly #keys: SweepKeys;
  readonly #me: string = randomUUID();
  /** Cells without a result, by their keys. */
  readonly #open: Map<string, Cell>;
  readonly #started = new Set<string>();
  #cursor = 0;
  readonly #ownerMs: number;
  #renewedMs = 0;
  #newsMs = 0;
  #idleTold = false;

  constructor(
    client: Redis,
    queue: Queue,
    job: SweepJob,
    cells: Iterable<Cell>,
    events: ExecutorEvents,
    options: CoordinatorOptions,
  ) {
    this.#client = client;
    this.#queue = queue;
    this.#job = job;
    this.#events = events;
    this.#options = options;
    this.#keys = sweepKeys(options.settings.prefix, job.plan);
    this.#ownerMs = options.ownerMs ?? OWNER_MS;
    this.#open = new Map([...cells].map((cell) => [cell.key, cell]));
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#open.size === 0 || signal.aborted) return;
    if (!(await this.#claim(signal))) return;
    try {
      if (this.#options.fresh) await this.#tidy();
      await this.#publish(signal);
      this.#newsMs = Date.now();
      while (this.#open.size > 0 && !signal.aborted) {
        await this.#keep();
        if (await this.#readLog(signal)) continue;
        await this.#lookAtQueue(signal);
        await sleep(POLL_MS);
      }
      await this.#checkConflicts();
    } finally {
      await withoutWaiting(this.#leave(), TIDY_MS);
    }
  }

  /** Waits until the sweep is ours: a coordinator that was killed still has it for some seconds. */
  async #claim(signal: AbortSignal): Promise<boolean> {
    const untilMs = Date.now() + this.#ownerMs * 1.5;
    while (!(await ownSweep(this.#client, this.#keys, this.#me, this.#ownerMs))) {
      if (signal.aborted) return false;
      if (Date.now() > untilMs) {
        throw new RedisProblem(
          'another process runs this sweep with this Redis',
          'wait for it, stop it, or keep apart with --redis-prefix',
        );
      }
      await sleep(POLL_MS);
    }
    this.#renewedMs = Date.now();
    return true;
  }

  async #keep(): Promise<void> {
    if (Date.now() - this.#renewedMs < this.#ownerMs / 3) return;
    if (!(await ownSweep(this.#client, this.#keys, this.#me, this.#ownerMs))) {
      throw new RedisProblem('another process took this sweep over', 'go on with --resume when it has ended');
    }
    this.#renewedMs = Date.now();
  }

  /** Makes the sweep known and puts every open cell into the queue; those that are there stay as they are. */
  async #publish(signal: AbortSignal): Promise<void> {
    await this.#client.set(this.#keys.job, JSON.stringify(this.#job));
    const cells = [...this.#open.values()];
    for (let at = 0; at < cells.length && !signal.aborted; at += PAGE) {
      await this.#queue.addBulk(
        cells.slice(at, at + PAGE).map((cell) => ({
          name: 'cell',
          data: cell,
          opts: { jobId: jobId(cell.key), removeOnComplete: true, removeOnFail: false },
        })),
      );
      if (at === 0) await this.#client.sadd(sweepsKey(this.#options.settings.prefix), this.#job.plan);
      await this.#keep();
    }
  }

  /** Reads what is new in the log; answers whether there was anything. */
  async #readLog(signal: AbortSignal): Promise<boolean> {
    const entries = await this.#client.lrange(this.#keys.log, this.#cursor, this.#cursor + PAGE - 1);
    if (entries.length === 0) return false;
    this.#cursor += entries.length;
    this.#newsMs = Date.now();
    const finished: Cell[] = [];
    for (const entry of entries) {
      const cell = this.#open.get(entry.slice(2));
      if (cell === undefined || signal.aborted) continue;
      this.#start(cell);
      if (entry.startsWith('f ')) finished.push(cell);
    }
    if (finished.length > 0) await this.#collect(finished, signal);
    await this.#checkConflicts();
    return true;
  }

  async #collect(cells: readonly Cell[], signal: AbortSignal): Promise<void> {
    const entries = await this.#client.hmget(this.#keys.results, ...cells.map(({ key }) => key));
    cells.forEach((cell, i) => {
      const entry = entries[i];
      // A server that forgot: the cell is still open and will be queued again.
      if (entry === null || entry === undefined || signal.aborted || !this.#open.has(cell.key)) return;
      const result = JSON.parse(parseHanded(entry).text) as CellResult;
      this.#open.delete(cell.key);
      this.#events.finished(result);
    });
  }

  #start(cell: Cell): void {
    if (this.#started.has(cell.key)) return;
    this.#started.add(cell.key);
    this.#events.started(cell);
  }

  /** Two workers that do not agree on a cell: no result of this sweep can be trusted. */
  async #checkConflicts(): Promise<void> {
    const conflicts = await this.#client.hgetall(this.#keys.conflicts);
    for (const [cell, text] of Object.entries(conflicts)) {
      const second = parseHanded(text);
      const first = parseHanded((await this.#client.hget(this.#keys.results, cell)) ?? '');
      throw new RedisProblem(
        `two workers have different results of the cell ${cell}: ${first.maker} has ${first.digest.slice(0, 12)}, ` +
          `${second.maker} has ${second.digest.slice(0, 12)}`,
        'they do not run the same build of the engine',
      );
    }
  }

  /** When there is no news: is everything that is open really in the queue? */
  async #lookAtQueue(signal: AbortSignal): Promise<void> {
    const quietMs = Date.now() - this.#newsMs;
    if (quietMs < QUIET_MS) return;
    this.#newsMs = Date.now();
    const [known, length, counts] = await Promise.all([
      this.#client.exists(this.#keys.job),
      this.#client.llen(this.#keys.log),
      this.#queue.getJobCounts(),
    ]);
    await this.#checkConflicts();
    if ((counts.failed ?? 0) > 0) await this.#reportFailed();
    if (length < this.#cursor) this.#cursor = 0;
    const { failed: _, completed: __, ...live } = counts;
    const queued = Object.values(live).reduce((sum, n) => sum + n, 0);
    if (known === 0 || queued < this.#open.size) await this.#publish(signal);
    if ((live.active ?? 0) === 0 && !this.#idleTold) {
      this.#idleTold = true;
      this.#options.onIdle?.();
    }
  }

  async #reportFailed(): Promise<void> {
    const [job] = await this.#queue.getFailed(0, 0);
    if (job === undefined) return;
    const { key } = job.data as Cell;
    throw new RedisProblem(
      `the cell ${key} was given up: ${job.failedReason}`,
      'its workers end or fall silent while they run it, maybe for want of memory',
    );
  }

  /** Leaves nothing of the sweep in Redis, unless it is somebody else's by now. */
  async #leave(): Promise<void> {
    if (!(await ownSweep(this.#client, this.#keys, this.#me, this.#ownerMs))) return;
    await this.#tidy();
    await this.#client.del(this.#keys.owner);
  }

  async #tidy(): Promise<void> {
    const { job, results, log, conflicts } = this.#keys;
    await this.#client.srem(sweepsKey(this.#options.settings.prefix), this.#job.plan);
    // From now on workers' results are not wanted any more.
    await this.#client.del(job, results, log, conflicts);
    await this.#queue.obliterate({ force: true });
    this.#cursor = 0;
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits for work that may hang with its connection, but not for long; what it says does not matter. */
async function withoutWaiting(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => {}), late]);
  clearTimeout(timer);
}
