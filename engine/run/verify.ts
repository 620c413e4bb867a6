/**
 * Compares a run with a lock: which digests differ, between which checkpoints, and in which record first. Also
 * compares the log of a run line by line with the events.ndjson of another one, to show both sides. Runs nothing
 * itself: the observers made here watch a run that the caller starts.
 */
import type { Timeline } from '../timeline/timeline.ts';
import { type Divergence, DivergenceWatch } from './divergence.ts';
import { EventsNdjson } from './events-ndjson.ts';
import type { Lock, LockDigests } from './lock.ts';
import type { RunObserver } from './observers.ts';
import type { Checkpoint } from './record-digest.ts';
import type { RunResult } from './runner.ts';

/** The first line in which two logs differ; null where a log has ended. */
export interface LineDifference {
  /** Index of the record, from 0. */
  readonly n: number;
  readonly theirs: string | null;
  readonly ours: string | null;
}

export interface Verification {
  readonly identical: boolean;
  /** Digests that differ, in the order of cause and effect. */
  readonly differing: readonly (keyof LockDigests)[];
  /** The part of the run, µs, in which the logs begin to differ. */
  readonly interval: { readonly fromUs: number; readonly toUs: number } | null;
  readonly divergence: Divergence | null;
  readonly lines: LineDifference | null;
  /** Version of the engine that wrote the lock, when it is not this one. */
  readonly lockedBy: string | null;
}

/** Watches a run for the first line that differs from another log. */
class LineWatch {
  readonly observer: RunObserver;
  #lines: Iterator<string>;
  #n = 0;
  #difference: LineDifference | null = null;

  constructor(timeline: Timeline, lines: Iterable<string>) {
    this.#lines = lines[Symbol.iterator]();
    const events = new EventsNdjson(timeline, (line) => this.#compare(line.slice(0, -1)));
    this.observer = {
      record: (code, timeUs, a, b, c, amount) => events.record(code, timeUs, a, b, c, amount),
      payment: () => {},
      text: (number, text) => events.text(number, text),
      action: (action) => events.action(action),
    };
  }

  difference(): LineDifference | null {
    if (this.#difference !== null) return this.#difference;
    const next = this.#lines.next();
    return next.done === true ? null : { n: this.#n, theirs: next.value, ours: null };
  }

  #compare(line: string): void {
    if (this.#difference !== null) return;
    const next = this.#lines.next();
    const theirs = next.done === true ? null : next.value;
    if (theirs !== line) this.#difference = { n: this.#n, theirs, ours: line };
    this.#n++;
  }
}

/** Verifies one run against a lock and, when there is one, the log of another run. */
export class Verifier {
  /** To be given to the run. */
  readonly observers: readonly RunObserver[];
  readonly #lock: Lock;
  readonly #watch: DivergenceWatch;
  readonly #lines: LineWatch | null;

  constructor(timeline: Timeline, lock: Lock, against: Iterable<string> | null) {
    this.#lock = lock;
    this.#watch = new DivergenceWatch(timeline, lock.trace);
    this.#lines = against === null ? null : new LineWatch(timeline, against);
    this.observers = [this.#watch, ...(this.#lines === null ? [] : [this.#lines.observer])];
  }

  /** The verdict after the run has ended. */
  verdict(
    digests: { readonly spec: string; readonly timeline: string },
    result: RunResult,
    version: string,
  ): Verification {
    const locked = this.#lock.digests;
    const now: { readonly [name in keyof LockDigests]: string | null } = {
      ...digests,
      run: result.runDigest,
      records: result.recordsDigest,
      state: result.stateDigest,
    };
    const order: readonly (keyof LockDigests)[] = ['spec', 'timeline', 'records', 'state', 'run'];
    const differing = order.filter((name) => now[name] !== locked[name]);
    const lines = this.#lines?.difference() ?? null;
    return {
      identical: differing.length === 0 && lines === null,
      differing,
      interval: differing.includes('records') ? firstInterval(this.#lock.checkpoints, result.checkpoints) : null,
      divergence: this.#watch.divergence(),
      lines,
      lockedBy: this.#lock.engine === version ? null : this.#lock.engine,
    };
  }
}

/** Between which checkpoints two logs begin to differ; `toUs` is Infinity after the last one. */
function firstInterval(
  locked: readonly Checkpoint[],
  now: readonly Checkpoint[],
): { readonly fromUs: number; readonly toUs: number } {
  let fromUs = 0;
  for (let i = 0; i < Math.max(locked.length, now.length); i++) {
    const a = locked[i];
    const b = now[i];
    if (a === undefined || b === undefined || a.atUs !== b.atUs) return { fromUs, toUs: Infinity };
    if (a.digest !== b.digest) return { fromUs, toUs: a.atUs };
    fromUs = a.atUs;
  }
  return { fromUs, toUs: Infinity };
}
