/**
 * A model process: started, found by the address that it prints or that is known before, and ended. It ends when its
 * standard input does; one that hangs, and whatever it has started, is ended from outside. So nothing outlives this
 * process, however this one ends. One that is to end politely, but does not look at its input, is started through a guard
 * that does (process-guard.ts).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface ModelProcess {
  /** HOST:PORT. */
  readonly address: string;
  /** Null when it never began. */
  readonly pid: number | null;
  /** Resolves when it has ended, with what there is to say of it. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Folder that it begins in; absent: this process's own. */
  readonly cwd?: string;
  /** Where it listens; absent: it prints `listens on HOST:PORT`. */
  readonly address?: string;
  /** Gets all that it prints. */
  log?(text: string): void;
}

/** How long it may take until it listens, and until it has ended after it was told to, ms. */
const START_MS = 30_000;
const STOP_MS = 4000;

/** Last characters of what it wrote to standard error that a message repeats. */
const TAIL_CHARS = 2000;

/** Longest output in which an address is looked for, characters. */
const MOST_CHARS = 65_536;

const SHELL = '/bin/sh';

/**
 * Becomes the command, after it has left a guard behind, which waits for the end of standard input as the command does and
 * then, when the command has had its time, ends all of the process group, itself included. As long as the guard is there,
 * no other group can have the number.
 */
const GUARDED = `exec 3<&0
(while read -r line <&3; do :; done; sleep ${STOP_MS / 1000}; kill -9 0) >/dev/null 2>&1 &
exec 3<&-
exec "$@"`;

/** @throws Error that says what it printed instead of an address */
export function startModelProcess(command: readonly string[], options: StartOptions = {}): Promise<ModelProcess> {
  const { cwd, address: known, log } = options;
  const child = begin(command, cwd);
  let out = '';
  let isWaiting = known === undefined;
  let err = '';
  const told = (reason: string): string => `${reason}${err === '' ? '' : `: ${err.trim()}`}`;
  const ended = new Promise<string>((resolve) =>
    child.once('close', (code) => resolve(told(code === null ? 'was killed' : `ended with code ${code}`))),
  );
  child.stderr?.on('data', (data: Buffer) => {
    err = (err + data.toString()).slice(-TAIL_CHARS);
    log?.(data.toString());
  });
  // Writing to a process that is gone is no failure of ours.
  child.stdin?.on('error', () => {});
  const stop = async (): Promise<void> => {
    child.stdin?.end();
    const force = setTimeout(() => kill(child), STOP_MS);
    await ended;
    clearTimeout(force);
    kill(child);
  };
  return new Promise((resolve, reject) => {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
      clearTimeout(late);
      child.off('close', early);
    };
    const give = (reason: string): void => {
      settle();
      kill(child);
      reject(new Error(`the model process ${told(reason)}`));
    };
    // What came while this process was busy is read before anything is late.
    const late = setTimeout(() => {
      setImmediate(() => {
        if (!isSettled) give(`did not listen within ${START_MS / 1000} s`);
      });
    }, START_MS);
    const early = (code: number | null): void => give(`ended with code ${code}`);
    const found = (address: string): void => {
      isWaiting = false;
      settle();
      resolve({ address, pid: child.pid ?? null, ended, stop });
    };
    child.once('close', early);
    child.once('error', (error) => give(`could not be started (${error.message})`));
    if (known !== undefined) child.once('spawn', () => found(known));
    child.stdout?.on('data', (data: Buffer) => {
      log?.(data.toString());
      if (!isWaiting) return;
      out += data.toString();
      const address = /listens on (\S+)\n/.exec(out)?.[1];
      if (address !== undefined) found(address);
      else if (out.length > MOST_CHARS) give(`printed ${MOST_CHARS} characters and no address`);
    });
  });
}

/** In a session of its own, so that a Ctrl-C on the terminal is for this process alone, which has a state to ask for. */
function begin([file = '', ...args]: readonly string[], cwd: string | undefined): ChildProcess {
  const options = {
    stdio: ['pipe', 'pipe', 'pipe'] as ['pipe', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  };
  return existsSync(SHELL)
    ? spawn(SHELL, ['-c', GUARDED, 'sh', file, ...args], { ...options, detached: true })
    : spawn(file, args, options);
}

/** Ends it at once, with its guard and whatever it has started. */
function kill(child: ChildProcess): void {
  const { pid } = child;
  if (pid !== undefined && existsSync(SHELL)) killGroup(pid);
  else child.kill('SIGKILL');
}

/** As kill, by the number of a process that leads a group of its own. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // There is nothing left to end.
  }
}
