/**
 * Files as the rest of the engine sees them: an interface that is handed in, and the rule that a result is written
 * whole or not at all (under a temporary name that is renamed at the end). Nothing here imports a file system.
 */
import { RunFailure } from './run-failure.ts';

/** A file being written. */
export interface OpenFile {
  write(text: string): void;
  /** Ends writing; what was written is on its way to the disk. */
  close(): void;
}

/** A file being written that can be taken back to what it was before. */
export interface RewindableFile extends OpenFile {
  /** Where it is, for rewind. */
  mark(): number;
  /** Forgets what was written after a mark. */
  rewind(mark: number): void;
}

/** A file that grows at its end. */
export interface GrowingFile extends OpenFile {
  /** Waits until what was written would survive a loss of power. */
  sync(): void;
}

/** Whether a path is held by this process now; else who holds it, for people. */
export type Holding = { readonly by: null; release(): void } | { readonly by: string };

/** A file read at any place. */
export interface PlacedFile {
  /** Text of these bytes; shorter at the end of the file. */
  text(offset: number, length: number): string;
  close(): void;
}

/**
 * A file system. Paths are used as given; every operation throws an Error that says why when it fails. What `read` and
 * `open` are given or give as text is compressed on the disk where the name ends in `.gz`, and one byte a character
 * (0 to 255) where it ends in `.zip` or `.pb`.
 */
export interface Files {
  /** Text of a file, or null when there is none. */
  read(path: string): string | null;
  /** First bytes of a file, at most `limit`, and the size of the whole; null when there is none. */
  bytes(path: string, limit: number): { readonly bytes: Uint8Array; readonly size: number } | null;
  /** The absolute path without links, or null when there is nothing. */
  real(path: string): string | null;
  /** Lines of a file without their line breaks, read as they are asked for, or null when there is no such file. */
  lines(path: string): Iterable<string> | null;
  /** Creates or replaces a file; the folder must exist. */
  open(path: string): RewindableFile;
  /** Opens a file to write at its end; it is created when there is none. */
  grow(path: string): GrowingFile;
  /** Opens a file to read at any place; null when there is none. */
  place(path: string): PlacedFile | null;
  rename(from: string, to: string): void;
  /** Creates a file that says that this process works here; what a process left that is gone does not count. */
  hold(path: string): Holding;
  /** Adds text at the end of a file, which is created when there is none. */
  append(path: string, text: string): void;
  /** Removes a file if it is there. */
  remove(path: string): void;
  /** Removes a folder, if it is there, with everything in it; a link is removed and not followed. */
  removeFolder(path: string): void;
  /** Creates a folder with those above it. */
  makeFolder(path: string): void;
  /** What `path` is. */
  kind(path: string): 'file' | 'folder' | 'none';
  /** Names in a folder, sorted; empty when there is no such folder. */
  list(path: string): readonly string[];
  /** Calls the listener after every change of one of the files, also when one appears or goes; answers how to end that. */
  watch(paths: readonly string[], listener: () => void): () => void;
}

/** Characters gathered before they are handed to the file. */
const BUFFER_CHARS = 1 << 14;

/** Ending of a file that is still being written. */
export const TEMPORARY = '.tmp';

/** Writes one file in pieces. Nothing exists under `path` until `commit`. */
export class AtomicWriter {
  readonly #files: Files;
  readonly #path: string;
  #file: RewindableFile | null;
  #settled = false;
  #parts: string[] = [];
  #chars = 0;

  constructor(files: Files, path: string) {
    this.#files = files;
    this.#path = path;
    this.#file = this.#try(() => files.open(path + TEMPORARY));
  }

  write(text: string): void {
    this.#parts.push(text);
    this.#chars += text.length;
    if (this.#chars >= BUFFER_CHARS) this.#flush();
  }

  /** Where it is, for rewind. */
  mark(): number {
    this.#flush();
    return this.#try(() => this.#file?.mark() ?? 0);
  }

  /** Forgets what was written after a mark. */
  rewind(mark: number): void {
    this.#parts = [];
    this.#chars = 0;
    this.#try(() => this.#file?.rewind(mark));
  }

  /** Everything that was written is in the file; nothing more is. What can go wrong but for the renaming goes wrong here. */
  end(): void {
    this.#flush();
    this.#try(() => this.#close());
  }

  /** Puts the file in its place. */
  commit(): void {
    this.end();
    this.#try(() => {
      this.#files.rename(this.#path + TEMPORARY, this.#path);
      this.#settled = true;
    });
  }

  /** Leaves nothing behind. Does nothing after commit. */
  abandon(): void {
    if (this.#settled) return;
    this.#try(() => {
      this.#close();
      this.#files.remove(this.#path + TEMPORARY);
      this.#settled = true;
    });
  }

  #close(): void {
    const file = this.#file;
    this.#file = null;
    file?.close();
  }

  #flush(): void {
    const text = this.#parts.join('');
    this.#parts = [];
    this.#chars = 0;
    if (text !== '') this.#try(() => this.#file?.write(text));
  }

  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new RunFailure('output', `cannot write ${this.#path}: ${messageOf(error)}`, error);
    }
  }
}

/** Puts files in their places, in order; none where one of them cannot be written. */
export function commitAll(writers: Iterable<AtomicWriter>): void {
  const all = [...writers];
  for (const writer of all) writer.end();
  for (const writer of all) writer.commit();
}

/** Writes a whole file at once, or leaves the old one as it was. */
export function writeWhole(files: Files, path: string, text: string): void {
  const writer = new AtomicWriter(files, path);
  try {
    writer.write(text);
    writer.commit();
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
