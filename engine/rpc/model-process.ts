/**
 * A model process of ours: started, found by the address that it prints, and ended. It ends by itself when its standard
 * input does, so that it cannot outlive this process, however this one ends.
 */
import { spawn } from 'node:child_process';

export interface ModelProcess {
  /** HOST:PORT. */
  readonly address: string;
  stop(): Promise<void>;
}

/** How long it may take until it listens, and until it has ended after it was told to, ms. */
const START_MS = 30_000;
const STOP_MS = 2000;

/** Last characters of what it wrote to standard error that a message repeats. */
const TAIL_CHARS = 2000;

/** @throws Error that says what it printed instead of an address */
export function startModelProcess(command: readonly string[]): Promise<ModelProcess> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let out = '';
  let err = '';
  child.stderr.on('data', (data: Buffer) => {
    err = (err + data.toString()).slice(-TAIL_CHARS);
  });
  // Writing to a process that is gone is no failure of ours.
  child.stdin.on('error', () => {});
  const stop = async (): Promise<void> => {
    child.stdin.end();
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await closed;
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
      reject(new Error(`the model process ${reason}${err === '' ? '' : `: ${err.trim()}`}`));
    };
    const late = setTimeout(() => give(`did not listen within ${START_MS / 1000} s`), START_MS);
    const early = (code: number | null): void => give(`ended with code ${code}`);
    child.once('close', early);
    child.once('error', (error) => give(`could not be started (${error.message})`));
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString();
      const address = /listens on (\S+)\n/.exec(out)?.[1];
      if (address === undefined) return;
      settle();
      resolve({ address, stop });
    });
  });
}
