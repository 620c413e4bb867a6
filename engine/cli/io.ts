/** Everything a command needs of the outside world. The real one is made in main.ts, tests make their own. */
import type { Meter } from '../profile/meter.ts';
import type { Files } from '../run/files.ts';
import type { HostVersions } from '../run/manifest.ts';
import type { WallClock } from '../run/pacing.ts';
import type { CronClock } from './cron-clock.ts';

/** One of the standard streams. */
export interface OutStream {
  write(text: string): void;
  readonly isTty: boolean;
}

/** Keys as they are pressed, without waiting for the end of a line. Ctrl-C is an interruption and no key. */
export interface KeySource {
  /** Calls the listener with the text of each key; answers how to end that. */
  listen(listener: (key: string) => void): () => void;
}

export interface CliIo {
  /** Results. */
  readonly stdout: OutStream;
  /** Diagnostics and progress. */
  readonly stderr: OutStream;
  /** Width of the terminal in characters. */
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Paths are relative to the folder that the command was started in. */
  readonly files: Files;
  readonly clock: WallClock;
  /** The calendar of schedules, loaded when it is asked for. */
  calendar(): Promise<CronClock>;
  /** What the process uses, loaded when it is asked for. */
  meter(): Promise<Meter>;
  /** Versions for run.json. */
  readonly host: HostVersions;
  /** Calls the listener at every interruption (Ctrl-C); answers how to end that. */
  onInterrupt(listener: () => void): () => void;
  /** Calls the listener when standard input has ended; what comes before is passed over. */
  onInputEnd(listener: () => void): void;
  /** Keys that are pressed; absent where there is no terminal to read them from and to answer on. */
  readonly keys?: KeySource;
  /** Ends the process now. Only for a second interruption. */
  exit(code: number): void;
}
