/** What a command says of an error that ended it, and the exit code for it. */
import { CommanderError, InvalidArgumentError } from 'commander';
import { RunFailure } from '../run/run-failure.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import { styleFor } from './style.ts';

/** Calls of the system that fail for a folder that cannot be used. */
const FOLDER_CALLS: ReadonlySet<string> = new Set(['mkdir', 'stat', 'lstat', 'scandir']);

/** Whether the file system refused something. */
function isOfFiles(error: unknown): error is NodeJS.ErrnoException {
  const { code, path } = error as NodeJS.ErrnoException;
  return error instanceof Error && typeof code === 'string' && typeof path === 'string';
}

/** Says what went wrong and answers the exit code. */
export function reportFailure(error: unknown, io: CliIo): number {
  const style = styleFor(io, io.stderr);
  if (error instanceof CommanderError) {
    // Commander has printed what it had to say; help and version are not errors.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  if (error instanceof CliError) {
    io.stderr.write(`${style.red('error')}: ${error.message}\n`);
    if (error.hint !== undefined) io.stderr.write(`  ${style.blue(error.hint)}\n`);
    return error.exitCode;
  }
  if (error instanceof InvalidArgumentError) return EXIT.usage;
  if (isOfFiles(error)) {
    // What the disk does not do is no defect of ours.
    io.stderr.write(`${style.red('error')}: ${error.message}\n`);
    return FOLDER_CALLS.has(error.syscall ?? '') ? EXIT.usage : EXIT.internal;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const ours = error instanceof RunFailure && error.kind !== 'internal';
  io.stderr.write(`${style.red(ours ? 'error' : 'internal error')}: ${message}\n`);
  if (io.env.BLAST_DEBUG !== undefined && io.env.BLAST_DEBUG !== '') io.stderr.write(`${stack ?? ''}\n`);
  else if (!ours) io.stderr.write('  set BLAST_DEBUG=1 to see where\n');
  return error instanceof RunFailure && error.kind === 'backend' ? EXIT.backend : EXIT.internal;
}
