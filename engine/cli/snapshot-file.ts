/** Reads and writes snapshot files for commands. */
import type { Files } from '../run/files.ts';
import { writeWhole } from '../run/files.ts';
import type { SnapshotDocument } from '../snapshot/document.ts';
import type { SnapshotReading } from '../snapshot/read.ts';
import { snapshotText } from '../snapshot/text.ts';
import { printDiagnostics } from './diagnostics-output.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CommandContext } from './options.ts';

export type ReadSnapshot = Extract<SnapshotReading, { readonly ok: true }> & { readonly text: string };

/** The content of a snapshot file. @throws CliError (invalid) when it cannot be read */
export function snapshotFileText(files: Files, file: string): string {
  let text: string | null;
  try {
    text = files.read(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(
      EXIT.invalid,
      `E822 cannot read ${file}: ${why}`,
      'is it complete, and compressed as its name says?',
    );
  }
  if (text === null) throw new CliError(EXIT.invalid, `E822 there is no file ${file}`, 'name a .snap.json file');
  return text;
}

/** Reads a snapshot and prints what is wrong with it; null when it is invalid. */
export async function loadSnapshot({ io }: CommandContext, file: string): Promise<ReadSnapshot | null> {
  const { readSnapshot } = await import('../snapshot/read.ts');
  const text = snapshotFileText(io.files, file);
  const reading = readSnapshot(text, file);
  printDiagnostics(io, reading.ok ? reading.warnings : reading.diagnostics);
  return reading.ok ? { ...reading, text } : null;
}

/** Writes a snapshot whole or not at all; answers its digest. */
export function writeSnapshot(files: Files, file: string, document: SnapshotDocument): string {
  const { text, digest } = snapshotText(document);
  writeWhole(files, file, text);
  return digest;
}
