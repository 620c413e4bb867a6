/** The outside world of a command, for tests: files in memory, streams as texts, a clock that only sleeping moves. */

import { defaultEngine } from '../../host/default-engine.ts';
import type { Engine } from '../../host/engine.ts';
import { FakeClock } from '../../run/testing/fixtures.ts';
import { MemoryFiles } from '../../run/testing/memory-files.ts';
import { runCli } from '../cli.ts';
import type { CliIo, KeySource } from '../io.ts';
import { FakeCron } from './fake-cron.ts';
import { FakeMeter } from './fake-meter.ts';

export interface FakeIoOptions {
  readonly files?: MemoryFiles;
  readonly tty?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly engine?: Partial<Engine>;
  readonly clock?: FakeClock;
}

export class FakeIo implements CliIo {
  out = '';
  err = '';
  readonly exits: number[] = [];
  readonly stdout: CliIo['stdout'];
  readonly stderr: CliIo['stderr'];
  readonly columns = 100;
  readonly env: Readonly<Record<string, string>>;
  readonly files: MemoryFiles;
  readonly clock: FakeClock;
  readonly cron: FakeCron = new FakeCron();
  readonly calendar = async (): Promise<FakeCron> => this.cron;
  readonly host: CliIo['host'] = { node: '20' };
  readonly watched: FakeMeter = new FakeMeter();
  readonly meter = async (): Promise<FakeMeter> => this.watched;
  readonly keys?: KeySource;
  #listeners: (() => void)[] = [];
  readonly #inputEnds: (() => void)[] = [];
  #keyListeners: ((key: string) => void)[] = [];

  constructor(options: FakeIoOptions = {}) {
    const isTty = options.tty ?? false;
    const append = (name: 'out' | 'err') => (text: string) => {
      this[name] += text;
    };
    if (isTty) {
      this.keys = {
        listen: (listener) => {
          this.#keyListeners.push(listener);
          return () => {
            this.#keyListeners = this.#keyListeners.filter((one) => one !== listener);
          };
        },
      };
    }
    this.stdout = { isTty, write: append('out') };
    this.stderr = { isTty, write: append('err') };
    this.env = options.env ?? {};
    this.files = options.files ?? new MemoryFiles();
    this.clock = options.clock ?? new FakeClock();
  }

  onInterrupt(listener: () => void): () => void {
    this.#listeners.push(listener);
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== listener);
    };
  }

  /** Presses a key; false when nobody listens. */
  press(key: string): boolean {
    for (const listener of [...this.#keyListeners]) listener(key);
    return this.#keyListeners.length > 0;
  }

  exit(code: number): void {
    this.exits.push(code);
  }

  onInputEnd(listener: () => void): void {
    this.#inputEnds.push(listener);
  }

  /** As the end of standard input. */
  endInput(): void {
    for (const listener of this.#inputEnds) listener();
  }

  /** As Ctrl-C does. */
  interrupt(): void {
    for (const listener of this.#listeners) listener();
  }
}

export interface Invocation {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly io: FakeIo;
}

/** Runs `blast` with arguments, or with a line of them that is split at spaces. */
export async function blast(line: string | readonly string[], options: FakeIoOptions = {}): Promise<Invocation> {
  const io = new FakeIo(options);
  const argv = typeof line === 'string' ? line.split(' ').filter((part) => part !== '') : line;
  const code = await runCli(argv, io, { ...defaultEngine, ...options.engine });
  return { code, out: io.out, err: io.err, io };
}
