/**
 * `--watch`: does a command's work at once and again whenever a file that it read has changed, until Ctrl-C. Which files
 * those are is seen from what the work reads, so that imports and includes are among them.
 */
import type { Files } from '../run/files.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import type { CommandContext, OptionEntry } from './options.ts';
import { styleFor } from './style.ts';

/** Editors write a file in several steps; changes within this time are one. */
export const SETTLE_MS = 100;

export const WATCH_OPTION: OptionEntry = {
  flags: '--watch',
  summary: 'stay, and do it again when the scenario or a file that it refers to changes',
};

/** Repeats the work. Answers 0 when ended while waiting, and the work's exit code when it was interrupted itself. */
export async function watchFiles(
  context: CommandContext,
  work: (context: CommandContext) => Promise<number>,
): Promise<number> {
  const { io } = context;
  const style = styleFor(io, io.stderr);
  const change = new ChangeSignal();
  const watched = new WatchedFiles(io.files, (path) => change.raise(path));
  const release = io.onInterrupt(() => change.end());
  try {
    for (;;) {
      watched.begin();
      const code = await workOnce({ ...context, io: withFiles(io, watched.files) }, work);
      watched.settle();
      if (code === EXIT.interrupted) return code;
      if (change.ended) return EXIT.ok;
      io.stderr.write(style.dim(`watching ${watched.count} ${watched.count === 1 ? 'file' : 'files'}, Ctrl-C ends\n`));
      const path = await change.next();
      if (path === null) return EXIT.ok;
      await io.clock.sleep(SETTLE_MS);
      change.clear();
      io.stderr.write(style.dim(`\n${path} changed\n`));
    }
  } finally {
    release();
    watched.stop();
  }
}

/** A file that is missing or cannot be used for now is no reason to stop watching. */
async function workOnce(context: CommandContext, work: (context: CommandContext) => Promise<number>): Promise<number> {
  try {
    return await work(context);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const { io } = context;
    const style = styleFor(io, io.stderr);
    io.stderr.write(`${style.red('error')}: ${error.message}\n`);
    if (error.hint !== undefined) io.stderr.write(`  ${style.blue(error.hint)}\n`);
    return error.exitCode;
  }
}

function withFiles(io: CliIo, files: Files): CliIo {
  const { stdout, stderr, columns, env, clock, host } = io;
  return {
    ...{ stdout, stderr, columns, env, clock, host, files },
    calendar: () => io.calendar(),
    meter: () => io.meter(),
    onInputEnd: (listener) => io.onInputEnd(listener),
    onInterrupt: (listener) => io.onInterrupt(listener),
    ...(io.keys === undefined ? {} : { keys: io.keys }),
    exit: (code) => io.exit(code),
  };
}

/** The first change since the last `clear`, for one who waits. */
class ChangeSignal {
  ended = false;
  #path: string | null = null;
  #wake: (() => void) | null = null;

  raise(path: string): void {
    this.#path ??= path;
    this.#wake?.();
  }

  end(): void {
    this.ended = true;
    this.#wake?.();
  }

  clear(): void {
    this.#path = null;
  }

  /** The path of a change, or null at the end. */
  async next(): Promise<string | null> {
    if (!this.ended && this.#path === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
    return this.ended ? null : this.#path;
  }
}

/** Files whose readings are watched: each from before it is read, so that no change is missed. */
class WatchedFiles {
  readonly files: Files;
  readonly #inner: Files;
  readonly #changed: (path: string) => void;
  readonly #stops = new Map<string, () => void>();
  #read = new Set<string>();

  constructor(inner: Files, changed: (path: string) => void) {
    this.#inner = inner;
    this.#changed = changed;
    this.files = {
      read: (path) => inner.read(this.#note(path)),
      bytes: (path, limit) => inner.bytes(this.#note(path), limit),
      real: (path) => inner.real(path),
      lines: (path) => inner.lines(this.#note(path)),
      open: (path) => inner.open(path),
      grow: (path) => inner.grow(path),
      place: (path) => inner.place(path),
      hold: (path) => inner.hold(path),
      rename: (from, to) => inner.rename(from, this.#drop(to)),
      append: (path, text) => inner.append(path, text),
      remove: (path) => inner.remove(path),
      removeFolder: (path) => inner.removeFolder(path),
      makeFolder: (path) => inner.makeFolder(path),
      kind: (path) => inner.kind(path),
      list: (path) => inner.list(path),
      watch: (paths, listener) => inner.watch(paths, listener),
    };
  }

  get count(): number {
    return this.#stops.size;
  }

  begin(): void {
    this.#read = new Set();
  }

  /** Forgets what the last work no longer read. */
  settle(): void {
    for (const path of [...this.#stops.keys()]) if (!this.#read.has(path)) this.#drop(path);
  }

  stop(): void {
    for (const path of [...this.#stops.keys()]) this.#drop(path);
  }

  #note(path: string): string {
    this.#read.add(path);
    if (!this.#stops.has(path))
      this.#stops.set(
        path,
        this.#inner.watch([path], () => this.#changed(path)),
      );
    return path;
  }

  /** What the work writes itself would start it again for ever. */
  #drop(path: string): string {
    this.#stops.get(path)?.();
    this.#stops.delete(path);
    return path;
  }
}
