/**
 * What a schedule leaves: a folder for each run, named by the instant at which it was due (UTC), and schedule.ndjson, its
 * log. Of the results the last ones are kept. Only folders that the log names as its own are ever removed.
 */
import { compareText } from '../base/order.ts';
import type { Files } from '../run/files.ts';
import { instantText } from './cron-clock.ts';
import type { FinishedRun, SkippedRun } from './schedule-runs.ts';

export const SCHEDULE_LOG = 'schedule.ndjson';

/** `2025-01-31T03-00-00Z`: colons are no part of a file name everywhere. */
const RUN_FOLDER = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d{3})?Z$/;

export class ScheduleFolder {
  readonly #files: Files;
  readonly #folder: string;
  readonly #log: string;
  /** Names of the folders that runs of this schedule made, earlier ones included. */
  readonly #own: Set<string>;

  /** Makes the folder when there is none. */
  constructor(files: Files, folder: string) {
    this.#files = files;
    this.#folder = folder;
    this.#log = `${folder}/${SCHEDULE_LOG}`;
    files.makeFolder(folder);
    const text = files.read(this.#log) ?? '';
    // A schedule that was killed may have left half a line.
    if (text !== '' && !text.endsWith('\n')) files.append(this.#log, '\n');
    this.#own = new Set(text.split('\n').flatMap(nameInLine));
  }

  /** Folder of the run that is due at an instant. */
  of(instantMs: number): string {
    return `${this.#folder}/${instantText(instantMs).replaceAll(':', '-')}`;
  }

  /** Puts a line into the log. */
  note(run: FinishedRun | SkippedRun): void {
    if ('folder' in run) this.#own.add(nameOf(run.folder));
    this.#files.append(this.#log, `${JSON.stringify(run)}\n`);
  }

  /** Removes all results of this schedule but the last `keep`; answers the names of their folders. */
  prune(keep: number): readonly string[] {
    const there = this.#files
      .list(this.#folder)
      .filter((name) => RUN_FOLDER.test(name) && this.#own.has(name))
      .filter((name) => this.#files.kind(`${this.#folder}/${name}`) === 'folder')
      .sort(compareText);
    const old = there.slice(0, Math.max(0, there.length - keep));
    for (const name of old) this.#files.removeFolder(`${this.#folder}/${name}`);
    return old;
  }
}

/** Last part of a path. */
function nameOf(folder: string): string {
  return folder.slice(Math.max(folder.lastIndexOf('/'), folder.lastIndexOf('\\')) + 1);
}

/** The folder that a line of the log names; nothing for a line of another kind or one that was cut off. */
function nameInLine(line: string): string[] {
  try {
    const { folder } = JSON.parse(line) as { readonly folder?: unknown };
    return typeof folder === 'string' ? [nameOf(folder)] : [];
  } catch {
    return [];
  }
}
