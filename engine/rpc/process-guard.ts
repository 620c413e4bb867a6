/**
 * A small process between this one and one that somebody else wrote: it ends that one, and all that it has started in its
 * process group, when this process ends in any way, kill -9 included. The other one has a group of its own, so that Ctrl-C
 * in a terminal does not end it before the run has written what is finished.
 */
import process from 'node:process';

/** How long the process has between SIGTERM and SIGKILL, ms; less than model-process.ts waits for the guard. */
const PATIENCE_MS = 2000;

/** What the guard does: plain JavaScript, since it is started without any file of ours. */
const SCRIPT = `
const { spawn } = require('node:child_process');
const [file, ...args] = process.argv.slice(1);
const child = spawn(file, args, { stdio: ['pipe', 'inherit', 'inherit'], detached: true });
const kill = (signal) => {
  try {
    process.kill(-child.pid, signal);
  } catch {}
};
child.on('error', (error) => {
  process.stderr.write(error.message + '\\n');
  process.exit(127);
});
child.on('exit', (code) => {
  kill('SIGKILL');
  process.exit(code ?? 1);
});
child.stdin.on('error', () => {});
const end = () => {
  child.stdin.end();
  kill('SIGTERM');
  setTimeout(() => kill('SIGKILL'), ${PATIENCE_MS});
};
process.on('SIGINT', () => {});
process.on('SIGTERM', end);
process.stdout.on('error', end);
process.stdin.on('end', end).on('close', end).on('error', end).resume();
`;

/** The command that runs another one under guard. */
export function guarded(command: readonly string[]): readonly string[] {
  return [process.execPath, '-e', SCRIPT, '--', ...command];
}
