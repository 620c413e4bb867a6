/** `blast sweep worker`: runs cells of sweeps on other machines. */
import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { InvalidArgumentError } from 'commander';
import { ENGINE_VERSION } from '../base/version.ts';
import type { WorkerListener } from '../distribute/worker.ts';
import { parseDuration } from '../spec/units.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import { type CommandEntry, OPTION, parseJobs } from './options.ts';
import { REDIS_OPTIONS, redisSettings } from './redis-options.ts';
import { shortDigest } from './run-report.ts';
import { stateText } from './sweep-progress.ts';
import { connectionNotes, orCliError } from './sweep-redis.ts';

export const workerCommand: CommandEntry = {
  name: 'worker',
  summary: 'run cells of sweeps that other machines want',
  details:
    'Takes cells of every sweep that `blast sweep --redis` has put into this Redis, and stays for the next one. A worker ' +
    'may end in any way: its cells are taken again. The first Ctrl-C finishes the cells in progress, the second one gives ' +
    'them back.',
  arguments: [],
  options: [
    { flags: '--redis <url>', summary: 'the Redis server; env:NAME takes the address from a variable' },
    ...REDIS_OPTIONS,
    { flags: '-j, --jobs <number>', summary: 'cells that run at once (default: one a core)', parse: parseJobs },
    {
      flags: '--lease <duration>',
      summary: 'a cell whose worker has not been heard of for so long is taken again',
      defaultValue: '30s',
      parse: parseLease,
    },
    {
      flags: '--idle <duration>',
      summary: 'end after so long without a cell to run (default: stay)',
      parse: (text) => milliseconds(text),
    },
    OPTION.quiet,
  ],
  examples: [
    ['blast sweep worker --redis redis://localhost:6379', 'serve all sweeps of this Redis on all cores'],
    ['blast sweep worker --redis env:REDIS_URL --jobs 4 --idle 5m', 'end when there has been nothing to do'],
  ],
  async run({ io, engine }, _, options) {
    if (options.redis === undefined) {
      throw new CliError(EXIT.usage, 'a worker needs --redis', 'for example --redis redis://localhost:6379');
    }
    const settings = redisSettings(io, options);
    const finish = new AbortController();
    const giveBack = new AbortController();
    const release = io.onInterrupt(() => {
      if (giveBack.signal.aborted) io.exit(EXIT.interrupted);
      if (finish.signal.aborted) giveBack.abort();
      finish.abort();
    });
    const { serveSweeps } = await import('../distribute/worker.ts');
    try {
      await orCliError(
        serveSweeps({
          settings,
          jobs: (options.jobs as number | undefined) ?? os.availableParallelism(),
          leaseMs: options.lease as number,
          idleMs: (options.idle as number | undefined) ?? Number.POSITIVE_INFINITY,
          engine: ENGINE_VERSION,
          // A word: machine, and something that tells workers of one machine apart.
          name: `${os.hostname().replaceAll(/\s/g, '-')}/${randomUUID().slice(0, 8)}`,
          openPool: async (job) => engine.pool(job),
          listener: notes(io, options.quiet === true),
          finish: finish.signal,
          giveBack: giveBack.signal,
        }),
      );
    } finally {
      release();
    }
    const code = giveBack.signal.aborted ? EXIT.interrupted : EXIT.ok;
    // Where a connection was lost, BullMQ may leave something that tries for ever and would keep the process.
    io.exit(code);
    return code;
  },
};

function notes(io: CliIo, quiet: boolean): WorkerListener {
  const say = (text: string): void => {
    if (!quiet) io.stderr.write(`${text}\n`);
  };
  return {
    ...connectionNotes(io),
    serving: ({ plan, file }) => say(`sweep ${shortDigest(plan)} of ${file}`),
    refused: (plan, reason) => void io.stderr.write(`sweep ${shortDigest(plan)} is not for this worker: ${reason}\n`),
    finished: (result) => say(`${result.key} ${stateText(result)}`),
  };
}

function milliseconds(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new InvalidArgumentError('Write a duration with its unit, for example 30s or 5m.');
  return parsed.value / 1000;
}

function parseLease(text: string): number {
  const ms = milliseconds(text);
  if (ms < 1000) throw new InvalidArgumentError('Write a duration of at least 1s.');
  return ms;
}
