/**
 * Archives in which networks come: the wanted files of a zip take its place. The bytes of an archive are a text of one
 * character (0 to 255) a byte, as Files and ReadFile give it. Nothing is written anywhere, so that a name in an archive
 * leads nowhere; one that tries to is refused all the same.
 */
import type { Diagnostic } from '../spec/diagnostic.ts';
import { ImportProblems } from './problems.ts';

/** Bytes of an archive that are read at most. */
export const MOST_ARCHIVE: number = 128 * 1024 * 1024;

/** An archive of texts, one character a byte; always the same for the same texts. */
export async function packArchive(files: ReadonlyMap<string, string>): Promise<string> {
  const { zipTexts } = await import('./zip.ts');
  return zipTexts(files);
}

export type Unpacked =
  | { readonly ok: true; readonly files: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Whether a content is a zip archive, empty ones included. */
export function isArchive(text: string): boolean {
  return text.startsWith('PK\u0003\u0004') || text.startsWith('PK\u0005\u0006');
}

/**
 * Puts the files of archives in their place, those whose names `members` has. A file `export.json` of `net.zip` is called
 * `net.zip/export.json`. What is no archive stays as it is.
 */
export async function unpackArchives(
  files: ReadonlyMap<string, string>,
  members: readonly string[],
): Promise<Unpacked> {
  const out = new Map<string, string>();
  for (const [path, text] of files) {
    if (!isArchive(text)) {
      out.set(path, text);
      continue;
    }
    const fail = (message: string): Unpacked => {
      // There is no line to show of an archive.
      const problems = new ImportProblems(path, '');
      problems.atOffset('E709', 0, message);
      return { ok: false, diagnostics: problems.list() };
    };
    if (text.length > MOST_ARCHIVE) {
      return fail(
        `the archive has more than ${MOST_ARCHIVE / 1024 / 1024} MiB; import the file that describes the network (${members.join(', ')})`,
      );
    }
    // The reader is loaded only when there is something to read.
    const { unzipTexts } = await import('./zip.ts');
    const unzipped = unzipTexts(text, members);
    if (typeof unzipped === 'string') return fail(unzipped);
    if (unzipped.size === 0) return fail(`the archive has none of the files ${members.join(', ')}`);
    for (const [name, content] of unzipped) out.set(`${path}/${name}`, content);
  }
  return { ok: true, files: out };
}
