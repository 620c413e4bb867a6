/** A run that has ended, for those who ask it questions. Made by Scenario.run. */
import type { ChainObservation, ChannelObservation, NodeObservation } from '../backends/backend.ts';
import type { Compiled } from '../host/engine.ts';
import type { PaymentStats } from '../kinds/expectation.ts';
import { suggestion } from '../kinds/expectation-names.ts';
import type { BehaviourResult } from '../run/behaviour-results.ts';
import { failedExpectations } from '../run/expectation-text.ts';
import type { ExpectationResult, RunResult } from '../run/run-contract.ts';
import type { Observed } from './observed.ts';
import type { RecordLog, RunRecord } from './record-log.ts';
import type { LockUpdate, LockVerdict, RunLock } from './run-lock.ts';
import type { Snapshot } from './snapshot.ts';

/** SHA-256 digests as 64 hex digits; see docs/determinism.md. */
export interface RunDigests {
  readonly spec: string;
  readonly timeline: string;
  readonly records: string;
  readonly state: string;
  readonly run: string;
}

/** What a run is made of; for Scenario only. */
export interface RunParts {
  readonly file: string;
  readonly compiled: Compiled;
  readonly result: RunResult;
  readonly digests: RunDigests;
  readonly observed: Observed;
  readonly log: RecordLog | null;
  /** Null for a scenario without a file. */
  readonly lock: RunLock | null;
  readonly snapshots: ReadonlyMap<string, Snapshot>;
}

/** Results of one run of a scenario. */
export class Run {
  readonly #parts: RunParts;
  #records: readonly RunRecord[] | null = null;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  /** Name of the scenario. */
  get name(): string {
    return this.#parts.compiled.timeline.name;
  }

  get seed(): number {
    return this.#parts.compiled.timeline.seed;
  }

  /** Whether the whole scenario was played, not cut short by `until`. */
  get whole(): boolean {
    return this.#parts.result.whole;
  }

  /** Virtual time at which the run ended, seconds. */
  get endSeconds(): number {
    return this.#parts.result.endUs / 1_000_000;
  }

  get digests(): RunDigests {
    return this.#parts.digests;
  }

  /** Results of the scenario's own expectations, in the order of the file. */
  get expectations(): readonly ExpectationResult[] {
    return this.#parts.result.expectations;
  }

  /** What the scenario's behaviours came to: policy changes, payments, time down, forwards and fees, by node. */
  get behaviours(): readonly BehaviourResult[] {
    return this.#parts.result.behaviours;
  }

  /** The chain at the end of the run. */
  get chain(): ChainObservation {
    return this.#parts.observed.chain;
  }

  /** All nodes by name, as they were at the end of the run. */
  get nodes(): ReadonlyMap<string, NodeObservation> {
    return this.#parts.observed.nodes;
  }

  /** All channels by name, as they were at the end of the run. */
  get channels(): ReadonlyMap<string, ChannelObservation> {
    return this.#parts.observed.channels;
  }

  /** Everything that happened, in order. @throws Error unless the run was made with `records: true`. */
  get records(): readonly RunRecord[] {
    const { log } = this.#parts;
    if (log === null) throw new Error('the records of this run were not kept: make it with run({ records: true })');
    this.#records ??= log.records();
    return this.#records;
  }

  /**
   * Figures of all payments, or of those of one activity (`'coffee'`) or of several (`'user-*'`).
   * @throws RangeError when there is no such activity.
   */
  payments(activity?: string): PaymentStats {
    const { result, compiled } = this.#parts;
    const stats = result.book.stats(activity ?? null);
    if (stats !== null) return stats;
    const known = compiled.timeline.activities.map(({ name }) => name);
    throw unknown('activity', activity ?? '', known);
  }

  /** A node at the end of the run. @throws RangeError when there is no such node. */
  node(name: string): NodeObservation {
    const node = this.nodes.get(name);
    if (node === undefined) throw unknown('node', name, [...this.nodes.keys()]);
    return node;
  }

  /** A channel at the end of the run. @throws RangeError when there is no such channel. */
  channel(name: string): ChannelObservation {
    const channel = this.channels.get(name);
    if (channel === undefined) throw unknown('channel', name, [...this.channels.keys()]);
    return channel;
  }

  /** States that the run has kept, by name, in the order of their times. */
  get snapshots(): ReadonlyMap<string, Snapshot> {
    return this.#parts.snapshots;
  }

  /**
   * A state that the run has kept: one of the scenario's `snapshots`, one that an event keeps, or one that
   * `run({ snapshotAt: ['30s', 'end'] })` asked for, whose name is then `at-30s` or `end`.
   * @throws RangeError when there is no such state.
   */
  snapshot(name = 'end'): Snapshot {
    const snapshot = this.snapshots.get(name);
    if (snapshot !== undefined) return snapshot;
    const kept = [...this.snapshots.keys()].join(', ');
    throw new RangeError(`the run kept no state \`${name}\`; ${kept === '' ? 'it kept none' : `it kept ${kept}`}`);
  }

  /** Expectations that failed, with places and what was measured; empty when none did. */
  failures(): string {
    return failedExpectations(this.#parts.file, this.#parts.result).trimEnd();
  }

  /** Compares with the lock beside the scenario, and writes it where that is wanted. `expect(run).toMatchLock()` asks this. */
  matchLock(update: LockUpdate = 'none'): LockVerdict {
    const { lock, result } = this.#parts;
    if (lock !== null) return lock.verdict(result, update);
    const message = 'a scenario without a file has no lock beside it; say where its text would stand with `file`';
    return { matches: false, message };
  }
}

function unknown(what: string, name: string, known: readonly string[]): RangeError {
  return new RangeError(`there is no ${what} \`${name}\`${suggestion(name, known)}`);
}
