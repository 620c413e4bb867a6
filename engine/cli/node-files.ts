/** Files on the disk, relative to a folder. The only place of the command that touches the file system. */
import fs from 'node:fs';
import path from 'node:path';
import { compareText } from '../base/order.ts';
import type { Files, OpenFile } from '../run/files.ts';

const READ_BYTES = 1 << 20;
/** Errors that mean that there is no such file. */
const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

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
    read: (file) => absent(() => fs.readFileSync(at(file), 'utf8')),
    lines: (file) => absent(() => (fs.statSync(at(file)).isFile() ? lines(at(file)) : null)),
    open: (file): OpenFile => {
      const descriptor = fs.openSync(at(file), 'w');
      return {
        write: (text) => writeAll(descriptor, text),
        close: () => fs.closeSync(descriptor),
      };
    },
    rename: (from, to) => fs.renameSync(at(from), at(to)),
    remove: (file) => fs.rmSync(at(file), { force: true }),
    makeFolder: (file) => {
      fs.mkdirSync(at(file), { recursive: true });
    },
    kind: (file) => {
      const stat = absent(() => fs.statSync(at(file)));
      if (stat === null) return 'none';
      return stat.isDirectory() ? 'folder' : 'file';
    },
    list: (file) => [...(absent(() => fs.readdirSync(at(file))) ?? [])].sort(compareText),
  };
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let done = 0; done < bytes.length; ) done += fs.writeSync(descriptor, bytes, done);
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
