/**
 * The seam of a sweep: what a worker is given and what it answers. All of it is JSON, so that a cell can be run in this
 * thread, in another one or on another machine, and nothing of the result tells which. An Executor decides where.
 *
 * A job holds every text that its cells need, read once: a file that is edited while the sweep goes on changes nothing.
 */
import type { Json } from '../base/json.ts';
import type { RemoteModelsSettings } from '../rpc/contract.ts';

export const JOB_FORMAT = 'blast-sweep-job/1';

/** What all cells of a sweep have in common. */
export interface SweepJob {
  readonly format: typeof JOB_FORMAT;
  /** Version of the engine that planned it; another one may give other results. */
  readonly engine: string;
  /** Digest of the plan that the cells belong to. */
  readonly plan: string;
  /** Path of the scenario as it was given; a name in messages. */
  readonly file: string;
  /** Text of the scenario. */
  readonly text: string;
  /** The files that the scenario names, by their paths relative to its folder. */
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly text: string }[];
  /** Whether files outside the scenario's folder may be named. */
  readonly allow_outside: boolean;
  /** Parameters that are the same in every cell, as `--param` takes them. */
  readonly params: { readonly [name: string]: string };
  /** Backend on which cells run; absent: the simulator. */
  readonly backend?: string;
  /** Models of other processes, opened for each cell anew; absent: those of this process. */
  readonly models?: SweepModels;
  /** True when cells of one seed may begin alike (`sweep.from`): a worker does well to stay with a seed. */
  readonly branches: boolean;
}

/** Where the models of a sweep decide. */
export interface SweepModels {
  readonly settings: RemoteModelsSettings;
  /** Options of the command line that say the same. */
  readonly words: readonly string[];
}

/** One run: values of the swept parameters, and a seed. */
export interface Cell {
  /** Name that follows from the values and the seed alone. */
  readonly key: string;
  /** As `--param` takes them. */
  readonly params: { readonly [name: string]: string };
  /** Seed as the sweep lists it. */
  readonly seed: number;
  /** Seed that the run has; another one where `seeds_vary` is set. */
  readonly run_seed: number;
}

export interface CellDigests {
  readonly spec: string;
  readonly timeline: string;
  readonly records: string;
  readonly state: string | null;
  readonly run: string | null;
}

export interface CellFailure {
  /** `invalid`: the scenario is not valid with these values. `backend`, `internal`: the run could not go on. */
  readonly kind: 'invalid' | 'backend' | 'internal';
  readonly message: string;
  /** The first diagnostics of a scenario that is invalid, a line each. */
  readonly diagnostics?: readonly string[];
}

/** What came of a cell. Holds no wall time: the same cell always gives the same bytes. */
export interface CellResult extends Cell {
  readonly state: 'completed' | 'failed';
  /** Null where nothing ran. */
  readonly digests: CellDigests | null;
  /** As in run.json: records, payments, succeeded, failed, pending. Empty where nothing ran. */
  readonly counts: { readonly [name: string]: number };
  /** Null where a metric has no number. */
  readonly metrics: { readonly [name: string]: number | null };
  readonly expectations: {
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
    /** Those that failed, as in run.json. */
    readonly failures: readonly { readonly [key: string]: Json }[];
  };
  readonly failure: CellFailure | null;
}

/** Runs one cell to its end. Null when the signal stopped it; never rejects for what happens in the cell. */
export type CellRunner = (cell: Cell, signal: AbortSignal) => Promise<CellResult | null>;

/** Hears how a sweep goes on. */
export interface ExecutorEvents {
  started(cell: Cell): void;
  /** Called once for each cell; what is done here is done when it returns. */
  finished(result: CellResult): void;
}

/** Runs cells somewhere. Made for one job. */
export interface Executor {
  /**
   * Runs every cell once, in any order. Resolves when all are finished, or soon after the signal: cells in progress are
   * then given up. Rejects when it cannot go on or when `finished` throws; no event comes after either.
   */
  run(cells: Iterable<Cell>, events: ExecutorEvents, signal: AbortSignal): Promise<void>;
}

/** A cell that could not be run for a reason outside the scenario. */
export function crashedCell(cell: Cell, kind: CellFailure['kind'], message: string): CellResult {
  const { key, params, seed, run_seed } = cell;
  return {
    key,
    params,
    seed,
    run_seed,
    state: 'failed',
    digests: null,
    counts: {},
    metrics: {},
    expectations: { passed: 0, failed: 0, skipped: 0, failures: [] },
    failure: { kind, message },
  };
}
