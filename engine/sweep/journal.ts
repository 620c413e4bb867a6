/**
 * The journal of a sweep: a line for each finished cell, `{"sha256":"…","cell":{…}}`, written when the cell is finished
 * and never changed. What a process that is killed leaves behind is whole but for its last line, which is then dropped;
 * any other line that is not what was written is an error. Lines are ASCII, so that offsets count bytes and characters.
 */
import { sha256Text } from '../base/digest.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { AtomicWriter, type Files, type GrowingFile } from '../run/files.ts';
import type { WallClock } from '../run/pacing.ts';
import { RunFailure } from '../run/run-failure.ts';
import type { CellResult } from './job.ts';
import { SweepProblem } from './sweep-problem.ts';

/** Time between two waits for the disk, ms: what a loss of power may cost. */
const SYNC_MS = 1000;

/** Hex digits of a line's digest. */
const DIGEST_DIGITS = 32;

/** The line of a result, with its line break. */
export function journalLine(result: CellResult): string {
  const text = canonicalJson(result as unknown as Json);
  const ascii = text.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `{"sha256":"${sha256Text(text).slice(0, DIGEST_DIGITS)}","cell":${ascii}}\n`;
}

/** The result of a line without its line break; null when the line is not what was written. */
export function readLine(line: string): CellResult | null {
  try {
    const { sha256, cell } = JSON.parse(line) as { readonly sha256?: unknown; readonly cell?: Json };
    if (cell === undefined || sha256Text(canonicalJson(cell)).slice(0, DIGEST_DIGITS) !== sha256) return null;
    return cell as unknown as CellResult;
  } catch {
    return null;
  }
}

/** Where the lines of finished cells are. */
export interface JournalLine {
  readonly key: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * The lines of a journal, the first one of each cell. A last line that is cut off is taken out of the file.
 * @throws SweepProblem (E843) for another line that is not what was written.
 */
export function scanJournal(files: Files, path: string, check: (result: CellResult) => void): readonly JournalLine[] {
  const lines: JournalLine[] = [];
  const seen = new Set<string>();
  let offset = 0;
  let number = 0;
  let torn = false;
  for (const line of files.lines(path) ?? []) {
    number++;
    if (torn) throw damaged(path, number - 1);
    const result = readLine(line);
    if (result === null) {
      torn = true;
      continue;
    }
    check(result);
    if (!seen.has(result.key)) lines.push({ key: result.key, offset, length: line.length });
    seen.add(result.key);
    offset += line.length + 1;
  }
  const size = files.bytes(path, 0)?.size ?? 0;
  if (size !== offset) mend(files, path, lines);
  return lines;
}

function damaged(path: string, line: number): SweepProblem {
  return new SweepProblem('E843', path, `line ${line} is not what was written`, line);
}

/** Writes the journal anew with its whole lines only, and brings their places up to date. */
function mend(files: Files, path: string, lines: JournalLine[]): void {
  const file = files.place(path);
  if (file === null) return;
  const writer = new AtomicWriter(files, path);
  let offset = 0;
  for (const [i, line] of lines.entries()) {
    writer.write(`${file.text(line.offset, line.length)}\n`);
    lines[i] = { ...line, offset };
    offset += line.length + 1;
  }
  file.close();
  writer.commit();
}

/** Adds lines to a journal. */
export class JournalWriter {
  readonly #file: GrowingFile;
  readonly #clock: WallClock;
  readonly #path: string;
  #syncedMs: number;

  constructor(files: Files, path: string, clock: WallClock) {
    this.#path = path;
    this.#clock = clock;
    this.#file = this.#try(() => files.grow(path));
    this.#syncedMs = clock.now();
  }

  add(result: CellResult): void {
    this.#try(() => {
      this.#file.write(journalLine(result));
      const nowMs = this.#clock.now();
      if (nowMs - this.#syncedMs < SYNC_MS) return;
      this.#file.sync();
      this.#syncedMs = nowMs;
    });
  }

  close(): void {
    this.#try(() => {
      this.#file.sync();
      this.#file.close();
    });
  }

  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new RunFailure('output', `cannot write ${this.#path}: ${reason}`, error);
    }
  }
}
