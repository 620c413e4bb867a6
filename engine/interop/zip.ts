/**
 * Reads and writes zip archives by means of fflate. Archives come from anywhere, so that everything in them is bounded:
 * the number of entries, the size of each that is unpacked, and where its name leads. This file knows no network format.
 */
import { unzipSync, zipSync } from 'fflate';

/** Entries that an archive may have. */
const MOST_ENTRIES = 100_000;
/** Bytes that one file, and all files together, may become. */
const MOST_UNPACKED = 256 * 1024 * 1024;
/** Times that a file may be larger than in the archive; deflate reaches 1032, JSON of a network about 20. */
const MOST_RATIO = 200;
/** Below this size a ratio says nothing. */
const SMALL = 1024 * 1024;
/** Folders in which a wanted file may lie. */
const MOST_DEPTH = 2;

/** Raised and caught in this file only. */
class Refused extends Error {}

/**
 * Texts of the files called by one of `members`, by their path in the archive; or a sentence that says why there are
 * none. `archive` is a text of one character a byte.
 */
export function unzipTexts(archive: string, members: readonly string[]): ReadonlyMap<string, string> | string {
  let entries = 0;
  let total = 0;
  try {
    const found = unzipSync(bytesOf(archive), {
      filter: ({ name, size, originalSize }) => {
        if (++entries > MOST_ENTRIES) throw new Refused(`the archive has more than ${MOST_ENTRIES} entries`);
        if (leadsOut(name))
          throw new Refused(`the archive has an entry ${JSON.stringify(name)}, which leads out of it`);
        const parts = name.split('/');
        if (parts.length > MOST_DEPTH || !members.includes(parts.at(-1) as string)) return false;
        total += originalSize;
        if (total > MOST_UNPACKED || (originalSize > SMALL && originalSize > size * MOST_RATIO)) {
          throw new Refused(`${name} would become ${originalSize} bytes, which is more than a network needs`);
        }
        return true;
      },
    });
    const decoder = new TextDecoder();
    return new Map(Object.entries(found).map(([name, bytes]) => [name, decoder.decode(bytes)]));
  } catch (error) {
    if (error instanceof Refused) return error.message;
    return 'the archive is damaged, or packed in a way that is not read';
  }
}

/** An archive of these texts, one character a byte. The same texts give the same archive everywhere, at any time. */
export function zipTexts(files: ReadonlyMap<string, string>): string {
  const encoder = new TextEncoder();
  const entries = Object.fromEntries([...files].map(([name, text]) => [name, encoder.encode(text)]));
  // A date without a zone is read as local time and written as such, so that it is the same bytes everywhere.
  return textOf(zipSync(entries, { level: 9, mtime: '1980-01-02T12:00:00' }));
}

function leadsOut(name: string): boolean {
  return /^[/\\]|^[A-Za-z]:/.test(name) || name.split(/[/\\]/).includes('..');
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function textOf(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return parts.join('');
}
