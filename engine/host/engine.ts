/**
 * The parts of the engine that commands and the library use, gathered so that a test can put another backend or compiler in their place.
 */
import type { Awaitable, Backend, RoutingTraceSink } from '../backends/backend.ts';
import type { Sha256Stream } from '../base/digest.ts';
import type { CompileInput, CompileResult } from '../compile/compile.ts';
import type { ExportFormat } from '../interop/exported.ts';
import type { ImportFormat } from '../interop/imported.ts';
import type { ScenarioWriterInput, WrittenScenario } from '../interop/scenario-writer.ts';
import type { NodeProcessesRequest, RemoteModels, RemoteModelsSettings } from '../rpc/contract.ts';
import type { RunInput } from '../run/runner.ts';
import type { ModelKind } from '../simulate/node-model.ts';
import type { CellPool } from '../sweep/cell-pool.ts';
import type { Executor, SweepJob } from '../sweep/job.ts';
import type { BackendLimits } from '../timeline/backend-limits.ts';

export type CompileRequest = CompileInput;
export type CompileAnswer = CompileResult;
/** A scenario that is valid, with its timeline. */
export type Compiled = Extract<CompileResult, { readonly ok: true }>;

export interface BackendOptions {
  /** Check every invariant after each event. */
  readonly check: boolean;
  /** Gets the steps of routing of the payments that it wants to know about; ignored where nobody can tell them. */
  readonly trace?: RoutingTraceSink;
  /** Models of other processes that the nodes of one run have; absent: those of this one. */
  readonly models?: readonly ModelKind[];
  /** The processes that have the nodes, for a backend that needs some. */
  readonly processes?: NodeProcessesRequest;
}

export interface BackendEntry {
  readonly name: string;
  readonly summary: string;
  /** What it can play; absent: everything. */
  readonly limits?: BackendLimits;
  /** True where time is the machine's: no run is the same twice. */
  readonly inWallTime?: true;
  create(options: BackendOptions): Awaitable<Backend>;
}

export interface Engine {
  compile(request: CompileRequest): Promise<CompileAnswer>;
  /** The first one is the default. */
  readonly backends: readonly BackendEntry[];
  readonly kinds: RunInput['kinds'];
  /** The machine's SHA-256, for runs that keep no state; absent: the engine's own. */
  readonly sha256?: () => Sha256Stream;
  readonly formats: readonly ImportFormat[];
  /** Formats of `blast export`, loaded when they are asked for. */
  exportFormats(): Awaitable<readonly ExportFormat[]>;
  /** Where the cells of a sweep are run: `jobs` at a time, or as many as the machine can. */
  executor(job: SweepJob, jobs: number | null): Awaitable<Executor>;
  /** Where a worker for other machines runs the cells that it takes. */
  pool(job: SweepJob): Awaitable<CellPool>;
  /** Models of other processes for one run. @throws Error that says why not */
  remoteModels(settings: RemoteModelsSettings): Promise<RemoteModels>;
  /** Texts of a scenario made of an imported network, and of the network file beside it. */
  writeImported(input: ScenarioWriterInput): WrittenScenario;
}
