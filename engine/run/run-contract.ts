/** What a run is given and what it answers. */
import type { Awaitable, Backend } from '../backends/backend.ts';
import type { Sha256Stream } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import type { BehaviourKind } from '../kinds/behaviour.ts';
import type { EventKind } from '../kinds/kind.ts';
import type { SnapshotDocument } from '../snapshot/document.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { BehaviourResult } from './behaviour-results.ts';
import type { Trace } from './fingerprints.ts';
import type { RunState } from './machine.ts';
import type { NetworkLines } from './network-csv.ts';
import type { RunObserver } from './observers.ts';
import type { Pace, WallClock } from './pacing.ts';
import type { PaymentBook } from './payment-book.ts';
import type { Checkpoint } from './record-digest.ts';
import type { RunFailure } from './run-failure.ts';
import type { CaptureRequest, RunStart } from './run-start.ts';

/** Pauses and resumes a run from outside. */
export class PauseControl {
  #listener: ((paused: boolean) => void) | null = null;

  pause(): void {
    this.#listener?.(true);
  }

  resume(): void {
    this.#listener?.(false);
  }

  /** Used by the run that is controlled. */
  attach(listener: ((paused: boolean) => void) | null): void {
    this.#listener = listener;
  }
}

export interface RunProgress {
  readonly state: RunState;
  /** Virtual time reached and the end of the run, µs. */
  readonly virtualUs: number;
  readonly endUs: number;
  readonly records: number;
  readonly paymentsStarted: number;
  readonly paymentsResolved: number;
  readonly wallMs: number;
}

export interface ExpectationResult {
  readonly that: string;
  readonly message: string;
  /** Instant of the check, µs; absent for the end of the run. */
  readonly atUs?: number;
  readonly line: number;
  readonly column: number;
  /** `skipped`: the run ended before. */
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly measured: string;
}

/** A number to be measured at the end of a run: a CEL expression that passed checkMetric. */
export interface Measure {
  readonly name: string;
  readonly expression: string;
}

export interface RunInput {
  readonly timeline: Timeline;
  readonly start?: RunStart;
  readonly captures?: readonly CaptureRequest[];
  /** False: only those states are kept, and none that the timeline asks for. Default: true. */
  readonly keepsOwn?: boolean;
  /** Gets every state that is kept, under its name. */
  readonly onSnapshot?: (name: string, snapshot: SnapshotDocument) => Awaitable<void>;
  /** Name of the state to keep when the run is stopped; absent: none. */
  readonly captureOnStop?: string;
  /** SHA-256 of the timeline; becomes part of the run digest. */
  readonly timelineDigest: string;
  readonly backend: Backend;
  /** Behaviour of the actions, by the name of their kind. */
  readonly kinds: {
    get(kind: string): Pick<EventKind, 'apply' | 'keepsStates'> | undefined;
    /** What agents do; needed where the timeline has behaviours. */
    behaviour?(kind: string): Pick<BehaviourKind, 'wake'> | undefined;
  };
  /** Whoever watches, called after the run's own bookkeeping. */
  readonly observers?: readonly RunObserver[];
  readonly pace?: Pace;
  /** Stops the clock here, µs, when that is before the end of the scenario. */
  readonly until?: number;
  /** Asks the run to stop at the present instant. */
  readonly stop?: AbortSignal;
  readonly pause?: PauseControl;
  /** What is measured when the run is at its end or cut short; changes nothing of the run. */
  readonly measures?: readonly Measure[];
  /** Where the network of the end is written, opened when the run has got there; absent: nowhere. */
  readonly network?: () => NetworkLines;
  readonly clock: WallClock;
  /** A fast SHA-256 of the host, used where no state is kept that must hold how far the hash is; absent: the engine's own. */
  readonly sha256?: () => Sha256Stream;
  readonly onProgress?: (progress: RunProgress) => void;
}

export interface RunResult {
  readonly state: 'completed' | 'failed' | 'aborted';
  readonly failure: RunFailure | null;
  /** Whether the whole scenario was played: completed and not cut short. */
  readonly whole: boolean;
  /** Virtual time at which the timeline ended or was stopped, and after draining; µs. */
  readonly endUs: number;
  readonly drainedUs: number;
  readonly records: number;
  readonly recordsDigest: string;
  /** Null when the backend could not tell its state any more. */
  readonly stateDigest: string | null;
  readonly runDigest: string | null;
  readonly checkpoints: readonly Checkpoint[];
  readonly trace: Trace;
  readonly expectations: readonly ExpectationResult[];
  readonly book: PaymentBook;
  /** By the names of the measures; null where there is no number. Empty when the run failed or was aborted. */
  readonly measured: ReadonlyMap<string, number | null>;
  /** What behaviours came to; empty without any, and when the run failed or was aborted. */
  readonly behaviours: readonly BehaviourResult[];
  readonly backendMetrics: { readonly [key: string]: Json };
  /** Wall times, ms: building the network, and everything after it without pauses. */
  readonly bootMs: number;
  readonly runMs: number;
}
