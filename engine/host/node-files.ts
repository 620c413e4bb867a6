/** Files on the disk, relative to a folder. The only place that touches the file system. */
import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { compareText } from '../base/order.ts';
import { MOST_ARCHIVE } from '../interop/archive.ts';
import type { Files, GrowingFile, PlacedFile, RewindableFile } from '../run/files.ts';
import { holdFile } from './file-hold.ts';

const READ_BYTES = 1 << 20;
/** A compressed file may not become larger than this: V8 has no longer texts. */
const MOST_UNPACKED = 0x1fffffe8;
/** Errors that mean that there is no such file. */
const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP']);

/** Files of the disk; paths are resolved against `folder`. */
export function nodeFiles(folder: string): Files {
  const at = (file: string): string => path.resolve(folder, file);
  const absent = <T>(work: () => T): T | null => {
    try {
      return work();
    } catch (error) {
      if (ABSENT.has((error as NodeJS.ErrnoException).code ?? '')) return null;
      throw error;
    }
  };
  return {
    read: (file) =>
      absent(() => {
        if (isArchive(file)) return Buffer.from(firstBytes(at(file), MOST_ARCHIVE + 1).bytes).toString('latin1');
        const bytes = fs.readFileSync(at(file));
        return (isCompressed(file) ? gunzipSync(bytes, { maxOutputLength: MOST_UNPACKED }) : bytes).toString('utf8');
      }),
    bytes: (file, limit) => absent(() => (fs.statSync(at(file)).isDirectory() ? null : firstBytes(at(file), limit))),
    real: (file) => absent(() => fs.realpathSync(at(file))),
    lines: (file) => absent(() => (fs.statSync(at(file)).isFile() ? lines(at(file)) : null)),
    open: (file): RewindableFile => {
      const descriptor = fs.openSync(at(file), 'w');
      if (isCompressed(file)) {
        const parts: string[] = [];
        return {
          write: (text) => void parts.push(text),
          close: () => {
            writeAll(descriptor, gzipSync(Buffer.from(parts.join(''), 'utf8'), { level: 9 }));
            fs.closeSync(descriptor);
          },
          mark: () => parts.length,
          rewind: (mark) => void parts.splice(mark),
        };
      }
      let size = 0;
      return {
        write: (text) => {
          const bytes = Buffer.from(text, isArchive(file) ? 'latin1' : 'utf8');
          writeAll(descriptor, bytes, size);
          size += bytes.length;
        },
        close: () => fs.closeSync(descriptor),
        mark: () => size,
        rewind: (mark) => {
          fs.ftruncateSync(descriptor, mark);
          size = mark;
        },
      };
    },
    grow: (file): GrowingFile => {
      const descriptor = fs.openSync(at(file), 'a');
      return {
        write: (text) => writeAll(descriptor, Buffer.from(text, 'utf8')),
        sync: () => fs.fsyncSync(descriptor),
        close: () => fs.closeSync(descriptor),
      };
    },
    place: (file): PlacedFile | null =>
      absent(() => {
        const descriptor = fs.openSync(at(file), 'r');
        return {
          text: (offset, length) => textAt(descriptor, offset, length),
          close: () => fs.closeSync(descriptor),
        };
      }),
    hold: (file) => holdFile(at(file)),
    rename: (from, to) => fs.renameSync(at(from), at(to)),
    append: (file, text) => fs.appendFileSync(at(file), text),
    remove: (file) => fs.rmSync(at(file), { force: true }),
    removeFolder: (file) => fs.rmSync(at(file), { force: true, recursive: true }),
    makeFolder: (file) => makeFolders(at(file)),
    kind: (file) => {
      const stat = absent(() => fs.statSync(at(file)));
      if (stat === null) return 'none';
      return stat.isDirectory() ? 'folder' : 'file';
    },
    list: (file) => [...(absent(() => fs.readdirSync(at(file))) ?? [])].sort(compareText),
    watch: (paths, listener) => {
      const watchers = paths.map((file) => watchFile(at(file), listener));
      return () => {
        for (const watcher of watchers) watcher.close();
      };
    },
  };
}

/** As mkdir with `recursive`, which never comes back where the file system says of a folder that is there that it is not (/proc). */
function makeFolders(folder: string): void {
  const isFolder = (one: string): boolean => fs.statSync(one, { throwIfNoEntry: false })?.isDirectory() === true;
  const missing: string[] = [];
  for (let at = folder; fs.statSync(at, { throwIfNoEntry: false }) === undefined; at = path.dirname(at)) {
    missing.push(at);
    if (at === path.dirname(at)) break;
  }
  for (const one of missing.reverse()) {
    try {
      fs.mkdirSync(one);
    } catch (error) {
      // Somebody else may have made it by now.
      if (!isFolder(one)) throw error;
    }
  }
}

/**
 * Watches the folder and not the file, because editors put a new file in the place of the old one. Where the folder is
 * missing, the nearest one above it is watched, for all that happens in it.
 */
function watchFile(file: string, listener: () => void): fs.FSWatcher {
  let folder = path.dirname(file);
  while (!fs.existsSync(folder)) folder = path.dirname(folder);
  const inPlace = folder === path.dirname(file);
  const name = path.basename(file);
  const watcher = fs.watch(folder, (_, changed) => {
    if (!inPlace || changed === null || changed === name) listener();
  });
  // A folder that is removed ends its watch; there is nothing more to hear.
  watcher.on('error', () => watcher.close());
  return watcher;
}

/** Files whose names say so are compressed on the disk, also while they are written under a temporary name. */
function isCompressed(file: string): boolean {
  return /\.gz(\.tmp)?$/.test(file);
}

/** Files whose names say so hold bytes that are no text. */
function isArchive(file: string): boolean {
  return /\.(zip|pb)(\.tmp)?$/i.test(file);
}

/** @param at where in the file; absent: where it is, or at its end */
function writeAll(descriptor: number, bytes: Buffer, at?: number): void {
  for (let done = 0; done < bytes.length; ) {
    const position = at === undefined ? null : at + done;
    done += fs.writeSync(descriptor, bytes, done, bytes.length - done, position);
  }
}

function textAt(descriptor: number, offset: number, length: number): string {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const n = fs.readSync(descriptor, bytes, done, length - done, offset + done);
    if (n === 0) break;
    done += n;
  }
  return bytes.toString('utf8', 0, done);
}

/** First bytes of a file or pipe; the size of what has no end is one more than the limit. */
function firstBytes(file: string, limit: number): { readonly bytes: Uint8Array; readonly size: number } {
  const descriptor = fs.openSync(file, 'r');
  try {
    const { size } = fs.fstatSync(descriptor);
    const parts: Buffer[] = [];
    let length = 0;
    while (length <= limit) {
      const part = Buffer.allocUnsafe(Math.min(Math.max(size - length, READ_BYTES), limit + 1 - length));
      const n = fs.readSync(descriptor, part, 0, part.length, null);
      if (n === 0) break;
      parts.push(part.subarray(0, n));
      length += n;
    }
    const bytes = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, length);
    return { bytes: bytes.subarray(0, limit), size: Math.max(size, length) };
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Lines of a file, read in pieces; a line break at the end does not begin another line. */
function* lines(file: string): Generator<string, void, undefined> {
  const descriptor = fs.openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(READ_BYTES);
    const decoder = new TextDecoder();
    let rest = '';
    for (;;) {
      const n = fs.readSync(descriptor, bytes, 0, READ_BYTES, null);
      rest += decoder.decode(bytes.subarray(0, n), { stream: n > 0 });
      const parts = rest.split('\n');
      rest = parts.pop() ?? '';
      yield* parts;
      if (n === 0) break;
    }
    if (rest !== '') yield rest;
  } finally {
    fs.closeSync(descriptor);
  }
}
