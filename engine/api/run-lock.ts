/**
 * The lock of a run in a test suite: what it says of the run, and writing it. The lock file is read when the run begins,
 * so that the first event that differs can be found while it goes on.
 */

import { ENGINE_VERSION } from '../base/version.ts';
import type { BackendEntry, Compiled } from '../host/engine.ts';
import { failedExpectations } from '../run/expectation-text.ts';
import { type Files, writeWhole } from '../run/files.ts';
import { type LockReading, lockOf, lockPath, readLock, writeLock } from '../run/lock.ts';
import type { RunObserver } from '../run/observers.ts';
import type { RunResult } from '../run/run-contract.ts';
import { Verifier } from '../run/verify.ts';
import { differenceText } from '../run/verify-text.ts';
import { formatDiagnostics } from '../spec/format-diagnostic.ts';
import { formatDuration } from '../spec/units.ts';

/** `all`: write whatever differs. `new`: write what is missing. `none`: write nothing. */
export type LockUpdate = 'all' | 'new' | 'none';

export interface LockVerdict {
  readonly matches: boolean;
  /** What differs, or why there is nothing to compare; empty for a run that matches. */
  readonly message: string;
}

const yes: LockVerdict = { matches: true, message: '' };
const no = (message: string): LockVerdict => ({ matches: false, message });

/** `shop.yml` → `shop.lock.json`, and with a name `shop.NAME.lock.json`. */
export function namedLockPath(file: string, name: string | undefined): string {
  return name === undefined ? lockPath(file) : lockPath(file).replace(/\.lock\.json$/, `.${name}.lock.json`);
}

/** Backend of the locks that name none. */
const SIMULATOR = 'simulator';

export class RunLock {
  /** Path of the lock file. */
  readonly path: string;
  /** To be given to the run. */
  readonly observers: readonly RunObserver[];
  readonly #files: Files;
  readonly #file: string;
  readonly #compiled: Compiled;
  readonly #backend: string | undefined;
  readonly #textBefore: string | null;
  readonly #reading: LockReading;
  readonly #verifier: Verifier | null;

  constructor(
    files: Files,
    file: string,
    compiled: Compiled,
    { name, backend }: { readonly name: string | undefined; readonly backend: BackendEntry },
  ) {
    this.path = namedLockPath(file, name);
    // Locks name other backends than the simulator, which has no limits.
    this.#backend = backend.limits === undefined ? undefined : backend.name;
    this.#files = files;
    this.#file = file;
    this.#compiled = compiled;
    this.#textBefore = files.read(this.path);
    this.#reading = readLock(this.#textBefore, this.path);
    this.#verifier = this.#reading.ok ? new Verifier(compiled.timeline, this.#reading.lock, null) : null;
    this.observers = this.#verifier?.observers ?? [];
  }

  /** Compares the run that was watched, and writes the lock where that is wanted. */
  verdict(result: RunResult, update: LockUpdate): LockVerdict {
    if (!result.whole) {
      return no(
        `${this.#file}: a run that was stopped at ${formatDuration(result.endUs)} cannot be compared with a lock`,
      );
    }
    const text = this.#files.read(this.path);
    // Another run of the same scenario may have written the lock since this one began.
    if (text !== this.#textBefore && text === this.#text(result)) return yes;
    const found = this.#compare(result);
    if (found.matches) return found;
    if (update === 'all' || (update === 'new' && text === null)) return this.#write(result);
    return found;
  }

  #compare(result: RunResult): LockVerdict {
    if (!this.#reading.ok) return no(formatDiagnostics(this.#reading.diagnostics));
    const { backend = SIMULATOR } = this.#reading.lock;
    const mine = this.#backend ?? SIMULATOR;
    if (backend !== mine) return no(`${this.#file} was locked on the backend ${backend}, and the run is on ${mine}`);
    const { specDigest: spec, timelineDigest: timeline } = this.#compiled;
    const verification = (this.#verifier as Verifier).verdict({ spec, timeline }, result, ENGINE_VERSION);
    return verification.identical ? yes : no(differenceText(this.#file, verification, result).trimEnd());
  }

  #write(result: RunResult): LockVerdict {
    const failed = failedExpectations(this.#file, result);
    if (failed !== '') return no(`${failed}${this.#file} was not locked: an expectation failed`);
    const text = this.#text(result);
    if (text === null) return no(`${this.#file} has no digest to lock`);
    writeWhole(this.#files, this.path, text);
    return yes;
  }

  #text(result: RunResult): string | null {
    const { timeline, specDigest, timelineDigest } = this.#compiled;
    const lock = lockOf(timeline, { spec: specDigest, timeline: timelineDigest }, result, this.#backend);
    return lock === null ? null : writeLock(lock);
  }
}
