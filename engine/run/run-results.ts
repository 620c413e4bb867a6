/**
 * The folder that a run left, read again: its manifest, and its line files with every line checked. Whatever is wrong
 * with it ends in a ResultsProblem, never in an exception of a parser.
 */
import type { Diagnostic } from '../spec/diagnostic.ts';
import type { DiagnosticCode } from '../spec/diagnostic-codes.ts';
import type { Files } from './files.ts';
import { MANIFEST_FILE, MANIFEST_FORMAT } from './manifest.ts';

/** Characters of a line that a diagnostic shows. */
const SHOWN_CHARS = 200;

/** Why results cannot be read, as a diagnostic at its place. */
export class ResultsProblem extends Error {
  readonly diagnostic: Diagnostic;

  constructor(code: DiagnosticCode, file: string, message: string, place: Place = {}) {
    super(message);
    const { line = 1, column = 1, text = '', hint } = place;
    const excerpt = text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
    this.diagnostic = {
      code,
      severity: 'error',
      message,
      ...(hint === undefined ? {} : { hint }),
      file,
      range: { line, column, endLine: line, endColumn: column },
      path: '',
      excerpt: excerpt === '' ? [] : [excerpt],
    };
  }
}

interface Place {
  readonly line?: number;
  readonly column?: number;
  /** The line. */
  readonly text?: string;
  readonly hint?: string;
}

export type JsonRow = Readonly<Record<string, unknown>>;

/** A line of an NDJSON file with its number, from 1. */
export interface ResultLine {
  readonly number: number;
  readonly text: string;
}

export class RunResults {
  readonly folder: string;
  readonly manifest: JsonRow;
  readonly #files: Files;

  /** @throws ResultsProblem when the folder holds no finished run */
  constructor(files: Files, folder: string) {
    this.folder = folder;
    this.#files = files;
    const path = `${folder}/${MANIFEST_FILE}`;
    const kind = files.kind(folder);
    if (kind === 'none') throw new ResultsProblem('E829', folder, `there is no folder ${folder}`);
    if (kind === 'file') throw new ResultsProblem('E829', folder, `${folder} is a file, not the folder of a run`);
    const text = attempt(path, () => files.read(path));
    if (text === null) {
      const hint = 'an unfinished run leaves none; name the folder that `blast run` prints as its results';
      throw new ResultsProblem('E829', path, `${folder} has no ${MANIFEST_FILE}`, { hint });
    }
    this.manifest = manifestOf(path, text);
  }

  /** Number of records in the run's log, as run.json has it. */
  get records(): number {
    const counts = this.manifest.counts as JsonRow | undefined;
    return typeof counts?.records === 'number' ? counts.records : -1;
  }

  /** Whether the run wrote this file. */
  has(name: string): boolean {
    return (this.manifest.files as readonly unknown[]).includes(name);
  }

  /**
   * Lines of a file that the run wrote. A last line without an end, and a file that is not there, are problems.
   * @throws ResultsProblem, also while the lines are read
   */
  *lines(name: string): Generator<ResultLine> {
    const path = `${this.folder}/${name}`;
    const lines = attempt(path, () => this.#files.lines(path));
    if (lines === null) {
      throw new ResultsProblem('E829', path, `${MANIFEST_FILE} names ${name}, but the file is not there`);
    }
    let number = 0;
    for (const text of lines) {
      number++;
      yield { number, text };
    }
  }

  /** The object on a line. @throws ResultsProblem when there is none */
  row(name: string, { number, text }: ResultLine): JsonRow {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw this.problem(name, { number, text }, 'this line is no JSON object; the file was cut off or edited');
    }
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonRow;
    throw this.problem(name, { number, text }, 'a JSON object was expected on every line');
  }

  /** A problem of a line (E830). */
  problem(name: string, { number, text }: ResultLine, message: string): ResultsProblem {
    return new ResultsProblem('E830', `${this.folder}/${name}`, message, { line: number, text });
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new ResultsProblem('E829', path, `cannot read ${path}: ${(error as Error).message}`);
  }
}

function manifestOf(path: string, text: string): JsonRow {
  const line = text.split('\n', 1)[0] ?? '';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ResultsProblem('E830', path, `${path} is no JSON text; it was cut off or edited`, { text: line });
  }
  const manifest = (typeof value === 'object' && value !== null ? value : {}) as JsonRow;
  if (manifest.format !== MANIFEST_FORMAT) {
    const format = typeof manifest.format === 'string' ? `the format '${manifest.format}'` : 'no format';
    throw new ResultsProblem('E830', path, `${path} has ${format}, '${MANIFEST_FORMAT}' was expected`, { text: line });
  }
  if (!Array.isArray(manifest.files)) {
    throw new ResultsProblem('E830', path, `${path} does not say which files the run wrote`, { text: line });
  }
  return manifest;
}
