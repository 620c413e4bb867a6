/**
 * A model process: started, found by the address that it prints or that is known before, and ended. It ends when its
 * standard input does, so that it cannot outlive this process, however this one ends; one that does not look at its input
 * is started through a guard that does (process-guard.ts).
 */
import { spawn } from 'node:child_process';

export interface ModelProcess {
  /** HOST:PORT. */
  readonly address: string;
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

/** @throws Error that says what it printed instead of an address */
export function startModelProcess(command: readonly string[], options: StartOptions = {}): Promise<ModelProcess> {
  const [file = '', ...args] = command;
  const { cwd, address: known, log } = options;
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], ...(cwd === undefined ? {} : { cwd }) });
  let out = '';
  let isWaiting = known === undefined;
  let err = '';
  const told = (reason: string): string => `${reason}${err === '' ? '' : `: ${err.trim()}`}`;
  const ended = new Promise<string>((resolve) =>
    child.once('close', (code) => resolve(told(code === null ? 'was killed' : `ended with code ${code}`))),
  );
  child.stderr.on('data', (data: Buffer) => {
    err = (err + data.toString()).slice(-TAIL_CHARS);
    log?.(data.toString());
  });
  // Writing to a process that is gone is no failure of ours.
  child.stdin.on('error', () => {});
  const stop = async (): Promise<void> => {
    child.stdin.end();
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(force);
  };
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(late);
      child.off('close', early);
    };
    const give = (reason: string): void => {
      settle();
      child.kill('SIGKILL');
      reject(new Error(`the model process ${told(reason)}`));
    };
    const late = setTimeout(() => give(`did not listen within ${START_MS / 1000} s`), START_MS);
    const early = (code: number | null): void => give(`ended with code ${code}`);
    const found = (address: string): void => {
      isWaiting = false;
      settle();
      resolve({ address, ended, stop });
    };
    child.once('close', early);
    child.once('error', (error) => give(`could not be started (${error.message})`));
    if (known !== undefined) child.once('spawn', () => found(known));
    child.stdout.on('data', (data: Buffer) => {
      log?.(data.toString());
      if (!isWaiting) return;
      out += data.toString();
      const address = /listens on (\S+)\n/.exec(out)?.[1];
      if (address !== undefined) found(address);
    });
  });
}
