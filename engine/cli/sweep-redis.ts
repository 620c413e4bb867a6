/** The sides of a sweep over many machines, for commands. Loads what Redis needs only when it is needed. */
import type { ConnectionListener } from '../distribute/redis-connection.ts';
import { addressText } from '../distribute/redis-url.ts';
import type { Executor, SweepJob } from '../sweep/job.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import type { OptionValues } from './options.ts';
import { redisSettings } from './redis-options.ts';
import { styleFor } from './style.ts';

/** An executor whose cells are run by `blast sweep worker`, anywhere. */
export async function remoteCells(io: CliIo, job: SweepJob, options: OptionValues): Promise<Executor> {
  const settings = redisSettings(io, options);
  const { redisExecutor } = await import('../distribute/coordinator.ts');
  const { checkRedis } = await import('../distribute/redis-connection.ts');
  await orCliError(checkRedis(settings));
  const quiet = options.quiet === true;
  const executor = redisExecutor(job, {
    settings,
    fresh: options.resume !== true,
    listener: connectionNotes(io),
    onIdle: () => {
      const where = addressText(settings.address);
      if (!quiet) io.stderr.write(`no worker is at it; start some with \`blast sweep worker\` and Redis at ${where}\n`);
    },
  });
  return { run: (cells, events, signal) => orCliError(executor.run(cells, events, signal)) };
}

/** Says when the connection is lost and when it is back. */
export function connectionNotes(io: CliIo): ConnectionListener {
  const note = (text: string): void => void io.stderr.write(`${styleFor(io, io.stderr).yellow(text)}\n`);
  return {
    disconnected: (where) => note(`lost Redis at ${where}, trying again`),
    connected: (where) => note(`Redis at ${where} is back`),
  };
}

/** A failure of Redis with the exit code that it has. */
export async function orCliError<T>(work: Promise<T>): Promise<T> {
  const { RedisProblem } = await import('../distribute/redis-connection.ts');
  try {
    return await work;
  } catch (error) {
    if (error instanceof RedisProblem) throw new CliError(EXIT.backend, error.message, error.hint);
    throw error;
  }
}
