/** States of a network, kept by a run, in memory or in a file. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFiles } from '../host/node-files.ts';
import { writeWhole } from '../run/files.ts';
import { isJournal, type SnapshotDocument } from '../snapshot/document.ts';
import { readSnapshot } from '../snapshot/read.ts';
import { type SnapshotFigures, snapshotFigures } from '../snapshot/summary.ts';
import { snapshotText } from '../snapshot/text.ts';
import type { Diagnostic } from '../spec/diagnostic.ts';
import { formatDiagnostics } from '../spec/format-diagnostic.ts';

/** A snapshot file that cannot be read. The message holds every problem with its place. */
export class SnapshotError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(file: string, diagnostics: readonly Diagnostic[]) {
    super(`${file} is no snapshot that can be used\n\n${formatDiagnostics(diagnostics)}`);
    this.name = 'SnapshotError';
    this.diagnostics = diagnostics;
  }
}

/** A state that a run was in. Equal states have equal digests. */
export class Snapshot {
  /** Name under which the run kept it, or the file that it was read from. */
  readonly name: string;
  readonly document: SnapshotDocument;
  #text: { readonly text: string; readonly digest: string } | null = null;

  constructor(name: string, document: SnapshotDocument) {
    this.name = name;
    this.document = document;
  }

  /** Time of the scenario at which it was taken, seconds. */
  get seconds(): number {
    const { run, state } = this.document;
    return (state.time_us - (run?.origin_us ?? 0)) / 1_000_000;
  }

  /** SHA-256 of the canonical form, 64 hex digits. */
  get digest(): string {
    return this.#written().digest;
  }

  /** Content of its file. */
  get text(): string {
    return this.#written().text;
  }

  /** Nodes, channels and totals. */
  get figures(): SnapshotFigures {
    return snapshotFigures(this.document);
  }

  /**
   * The network alone: a scenario can begin in it, no run can go on from it.
   * @throws Error for a journal, which is nothing without its run
   */
  networkOnly(): Snapshot {
    if (isJournal(this.document.state)) throw new Error('a journal is nothing without its run');
    const { run: _, ...network } = this.document;
    return new Snapshot(this.name, network);
  }

  /** Writes the file, whole or not at all; compressed when its name ends in `.gz`. */
  save(file: string | URL): void {
    writeWhole(nodeFiles(process.cwd()), pathOf(file), this.text);
  }

  #written(): { readonly text: string; readonly digest: string } {
    this.#text ??= snapshotText(this.document);
    return this.#text;
  }
}

/** Reads a snapshot file. @throws SnapshotError when it is damaged or of another version; Error when there is none. */
export function loadSnapshot(file: string | URL): Snapshot {
  const name = pathOf(file);
  const text = nodeFiles(process.cwd()).read(name);
  if (text === null) throw new Error(`E822 there is no file ${name}`);
  const reading = readSnapshot(text, name);
  if (!reading.ok) throw new SnapshotError(name, reading.diagnostics);
  return new Snapshot(name, reading.document);
}

function pathOf(file: string | URL): string {
  return typeof file === 'string' ? file : path.relative(process.cwd(), fileURLToPath(file)) || fileURLToPath(file);
}
